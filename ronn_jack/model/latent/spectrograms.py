"""Impulse responses from pictures of their energy: noise that is shaped in frequency and time.

The pictures are NeuralReverberator's: 513 lines up to 8 kHz by 128 frames of 16 ms. It found a
phase for each by Griffin and Lim's algorithm from random ones, so that no two responses of a point
were alike. Here the phase is that of a noise which stays the same, so that near points have
responses that are nearly the same, and a walk from one to the other can glide.
"""

from __future__ import annotations

import functools
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.archive import Arrays, needed

RATE = 16_000
"""Hz."""
LINES, FRAMES = 513, 128
LENGTH, HOP = 1024, 256
"""Frames of a transform, and from one to the next."""
SPAN = 2.0
"""Points go from -SPAN to SPAN along each axis."""

_FLOOR_DB = -160.0
_NOISES = 8
"""Seeds whose noise is kept; each takes 2 MB."""
_WINDOW = np.hanning(LENGTH + 1)[:-1]

Picture = NDArray[np.float64]
"""Level in dB [shape=(LINES, FRAMES)]."""


class Pictures(Protocol):
    """Gives the picture of a point."""

    def picture(self, point: tuple[float, float, float]) -> Picture:
        """Return the picture of a point."""
        ...


def shaped_noise(picture: Picture, seed: int) -> NDArray[np.float64]:
    """Return two channels [shape=(2, frames)] of noise with the energy of a picture, at RATE."""
    gains = 10.0 ** (np.maximum(picture - picture.max(), _FLOOR_DB) / 20.0)
    return np.stack([_joined(noise * gains) for noise in _noises(seed)])


def transform(samples: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the spectra [shape=(LINES, FRAMES)] of a signal around every HOP-th frame."""
    wanted = HOP * (FRAMES - 1) + LENGTH
    padded = np.zeros(wanted)
    known = samples[: wanted - LENGTH // 2]
    padded[LENGTH // 2 : LENGTH // 2 + known.size] = known
    parts = np.lib.stride_tricks.sliding_window_view(padded, LENGTH)[::HOP]
    return np.fft.rfft(parts * _WINDOW, axis=1).T


@functools.lru_cache(_NOISES)
def _noises(seed: int) -> tuple[NDArray[np.complex128], ...]:
    """Return the spectra of two noises that have nothing to do with each other."""
    random = np.random.Generator(np.random.PCG64([seed, RATE]))
    frames = HOP * (FRAMES - 1) + LENGTH
    return tuple(transform(random.standard_normal(frames)) for _ in range(2))


def _joined(spectra: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the signal whose windowed parts come nearest to some spectra."""
    parts = np.fft.irfft(spectra.T, LENGTH, axis=1) * _WINDOW
    steps = LENGTH // HOP
    total = np.zeros((FRAMES + steps - 1, HOP))
    weight = np.zeros_like(total)
    for step in range(steps):
        column = slice(step * HOP, (step + 1) * HOP)
        total[step : step + FRAMES] += parts[:, column]
        weight[step : step + FRAMES] += _WINDOW[column] ** 2
    joined = total.ravel() / np.maximum(weight.ravel(), 1e-3)
    found: NDArray[np.float64] = joined[LENGTH // 2 : LENGTH // 2 + HOP * (FRAMES - 1)]
    return found


# What NeuralReverberator's plugin plays are responses on a grid of points. Their energy in bands is
# kept, and lies between that of the neighbours where the point lies between them.

GRID = "reverb grid"
BANDS = 64
_EDGES = np.unique(np.round(np.geomspace(1, LINES, BANDS + 1)).astype(int) - 1)
_STEP_DB = 0.5
_LOWEST = -127


def banded(samples: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the energy of a response at RATE in bands and frames, in steps of half a dB."""
    power = np.abs(transform(samples)) ** 2
    mean = np.add.reduceat(power, _EDGES[:-1]) / np.diff(_EDGES)[:, None]
    level = 10.0 * np.log10(np.maximum(mean / max(float(mean.max()), 1e-300), 1e-20))
    return np.maximum(np.round(level / _STEP_DB), _LOWEST).astype(np.int8)


class PictureGrid:
    """Pictures of the points of a grid, and of those between.

    Parameters
    ----------
    arrays : mapping
        `levels` [shape=(points, points, points, bands, frames)], as `banded` gives them.
    """

    def __init__(self, arrays: Arrays) -> None:
        needed(arrays, "levels", None, None, None, len(_EDGES) - 1, FRAMES)
        self._levels = arrays["levels"]
        middles = (_EDGES[:-1] + _EDGES[1:] - 1) / 2.0
        self._lines = np.interp(
            np.log1p(np.arange(LINES)), np.log1p(middles), np.arange(middles.size)
        )

    def picture(self, point: tuple[float, float, float]) -> Picture:
        """Return the picture of a point."""
        levels = self._levels
        for coordinate in point:
            last = levels.shape[0] - 1
            place = min(1.0, max(0.0, (coordinate + SPAN) / (2.0 * SPAN))) * last
            low = min(int(place), max(0, last - 1))
            share = place - low
            near = levels[low].astype(np.float32)
            levels = near + share * (levels[min(low + 1, last)] - near) if share else near
        below = self._lines.astype(int)
        above = np.minimum(below + 1, levels.shape[0] - 1)
        share_above = (self._lines - below)[:, None]
        found = levels[below] * (1.0 - share_above) + levels[above] * share_above
        return np.asarray(found * _STEP_DB, np.float64)
