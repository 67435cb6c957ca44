"""What second-order recursive filters are made of, for two channels at a time. [any-thread]

Such a filter can't be faster than the way from one output to the next. So that way is one
multiply-add, all else is done beside it, and two channels go it side by side. A single channel is
filtered twice, which takes no longer.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import float64, types
from numba.core import cgutils
from numba.extending import intrinsic

from ronn_jack.realtime.compile import native
from ronn_jack.realtime.host import VECTOR

CHANNELS = 2
"""Channels that go side by side."""
_DOUBLE = ir.DoubleType()


@intrinsic
def _multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a · b + c, rounded once where the host can."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, c = arguments
        if not VECTOR.fused:
            return builder.fadd(builder.fmul(a, b), c)
        kind = ir.FunctionType(_DOUBLE, [_DOUBLE] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.f64")
        return builder.call(function, [a, b, c])

    return types.float64(types.float64, types.float64, types.float64), codegen


@native(float64(float64, float64, float64, float64, float64))
def recur(driven: float, y1: float, y2: float, a1: float, a2: float) -> float:
    """Return the next output, given what the inputs give and the last two outputs."""
    y: float = _multiply_add(-a1, y1, _multiply_add(-a2, y2, driven))
    return y


@native(float64(float64, float64, float64, float64, float64, float64))
def drive(x: float, x1: float, x2: float, b0: float, b1: float, b2: float) -> float:
    """Return what the last three inputs, newest first, give."""
    driven: float = _multiply_add(b2, x2, _multiply_add(b1, x1, b0 * x))
    return driven


@native(float64(float64, float64, float64))
def second_difference(x: float, x1: float, x2: float) -> float:
    """Return x − 2x₁ + x₂, which drives a high-pass: exactly 0 where x is constant."""
    return (x - x1) - (x1 - x2)
