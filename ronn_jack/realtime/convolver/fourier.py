"""The passes of Fourier transforms in right-angle form, for partitioned convolution. [any-thread]

A window of 2P real samples, the old half and the new one, becomes P complex numbers
z[n] = (old[n] + i·new[n])·exp(iπn / 2P). A plain complex transform of P follows, bins are
multiplied by those of a response, and the way back gives, in the imaginary parts, the P samples
that overlap-save keeps: no bin is a special case, and they may lie in any order. (Nussbaumer's
right-angle convolution; Bernstein, "Multidigit multiplication for mathematicians", 2001.)

P is 64, 64·8 or 64·8·8. Passes of radix 8 run across tiles of 64 numbers, in place, until each tile
is a transform of its own. That is done in registers: 4 vectors of 16, across vectors and, by two
small transpositions, across their lanes, on hosts of whatever width: so the bits are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.convolver.complex_vectors import (
    COLUMN_BYTES,
    GROUP,
    HALF_BYTES,
    LANES,
    TILE,
    TILE_BYTES,
    Number,
    exchanged,
    lane_turns,
    load_number,
    multiply,
    multiply_back,
    spread,
    spread_4,
    store_number,
    swap_elements,
    swap_groups,
    times,
    turned,
)

RADIX = 8

_VECTORS = TILE // LANES


def _opening(radix: int) -> Callable[..., Any]:
    """Return a window's first pass over 16 columns.

    Parameters
    ----------
    radix : int
        1 only twists.
    """

    def open_columns(
        typing_context: Any, old: Any, new: Any, leg: Any, twiddles: Any, target: Any, step: Any
    ) -> Any:
        """Read a window's columns and write the first pass's result.

        Parameters
        ----------
        old, new, leg : int64
            Addresses of the halves' first sample of these columns, bytes from leg to leg.
        twiddles : int64
            Address of `radix` complex vectors.
        target, step : int64
            Address of these columns in the first leg's tile, bytes from leg to leg.
        """

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            old, new, leg, twiddles, target, step = arguments
            for emit, at in _parts(builder):
                numbers = []
                for a in range(radix):
                    past = emit.load(_leg(emit, old, a, leg, at))
                    late = emit.load(_leg(emit, new, a, leg, at))
                    numbers.append(turned(emit, (past, late), a / 16))
                for k, number in enumerate(spread(emit, numbers, forward=True)):
                    along = multiply(emit, number, _twiddle(emit, twiddles, k, at))
                    store_number(emit, along, _leg(emit, target, k, step, at))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 6), codegen

    return open_columns


def _closing(radix: int) -> Callable[..., Any]:
    """Return the last pass of the way back over 16 columns."""

    def close_columns(
        typing_context: Any, source: Any, step: Any, twiddles: Any, target: Any, leg: Any
    ) -> Any:
        """Write the samples that a window's columns give: the imaginary parts."""

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            source, step, twiddles, target, leg = arguments
            for emit, at in _parts(builder):
                numbers = [
                    multiply_back(
                        emit,
                        load_number(emit, _leg(emit, source, k, step, at)),
                        _twiddle(emit, twiddles, k, at),
                    )
                    for k in range(radix)
                ]
                for a, number in enumerate(spread(emit, numbers, forward=False)):
                    _, sample = turned(emit, number, -a / 16)
                    emit.store(sample, _leg(emit, target, a, leg, at))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 5), codegen

    return close_columns


twist_columns, open_columns = intrinsic(_opening(1)), intrinsic(_opening(RADIX))
untwist_columns, close_columns = intrinsic(_closing(1)), intrinsic(_closing(RADIX))


