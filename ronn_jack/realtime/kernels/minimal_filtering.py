"""Three taps for the multiplications of two: pairs of frames, a dilation apart. [any-thread]

With taps g0 (oldest), g1, g2, and inputs d0 to d3 a dilation apart, the two frames at which d2 and
d3 are the newest input are

    m1 + m2 + m3  and  m2 - m3 + m4, where

    m1 = (d0 - d2) g0    m2 = (d1 + d2) (g0 + g1 + g2)/2
    m4 = (d3 - d1) g2    m3 = (d2 - d1) (g0 - g1 + g2)/2

Inputs are transformed once for all output rows, and weights when they are packed. Pairs lie on
numbers of frames since the start, so a result never depends on how blocks are cut.

References
----------
S. Winograd, "Arithmetic Complexity of Computations", SIAM 1980, F(2, 3).
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.kernels.convolution import accumulate, cover, start_sums

PAIR_HEIGHTS = (3, 4) if VECTOR.registers == 32 else (1, 2)
"""Rows of a tile, of which each has two sums."""
PAIR_FRAMES = 2 * VECTOR.lanes
"""Frames whose pairs fill a vector."""


def pair_widths(height: int) -> list[int]:
    """Return how many vectors of pairs wide tiles are."""
    return [2, 1]


@intrinsic
def transform_rows(
    typing_context: Any, rows: Any, early: Any, late: Any, x_stride: Any, dilation: Any,
    summed: Any, added: Any, stride: Any, second: Any,
) -> Any:  # fmt: skip
    """Transform PAIR_FRAMES of each input row for three taps.

    Parameters
    ----------
    rows : int64
        Number of input rows.
    early, late : int64
        Address, in the first row, of the first frame that is d0, and of the first that is d2.
    x_stride, dilation : int64
        Bytes from row to row; frames, a power of two up to a vector's.
    summed, added : int64
        Where d1 + d2 and d0 - d2 of the first row go.
    stride, second : int64
        Bytes to those of the next row; and to d2 - d1 and d3 - d1 of the same.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, early, late, x_stride, dilation, summed, added, stride, second = arguments
        emit = Emitter(builder)
        firsts, seconds = _numbers_in_pairs(emit, dilation)
        old, new = emit.variable(early), emit.variable(late)
        sums, products = emit.variable(summed), emit.variable(added)
        with emit.repeat(rows):
            a, b = emit.load_row(builder.load(old), 2)
            d0, d1 = emit.pick(a, b, firsts), emit.pick(a, b, seconds)
            a, b = emit.load_row(builder.load(new), 2)
            d2, d3 = emit.pick(a, b, firsts), emit.pick(a, b, seconds)
            place = builder.load(sums)
            emit.store(emit.add(d1, d2), place)
            emit.store(emit.subtract(d2, d1), builder.add(place, second))
            place = builder.load(products)
            emit.store(emit.subtract(d0, d2), place)
            emit.store(emit.subtract(d3, d1), builder.add(place, second))
            for variable in (old, new):
                emit.advance(variable, x_stride)
            for variable in (sums, products):
                emit.advance(variable, stride)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 9), codegen


