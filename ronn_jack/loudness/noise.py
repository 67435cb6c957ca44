"""Pink noise: what networks are measured on while there is no real input."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.units import decibels_to_gain

LEVEL_DBFS = -18.0
"""RMS level; as in AES17, 0 dBFS is that of a full-scale sine, so this is an RMS of 0.089."""
LOWEST_HERTZ = 20.0
HIGHEST_HERTZ = 20000.0
_SEED = 1770


@functools.lru_cache(maxsize=4)
def pink_noise(frames: int, channels: int, rate: float) -> NDArray[np.float32]:
    """Return the same noise every time [shape=(channels, frames), float32], read-only.

    It is made of spectral lines with equal power per octave from 20 Hz to 20 kHz and random
    phases, so its slope and level are exact and its end joins its start seamlessly. A line's
    phase does not depend on the rate: the same seconds sound alike at any rate. The channels are
    uncorrelated.

    Parameters
    ----------
    frames : int
        At least 100 ms.
    channels : int
    rate : float
        Sample rate in Hz.
    """
    seconds = frames / rate
    highest = min(math.floor(HIGHEST_HERTZ * seconds), (frames - 1) // 2)
    lines = np.arange(math.ceil(LOWEST_HERTZ * seconds), highest + 1)
    rms = decibels_to_gain(LEVEL_DBFS) / math.sqrt(2.0)
    noise = np.empty((channels, frames), np.float32)
    for channel in range(channels):
        # The legacy generator's streams are frozen by numpy's policy.
        turns = np.random.RandomState(_SEED + channel).random_sample(lines.size)
        spectrum = np.zeros(frames // 2 + 1, np.complex128)
        spectrum[lines] = np.exp(2j * np.pi * turns) / np.sqrt(lines)
        signal = np.fft.irfft(spectrum, frames)
        noise[channel] = signal * (rms / math.sqrt(float(np.mean(signal**2))))
    noise.flags.writeable = False
    return noise
