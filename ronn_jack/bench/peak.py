"""The most float32 multiply-adds that one core can do."""

from __future__ import annotations

import time

from ronn_jack.realtime.multiply_add import FLOP_PER_ROUND, multiply_add_rounds

_ROUNDS = 400_000
"""About a millisecond: as short as the batches that are held against it."""


def measure_peak() -> float:
    """Return the FLOP per second of this core now, a multiply-add counted as two."""
    begin = time.thread_time()
    multiply_add_rounds.ctypes(_ROUNDS, 0.5)
    return FLOP_PER_ROUND * _ROUNDS / (time.thread_time() - begin)
