"""Impulse responses from pictures of their energy: noise that is shaped in frequency and time.

The pictures are NeuralReverberator's: 513 lines up to 8 kHz by 128 frames of 16 ms. It found a
phase for each by Griffin and Lim's algorithm from random ones, so that no two responses of a point
were alike. Here the phase is that of a noise which stays the same, so that near points have
responses that are nearly the same, and a walk from one to the other can glide.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.archives import Arrays, needed
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.shaped_noise import (
    Float32,
    bin_frequencies,
    shape_noise,
    spectrum_times,
)

RATE = 16_000
"""Hz."""
LINES, FRAMES = 513, 128
LENGTH, HOP = 1024, 256
"""Frames of a transform, and from one to the next."""

_LOWEST_DB = -160.0
_FADE_SHARE = 0.05
"""Of a response, at whose end a picture may still be bright."""

Picture = NDArray[np.float64]
"""Level in dB [shape=(LINES, FRAMES)]."""
Point = tuple[float, float, float]


class Pictures(Protocol):
    """Gives the picture of a point, whose coordinates go from -2 to 2."""

    def picture(self, point: Point) -> Picture:
        """Return the picture of a point."""
        ...


class PicturedRooms:
    """The rooms whose energy is pictured; a seed or weights they have not."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def response(self, spec: RoomSpec, rate: float) -> Float32:
        """Return the response of a room [shape=(2, frames), float32] as it is, at any level."""
        levels = self._pictures.picture((spec.x, spec.y, spec.z))
        frames = int(FRAMES * HOP / RATE * rate)
        times = spectrum_times(frames, rate) * (RATE / HOP)
        frequencies = bin_frequencies(rate) * (LENGTH / RATE)
        # Between its lines and its frames a picture goes straight in dB.
        levels = _between(_between(levels - levels.max(), frequencies).T, times)
        gains = 10.0 ** (np.maximum(levels, _LOWEST_DB) / 20.0)
        gains[:, frequencies > LINES - 1] = 0.0
        sound = shape_noise(gains.astype(np.float32), frames, rate)
        fade = int(_FADE_SHARE * frames)
        sound[:, frames - fade :] *= np.cos(np.linspace(0.0, 0.5 * np.pi, fade)) ** 2
        return sound


def _between(rows: Picture, places: NDArray[np.float64]) -> Picture:
    """Return rows, and what lies between them, at places counted from the first; ends go on."""
    last = len(rows) - 1
    inside = np.clip(places, 0.0, last)
    below = np.minimum(inside.astype(int), last - 1)
    share = (inside - below)[:, None]
    between: Picture = rows[below] * (1.0 - share) + rows[below + 1] * share
    return between


GRID = "grid"
"""Form of a file of energies in bands on a grid of points."""
STEP_DB = 0.5
EDGES = np.unique(np.round(np.geomspace(1, LINES + 1, 65)).astype(int) - 1)
"""Lines at which the bands begin, and the last one ends."""
_REACH = 2.0


class PictureGrid:
    """Pictures of the points of a grid, and of those between.

    Parameters
    ----------
    arrays : mapping
        `levels` [shape=(points, points, points, bands, frames)] in steps of STEP_DB.
    """

    def __init__(self, arrays: Arrays) -> None:
        needed(arrays, "levels", None, None, None, len(EDGES) - 1, FRAMES)
        self._levels = arrays["levels"]
        middles = (EDGES[:-1] + EDGES[1:] - 1) / 2.0
        lines = np.arange(LINES)
        self._places = np.interp(np.log1p(lines), np.log1p(middles), np.arange(middles.size))

    def picture(self, point: Point) -> Picture:
        """Return the picture of a point."""
        levels = self._levels
        for coordinate in point:
            last = len(levels) - 1
            place = min(1.0, max(0.0, 0.5 + 0.5 * coordinate / _REACH)) * last
            low = int(place)
            near = levels[low].astype(np.float64)
            levels = near + (place - low) * (levels[min(low + 1, last)] - near)
        return _between(levels, self._places) * STEP_DB
