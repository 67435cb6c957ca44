"""True peak by fourfold oversampling, after ITU-R BS.1770-5, Annex 2."""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float32, float64, int64

TAPS = 12
"""Taps per phase of the interpolator."""
_PAST = TAPS - 1

TRUE_PEAK = np.dtype([("window", "f4", 2 * _PAST)])
"""One channel's meter: the last samples, and room to line up as many new ones behind them.

All zeros is its start.
"""

_NEAR = np.array([14, 90, -161, 272, -487, 1125, 7964, -838, 390, -218, 122, -68], "f4") / 8192
_FAR = np.array([-239, 240, -424, 730, -1364, 3810, 6388, -1641, 832, -477, 271, -155], "f4") / 8192
"""Phases 0 and 1 of the Annex, newest sample first; phases 3 and 2 are their mirror images."""


@native(float32(int64, int64))
def _peak(signal: int, frames: int) -> float:
    """[audio-thread] Return the peak of the `frames` samples that follow _PAST earlier ones.

    The maximum is taken of the bits: those of magnitudes are ordered as the magnitudes are, and
    only a maximum of integers becomes vector instructions.
    """
    x = carray(pointer(signal), (_PAST + frames,), np.float32)
    highest = np.int32(0)
    for t in range(frames):
        first = second = third = fourth = float32(0.0)
        for k in range(TAPS):
            newer = x[t + _PAST - k]
            older = x[t + k]
            first += _NEAR[k] * newer
            second += _FAR[k] * newer
            third += _FAR[k] * older
            fourth += _NEAR[k] * older
        size = max(abs(first), abs(second), abs(third), abs(fourth), abs(x[t + _PAST]))
        highest = max(highest, np.float32(size).view(np.int32))
    return float(np.int32(highest).view(np.float32))


@native(float64(int64, int64, int64))
def run_true_peak(state: int, signal: int, frames: int) -> float:
    """[audio-thread] Return the true peak, as an amplitude, of a channel's next frames.

    Never less than the sample peak, which the interpolated points can fall short of by 0.2 dB.
    The interpolator's delay is six frames: a peak at a block's end may be told with the next block.

    Parameters
    ----------
    state : int64
        Address of a TRUE_PEAK.
    signal : int64
        Address of float32 [shape=(frames,)], finite.
    frames : int64
        Any number; how a signal is split into blocks does not change its peak.
    """
    window = carray(pointer(state), (2 * _PAST,), np.float32)
    x = carray(pointer(signal), (frames,), np.float32)
    first = min(_PAST, frames)
    for t in range(first):
        window[_PAST + t] = x[t]
    highest = _peak(state, first)
    if frames > _PAST:
        highest = max(highest, _peak(signal, frames - _PAST))
    for t in range(_PAST):
        window[t] = x[frames - _PAST + t] if frames >= _PAST else window[frames + t]
    return float(highest)
