"""An impulse response that is always the same, at any rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archives import Arrays, needed
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.shaped_noise import LONGEST_SECONDS, Float32, most_frames

RESPONSE = "response"
"""Form of a file of one."""
LOWEST_RATE, HIGHEST_RATE = 8_000, 768_000

_PADDING = 2048
"""Frames of silence after a response, in which what rings at its ends may fade."""


class FixedResponse:
    """A response that no point, seed or weights move.

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
        if samples.shape[1] > LONGEST_SECONDS * self._rate + 1:
            raise ModelError(f"is longer than {LONGEST_SECONDS:g} s")
        self._samples = np.broadcast_to(samples, (2, samples.shape[1]))
        self._found: tuple[int, Float32] | None = None

    def response(self, spec: RoomSpec, rate: float) -> Float32:
        """Return it [shape=(2, frames), float32]; what a rate has no room for is left out."""
        wanted = round(rate)
        if self._found is None or self._found[0] != wanted:
            samples = resampled(self._samples, self._rate, wanted)[:, : most_frames(rate)]
            self._found = wanted, samples.astype(np.float32)
        return self._found[1]


def resampled(samples: NDArray[np.float64], rate: int, wanted: int) -> NDArray[np.float64]:
    """Return samples [shape=(channels, frames)] at another rate, both in whole Hz.

    The band that both rates have is kept as it is: the transform of the whole response is cut or
    lengthened, which is exact for what is band-limited and ends in silence.
    """
    if rate == wanted:
        return samples
    frames = samples.shape[1]
    step = rate // math.gcd(rate, wanted)
    total = -(-(frames + _PADDING) // step) * step
    made = total * wanted // rate
    spectrum = np.fft.rfft(samples, total, axis=1)
    # What lies at half of the lower rate can't be told from its negative.
    spectrum = spectrum[:, : min(total, made) // 2]
    found = np.fft.irfft(spectrum, made, axis=1) * (wanted / rate)
    return found[:, : -(-frames * wanted // rate)]
