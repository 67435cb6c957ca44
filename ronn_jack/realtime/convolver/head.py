"""The first taps of a response, convolved directly. [any-thread]"""

from __future__ import annotations

from typing import Any

from ronn_jack.realtime.compiler.compile import shared
from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.convolver.layout import HEAD, SLOT

_WIDTH = 4
"""Vectors of sums: a multiply-add in each covers the time that one takes."""


@intrinsic
def _convolve(typing_context: Any, x: Any, response: Any, y: Any, frames: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, response, y, frames = arguments
        emit = Emitter(builder)
        width = min(_WIDTH, SLOT // emit.lanes)
        for start in range(0, SLOT, width * emit.lanes):
            with builder.if_then(builder.icmp_signed(">", frames, INT64(start))):
                sums = [emit.variable(emit.constant(0.0)) for _ in range(width)]
                with emit.repeat(INT64(HEAD)) as k:
                    tap = emit.load_float(emit.offset(response, k, 4))
                    row = emit.offset(emit.offset(x, 4 * (start - HEAD + 1)), k, 4)
                    for total, vector in zip(sums, emit.load_row(row, width), strict=True):
                        before = builder.load(total)
                        builder.store(emit.multiply_add(tap, vector, before), total)
                for v, total in enumerate(sums):
                    emit.store(builder.load(total), emit.offset(y, 4 * (start + emit.lanes * v)))
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), codegen


@shared("void(int64, int64, int64, int64)")
def convolve_head(x: int, response: int, y: int, frames: int) -> None:
    """Convolve a row with HEAD taps, from the oldest input on.

    Parameters
    ----------
    x : int64
        Address of the first frame's float32, which HEAD − 1 earlier ones precede and as many as
        fill a slot follow.
    response : int64
        Address of the taps, the last one first.
    y : int64
        Address of a row of SLOT frames; what lies beyond `frames` is of no use.
    """
    _convolve(x, response, y, frames)
