"""What keeps the output fit for speakers and ears: finite samples and the guard. [audio-thread]"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64
from ronn_jack.realtime.kernels.layout import MAX_BLOCK

GUARD_KNEE = 10.0 ** (-1.0 / 20.0)
"""Amplitude (−1 dBFS) up to which the guard passes samples untouched."""

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
_LARGEST = np.float32(LARGEST_FLOAT32)


@native(int64(int64, int64, int64, int64))
def widen_finite(channels: int, source: int, result: int, frames: int) -> int:
    """Write float32 rows into float64 ones, both MAX_BLOCK apart; what is not finite becomes 0.

    Returns the number of such samples.
    """
    overflows = 0
    for channel in range(channels):
        x = carray(pointer(source + channel * MAX_BLOCK * 4), (frames,), np.float32)
        y = carray(pointer(result + channel * MAX_BLOCK * 8), (frames,), np.float64)
        for t in range(frames):
            finite = abs(x[t]) <= _LARGEST
            y[t] = float64(x[t]) if finite else 0.0
            overflows += 0 if finite else 1
    return overflows


@native(float64(float64))
def within_full_scale(x: float) -> float:
    """Return `x`, held within ±1, or silence where it is no number.

    The last defence: whatever goes wrong before it stays in the node.
    """
    if abs(x) <= 1.0:
        return x
    return math.copysign(1.0, x) if x == x else 0.0


@native(float64(float64))
def guard(x: float) -> float:
    """Return `x` up to −1 dBFS, and bent towards ±1 beyond: no sample passes full scale."""
    size = abs(x)
    if size <= GUARD_KNEE:
        return x
    room = 1.0 - GUARD_KNEE
    return math.copysign(GUARD_KNEE + room * math.tanh((size - GUARD_KNEE) / room), x)
