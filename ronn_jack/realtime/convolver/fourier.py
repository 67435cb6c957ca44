"""The passes of Fourier transforms in right-angle form, for partitioned convolution. [any-thread]

A window of 2P real samples, the old half and the new one, becomes P complex numbers
z[n] = (old[n] + i·new[n])·exp(iπn / 2P). A plain complex transform of P follows, bins are multiplied
by those of a response, and the way back gives, in the imaginary parts, the P samples that overlap-save
keeps: no bin is a special case, and they may lie in any order. (Nussbaumer's right-angle
convolution; Bernstein, "Multidigit multiplication for mathematicians", 2001.)

P is 64, 64·8 or 64·8·8. Numbers lie in tiles of 64: 64 real parts, then 64 imaginary ones. Passes of
radix 8 run across tiles, in place, until each tile is a transform of its own, which is done in
registers: 4 vectors of 16, across vectors and, by two small transpositions, across their lanes. The
lanes' order is that of no other width, so the bits are the same on every host.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ronn_jack.realtime.compiler.emitter import INT64, Emitter

LANES = 16
"""Columns of a tile that a pass's call takes."""
TILE = 64
"""Complex numbers in a tile."""
TILE_BYTES = 2 * 4 * TILE
HALF_BYTES = 4 * TILE
"""From a number's real part to its imaginary one."""
COLUMN_BYTES = 4 * LANES
RADIX = 8

_VECTORS = TILE // LANES
_GROUP = 4
"""Lanes that an element is exchanged within, in the smaller transposition."""
_ROOT = math.sqrt(0.5)

Number = tuple[Any, Any]
"""Vectors of real and of imaginary parts."""


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
                    numbers.append(_turned(emit, (past, late), a / 16))
                for k, number in enumerate(_spread(emit, numbers, forward=True)):
                    turned = _multiply(emit, number, _twiddle(emit, twiddles, k, at))
                    _store(emit, turned, _leg(emit, target, k, step, at))
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
                    _multiply_back(
                        emit,
                        _load(emit, _leg(emit, source, k, step, at)),
                        _twiddle(emit, twiddles, k, at),
                    )
                    for k in range(radix)
                ]
                for a, number in enumerate(_spread(emit, numbers, forward=False)):
                    _, sample = _turned(emit, number, -a / 16)
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
            spread = _spread(emit, [_load(emit, leg) for leg in legs], forward=True)
            for k, (number, leg) in enumerate(zip(spread, legs, strict=True)):
                if k > 0:
                    number = _multiply(emit, number, _twiddle(emit, twiddles, k, at))
                _store(emit, number, leg)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def join_columns(typing_context: Any, tile: Any, step: Any, twiddles: Any) -> Any:
    """Undo `split_columns`, but for a factor of 8."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, step, twiddles = arguments
        for emit, at in _parts(builder):
            legs = [_leg(emit, tile, k, step, at) for k in range(RADIX)]
            numbers = [_load(emit, leg) for leg in legs]
            for k in range(1, RADIX):
                turn = _twiddle(emit, twiddles, k, at)
                numbers[k] = _multiply_back(emit, numbers[k], turn)
            for number, leg in zip(_spread(emit, numbers, forward=False), legs, strict=True):
                _store(emit, number, leg)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def transform_tile(typing_context: Any, source: Any, target: Any) -> Any:
    """Transform a tile; its bins come out in an order of their own."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = arguments
        emit = Emitter(builder).of_lanes(LANES)
        numbers = _butterfly4(emit, _load_tile(emit, source), forward=True)
        numbers = [
            _times(emit, number, _lane_turns(k, TILE, lambda lane: lane), forward=True)
            for k, number in enumerate(numbers)
        ]
        numbers = _butterfly4(emit, _exchange(emit, numbers, _swap_groups), forward=True)
        numbers = [
            _times(emit, number, _lane_turns(c, LANES, lambda lane: lane % _GROUP), forward=True)
            for c, number in enumerate(numbers)
        ]
        numbers = _butterfly4(emit, _exchange(emit, numbers, _swap_elements), forward=True)
        _store_tile(emit, numbers, target)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 2), codegen


