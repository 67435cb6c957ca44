"""What is measured of a signal, whoever made it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.match import block_powers, dry_powers, gate, lufs

Signal = NDArray[np.floating]

SILENCE_DB = -200.0
"""What nothing at all is said to have."""


def louder_by(dry: NDArray[np.float32], wet: NDArray[np.float32], rate: float) -> float:
    """Return by how many LU an output is louder than its input, where that is heard.

    Parameters
    ----------
    dry, wet : ndarray [shape=(1 or 2, frames), float32]
        The same frames of both.
    rate : float
        Sample rate in Hz.
    """
    before, after = dry_powers(dry, wet.shape[0], rate), block_powers(wet, rate)
    counted = gate(before)
    if not counted.any():
        raise ValueError("the input is silent: nothing can be compared with it")
    found = lufs(float(after[counted].mean())) - lufs(float(before[counted].mean()))
    return max(SILENCE_DB, found)


def moments_louder_by(
    dry: NDArray[np.float32], wet: NDArray[np.float32], rate: float
) -> NDArray[np.float64]:
    """Return the same for each 400 ms, one every 100 ms, in which the input is heard."""
    before, after = dry_powers(dry, wet.shape[0], rate), block_powers(wet, rate)
    counted = gate(before)
    ratio = np.maximum(after[counted], 1e-20) / before[counted]
    moments: NDArray[np.float64] = 10.0 * np.log10(ratio)
    return moments


def peak_db(x: Signal) -> float:
    """Return the largest sample in dBFS."""
    return _decibels(float(np.square(np.asarray(x, np.float64)).max(initial=0.0)))


def rms_db(x: Signal) -> float:
    """Return the mean power in dB."""
    return _decibels(float(np.mean(np.square(np.asarray(x, np.float64)))))


def schroeder_db(response: Signal) -> NDArray[np.float64]:
    """Return how much of an impulse response [shape=(channels, frames)] is still to come, in dB.

    That is the decay of noise that is switched off, on average: M. R. Schroeder, "New Method of
    Measuring Reverberation Time", JASA 37, 1965.
    """
    power = np.square(np.asarray(response, np.float64)).sum(axis=0)
    left = np.cumsum(power[::-1])[::-1]
    curve: NDArray[np.float64] = 10.0 * np.log10(np.maximum(left / left[0], 1e-20))
    return curve


def off_line_db(curve: NDArray[np.float64], begin_db: float = -5.0, end_db: float = -50.0) -> float:
    """Return how far a falling curve is from its best line between two levels.

    A curve that stops dead falls through many decibels in no time, and is far from any line.
    """
    begin = int(np.argmax(curve <= begin_db))
    part = curve[begin : int(np.argmax(curve <= end_db)) + 1]
    if curve[-1] > end_db or part.size < 2:
        raise ValueError(f"the curve does not fall from {begin_db:g} to {end_db:g} dB")
    frames = np.arange(part.size)
    line = np.polynomial.Polynomial.fit(frames, part, 1)
    return float(np.abs(part - line(frames)).max())


def off_straight_way(places: NDArray[np.float64], levels: NDArray[np.float64]) -> float:
    """Return how far levels are from the straight way between the first and the last one."""
    way = levels[0] + (levels[-1] - levels[0]) * (places - places[0]) / (places[-1] - places[0])
    return float(np.abs(levels - way).max())


def _decibels(power: float) -> float:
    return max(SILENCE_DB, 10.0 * math.log10(power)) if power > 0.0 else SILENCE_DB
