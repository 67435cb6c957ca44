"""Second-order recursive filters of two channels, side by side in one vector. [any-thread]

Such a filter can't be faster than the way from one output to the next. So that way is one
multiply-add, all else is done beside it, and two channels go it together. A single channel goes it
in both lanes, which takes no longer.

A pair is a value that only compiled code has: a float64 of each channel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import Type, cgutils, float64, intrinsic, types

CHANNELS = 2
_LANES = ir.VectorType(ir.DoubleType(), CHANNELS)
_LANE = ir.IntType(32)

Pair = Any
"""What mypy takes a pair for."""


def _pair_type() -> Any:
    from numba.core.types import Type as NumbaType
    from numba.extending import models, register_model

    class PairType(NumbaType):
        def __init__(self) -> None:
            super().__init__(name=PAIR.name)

    @register_model(PairType)
    class PairModel(models.PrimitiveModel):  # type: ignore[misc]
        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, _LANES)

    return PairType()


PAIR = Type("pair", make=_pair_type)
"""The type of a pair in signatures."""


def _pairs(count: int) -> Any:
    """Return numba's signature of what makes a pair of some."""
    return PAIR.resolve()(*[PAIR.resolve()] * count)


@intrinsic
def pair(typing_context: Any, left: Any, right: Any) -> Any:
    """Return the pair of two float64."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        result: Any = ir.Constant(_LANES, ir.Undefined)
        for lane, number in enumerate(arguments):
            result = builder.insert_element(result, number, _LANE(lane))
        return result

    return PAIR.resolve()(types.float64, types.float64), codegen


def _lane(lane: int) -> Callable[..., Any]:
    def part(typing_context: Any, of: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.extract_element(arguments[0], _LANE(lane))

        return types.float64(PAIR.resolve()), codegen

    return part


left = intrinsic(_lane(0))
right = intrinsic(_lane(1))


@intrinsic
def multiply(typing_context: Any, a: Any, b: Any) -> Any:
    """Return a · b."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fmul(*arguments)

    return _pairs(2), codegen


@intrinsic
def add(typing_context: Any, a: Any, b: Any) -> Any:
    """Return a + b."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments)

    return _pairs(2), codegen


@intrinsic
def subtract(typing_context: Any, a: Any, b: Any) -> Any:
    """Return a - b."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fsub(*arguments)

    return _pairs(2), codegen


@intrinsic
def multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a · b + c, rounded once where the host can."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, c = arguments
        if not VECTOR.fused:
            return builder.fadd(builder.fmul(a, b), c)
        kind = ir.FunctionType(_LANES, [_LANES] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.v2f64")
        return builder.call(function, arguments)

    return _pairs(3), codegen


@native(PAIR(float64))
def both(number: float) -> Pair:
    """Return a pair of the same number."""
    return pair(number, number)


@native(PAIR(*[PAIR] * 5))
def recur(driven: Pair, y1: Pair, y2: Pair, minus_a1: Pair, minus_a2: Pair) -> Pair:
    """Return the next outputs, given what the inputs give and the last two outputs."""
    return multiply_add(minus_a1, y1, multiply_add(minus_a2, y2, driven))


@native(PAIR(*[PAIR] * 3))
def second_difference(x: Pair, x1: Pair, x2: Pair) -> Pair:
    """Return x − 2x₁ + x₂, which drives a high-pass: exactly 0 where x is constant."""
    return subtract(subtract(x, x1), subtract(x1, x2))
