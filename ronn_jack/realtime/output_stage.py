"""What keeps the output fit for speakers and ears: the high-pass and the guard. [audio-thread]"""

from __future__ import annotations

import math

import numpy as np
from numba import carray, float64, int64, void

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import (
    CHANNELS,
    both,
    left,
    multiply,
    pair,
    recur,
    right,
    second_difference,
)
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.kernels.layout import MAX_BLOCK

HIGH_PASS = np.dtype(
    [
        ("b0", "f8"),
        ("a1", "f8"),
        ("a2", "f8"),
        ("inputs", "f8", (CHANNELS, 2)),  # each channel's last two, newest first
        ("outputs", "f8", (CHANNELS, 2)),
    ]
)

HIGH_PASS_HERTZ = 10.0

GUARD_KNEE = 10.0 ** (-1.0 / 20.0)
"""Amplitude (−1 dBFS) up to which the guard passes samples untouched."""

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


def high_pass_coefficients(rate: float, q: float) -> tuple[float, float, float]:
    """Return (b0, a1, a2) of the second-order high-pass; b1 = −2·b0 and b2 = b0.

    Bilinear transform with the cutoff prewarped, as in the original plugin: n = tan(π·f/rate),
    c = 1/(1 + n/Q + n²); b0 = c, a1 = 2c(n² − 1), a2 = c(1 − n/Q + n²).
    """
    n = math.tan(math.pi * HIGH_PASS_HERTZ / rate)
    c = 1.0 / (1.0 + n / q + n * n)
    return c, 2.0 * c * (n * n - 1.0), c * (1.0 - n / q + n * n)


@native(void(int64, int64, float64))
def settle_high_pass(state: int, channel: int, constant: float) -> None:
    """Put a channel in the state in which an endless `constant` input leaves it: silent."""
    f = carray(pointer(state), (1,), HIGH_PASS)[0]
    f.inputs[channel, 0] = f.inputs[channel, 1] = constant
    f.outputs[channel, 0] = f.outputs[channel, 1] = 0.0


@native(int64(int64, int64, int64, int64, int64))
def run_high_pass(state: int, channels: int, source: int, result: int, frames: int) -> int:
    """Filter float32 rows into float64 ones, MAX_BLOCK apart; a non-finite sample counts as 0.

    Returns the number of non-finite samples.

    Direct form I in float64: at 10 Hz a float32 recursion would be audibly noisy.
    """
    f = carray(pointer(state), (1,), HIGH_PASS)[0]
    x, y = f.inputs, f.outputs
    last = channels - 1
    first_source = carray(pointer(source), (frames,), np.float32)
    last_source = carray(pointer(source + last * MAX_BLOCK * 4), (frames,), np.float32)
    first_result = carray(pointer(result), (frames,), np.float64)
    last_result = carray(pointer(result + last * MAX_BLOCK * 8), (frames,), np.float64)
    b0, minus_a1, minus_a2 = both(f.b0), both(-f.a1), both(-f.a2)
    x1, x2 = pair(x[0, 0], x[last, 0]), pair(x[0, 1], x[last, 1])
    y1, y2 = pair(y[0, 0], y[last, 0]), pair(y[0, 1], y[last, 1])
    overflows = overflows_last = 0
    for t in range(frames):
        v, w = float64(first_source[t]), float64(last_source[t])
        # One test for both: next to no sample fails it.
        if not abs(v) + abs(w) <= 2.0 * LARGEST_FLOAT32:
            if not abs(v) <= LARGEST_FLOAT32:
                v = 0.0
                overflows += 1
            if not abs(w) <= LARGEST_FLOAT32:
                w = 0.0
                overflows_last += 1
        x0 = pair(v, w)
        driven = multiply(b0, second_difference(x0, x1, x2))
        y0 = recur(driven, y1, y2, minus_a1, minus_a2)
        first_result[t], last_result[t] = left(y0), right(y0)
        x1, x2, y1, y2 = x0, x1, y0, y1
    x[0, 0], x[0, 1], y[0, 0], y[0, 1] = left(x1), left(x2), left(y1), left(y2)
    x[last, 0], x[last, 1], y[last, 0], y[last, 1] = right(x1), right(x2), right(y1), right(y2)
    return overflows + last * overflows_last


@native(float64(float64))
def guard(x: float) -> float:
    """Return `x` up to −1 dBFS, and bent towards ±1 beyond: no sample passes full scale."""
    size = abs(x)
    if size <= GUARD_KNEE:
        return x
    room = 1.0 - GUARD_KNEE
    return math.copysign(GUARD_KNEE + room * math.tanh((size - GUARD_KNEE) / room), x)
