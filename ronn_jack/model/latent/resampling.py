"""An impulse response at another sample rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_PADDING = 2048
"""Frames of silence around a response, where what rings at its ends may fade."""


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
    kept = min(spectrum.shape[1], made // 2 + 1)
    # What is half the lower rate can't be told from its negative.
    spectrum = spectrum[:, : kept - 1]
    found = np.fft.irfft(spectrum, made, axis=1) * (wanted / rate)
    return found[:, : -(-frames * wanted // rate)]