@intrinsic
def split_rows(
    typing_context: Any, rows: Any, x: Any, x_stride: Any, dilation: Any, target: Any, stride: Any,
    second: Any,
) -> Any:  # fmt: skip
    """Split PAIR_FRAMES of each input row into the firsts and the seconds of the pairs.

    The arguments are as those of `transform_rows`.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, x, x_stride, dilation, target, stride, second = arguments
        emit = Emitter(builder)
        firsts, seconds = _numbers_in_pairs(emit, dilation)
        row, into = emit.variable(x), emit.variable(target)
        with emit.repeat(rows):
            a, b = emit.load_row(builder.load(row), 2)
            place = builder.load(into)
            emit.store(emit.pick(a, b, firsts), place)
            emit.store(emit.pick(a, b, seconds), builder.add(place, second))
            emit.advance(row, x_stride)
            emit.advance(into, stride)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 7), codegen


@intrinsic
def convolve_pairs(
    typing_context: Any, rows: Any, x: Any, stride: Any, second: Any, summed: Any, added: Any,
    weights: Any, bias: Any, lower: Any, dilation: Any, y: Any, y_stride: Any, vectors: Any,
) -> Any:  # fmt: skip
    """Compute some rows of a layer's output from its transformed inputs.

    Parameters
    ----------
    rows : int64
        One of PAIR_HEIGHTS.
    x, stride, second : int64
        As `transform_rows` wrote them: the rows whose products are of two sums, then those whose
        products are added to the frames.
    summed, added : int64
        How many those are.
    weights : int64
        Address of float32 [shape=(summed + added, 2, rows)].
    bias : int64
        Address of float32 [shape=(rows,)].
    lower : float32
        The smallest output: 0 rectifies, -inf changes nothing.
    dilation : int64
        Frames from the first to the second of a pair.
    y, y_stride : int64
        Address of the output's first row, bytes from row to row.
    vectors : int64
        Of pairs: PAIR_FRAMES are written for each.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, x, stride, second, summed, added, *others = arguments
        weights, bias, lower, dilation, y, y_stride, vectors = others
        emit = Emitter(builder)
        orders = _numbers_in_frames(emit, dilation)
        floor = emit.splat(lower)

        def add_products(count: Any, row: Any, w: Any, sums: list[list[list[Any]]]) -> None:
            height, width = len(sums[0]), len(sums[0][0])
            with emit.repeat(count):
                here = builder.load(row)
                ways = [emit.load_row(a, width) for a in (here, builder.add(here, second))]
                for way, vectors in enumerate(ways):
                    for r in range(height):
                        place = emit.offset(builder.load(w), 4 * (way * height + r))
                        accumulate(emit, sums[way][r], emit.load_float(place), vectors)
                emit.advance(row, stride)
                emit.advance(w, INT64(8 * height))

        def tile(height: int, width: int, start: Any) -> None:
            row, w = emit.variable(builder.add(x, start)), emit.variable(weights)
            sums = start_sums(emit, bias, height, width)
            differences = [
                [emit.variable(emit.constant(0.0)) for _ in range(width)] for _ in range(height)
            ]
            add_products(summed, row, w, [sums, differences])
            for one, other in zip(chain(*sums), chain(*differences), strict=True):
                a, b = builder.load(one), builder.load(other)
                builder.store(emit.add(a, b), one)
                builder.store(emit.subtract(a, b), other)
            add_products(added, row, w, [sums, differences])
            place = builder.add(y, builder.mul(start, INT64(2)))
            for firsts, seconds in zip(sums, differences, strict=True):
                for v in range(width):
                    a, b = builder.load(firsts[v]), builder.load(seconds[v])
                    for half, order in enumerate(orders):
                        out = emit.maximum(floor, emit.pick(a, b, order))
                        emit.store(out, emit.offset(place, 4 * emit.lanes * (2 * v + half)))
                place = builder.add(place, y_stride)

        pairs = builder.mul(vectors, INT64(emit.lanes))
        cover(emit, rows, PAIR_HEIGHTS, pair_widths, pairs, tile)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 8, types.float32, *[types.int64] * 4), codegen


def _numbers_in_pairs(emit: Emitter, dilation: Any) -> tuple[Any, Any]:
    """Return the numbers of the frames that are the firsts and the seconds of PAIR_FRAMES."""
    builder = emit.builder
    pair, apart = emit.lane_numbers(), emit.splat_integer(dilation)
    firsts = builder.add(pair, builder.and_(pair, builder.neg(apart)))
    return firsts, builder.add(firsts, apart)


def _numbers_in_frames(emit: Emitter, dilation: Any) -> list[Any]:
    """Return the number, among the firsts and then the seconds, of each of PAIR_FRAMES."""
    builder = emit.builder
    apart = emit.splat_integer(dilation)
    within = builder.sub(apart, emit.integers(1))
    numbers = []
    for half in range(2):
        frame = builder.add(emit.lane_numbers(), emit.integers(half * emit.lanes))
        before = builder.and_(frame, builder.neg(builder.add(apart, apart)))
        pair = builder.or_(builder.lshr(before, emit.integers(1)), builder.and_(frame, within))
        first = builder.icmp_signed("==", builder.and_(frame, apart), emit.integers(0))
        seconds = builder.add(pair, emit.integers(emit.lanes))
        numbers.append(builder.select(first, pair, seconds))
    return numbers
