"""What a network makes of an input, in a few numbers that tell whether it is worth hearing.

All is measured at the loudness of the input, as it is with the level that a network gets.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.match import matched_gain

BANDS = 40
"""Of the mel spectrum."""
STEPS = 32
"""Of the course of a level."""
_LOWEST_HERTZ, _HIGHEST_HERTZ = 40.0, 16_000.0
_FRAME_SECONDS = 0.04
_FLOOR_DB = -60.0
"""Below the loudest, where differences are not heard any more."""
_HIGHEST_PITCH_HERTZ, _LOWEST_PITCH_HERTZ = 1000.0, 60.0
_FLAT_FROM_HERTZ, _FLAT_TO_HERTZ = 100.0, 8000.0
_MOST_LAG_SECONDS = 0.2
"""A sound that follows its input later than this does not follow the hand."""
_TINY = 1e-20

Signal = NDArray[np.float32]
Spectrum = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Character:
    """How a network sounds on an input.

    Attributes
    ----------
    silent : bool
        Whether there is nothing to hear, or nothing finite; the rest says nothing then.
    gain_db : float
        What makes it as loud as its input.
    distance_db : float
        Log-mel distance from the input.
    flatness : float
        0 (lines) to 1 (a frame of noise has 0.56), by power.
    pitch : float
        0 (none) to 1 (periodic): the largest autocorrelation within 60 to 1000 Hz.
    following : float
        0–1: how its envelope goes with that of the input.
    tail_db : float
        Its power after the input has ended, against that before.
    brightness : float
        Octaves of its spectral centroid above that of the input.
    balance_db : float
        Left against right, as far as the input is not so itself; 0 in mono.
    spectrum : ndarray [shape=(BANDS,), float64]
        Mean power in mel bands in dB.
    crest_db : float
        Its peak above its RMS, while the input lasts.
    course : ndarray [shape=(STEPS,), float64]
        Its level over the passage in dB, against the loudest.
    """

    silent: bool
    gain_db: float = 0.0
    distance_db: float = 0.0
    flatness: float = 0.0
    pitch: float = 0.0
    following: float = 0.0
    tail_db: float = 0.0
    brightness: float = 0.0
    balance_db: float = 0.0
    spectrum: Spectrum | None = None
    crest_db: float = 0.0
    course: Spectrum | None = None


def distance_db(one: Spectrum, other: Spectrum) -> Spectrum:
    """Return the mean difference of mel spectra in dB; the last axis is that of the bands."""
    distance: Spectrum = np.abs(one - other).mean(axis=-1)
    return distance


def mel_course(signal: Signal, rate: float, gain_db: float = 0.0) -> Spectrum:
    """Return the power in mel bands in dB over time, as far as it is heard.

    `distance_db` of two such, averaged over time, tells echoes and tails apart too, which the
    spectrum of a whole excerpt does not show.

    Parameters
    ----------
    signal : ndarray [shape=(1 or 2, frames), float32]
    rate : float
        Sample rate in Hz.
    gain_db : float
        What the signal is to be heard with.

    Returns
    -------
    ndarray [shape=(steps, BANDS), float64]
    """
    length = _frame_length(rate)
    power = _spectra(signal, length).mean(axis=0)
    return _levelled(10.0 * np.log10(power @ _mel_bank(length, rate).T + _TINY) + gain_db)


def describe(dry: Signal, wet: Signal, rate: float, sounding_frames: int) -> Character:
    """Return the character of a network's output.

    Parameters
    ----------
    dry, wet : ndarray [shape=(1 or 2, frames), float32]
        The same frames of input and output.
    rate : float
        Sample rate in Hz.
    sounding_frames : int
        Where the input ends and silence begins.
    """
    match = matched_gain(dry, wet, rate)
    if match is None or match.silent or match.overflows:
        return Character(silent=True)
    input_, output = _view(dry, rate), _view(wet, rate)
    spectrum = _levelled(output.mel_db + match.gain_db)
    end = math.ceil(sounding_frames / output.hop)
    return Character(
        silent=False,
        gain_db=match.gain_db,
        distance_db=float(distance_db(spectrum, _levelled(input_.mel_db))),
        flatness=output.flatness,
        pitch=output.pitch,
        following=_following(input_.envelope_db, output.envelope_db, rate / output.hop),
        tail_db=output.tail_db(end),
        brightness=math.log2(output.centroid / input_.centroid),
        balance_db=output.balance_db - input_.balance_db,
        spectrum=spectrum,
        crest_db=_crest_db(wet[:, :sounding_frames]),
        course=_course_db(output.envelope_db),
    )


@dataclass(frozen=True, eq=False)
class _View:
    """What can be said of one signal alone."""

    hop: int
    mel_db: Spectrum
    flatness: float
    pitch: float
    envelope_db: Spectrum
    centroid: float
    balance_db: float

    def tail_db(self, begin: int) -> float:
        """Return the mean power of the frames from `begin` on against that of those before."""
        power = 10.0 ** (self.envelope_db / 10.0)
        after = float(power[begin:].mean()) if begin < power.size else 0.0
        return max(_FLOOR_DB, _decibels(after) - _decibels(float(power[:begin].mean())))


def _view(signal: Signal, rate: float) -> _View:
    length = _frame_length(rate)
    by_channel = _spectra(signal, length)
    power = by_channel.mean(axis=0)
    total = power.sum(axis=1)
    mean = power.mean(axis=0)
    hertz = np.arange(mean.size) * rate / length
    flat = power[:, (hertz >= _FLAT_FROM_HERTZ) & (hertz <= _FLAT_TO_HERTZ)] + _TINY
    flatness = np.exp(np.log(flat).mean(axis=1)) / flat.mean(axis=1)
    left, right = by_channel[0].sum(), by_channel[-1].sum()
    return _View(
        hop=length // 2,
        # The window's gain does not matter: what is compared is seen through the same one.
        mel_db=10.0 * np.log10(_mel_bank(length, rate) @ mean + _TINY),
        flatness=_weighted(flatness, total),
        pitch=_weighted(_pitch(power, np.hanning(length), rate), total),
        envelope_db=10.0 * np.log10(total + _TINY),
        centroid=max(1.0, float((hertz * mean).sum() / (mean.sum() + _TINY))),
        balance_db=_decibels(float(left)) - _decibels(float(right)),
    )


def _frame_length(rate: float) -> int:
    return 1 << round(math.log2(_FRAME_SECONDS * rate))


def _spectra(signal: Signal, length: int) -> Spectrum:
    """Return power spectra by channel and step, through Hann windows that overlap by half."""
    frames = np.lib.stride_tricks.sliding_window_view(signal, length, axis=1)[:, :: length // 2]
    spectra = np.fft.rfft(frames * np.hanning(length), axis=2)
    power: Spectrum = spectra.real**2 + spectra.imag**2
    return power


def _pitch(power: Spectrum, window: Spectrum, rate: float) -> Spectrum:
    """Return the largest autocorrelation of each frame within the range of pitches."""
    # Circular, as is that of the window by which it is divided: what comes back from the other
    # side of a Hann window is faint.
    correlation = np.fft.irfft(power, axis=1)
    shape = np.fft.irfft(np.abs(np.fft.rfft(window)) ** 2)
    shortest = max(2, round(rate / _HIGHEST_PITCH_HERTZ))
    wanted = slice(shortest, min(round(rate / _LOWEST_PITCH_HERTZ), window.size // 2))
    bias = shape[wanted] / shape[0]
    largest = (correlation[:, wanted] / bias).max(axis=1)
    pitch: Spectrum = np.clip(largest / (correlation[:, 0] + _TINY), 0.0, 1.0)
    return pitch


def _following(dry_db: Spectrum, wet_db: Spectrum, frames_a_second: float) -> float:
    dry, wet = (np.maximum(e, e.max() + _FLOOR_DB) for e in (dry_db, wet_db))
    if dry.std() < 1.0:
        return 1.0  # nothing to follow
    found = 0.0
    for lag in range(1 + round(_MOST_LAG_SECONDS * frames_a_second)):
        a, b = dry[: dry.size - lag], wet[lag:]
        spread = float(a.std() * b.std())
        if spread > 0.0:
            found = max(found, float(((a - a.mean()) * (b - b.mean())).mean()) / spread)
    return found


def _crest_db(signal: Signal) -> float:
    square = np.square(signal, dtype=np.float64)
    return _decibels(float(square.max())) - _decibels(float(square.mean()))


def _course_db(envelope_db: Spectrum) -> Spectrum:
    """Return the loudest of each of STEPS stretches."""
    edges = np.linspace(0, envelope_db.size, STEPS + 1).astype(int)
    loudest = [envelope_db[a : max(a + 1, b)].max() for a, b in itertools.pairwise(edges)]
    course: Spectrum = np.maximum(np.array(loudest) - envelope_db.max(), _FLOOR_DB)
    return course


def _levelled(spectrum_db: Spectrum) -> Spectrum:
    floored: Spectrum = np.maximum(spectrum_db, spectrum_db.max() + _FLOOR_DB)
    return floored


def _weighted(values: Spectrum, weights: Spectrum) -> float:
    return float((values * weights).sum() / (weights.sum() + _TINY))


def _decibels(power: float) -> float:
    return 10.0 * math.log10(power + _TINY)


@functools.lru_cache(maxsize=4)
def _mel_bank(length: int, rate: float) -> Spectrum:
    """Return triangles [shape=(BANDS, length/2 + 1)] that overlap by half, evenly on the mel scale.

    The scale is that of HTK, 2595·log10(1 + f/700).
    """
    highest = min(_HIGHEST_HERTZ, 0.45 * rate)
    low, high = (2595.0 * math.log10(1.0 + f / 700.0) for f in (_LOWEST_HERTZ, highest))
    corners = 700.0 * (10.0 ** (np.linspace(low, high, BANDS + 2) / 2595.0) - 1.0)
    hertz = np.arange(length // 2 + 1) * rate / length
    rising = (hertz - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - hertz) / (corners[2:] - corners[1:-1])[:, None]
    bank: Spectrum = np.maximum(0.0, np.minimum(rising, falling))
    return bank
