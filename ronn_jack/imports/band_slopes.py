"""The curve of five bands and how it moves with each of their settings, for training."""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.model.latent.curve_search import FREQUENCIES, RATE
from ronn_jack.model.latent.decoders import Array
from ronn_jack.model.latent.equaliser import BANDS

_DB = 10.0 / math.log(10.0)
_WARPED = np.square(np.tan(np.pi * FREQUENCIES / RATE))


def curves_and_slopes(gains: Array, frequencies: Array, qs: Array) -> tuple[Array, Array]:
    """Return curves in dB and their derivatives by gain, log frequency and log Q.

    Parameters
    ----------
    gains, frequencies, qs : ndarray [shape=(n, 5)]
        In dB and Hz.

    Returns
    -------
    curves : ndarray [shape=(n, 64)]
    slopes : ndarray [shape=(3, 5, n, 64)]
    """
    total = np.zeros((len(gains), FREQUENCIES.size))
    slopes = np.zeros((3, len(BANDS), *total.shape))
    for i, band in enumerate(BANDS):
        turn = np.pi * frequencies[:, i, None] / RATE
        # The square of the frequency, the corner's being 1.
        square = _WARPED / np.square(np.tan(turn))
        square_slope = square * (-4.0 * turn / np.sin(2.0 * turn))
        amplitude, width = 10.0 ** (gains[:, i, None] / 40.0), 1.0 / np.square(qs[:, i, None])
        if band.form == "bell":
            parts = _bell(square, amplitude, width)
        else:
            parts = _shelf(square, amplitude, width, high=band.form == "high_shelf")
            total += gains[:, i, None] / 2.0
            slopes[0, i] = 0.5
        for sign, (power, by_log_amplitude, by_square, by_width) in zip(
            (1.0, -1.0), parts, strict=True
        ):
            total += sign * _DB * np.log(power)
            share = sign * _DB / power
            slopes[0, i] += share * by_log_amplitude * (math.log(10.0) / 40.0)
            slopes[1, i] += share * by_square * square_slope
            slopes[2, i] += share * by_width * -2.0 * width
    return total, slopes


Power = tuple[Array, Array, Array, Array]
"""A power, and its derivatives by the logarithm of the amplitude, by the square and by width."""


def _bell(square: Array, amplitude: Array, width: Array) -> tuple[Power, Power]:
    """Return what stands above and below the line of a bell's ratio."""
    gap, gap_slope = np.square(1.0 - square), -2.0 * (1.0 - square)
    boost = np.square(amplitude)

    def power(factor: Array, sign: float) -> Power:
        damping = square * width * factor
        return gap + damping, 2.0 * sign * damping, gap_slope + width * factor, square * factor

    return power(boost, 1.0), power(1.0 / boost, -1.0)


def _shelf(square: Array, amplitude: Array, width: Array, high: bool) -> tuple[Power, Power]:
    """Return what stands above and below the line of a shelf's ratio, without its middle gain."""
    damping = square * width * amplitude
    low = (
        np.square(amplitude - square) + damping,
        2.0 * (amplitude - square) * amplitude + damping,
        -2.0 * (amplitude - square) + width * amplitude,
        square * amplitude,
    )
    rest = 1.0 - amplitude * square
    upper = (
        np.square(rest) + damping,
        -2.0 * rest * amplitude * square + damping,
        -2.0 * rest * amplitude + width * amplitude,
        square * amplitude,
    )
    return (upper, low) if high else (low, upper)
