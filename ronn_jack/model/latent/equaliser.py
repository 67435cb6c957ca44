"""Five bands of an equaliser: their settings, and the curve that these are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ronn_jack.acoustics.k_weighting import k_power

Array = NDArray[np.float64]
Five = tuple[float, float, float, float, float]

MOST_GAIN_DB = 24.0
"""What a band gives or takes at most, however strong."""
_HIGHEST_SHARE = 0.49
"""Of the sample rate: a corner beyond it lies there."""
_LOUDNESS_BANDS = 256


@dataclass(frozen=True)
class Band:
    """What a band may be; frequencies are in Hz."""

    name: Literal["low", "mid1", "mid2", "mid3", "high"]
    form: Literal["low_shelf", "bell", "high_shelf"]
    lowest: float
    highest: float
    frequency: float
    lowest_q: float = 0.71
    highest_q: float = 0.71
    q: float = 0.71


BANDS = (
    Band("low", "low_shelf", 22.0, 1000.0, 150.0),
    Band("mid1", "bell", 82.0, 3900.0, 560.0, 0.1, 10.0),
    Band("mid2", "bell", 180.0, 4700.0, 1000.0, 0.1, 10.0),
    Band("mid3", "bell", 220.0, 10000.0, 3300.0, 0.1, 10.0),
    Band("high", "high_shelf", 580.0, 20000.0, 8200.0),
)
"""The ranges and defaults that the SAFE equaliser and flowEQ have; shelves have a fixed Q."""


@dataclass(frozen=True)
class EqSettings:
    """What the five bands do.

    Attributes
    ----------
    gains : tuple of float
        In dB; a band at 0 does nothing, wherever it is.
    frequencies : tuple of float
        In Hz.
    qs : tuple of float
        As in the RBJ cookbook.
    """

    gains: Five
    frequencies: Five
    qs: Five


FLAT = EqSettings(
    (0.0, 0.0, 0.0, 0.0, 0.0),
    (150.0, 560.0, 1000.0, 3300.0, 8200.0),
    (0.71, 0.71, 0.71, 0.71, 0.71),
)


def response(settings: EqSettings, frequencies: Array, rate: float) -> Array:
    """Return the gain in dB at each frequency in Hz.

    It is that of the very filters which run at `rate`: the RBJ cookbook's analog prototypes by the
    bilinear transform, which is what a trapezoidal state-variable filter is too.
    """
    return curves(
        np.array(settings.gains),
        np.array(settings.frequencies),
        np.array(settings.qs),
        np.asarray(frequencies, dtype=np.float64),
        rate,
    )


def curves(gains: Array, corners: Array, qs: Array, frequencies: Array, rate: float) -> Array:
    """Return the gains in dB [shape=(..., points)] of many settings.

    Parameters
    ----------
    gains, corners, qs : ndarray [shape=(..., 5)]
        In dB and Hz.
    frequencies : ndarray [shape=(points,)]
        In Hz, up to half of `rate`.
    """
    warped = np.tan(np.pi * np.minimum(frequencies / rate, 0.4999))
    edges = np.tan(np.pi * np.minimum(corners / rate, _HIGHEST_SHARE))
    total = np.zeros((*gains.shape[:-1], frequencies.size))
    for i, band in enumerate(BANDS):
        # s = j·x, where the corner is at x = 1.
        square = np.square(warped / edges[..., i, None])
        amplitude = 10.0 ** (gains[..., i, None] / 40.0)
        damping = square / np.square(qs[..., i, None])
        if band.form == "bell":
            gap = np.square(1.0 - square)
            ratio = (gap + damping * amplitude**2) / (gap + damping / amplitude**2)
        else:
            low = np.square(amplitude - square) + damping * amplitude
            high = np.square(1.0 - amplitude * square) + damping * amplitude
            ratio = amplitude**2 * (low / high if band.form == "low_shelf" else high / low)
        total += 10.0 * np.log10(ratio)
    return total


def loudness_loss(settings: EqSettings, rate: float) -> float:
    """Return by how many dB pink noise becomes less loud, K-weighted; negative if louder."""
    if settings.gains == FLAT.gains:
        return 0.0
    edges = np.geomspace(20.0, min(20000.0, _HIGHEST_SHARE * rate), _LOUDNESS_BANDS + 1)
    # Pink noise has as much power in every one of these bands.
    frequencies = np.sqrt(edges[1:] * edges[:-1])
    power = k_power(frequencies, rate)
    changed = power * 10.0 ** (response(settings, frequencies, rate) / 10.0)
    return 10.0 * math.log10(float(power.sum()) / float(changed.sum()))