@intrinsic
def restore_tile(typing_context: Any, source: Any, target: Any) -> Any:
    """Undo `transform_tile`, but for a factor of 64."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = arguments
        emit = Emitter(builder).of_lanes(LANES)
        numbers = _butterfly4(emit, _load_tile(emit, source), forward=False)
        numbers = _exchange(emit, numbers, _swap_elements)
        numbers = [
            _times(emit, number, _lane_turns(c, LANES, lambda lane: lane % _GROUP), forward=False)
            for c, number in enumerate(numbers)
        ]
        numbers = _exchange(emit, _butterfly4(emit, numbers, forward=False), _swap_groups)
        numbers = [
            _times(emit, number, _lane_turns(k, TILE, lambda lane: lane), forward=False)
            for k, number in enumerate(numbers)
        ]
        _store_tile(emit, _butterfly4(emit, numbers, forward=False), target)
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
        a, b = _load(emit, emit.offset(x, at))
        c, d = _load(emit, emit.offset(h, at))
        builder.store(emit.multiply_add(a, c, builder.load(real)), real)
        builder.store(emit.multiply_add(a, d, builder.load(imaginary)), imaginary)
        builder.store(emit.multiply_add(builder.fneg(b), d, builder.load(real)), real)
        builder.store(emit.multiply_add(b, c, builder.load(imaginary)), imaginary)


# Complex numbers in vectors.


def _multiply(emit: Emitter, a: Number, b: Number) -> Number:
    minus = emit.builder.fneg(emit.multiply(a[1], b[1]))
    return (
        emit.multiply_add(a[0], b[0], minus),
        emit.multiply_add(a[0], b[1], emit.multiply(a[1], b[0])),
    )


def _multiply_back(emit: Emitter, a: Number, b: Number) -> Number:
    """Return a times the conjugate of b."""
    minus = emit.builder.fneg(emit.multiply(a[0], b[1]))
    return (
        emit.multiply_add(a[0], b[0], emit.multiply(a[1], b[1])),
        emit.multiply_add(a[1], b[0], minus),
    )


def _turned(emit: Emitter, number: Number, half_turns: float) -> Number:
    """Return a number times exp(iπ · half_turns)."""
    if half_turns == 0.0:
        return number
    angle = math.pi * half_turns
    return _multiply(emit, number, (emit.constant(math.cos(angle)), emit.constant(math.sin(angle))))


def _quarter(emit: Emitter, number: Number, forward: bool) -> Number:
    """Return a number times -i, or on the way back i."""
    real, imaginary = number
    minus = emit.builder.fneg
    return (imaginary, minus(real)) if forward else (minus(imaginary), real)


def _sum(emit: Emitter, a: Number, b: Number) -> Number:
    return emit.add(a[0], b[0]), emit.add(a[1], b[1])


def _difference(emit: Emitter, a: Number, b: Number) -> Number:
    return emit.subtract(a[0], b[0]), emit.subtract(a[1], b[1])


def _butterfly4(emit: Emitter, x: Sequence[Number], forward: bool) -> list[Number]:
    """Return the transform of 4 numbers."""
    a, b = _sum(emit, x[0], x[2]), _difference(emit, x[0], x[2])
    c = _sum(emit, x[1], x[3])
    d = _quarter(emit, _difference(emit, x[1], x[3]), forward)
    return [
        _sum(emit, a, c),
        _sum(emit, b, d),
        _difference(emit, a, c),
        _difference(emit, b, d),
    ]


def _spread(emit: Emitter, x: Sequence[Number], forward: bool) -> list[Number]:
    """Return the transform of 8 numbers, or of 1."""
    if len(x) == 1:
        return list(x)
    even = _butterfly4(emit, x[0::2], forward)
    odd = _butterfly4(emit, x[1::2], forward)
    root = emit.constant(_ROOT)
    turned = [odd[0]]
    for k in (1, 2, 3):
        real, imaginary = odd[k] if k == 1 else _quarter(emit, odd[k], forward)
        if k != 2:
            # An eighth of a turn, after a quarter where three are due.
            sign = emit.add if forward else emit.subtract
            other = emit.subtract if forward else emit.add
            real, imaginary = sign(real, imaginary), other(imaginary, real)
            real, imaginary = emit.multiply(real, root), emit.multiply(imaginary, root)
        turned.append((real, imaginary))
    pairs = list(zip(even, turned, strict=True))
    return [_sum(emit, *pair) for pair in pairs] + [_difference(emit, *pair) for pair in pairs]


# Memory.


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


def _load(emit: Emitter, address: Any) -> Number:
    return emit.load(address), emit.load(emit.offset(address, HALF_BYTES))


def _store(emit: Emitter, number: Number, address: Any) -> None:
    emit.store(number[0], address)
    emit.store(number[1], emit.offset(address, HALF_BYTES))


def _load_tile(emit: Emitter, address: Any) -> list[Number]:
    return [_load(emit, emit.offset(address, COLUMN_BYTES * v)) for v in range(_VECTORS)]


def _store_tile(emit: Emitter, numbers: Sequence[Number], address: Any) -> None:
    for v, number in enumerate(numbers):
        _store(emit, number, emit.offset(address, COLUMN_BYTES * v))


# Within a tile.


def _lane_turns(factor: int, size: int, place: Callable[[int], int]) -> list[complex]:
    """Return exp(-2πi · factor · place / size) of each lane."""
    turns = [-2.0 * math.pi * factor * place(lane) / size for lane in range(LANES)]
    return [complex(math.cos(turn), math.sin(turn)) for turn in turns]


def _times(emit: Emitter, number: Number, turns: list[complex], forward: bool) -> Number:
    if all(turn == 1.0 for turn in turns):
        return number
    constant = tuple(
        ir.Constant(emit.type, [ir.Constant(ir.FloatType(), value) for value in values])
        for values in ([turn.real for turn in turns], [turn.imag for turn in turns])
    )
    multiply = _multiply if forward else _multiply_back
    return multiply(emit, number, (constant[0], constant[1]))


def _exchange(
    emit: Emitter, numbers: Sequence[Number], swap: Callable[[Emitter, list[Any]], list[Any]]
) -> list[Number]:
    real, imaginary = (swap(emit, list(part)) for part in zip(*numbers, strict=True))
    return list(zip(real, imaginary, strict=True))


def _swap_groups(emit: Emitter, v: list[Any]) -> list[Any]:
    """Transpose vectors and groups of 4 lanes: the i-th group of v[j] becomes the j-th of v[i]."""

    def picked(a: Any, b: Any, *groups: int) -> Any:
        return _shuffled(emit, a, b, [_GROUP * g + e for g in groups for e in range(_GROUP)])

    low = [picked(v[i], v[i + 1], 0, 1, 4, 5) for i in (0, 2)]
    high = [picked(v[i], v[i + 1], 2, 3, 6, 7) for i in (0, 2)]
    return [picked(*pair, *groups) for pair in (low, high) for groups in _EVEN_ODD]


def _swap_elements(emit: Emitter, v: list[Any]) -> list[Any]:
    """Transpose vectors and the lanes of each group."""

    def picked(a: Any, b: Any, *elements: int) -> Any:
        # Elements from 4 on are those of `b`.
        lanes = [
            _GROUP * g + e % _GROUP + LANES * (e // _GROUP)
            for g in range(LANES // _GROUP)
            for e in elements
        ]
        return _shuffled(emit, a, b, lanes)

    low = [picked(v[i], v[i + 1], 0, 4, 1, 5) for i in (0, 2)]
    high = [picked(v[i], v[i + 1], 2, 6, 3, 7) for i in (0, 2)]
    return [picked(*pair, *of) for pair in (low, high) for of in ((0, 1, 4, 5), (2, 3, 6, 7))]


_EVEN_ODD = ((0, 2, 4, 6), (1, 3, 5, 7))


def _shuffled(emit: Emitter, a: Any, b: Any, lanes: list[int]) -> Any:
    kind = ir.VectorType(ir.IntType(32), LANES)
    return emit.builder.shuffle_vector(a, b, ir.Constant(kind, lanes))
