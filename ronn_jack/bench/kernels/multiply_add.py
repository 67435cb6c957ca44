"""[any-thread] Nothing but multiply-adds: what a core can do at most."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.emitter import Emitter
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import intrinsic, types

_SUMS = 12
"""Independent sums, more than a multiply-add's latency times the units that do them."""
FLOP_PER_ROUND = 2 * _SUMS * VECTOR.lanes
"""A multiply-add counts as two."""


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
    """[any-thread] Do `count` rounds of FLOP_PER_ROUND operations on registers; return some sum."""
    total: float = _multiply_add_sums(count, factor)
    return total
