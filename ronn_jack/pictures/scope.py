"""The latest stretch of a signal, begun where it rises, so that a tone stands still."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SHOWN_SECONDS = 0.03
SOUGHT_SECONDS = 0.03
"""Before the latest stretch, in which a place to begin is looked for."""
MOST_POINTS = 1440
_HYSTERESIS = 0.1
"""Share of the peak that the signal has to fall below zero before a rise counts."""

Signal = NDArray[np.float32]


def scope_frames(rate: float) -> int:
    """Return the frames that are needed."""
    return round((SHOWN_SECONDS + SOUGHT_SECONDS) * rate)


def traces(dry: Signal, output: Signal, rate: float) -> tuple[Signal, Signal]:
    """Return the same stretch of input and output, channels averaged.

    Parameters
    ----------
    dry, output : ndarray [shape=(channels, frames), float32]
        Of the same frames.

    Returns
    -------
    tuple of ndarray [shape=(points,), float32]
        Every so many frames a point, so that there are MOST_POINTS at most.
    """
    signals = [each.mean(axis=0, dtype=np.float32) for each in (dry, output)]
    shown = min(round(SHOWN_SECONDS * rate), signals[0].size)
    step = max(1, math.ceil(shown / MOST_POINTS))
    last = signals[0].size - shown
    first = max(0, last - round(SOUGHT_SECONDS * rate))
    begin = _rise(signals[0], first, last)
    return signals[0][begin : begin + shown : step], signals[1][begin : begin + shown : step]


def _rise(x: Signal, first: int, last: int) -> int:
    """Return the latest place in a range where a signal comes up through zero; its end if none."""
    stretch = x[first : last + 1]
    if stretch.size < 2:
        return last
    low = -_HYSTERESIS * float(np.abs(stretch).max())
    rises = np.flatnonzero((stretch[:-1] < 0.0) & (stretch[1:] >= 0.0))
    if not rises.size:
        return last
    dips = np.flatnonzero(stretch[: rises[-1] + 1] <= low)
    if not dips.size:
        return last
    # Noise around zero makes many rises: the first after having been far below is the one.
    return first + int(rises[rises >= dips[-1]][0]) + 1
