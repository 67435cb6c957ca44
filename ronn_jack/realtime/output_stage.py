"""What keeps the output fit for speakers and ears: the high-pass and the guard. [audio-thread]"""

from __future__ import annotations

import math

import numpy as np
from numba import carray, float64, int64, void

from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import native

HIGH_PASS = np.dtype([("b0", "f8"), ("a1", "f8"), ("a2", "f8"), ("s1", "f8"), ("s2", "f8")])

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


@native(void(int64, float64))
def settle_high_pass(state: int, constant: float) -> None:
    """Put the filter in the state in which an endless `constant` input leaves it: silent."""
    f = carray(pointer(state), (1,), HIGH_PASS)[0]
    f.s2 = f.b0 * constant
    f.s1 = -f.s2


@native(int64(int64, int64, int64, int64))
def run_high_pass(state: int, source: int, result: int, frames: int) -> int:
    """Filter float32 `source` into float64 `result`; a non-finite sample counts as 0.

    Returns the number of non-finite samples.

    Transposed direct form II in float64: at 10 Hz a float32 recursion would be audibly noisy.
    """
    f = carray(pointer(state), (1,), HIGH_PASS)[0]
    x = carray(pointer(source), (frames,), np.float32)
    y = carray(pointer(result), (frames,), np.float64)
    b0, a1, a2, s1, s2 = f.b0, f.a1, f.a2, f.s1, f.s2
    overflows = 0
    for t in range(frames):
        v = float64(x[t])
        if not abs(v) <= LARGEST_FLOAT32:
            v = 0.0
            overflows += 1
        w = b0 * v
        out = w + s1
        s1 = s2 - 2.0 * w - a1 * out
        s2 = w - a2 * out
        y[t] = out
    f.s1, f.s2 = s1, s2
    return overflows


@native(float64(float64))
def guard(x: float) -> float:
    """Return `x` up to −1 dBFS, and bent towards ±1 beyond: no sample passes full scale."""
    size = abs(x)
    if size <= GUARD_KNEE:
        return x
    room = 1.0 - GUARD_KNEE
    return math.copysign(GUARD_KNEE + room * math.tanh((size - GUARD_KNEE) / room), x)
