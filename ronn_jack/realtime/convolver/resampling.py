"""A response at another sample rate, in compiled code. [control-thread]

Each frame is a sum of those around its time, weighted by a sinc in a Blackman-Harris window. Its
band ends where both rates have one, so that nothing is mirrored into it.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void

_CROSSINGS = 64
"""Zeros of the sinc on each side, at the lower of both rates."""
_EDGE = 1.0 - 4.0 / _CROSSINGS
"""Where its band ends, of what the lower rate has: half a transition before."""
_A0, _A1, _A2, _A3 = 0.35875, 0.48829, 0.14128, 0.01168
"""Of the window."""


@native(int64(int64, float64, float64))
def resampled_frames(frames: int, rate: float, wanted: float) -> int:
    """Return how many frames are as long at another rate."""
    made: int = int64(math.ceil(frames * (wanted / rate)))
    return max(1, made)


@native(void(int64, int64, float64, int64, int64, float64))
def resample(
    source: int, frames: int, rate: float, target: int, wanted_frames: int, wanted: float
) -> None:
    """Write a channel of a response at another rate, so that it filters as it did.

    Parameters
    ----------
    source, frames, rate : int64, int64, float64
        Address of float32, how many, and their sample rate in Hz.
    target, wanted_frames, wanted : int64, int64, float64
        The same of what is written; what is longer than the source is silence.
    """
    x = carray(pointer(source), (frames,), np.float32)
    y = carray(pointer(target), (wanted_frames,), np.float32)
    if rate == wanted:
        for t in range(wanted_frames):
            y[t] = x[t] if t < frames else np.float32(0.0)
        return
    share = min(1.0, wanted / rate)
    reach = _CROSSINGS / share  # in frames of the source
    band = _EDGE * share
    # From frame to frame of the source, both angles turn by as much.
    turn, swing = math.pi * band, math.pi / reach
    turn_cos, turn_sin = math.cos(turn), math.sin(turn)
    swing_cos, swing_sin = math.cos(swing), math.sin(swing)
    gain = rate / wanted
    for n in range(wanted_frames):
        at = n * (rate / wanted)
        first = max(0, int64(math.ceil(at - reach)))
        last = min(frames - 1, int64(math.floor(at + reach)))
        away = first - at
        c, s = math.cos(turn * away), math.sin(turn * away)
        wc, ws = math.cos(swing * away), math.sin(swing * away)
        total = 0.0
        for m in range(first, last + 1):
            away = m - at
            sinc = band if abs(away) < 1e-9 else s / (math.pi * away)
            window = _A0 - _A2 + wc * (_A1 - 3.0 * _A3 + wc * (2.0 * _A2 + wc * 4.0 * _A3))
            total += x[m] * sinc * window
            c, s = c * turn_cos - s * turn_sin, s * turn_cos + c * turn_sin
            wc, ws = wc * swing_cos - ws * swing_sin, ws * swing_cos + wc * swing_sin
        y[n] = np.float32(gain * total)
