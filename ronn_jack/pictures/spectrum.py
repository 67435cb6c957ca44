"""Spectra for the eye: levels in bands that are evenly spaced in pitch."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

LOWEST_HERTZ, HIGHEST_HERTZ = 20.0, 20_000.0
BANDS = 240
"""Of the whole range: 24 an octave."""
FLOOR_DB = -120.0
_WINDOW_SECONDS = 0.08
_TINY = 1e-30

Signal = NDArray[np.float32]
Levels = NDArray[np.float64]


def window_frames(rate: float) -> int:
    """Return the frames that a spectrum is taken of."""
    return 1 << round(math.log2(_WINDOW_SECONDS * rate))


def centres() -> Levels:
    """Return the middle of each band in Hz."""
    return np.sqrt(_edges()[1:] * _edges()[:-1])


def spectrum(x: Signal, rate: float) -> Levels:
    """Return the spectrum of the latest frames through a Hann window.

    Parameters
    ----------
    x : ndarray [shape=(channels, frames), float32]
        What is missing before it is taken for silence.
    rate : float
        Sample rate in Hz.

    Returns
    -------
    ndarray [shape=(BANDS,), float64]
        The highest level of each band in dB, channels averaged by power: 0 is a sine at full scale
        in all of them. Bands beyond half of the rate are at FLOOR_DB.
    """
    length = window_frames(rate)
    window, scale = _hann(length)
    frames = np.zeros((x.shape[0], length))
    frames[:, length - min(length, x.shape[1]) :] = x[:, -length:]
    spectra = np.fft.rfft(frames * window, axis=1)
    power = (spectra.real**2 + spectra.imag**2).mean(axis=0) * scale
    return in_bands(10.0 * np.log10(power + _TINY), length, rate)


def in_bands(levels: Levels, length: int, rate: float) -> Levels:
    """Return the highest level in each band, or what lies between two lines where it has none."""
    bands = _Bands.of(length, rate)
    between = np.interp(bands.place, np.arange(levels.size), levels, right=FLOOR_DB)
    between[bands.full] = np.maximum.reduceat(levels, bands.cuts)[::2]
    between[bands.beyond] = FLOOR_DB
    return np.maximum(between, FLOOR_DB)


class _Bands:
    """Which lines of a spectrum belong to which band."""

    def __init__(self, length: int, rate: float) -> None:
        edges = _edges() * length / rate
        lines = length // 2 + 1
        self.place = centres() * length / rate
        first, last = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
        self.full = (last > first) & (last < lines)
        self.beyond = self.place > lines - 1
        self.cuts = np.stack([first[self.full], last[self.full]], axis=1).reshape(-1)

    @staticmethod
    @functools.lru_cache(maxsize=8)
    def of(length: int, rate: float) -> _Bands:
        """Return those of a length and a rate."""
        return _Bands(length, rate)


@functools.cache
def _edges() -> Levels:
    return np.geomspace(LOWEST_HERTZ, HIGHEST_HERTZ, BANDS + 1)


@functools.lru_cache(maxsize=4)
def _hann(length: int) -> tuple[Levels, float]:
    """Return the window, and what makes of power that of a sine at full scale."""
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    return window, float((2.0 / window.sum()) ** 2)
