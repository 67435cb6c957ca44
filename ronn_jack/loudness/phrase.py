"""A riff on a synthetic electric guitar: what is played where nobody plays.

Each note is a plucked string after Karplus and Strong [1]_: a delay line as long as the period,
closed by a filter that damps high partials faster than low ones. As in [2]_ the filter also holds
the fraction of a frame that tunes the string, and where the string is picked and picked up combs
its spectrum; the symmetric three-point loss filter is from [3]_. The loop filter is an FIR filter
whose newest input lies almost a period back, so that numpy can compute a period at a time.

References
----------
.. [1] K. Karplus and A. Strong, "Digital Synthesis of Plucked-String and Drum Timbres", Computer
   Music Journal 7(2), 1983.
.. [2] D. A. Jaffe and J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm",
   Computer Music Journal 7(2), 1983.
.. [3] C. R. Sullivan, "Extending the Karplus-Strong Algorithm to Synthesize Electric Guitar Timbres
   with Distortion and Feedback", Computer Music Journal 14(3), 1990.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BEATS_PER_MINUTE = 120.0
BEATS = 16.0
PEAK = 0.5
"""Largest sample of the phrase, −6 dBFS."""

_PICKUPS = (0.13, 0.24)
"""Where the left and the right channel's pickup sit, as a share of the string's length."""
_PICKED_AT = 0.18
"""Where the string is picked, likewise."""
_DAMPING_SECONDS = 0.03
_STRUM_BEATS = 0.035
"""Time from one string of a chord to the next."""
_PAN = (-0.1, 0.15, -0.25, 0.3, -0.35, 0.4)
"""Place of each string, −1 left … 1 right."""
_SUSTAIN_SECONDS = 3.2
"""Time in which a string of 110 Hz decays by 60 dB; higher strings ring shorter."""
_BRIGHT_SUSTAIN = 0.16
"""Share of that time which partials at _BRIGHT_HZ ring."""
_BRIGHT_HZ = 4000.0
_SPREAD_RATE = 24_000.0
"""Rate in Hz that the loss filter's points are spread for; a pick barely excites more."""
_BURST_POINTS = 4096
_ROUGHNESS = 0.4
"""Noise of the pick in the burst, against the string's displacement of 1."""


@dataclass(frozen=True)
class Note:
    """A plucked note.

    Attributes
    ----------
    beat, beats : float
        When it begins, and how long it lasts until the string is damped.
    string : int
        0 is the lowest.
    pitch : int
        MIDI note number.
    force : float
        0–1; a harder pluck is louder and brighter.
    """

    beat: float
    string: int
    pitch: int
    beats: float
    force: float = 0.8


def _strummed(beat: float, pitches: tuple[int, ...], beats: float, force: float) -> list[Note]:
    """Return a chord from the lowest string up, all damped together."""
    return [
        Note(beat + i * _STRUM_BEATS, i, pitch, beats - i * _STRUM_BEATS, force)
        for i, pitch in enumerate(pitches)
    ]


RIFF: tuple[Note, ...] = (
    Note(0.0, 0, 40, 0.7, 1.0),
    Note(0.75, 0, 40, 0.2, 0.6),
    Note(1.0, 0, 43, 0.45),
    Note(1.5, 1, 45, 0.45),
    *_strummed(2.0, (40, 47, 52), 0.9, 1.0),
    Note(3.0, 2, 50, 0.45),
    Note(3.5, 1, 47, 0.45, 0.7),
    Note(4.0, 0, 40, 0.7, 1.0),
    Note(4.75, 0, 40, 0.2, 0.6),
    Note(5.0, 0, 43, 0.45),
    Note(5.5, 1, 45, 0.45),
    Note(6.0, 1, 46, 0.45, 0.9),
    Note(6.5, 1, 45, 0.45, 0.7),
    Note(7.0, 0, 43, 0.9),
    Note(8.0, 0, 40, 3.9, 0.9),
    Note(8.0, 5, 64, 0.5, 0.9),
    Note(8.5, 4, 62, 0.5, 0.7),
    Note(9.0, 4, 59, 0.5),
    Note(9.5, 3, 57, 0.5, 0.7),
    Note(10.0, 3, 55, 0.5, 0.9),
    Note(10.5, 3, 57, 0.5, 0.7),
    Note(11.0, 4, 59, 0.9, 1.0),
    *_strummed(12.0, (40, 47, 52, 55, 59, 66), 2.7, 0.9),
)
"""Four bars in E minor; the last beat is silent, so that the tail of an effect is heard."""


