"""The most float32 multiply-adds that one core can do."""

from __future__ import annotations

import time
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ronn_jack.realtime.compile import entry
from ronn_jack.realtime.emitter import Emitter
from ronn_jack.realtime.host import VECTOR

_SUMS = 12
"""Independent sums, more than a multiply-add's latency times the units that do them."""


@intrinsic
def _multiply_add_sums(typing_context: Any, count: Any, factor: Any) -> Any:
    """Do `count` rounds of one vector multiply-add on each of the sums; return one lane."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count, factor = arguments
        emit = Emitter(builder)
        factors = emit.splat(factor)
        sums = [emit.variable(emit.constant(1.0 + i / 8)) for i in range(_SUMS)]
        with emit.repeat(count):
            for total in sums:
                product = emit.multiply_add(builder.load(total), factors, emit.constant(0.5))
                builder.store(product, total)
        result = builder.load(sums[0])
        for total in sums[1:]:
            result = emit.add(result, builder.load(total))
        return builder.extract_element(result, ir.IntType(32)(0))

    return types.float32(types.int64, types.float32), codegen


@entry("float32(int64, float32)")
def multiply_add_rounds(count: int, factor: float) -> float:
    """[any-thread] Run the multiply-add units on registers alone."""
    total: float = _multiply_add_sums(count, factor)
    return total


FLOP_PER_ROUND = 2 * _SUMS * VECTOR.lanes
_ROUNDS = 400_000
"""About a millisecond: as short as the batches that are held against it."""


def measure_peak() -> float:
    """Return the FLOP per second of this core now, a multiply-add counted as two."""
    begin = time.thread_time()
    multiply_add_rounds.ctypes(_ROUNDS, 0.5)
    return FLOP_PER_ROUND * _ROUNDS / (time.thread_time() - begin)
