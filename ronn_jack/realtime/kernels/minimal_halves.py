"""Three taps for the multiplications of two, where a pair's frames are far apart. [any-thread]

As in `minimal_filtering`, but a pair's first frame has long passed when its second comes. So the
first leaves m2 - m3 behind, to which the second adds m4; both are computed where they are, in
vectors of frames as they follow one another. At a second frame, m4 is what m1 is at a first one,
with another weight:

    first:   (x1 + x0) wb  and  (x0 - x1) wc, whose difference is kept, then + (x2 - x0) g0
    second:  what was kept, + (x2 - x0) (-g2)

where x0 is the input at the newest of the taps, x1 a dilation before and x2 two.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.kernels.convolution import accumulate, cover, start_sums
from ronn_jack.realtime.kernels.layout import WORD
from ronn_jack.realtime.kernels.minimal_filtering import pair_widths

HALF_HEIGHTS = (3, 4) if VECTOR.registers == 32 else (1, 2)
"""Rows of a tile, of which each has two sums at first frames and one at second ones."""


@intrinsic
def convolve_firsts(
    typing_context: Any, rows: Any, taps: Any, threes: Any, x: Any, x_stride: Any, inputs: Any,
    weights: Any, bias: Any, y: Any, y_stride: Any, left: Any, left_stride: Any, frames: Any,
) -> Any:  # fmt: skip
    """Begin some output rows at frames that are the first of their pairs.

    Parameters
    ----------
    rows : int64
        One of HALF_HEIGHTS.
    taps, threes : int64
        Address of three int64 for each of `threes`: bytes from `x` to the first frame that a tap
        reads, oldest first.
    x, x_stride, inputs : int64
        Address of the input's first row, bytes from row to row, number of rows.
    weights : int64
        Address of float32 [shape=(threes, inputs, 2, rows)].
    bias : int64
        Address of float32 [shape=(rows,)].
    y, y_stride, left, left_stride : int64
        Where the sum of the two sums goes, and their difference.
    frames : int64
        1 to CHUNK.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, taps, threes, x, x_stride, inputs, *others = arguments
        weights, bias, y, y_stride, left, left_stride, frames = others
        emit = Emitter(builder)

        def tile(height: int, width: int, start: Any) -> None:
            sums = start_sums(emit, bias, height, width)
            differences = [
                [emit.variable(emit.constant(0.0)) for _ in range(width)] for _ in range(height)
            ]
            w = emit.variable(weights)
            with emit.repeat(threes) as three:
                _, middle, newest = _addresses(emit, taps, three, builder.add(x, start))
                with emit.repeat(inputs):
                    x1 = emit.load_row(builder.load(middle), width)
                    x0 = emit.load_row(builder.load(newest), width)
                    ways = (
                        [emit.add(a, b) for a, b in zip(x1, x0, strict=True)],
                        [emit.subtract(b, a) for a, b in zip(x1, x0, strict=True)],
                    )
                    for way, totals in enumerate((sums, differences)):
                        for r in range(height):
                            place = emit.offset(builder.load(w), 4 * (way * height + r))
                            accumulate(emit, totals[r], emit.load_float(place), ways[way])
                    for row in (middle, newest):
                        emit.advance(row, x_stride)
                    emit.advance(w, INT64(8 * height))
            for one, other in zip(chain(*sums), chain(*differences), strict=True):
                a, b = builder.load(one), builder.load(other)
                builder.store(emit.add(a, b), one)
                builder.store(emit.subtract(a, b), other)
            _store_rows(emit, sums, builder.add(y, start), y_stride)
            _store_rows(emit, differences, builder.add(left, start), left_stride)

        cover(emit, rows, HALF_HEIGHTS, pair_widths, frames, tile)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 13), codegen


@intrinsic
def add_products(
    typing_context: Any, rows: Any, taps: Any, beside: Any, threes: Any, x: Any, x_stride: Any,
    inputs: Any, weights: Any, sums: Any, sums_stride: Any, lower: Any, y: Any, y_stride: Any,
    frames: Any,
) -> Any:  # fmt: skip
    """Complete some output rows.

    Parameters
    ----------
    taps, beside, threes : int64
        As in `convolve_firsts`; one int64 for each tap beside the threes comes first.
    weights : int64
        Address of float32 [shape=(beside + threes, inputs, rows)].
    sums, sums_stride : int64
        What the rows are so far.
    lower : float32
        The smallest output: 0 rectifies, -inf changes nothing.
    y, y_stride : int64
        Where they go; may be where they are.

    The others are those of `convolve_firsts`.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, taps, beside, threes, x, x_stride, inputs, *others = arguments
        weights, sums, sums_stride, lower, y, y_stride, frames = others
        emit = Emitter(builder)
        floor = emit.splat(lower)

        def tile(height: int, width: int, start: Any) -> None:
            totals = []
            place = builder.add(sums, start)
            for _ in range(height):
                totals.append([emit.variable(vector) for vector in emit.load_row(place, width)])
                place = builder.add(place, sums_stride)
            w, source = emit.variable(weights), builder.add(x, start)

            def add_row(vectors: list[Any]) -> None:
                for r in range(height):
                    factor = emit.load_float(emit.offset(builder.load(w), 4 * r))
                    accumulate(emit, totals[r], factor, vectors)
                emit.advance(w, INT64(4 * height))

            with emit.repeat(beside) as k:
                row = emit.variable(_address(emit, taps, k, source))
                with emit.repeat(inputs):
                    add_row(emit.load_row(builder.load(row), width))
                    emit.advance(row, x_stride)
            after = emit.offset(taps, beside, WORD)
            with emit.repeat(threes) as three:
                oldest, _, newest = _addresses(emit, after, three, source)
                with emit.repeat(inputs):
                    x2 = emit.load_row(builder.load(oldest), width)
                    x0 = emit.load_row(builder.load(newest), width)
                    add_row([emit.subtract(a, b) for a, b in zip(x2, x0, strict=True)])
                    for row in (oldest, newest):
                        emit.advance(row, x_stride)
            for total in chain(*totals):
                builder.store(emit.maximum(floor, builder.load(total)), total)
            _store_rows(emit, totals, builder.add(y, start), y_stride)

        cover(emit, rows, HALF_HEIGHTS, half_widths, frames, tile)
        return context.get_dummy_value()

    integer = types.int64
    return types.void(*[integer] * 10, types.float32, *[integer] * 3), codegen


def half_widths(height: int) -> list[int]:
    """Return how many vectors wide tiles are that have one sum for each row."""
    return [4, 2, 1]


def _store_rows(emit: Emitter, rows: list[list[Any]], y: Any, y_stride: Any) -> None:
    for row in rows:
        for v, vector in enumerate(row):
            emit.store(emit.builder.load(vector), emit.offset(y, 4 * emit.lanes * v))
        y = emit.builder.add(y, y_stride)


def _addresses(emit: Emitter, taps: Any, three: Any, x: Any) -> list[Any]:
    """Return variables that begin at the first row of each of three taps."""
    first = emit.offset(taps, three, 3 * WORD)
    return [emit.variable(_address(emit, first, INT64(i), x)) for i in range(3)]


def _address(emit: Emitter, taps: Any, k: Any, x: Any) -> Any:
    return emit.builder.add(x, emit.load_int64(emit.offset(taps, k, WORD)))
