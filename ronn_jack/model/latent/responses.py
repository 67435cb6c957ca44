"""What an imported model of a reverb answers with, at any rate."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archive import Arrays, needed
from ronn_jack.model.latent.resampling import resampled
from ronn_jack.model.latent.spectrograms import RATE, Pictures, shaped_noise

FIXED = "impulse response"
LOWEST_RATE, HIGHEST_RATE = 8_000, 768_000
MOST_SECONDS = 8.0

Point = tuple[float, float, float]


class Responses(Protocol):
    """Makes an impulse response."""

    def response(self, point: Point, seed: int, rate: int) -> NDArray[np.float64]:
        """Return a response [shape=(2, frames)] at a rate in Hz."""
        ...


class FixedResponse:
    """One that is always the same.

    Parameters
    ----------
    arrays : mapping
        `samples` [shape=(1 or 2, frames)] and their `rate` in Hz.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._rate = int(needed(arrays, "rate"))
        samples = needed(arrays, "samples", None, None)
        if not LOWEST_RATE <= self._rate <= HIGHEST_RATE or samples.shape[0] > 2:
            raise ModelError("is no mono or stereo response of a usual rate")
        if samples.shape[1] > MOST_SECONDS * self._rate + 1:
            raise ModelError(f"is longer than {MOST_SECONDS:g} s")
        self._samples = np.broadcast_to(samples, (2, samples.shape[1]))
        self._found: tuple[int, NDArray[np.float64]] = self._rate, self._samples

    def response(self, point: Point, seed: int, rate: int) -> NDArray[np.float64]:
        """Return it at a rate; there is nothing to choose."""
        if self._found[0] != rate:
            self._found = rate, resampled(self._samples, self._rate, rate)
        return self._found[1]


class PicturedResponses:
    """Those of points whose energy is pictured."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def response(self, point: Point, seed: int, rate: int) -> NDArray[np.float64]:
        """Return that of a point, with the noise of a seed."""
        return resampled(shaped_noise(self._pictures.picture(point), seed), RATE, rate)
