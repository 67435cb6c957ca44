"""Dry signals on which sounds are measured: a guitar, a piano, drums and a voice.

All are synthesised, the same on every machine but for rounding: notes as sums of partials, drums
as decaying sines and shaped noise. They are made to tell sounds apart, not to be mistaken for
recordings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.phrase import pluck_phrase

SECONDS = 4.0
"""Length of each source."""
PEAK = 0.5
"""Largest sample of each source, −6 dBFS."""

_HIGHEST_PARTIAL_HZ = 12_000.0

# Start and length in s, MIDI note and force.
_PIANO = (
    (0.0, 1.4, 41, 0.8), (0.0, 0.9, 57, 0.5), (0.0, 0.9, 60, 0.5), (0.0, 0.9, 64, 0.6),
    (0.75, 0.4, 67, 0.5), (1.0, 0.9, 69, 0.9), (1.5, 1.2, 43, 0.7), (1.5, 0.7, 59, 0.4),
    (1.5, 0.7, 65, 0.4), (2.0, 0.4, 67, 0.6), (2.25, 0.4, 64, 0.3), (2.5, 1.3, 36, 1.0),
    (2.5, 1.3, 55, 0.7), (2.5, 1.3, 60, 0.7), (2.5, 1.3, 76, 0.9), (3.25, 0.6, 72, 0.4),
)  # fmt: skip
_INHARMONICITY = 4e-4
_STRUCK_AT = 0.12
"""Share of the string's length; partials with a node there are missing."""

# Times in s.
_KICKS = (0.0, 0.75, 1.0, 2.0, 2.5, 2.75)
_SNARES = (0.5, 1.5, 2.5, 3.25)
_HATS = tuple(0.25 * step for step in range(14))

# Start and length in s, MIDI note, and the formants of its vowel in Hz.
_SUNG = (
    (0.05, 0.85, 57, (730.0, 1090.0, 2440.0, 3400.0)),
    (0.95, 0.5, 60, (530.0, 1840.0, 2480.0, 3500.0)),
    (1.5, 0.95, 62, (570.0, 840.0, 2410.0, 3300.0)),
    (2.5, 0.35, 60, (270.0, 2290.0, 3010.0, 3600.0)),
    (2.9, 0.9, 53, (300.0, 870.0, 2240.0, 3300.0)),
)
"""Vowels of a, e, o, i and u after Peterson and Barney, "Control Methods Used in a Study of the
Vowels", JASA 24(2), 1952."""
_FORMANT_WIDTHS_HZ = (80.0, 100.0, 140.0, 200.0)
_BREATH = 0.02

Signal = NDArray[np.float32]
Wave = NDArray[np.float64]


def guitar(rate: float) -> Signal:
    """Return the beginning of the demo's riff."""
    return _finished(pluck_phrase(rate).astype(np.float64), rate)


def piano(rate: float) -> Signal:
    """Return chords and a tune on stiff strings, struck softly and hard."""
    out = np.zeros((2, round(SECONDS * rate)))
    for start, seconds, pitch, force in _PIANO:
        pan = np.clip((pitch - 52) / 80.0, -0.25, 0.25)
        _add(out, start, rate, _struck(_hertz(pitch), seconds, rate, force), pan)
    return _finished(out, rate)


def drums(rate: float) -> Signal:
    """Return two bars of kick, snare and hi-hat."""
    random = np.random.default_rng(7)
    out = np.zeros((2, round(SECONDS * rate)))
    for start in _KICKS:
        t = np.arange(round(0.4 * rate)) / rate
        sweep = 2.0 * np.pi * (48.0 * t + 90.0 * 0.03 * (1.0 - np.exp(-t / 0.03)))
        click = 0.3 * _shaped_noise(random, t.size, rate, 1500.0, 6000.0) * np.exp(-t / 0.004)
        _add(out, start, rate, np.sin(sweep) * np.exp(-t / 0.11) + click)
    for start in _SNARES:
        t = np.arange(round(0.35 * rate)) / rate
        modes = np.sin(2 * np.pi * 185.0 * t) + 0.6 * np.sin(2 * np.pi * 331.0 * t)
        wires = _shaped_noise(random, t.size, rate, 900.0, 9000.0) * np.exp(-t / 0.07)
        _add(out, start, rate, 0.4 * modes * np.exp(-t / 0.05) + 0.7 * wires, 0.1)
    for step, start in enumerate(_HATS):
        t = np.arange(round(0.2 * rate)) / rate
        length, force = (0.09, 0.5) if step % 4 == 2 else (0.02, 0.35 - 0.1 * (step % 2))
        _add(out, start, rate,
             force * _shaped_noise(random, t.size, rate, 6500.0, 15_000.0) * np.exp(-t / length),
             -0.3)  # fmt: skip
    return _finished(out, rate)