def pluck(frequency: float, seconds: float, rate: float, force: float = 0.8) -> NDArray[np.float64]:
    """Return the velocity of a plucked string, as a pickup senses it.

    Parameters
    ----------
    frequency : float
        Fundamental in Hz, below a sixteenth of the rate.
    seconds : float
        Length.
    rate : float
        Sample rate in Hz.
    force : float
        0–1; a harder pluck is louder and brighter.

    Returns
    -------
    ndarray [shape=(frames,), float64]
    """
    period = rate / frequency
    spread = max(1, round(rate / _SPREAD_RATE))
    loop = _loop_filter(frequency, rate, spread)
    # The loss filter delays by its spread, the interpolator by one frame and the fraction.
    delay = math.floor(period) - spread - 1
    frames = max(1, round(seconds * rate))
    burst = _burst(frequency, rate, force)
    reach = delay + len(loop) - 1
    string = np.zeros(reach + frames + delay)
    string[reach : reach + len(burst)] = burst
    for start in range(reach, reach + frames, delay):
        past = string[start - reach : start]
        string[start : start + delay] += np.convolve(past, loop, "valid")
    return string[reach : reach + frames]


def pluck_phrase(rate: float) -> NDArray[np.float32]:
    """Return the riff, which may be looped without a gap.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.

    Returns
    -------
    ndarray [shape=(2, frames), float32]
        8 s with a peak of 0.5.
    """
    beat = 60.0 / BEATS_PER_MINUTE
    phrase = np.zeros((2, round(BEATS * beat * rate)))
    for note in RIFF:
        frequency = 440.0 * 2.0 ** ((note.pitch - 69) / 12.0)
        string = pluck(frequency, note.beats * beat, rate, note.force)
        string *= _damping(len(string), rate)
        start = round(note.beat * beat * rate)
        angle = (1.0 + _PAN[note.string]) * math.pi / 4.0
        for channel, gain in enumerate((math.cos(angle), math.sin(angle))):
            sensed = _pickup(string, _PICKUPS[channel] * rate / frequency)
            phrase[channel, start : start + len(string)] += gain * sensed
    heard: NDArray[np.float32] = (phrase * (PEAK / np.abs(phrase).max())).astype(np.float32)
    return heard


def _loop_filter(frequency: float, rate: float, spread: int) -> NDArray[np.float64]:
    """Return the string's loss per period and its tuning as one FIR filter.

    The outer points of the loss filter lie `spread` frames from its middle, so that it damps
    alike at any rate.
    """
    sustain = _SUSTAIN_SECONDS * (110.0 / frequency) ** 0.4
    kept = 10.0 ** (-3.0 / (frequency * sustain))
    kept_bright = 10.0 ** (-3.0 / (frequency * _BRIGHT_SUSTAIN * sustain))
    bright = 2.0 * math.pi * min(_BRIGHT_HZ, 0.4 * rate) / rate
    # Gain at the angle w: kept · (1 − 2 side (1 − cos(spread · w))).
    side = (1.0 - kept_bright / kept) / (2.0 * (1.0 - math.cos(spread * bright)))
    loss = np.zeros(2 * spread + 1)
    loss[[0, spread, -1]] = kept * side, kept * (1.0 - 2.0 * side), kept * side
    d = 1.0 + rate / frequency % 1.0
    points = range(4)
    interpolator = [
        math.prod((d - other) / (point - other) for other in points if other != point)
        for point in points
    ]  # Lagrange, third order
    return np.convolve(loss, interpolator)


def _burst(frequency: float, rate: float, force: float) -> NDArray[np.float64]:
    """Return the first period: a triangle's velocity, smoothed by the pick and roughened by it."""
    phase = np.arange(_BURST_POINTS) / _BURST_POINTS
    shape = np.where(np.abs(phase - 0.5) < _PICKED_AT / 2.0, 1.0, -_PICKED_AT / (1.0 - _PICKED_AT))
    noise = np.random.default_rng(round(1e6 / frequency)).uniform(-1.0, 1.0, _BURST_POINTS)
    hertz = frequency * np.arange(_BURST_POINTS // 2 + 1)
    spectrum = np.fft.rfft(shape + _ROUGHNESS * noise)
    spectrum *= np.exp(-((hertz / (1500.0 + 4500.0 * force)) ** 2))
    spectrum[0] = 0.0
    spectrum[hertz > 0.45 * rate] = 0.0
    frames = np.arange(math.floor(rate / frequency))
    period = np.fft.irfft(spectrum, _BURST_POINTS)
    burst: NDArray[np.float64] = force * np.interp(frames * frequency / rate, phase, period)
    return burst


def _pickup(string: NDArray[np.float64], delay: float) -> NDArray[np.float64]:
    """Return the string as sensed where the wave that comes back is `delay` frames late."""
    whole, part = int(delay), delay % 1.0
    sensed = string.copy()
    sensed[whole:] -= (1.0 - part) * string[: len(string) - whole]
    sensed[whole + 1 :] -= part * string[: len(string) - whole - 1]
    return sensed


def _damping(frames: int, rate: float) -> NDArray[np.float64]:
    """Return ones that fall to zero where the hand comes down at the end."""
    falling = min(frames, round(_DAMPING_SECONDS * rate))
    gain = np.ones(frames)
    gain[frames - falling :] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, falling + 1) / falling)
    return gain
