"""A histogram of durations that the audio thread fills and any thread may read.

Its bins are spaced by 1/16 octave from 0 µs to 2 s, so that a quantile is known to 4.5 % whatever
the period, in fixed memory and without a lock.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void

BINS_PER_OCTAVE = 16
OCTAVES = 21
"""Up to 2²¹ µs; whatever takes longer is counted in the last bin."""
BINS = BINS_PER_OCTAVE * OCTAVES


@native(void(int64, float64))
def count_duration(histogram: int, microseconds: float) -> None:
    """[audio-thread] Count one duration.

    Parameters
    ----------
    histogram : int64
        Address of int64 [shape=(BINS,)].
    microseconds : float64
        Not negative.
    """
    place = int64(BINS_PER_OCTAVE * math.log2(microseconds + 1.0))
    carray(pointer(histogram), (BINS,), np.int64)[min(max(place, 0), BINS - 1)] += 1


def quantile(counts: NDArray[np.int64], share: float) -> float:
    """[any-thread] Return the duration that `share` (0–1) of those counted do not exceed, in µs.

    It is the upper edge of a bin, so never too low; 0 where nothing was counted.
    """
    total = int(counts.sum())
    if total == 0:
        return 0.0
    rank = max(1, math.ceil(share * total))
    place = int(np.searchsorted(np.cumsum(counts), rank))
    return float(2.0 ** ((place + 1) / BINS_PER_OCTAVE) - 1.0)