def voice(rate: float) -> Signal:
    """Return five sung vowels, gliding into one another, with vibrato and breath."""
    frames = round(SECONDS * rate)
    step = round(0.005 * rate)
    knots = np.arange(0, frames + step, step)
    t = knots / rate
    starts = [start for start, *_ in _SUNG]
    note = np.array([0.0, *np.clip(np.searchsorted(starts, t[1:]) - 1, 0, len(_SUNG) - 1)], int)
    pitch = _glided(np.array([float(each[2]) for each in _SUNG])[note], 0.04, step / rate)
    pitch += 0.3 * np.sin(2.0 * np.pi * 5.2 * t)
    formants = np.array([each[3] for each in _SUNG])[note].T
    formants = np.array([_glided(each, 0.05, step / rate) for each in formants])
    loud = np.zeros_like(t)
    for start, seconds, *_ in _SUNG:
        loud += np.clip((t - start) / 0.06, 0.0, 1.0) * np.clip((start + seconds - t) / 0.1, 0, 1)
    hertz = _hertz(pitch)
    every = np.arange(frames)
    phase = 2.0 * np.pi * np.cumsum(np.interp(every, knots, hertz)) / rate
    out = np.zeros(frames)
    for partial in range(1, int(_HIGHEST_PARTIAL_HZ / hertz.min())):
        gain = loud * _vowel(partial * hertz, formants) / partial**1.5
        gain[partial * hertz > _HIGHEST_PARTIAL_HZ] = 0.0
        out += np.interp(every, knots, gain) * np.sin(partial * phase)
    breath = _shaped_noise(np.random.default_rng(11), frames, rate, 2000.0, 8000.0)
    out += _BREATH * np.abs(out).max() * breath * np.interp(every, knots, loud)
    return _finished(np.stack([out, out]), rate)


SOURCES: Mapping[str, Callable[[float], Signal]] = {
    "guitar": guitar,
    "piano": piano,
    "drums": drums,
    "voice": voice,
}
"""Each returns [shape=(2, frames), float32] for a sample rate in Hz: 4 s with a peak of 0.5."""


def _hertz(pitch: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the frequencies of MIDI notes."""
    hertz: NDArray[np.float64] = 440.0 * np.exp2((np.asarray(pitch) - 69.0) / 12.0)
    return hertz


def _struck(hertz: Wave, seconds: float, rate: float, force: float) -> Wave:
    """Return a stiff string under a hammer; a harder stroke is louder and brighter.

    Each partial decays fast at first and slowly then, as strings of three do that get out of step.
    """
    t = np.arange(round(seconds * rate)) / rate
    out = np.zeros_like(t)
    brightness = 500.0 + 2500.0 * force**2
    for partial in range(1, 60):
        f = float(partial * hertz * math.sqrt(1.0 + _INHARMONICITY * partial**2))
        if f > min(_HIGHEST_PARTIAL_HZ, 0.45 * rate):
            break
        gain = abs(math.sin(math.pi * partial * _STRUCK_AT)) / (1.0 + (f / brightness) ** 2)
        slow = 1.4 / (1.0 + f / 500.0)
        decay = 0.8 * np.exp(-t / (0.3 * slow)) + 0.2 * np.exp(-t / slow)
        # Partials that began in step would add up to a click.
        out += gain * decay * np.sin(2.0 * np.pi * f * t + 2.4 * partial**2)
    damped = np.clip((seconds - t) / 0.06, 0.0, 1.0) * np.clip(t / 0.002, 0.0, 1.0)
    return force * damped * out


def _vowel(hertz: Wave, formants: Wave) -> Wave:
    """Return the gains of resonances in parallel at some frequencies [shape=(knots,)]."""
    gain = np.zeros_like(hertz)
    for index, (centre, width) in enumerate(zip(formants, _FORMANT_WIDTHS_HZ, strict=True)):
        detune = (hertz / centre - centre / hertz) * centre / width
        gain += 0.6**index / np.sqrt(1.0 + detune**2)
    return gain


def _glided(values: Wave, seconds: float, step_seconds: float) -> Wave:
    """Return steps with their edges rounded over a time."""
    width = 2 * round(seconds / step_seconds) + 1
    padded = np.pad(values, width // 2, mode="edge")
    window = np.hanning(width + 2)[1:-1]
    return np.convolve(padded, window / window.sum(), "valid")


def _shaped_noise(
    random: np.random.Generator, frames: int, rate: float, low: float, high: float
) -> Wave:
    """Return noise with an RMS of 0.35 between two frequencies in Hz, falling beyond them."""
    hertz = np.maximum(1.0, np.fft.rfftfreq(frames, 1.0 / rate))
    gain = 1.0 / np.sqrt((1.0 + (low / hertz) ** 4) * (1.0 + (hertz / high) ** 4))
    noise: Wave = np.fft.irfft(np.fft.rfft(random.standard_normal(frames)) * gain, frames)
    return noise * (0.35 / float(np.sqrt(np.mean(noise**2))))


def _add(out: Wave, start: float, rate: float, wave: Wave, pan: float = 0.0) -> None:
    """Add a wave to both channels from a time in s on; pan is −1 left to 1 right."""
    begin = round(start * rate)
    wave = wave[: out.shape[1] - begin]
    angle = (1.0 + pan) * math.pi / 4.0
    out[0, begin : begin + wave.size] += math.cos(angle) * wave
    out[1, begin : begin + wave.size] += math.sin(angle) * wave


def _finished(out: Wave, rate: float) -> Signal:
    """Return a source at its length, its peak, and with its end faded out."""
    out = out[:, : round(SECONDS * rate)]
    fade = round(0.1 * rate)
    out[:, -fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    finished: Signal = (out * (PEAK / np.abs(out).max())).astype(np.float32)
    return finished