@intrinsic
def split_columns(typing_context: Any, tile: Any, step: Any, twiddles: Any) -> Any:
    """Do a pass of radix 8 over 16 columns, in place; the legs are `step` bytes apart."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, step, twiddles = arguments
        for emit, at in _parts(builder):
            legs = [_leg(emit, tile, k, step, at) for k in range(RADIX)]
            numbers = spread(emit, [load_number(emit, leg) for leg in legs], forward=True)
            for k, (number, leg) in enumerate(zip(numbers, legs, strict=True)):
                if k > 0:
                    number = multiply(emit, number, _twiddle(emit, twiddles, k, at))
                store_number(emit, number, leg)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def join_columns(typing_context: Any, tile: Any, step: Any, twiddles: Any) -> Any:
    """Undo `split_columns`, but for a factor of 8."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, step, twiddles = arguments
        for emit, at in _parts(builder):
            legs = [_leg(emit, tile, k, step, at) for k in range(RADIX)]
            numbers = [load_number(emit, leg) for leg in legs]
            for k in range(1, RADIX):
                turn = _twiddle(emit, twiddles, k, at)
                numbers[k] = multiply_back(emit, numbers[k], turn)
            for number, leg in zip(spread(emit, numbers, forward=False), legs, strict=True):
                store_number(emit, number, leg)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def transform_tile(typing_context: Any, source: Any, target: Any) -> Any:
    """Transform a tile; its bins come out in an order of their own."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = arguments
        emit = Emitter(builder).of_lanes(LANES)
        numbers = spread_4(emit, _load_tile(emit, source), forward=True)
        numbers = [
            times(emit, number, lane_turns(k, TILE, lambda lane: lane), forward=True)
            for k, number in enumerate(numbers)
        ]
        numbers = spread_4(emit, exchanged(emit, numbers, swap_groups), forward=True)
        numbers = [
            times(emit, number, lane_turns(c, LANES, lambda lane: lane % GROUP), forward=True)
            for c, number in enumerate(numbers)
        ]
        numbers = spread_4(emit, exchanged(emit, numbers, swap_elements), forward=True)
        _store_tile(emit, numbers, target)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 2), codegen


@intrinsic
def restore_tile(typing_context: Any, source: Any, target: Any) -> Any:
    """Undo `transform_tile`, but for a factor of 64."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = arguments
        emit = Emitter(builder).of_lanes(LANES)
        numbers = spread_4(emit, _load_tile(emit, source), forward=False)
        numbers = exchanged(emit, numbers, swap_elements)
        numbers = [
            times(emit, number, lane_turns(c, LANES, lambda lane: lane % GROUP), forward=False)
            for c, number in enumerate(numbers)
        ]
        numbers = exchanged(emit, spread_4(emit, numbers, forward=False), swap_groups)
        numbers = [
            times(emit, number, lane_turns(k, TILE, lambda lane: lane), forward=False)
            for k, number in enumerate(numbers)
        ]
        _store_tile(emit, spread_4(emit, numbers, forward=False), target)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 2), codegen


@intrinsic
def multiply_tiles(
    typing_context: Any, inputs: Any, count: Any, wrapped: Any, rest: Any, response: Any,
    target: Any,
) -> Any:  # fmt: skip
    """Write the sum of products of tiles, newest input first.

    Parameters
    ----------
    inputs, count : int64
        Address of the first inputs' tiles, one after the other, and how many they are.
    wrapped, rest : int64
        The same of those that follow.
    response : int64
        Address of as many tiles.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        inputs, count, wrapped, rest, response, target = arguments
        emit = Emitter(builder)
        # As many sums as cover the time of a multiply-add, and are held beside what they take.
        width = min(4, TILE // emit.lanes)
        for first in range(0, TILE, width * emit.lanes):
            at = 4 * first
            sums = [[emit.variable(emit.constant(0.0)) for _ in range(width)] for _ in range(2)]
            h = emit.variable(emit.offset(response, at))
            for start, number in ((inputs, count), (wrapped, rest)):
                x = emit.variable(emit.offset(start, at))
                with emit.repeat(number):
                    _accumulate(emit, sums, builder.load(x), builder.load(h))
                    emit.advance(x, INT64(TILE_BYTES))
                    emit.advance(h, INT64(TILE_BYTES))
            for part, half in zip(sums, (0, HALF_BYTES), strict=True):
                for v, total in enumerate(part):
                    place = emit.offset(target, at + half + 4 * emit.lanes * v)
                    emit.store(builder.load(total), place)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), codegen


def _accumulate(emit: Emitter, sums: list[list[Any]], x: Any, h: Any) -> None:
    builder = emit.builder
    for v, (real, imaginary) in enumerate(zip(*sums, strict=True)):
        at = 4 * emit.lanes * v
        a, b = load_number(emit, emit.offset(x, at))
        c, d = load_number(emit, emit.offset(h, at))
        builder.store(emit.multiply_add(a, c, builder.load(real)), real)
        builder.store(emit.multiply_add(a, d, builder.load(imaginary)), imaginary)
        builder.store(emit.multiply_add(builder.fneg(b), d, builder.load(real)), real)
        builder.store(emit.multiply_add(b, c, builder.load(imaginary)), imaginary)


def _parts(builder: Any) -> list[tuple[Emitter, int]]:
    """Return an emitter for each part of 16 columns that fits a vector, and its first byte."""
    emit = Emitter(builder)
    return [(emit, 4 * first) for first in range(0, LANES, emit.lanes)]


def _leg(emit: Emitter, address: Any, number: int, stride: Any, at: int) -> Any:
    along = emit.builder.mul(stride, INT64(number))
    return emit.offset(emit.builder.add(address, along), at)


def _twiddle(emit: Emitter, twiddles: Any, number: int, at: int) -> Number:
    place = emit.offset(twiddles, 2 * COLUMN_BYTES * number + at)
    return emit.load(place), emit.load(emit.offset(place, COLUMN_BYTES))


def _load_tile(emit: Emitter, address: Any) -> list[Number]:
    return [load_number(emit, emit.offset(address, COLUMN_BYTES * v)) for v in range(_VECTORS)]


def _store_tile(emit: Emitter, numbers: Sequence[Number], address: Any) -> None:
    for v, number in enumerate(numbers):
        store_number(emit, number, emit.offset(address, COLUMN_BYTES * v))
