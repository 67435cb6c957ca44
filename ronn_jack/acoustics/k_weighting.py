"""K-weighting, after ITU-R BS.1770-5: how much the ear makes of each frequency."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_TABLE_RATE = 48000.0
_SHELF = (
    1.53512485958697,
    -2.69169618940638,
    1.19839281085285,
    -1.69065929318241,
    0.73248077421585,
)
_HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
"""(b0, b1, b2, a1, a2) at 48 kHz, tables 1 and 2 of the standard."""

Coefficients = tuple[float, float, float, float, float]


def k_weighting(rate: float) -> tuple[Coefficients, Coefficients]:
    """Return the (b0, b1, b2, a1, a2) of K-weighting's shelf and high-pass at any rate.

    The standard gives them at 48 kHz and asks for the same frequency response at other rates. So
    its tables are taken back to the analog prototypes by the inverse bilinear transform, and from
    there to `rate`, each with its own corner frequency prewarped.
    """
    return _at_rate(_SHELF, rate), _at_rate(_HIGH_PASS, rate)


def k_power(frequencies: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Return by how much K-weighting multiplies the power of each frequency in Hz."""
    delay = np.exp(-2j * np.pi * frequencies / rate)
    power: NDArray[np.float64] = np.ones_like(frequencies)
    for b0, b1, b2, a1, a2 in k_weighting(rate):
        gain = (b0 + b1 * delay + b2 * delay**2) / (1.0 + a1 * delay + a2 * delay**2)
        power = power * np.abs(gain) ** 2
    return power


class Prototype(NamedTuple):
    """An analog filter.

    Attributes
    ----------
    zeros, poles : tuple of float
        Coefficients of s⁰, s¹, s², where s = j·tan(π·f/48000).
    warped, corner : float
        Its corner, as such a tangent and in Hz.
    """

    zeros: tuple[float, float, float]
    poles: tuple[float, float, float]
    warped: float
    corner: float


def prototypes() -> tuple[Prototype, Prototype]:
    """Return the analog shelf and high-pass that the standard's tables stand for."""
    return _prototype(_SHELF), _prototype(_HIGH_PASS)


def _prototype(table: Coefficients) -> Prototype:
    b0, b1, b2, a1, a2 = table
    # z⁻¹ = (1 − s)/(1 + s), where s = j·tan(π·f/48000): coefficients of s⁰, s¹, s².
    zeros = (b0 + b1 + b2, 2.0 * (b0 - b2), b0 - b1 + b2)
    poles = (1.0 + a1 + a2, 2.0 * (1.0 - a2), 1.0 - a1 + a2)
    warped = math.sqrt(poles[0] / poles[2])
    return Prototype(zeros, poles, warped, math.atan(warped) * _TABLE_RATE / math.pi)


def _at_rate(table: Coefficients, rate: float) -> Coefficients:
    zeros, poles, warped, corner = _prototype(table)
    scale = warped / math.tan(math.pi * corner / rate)
    n0, n1, n2 = zeros[0], zeros[1] * scale, zeros[2] * scale**2
    d0, d1, d2 = poles[0], poles[1] * scale, poles[2] * scale**2
    whole = d0 + d1 + d2
    return (
        (n0 + n1 + n2) / whole,
        2.0 * (n0 - n2) / whole,
        (n0 - n1 + n2) / whole,
        2.0 * (d0 - d2) / whole,
        (d0 - d1 + d2) / whole,
    )
