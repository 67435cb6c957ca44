"""What keeps the output fit for speakers and ears: the high-pass and the guard. [audio-thread]"""

from __future__ import annotations

import math

import numpy as np
from numba import carray, float64, int64, void

from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import native
from ronn_jack.realtime.layout import MAX_BLOCK
from ronn_jack.realtime.recursion import CHANNELS, recur, second_difference

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
HIGH_PASS_Q = {"ronn": math.sqrt(0.5), "package": math.sqrt(0.5), "plugin": 10.0}
"""The original plugin's Q of 10 rings at 10 Hz; it belongs to its sound."""

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
    last = channels - 1
    p = carray(pointer(source), (frames,), np.float32)
    q = carray(pointer(source + last * MAX_BLOCK * 4), (frames,), np.float32)
    y = carray(pointer(result), (frames,), np.float64)
    z = carray(pointer(result + last * MAX_BLOCK * 8), (frames,), np.float64)
    b0, a1, a2 = f.b0, f.a1, f.a2
    p1, p2, q1, q2 = f.inputs[0, 0], f.inputs[0, 1], f.inputs[last, 0], f.inputs[last, 1]
    y1, y2, z1, z2 = f.outputs[0, 0], f.outputs[0, 1], f.outputs[last, 0], f.outputs[last, 1]
    overflows = overflows_last = 0
    for t in range(frames):
        p0, q0 = float64(p[t]), float64(q[t])
        if not abs(p0) <= LARGEST_FLOAT32:
            p0 = 0.0
            overflows += 1
        if not abs(q0) <= LARGEST_FLOAT32:
            q0 = 0.0
            overflows_last += 1
        y0 = recur(b0 * second_difference(p0, p1, p2), y1, y2, a1, a2)
        z0 = recur(b0 * second_difference(q0, q1, q2), z1, z2, a1, a2)
        y[t], z[t] = y0, z0
        p1, p2, q1, q2 = p0, p1, q0, q1
        y1, y2, z1, z2 = y0, y1, z0, z1
    f.inputs[0, 0], f.inputs[0, 1], f.inputs[last, 0], f.inputs[last, 1] = p1, p2, q1, q2
    f.outputs[0, 0], f.outputs[0, 1], f.outputs[last, 0], f.outputs[last, 1] = y1, y2, z1, z2
    return overflows + last * overflows_last


@native(float64(float64))
def guard(x: float) -> float:
    """Return `x` up to −1 dBFS, and bent towards ±1 beyond: no sample passes full scale."""
    size = abs(x)
    if size <= GUARD_KNEE:
        return x
    room = 1.0 - GUARD_KNEE
    return math.copysign(GUARD_KNEE + room * math.tanh((size - GUARD_KNEE) / room), x)
