"""Complex numbers in vectors, as LLVM instructions: what the passes of transforms are made of.

They lie in tiles of 64: 64 real parts, then 64 imaginary ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.emitter import FLOAT, Emitter

LANES = 16
"""Columns of a tile that a pass's call takes."""
TILE = 64
"""Complex numbers in a tile."""
TILE_BYTES = 2 * 4 * TILE
HALF_BYTES = 4 * TILE
"""From a number's real part to its imaginary one."""
COLUMN_BYTES = 4 * LANES

GROUP = 4
"""Lanes within which the smaller transposition moves elements."""
_EVEN_ODD = ((0, 2, 4, 6), (1, 3, 5, 7))
_LOW_HIGH = ((0, 1, 4, 5), (2, 3, 6, 7))
_ROOT = math.sqrt(0.5)

Number = tuple[Any, Any]
"""Vectors of real and of imaginary parts."""


def load_number(emit: Emitter, address: Any) -> Number:
    return emit.load(address), emit.load(emit.offset(address, HALF_BYTES))


def store_number(emit: Emitter, number: Number, address: Any) -> None:
    emit.store(number[0], address)
    emit.store(number[1], emit.offset(address, HALF_BYTES))


def multiply(emit: Emitter, a: Number, b: Number) -> Number:
    minus = emit.builder.fneg(emit.multiply(a[1], b[1]))
    return (
        emit.multiply_add(a[0], b[0], minus),
        emit.multiply_add(a[0], b[1], emit.multiply(a[1], b[0])),
    )


def multiply_back(emit: Emitter, a: Number, b: Number) -> Number:
    """Return a times the conjugate of b."""
    minus = emit.builder.fneg(emit.multiply(a[0], b[1]))
    return (
        emit.multiply_add(a[0], b[0], emit.multiply(a[1], b[1])),
        emit.multiply_add(a[1], b[0], minus),
    )


def turned(emit: Emitter, number: Number, half_turns: float) -> Number:
    """Return a number times exp(iπ · half_turns)."""
    if half_turns == 0.0:
        return number
    angle = math.pi * half_turns
    return multiply(emit, number, (emit.constant(math.cos(angle)), emit.constant(math.sin(angle))))


def _quarter(emit: Emitter, number: Number, forward: bool) -> Number:
    """Return a number times -i, or on the way back i."""
    real, imaginary = number
    minus = emit.builder.fneg
    return (imaginary, minus(real)) if forward else (minus(imaginary), real)


def _sum(emit: Emitter, a: Number, b: Number) -> Number:
    return emit.add(a[0], b[0]), emit.add(a[1], b[1])


def _difference(emit: Emitter, a: Number, b: Number) -> Number:
    return emit.subtract(a[0], b[0]), emit.subtract(a[1], b[1])


def spread_4(emit: Emitter, x: Sequence[Number], forward: bool) -> list[Number]:
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


def spread(emit: Emitter, x: Sequence[Number], forward: bool) -> list[Number]:
    """Return the transform of 8 numbers, or of 1."""
    if len(x) == 1:
        return list(x)
    even = spread_4(emit, x[0::2], forward)
    odd = spread_4(emit, x[1::2], forward)
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


def lane_turns(factor: int, size: int, place: Callable[[int], int]) -> list[complex]:
    """Return exp(-2πi · factor · place / size) of each lane."""
    turns = [-2.0 * math.pi * factor * place(lane) / size for lane in range(LANES)]
    return [complex(math.cos(turn), math.sin(turn)) for turn in turns]


def times(emit: Emitter, number: Number, turns: list[complex], forward: bool) -> Number:
    if all(turn == 1.0 for turn in turns):
        return number
    constant = tuple(
        ir.Constant(emit.type, [ir.Constant(FLOAT, value) for value in values])
        for values in ([turn.real for turn in turns], [turn.imag for turn in turns])
    )
    along = multiply if forward else multiply_back
    return along(emit, number, (constant[0], constant[1]))


def exchanged(
    emit: Emitter, numbers: Sequence[Number], swap: Callable[[Emitter, list[Any]], list[Any]]
) -> list[Number]:
    real, imaginary = (swap(emit, list(part)) for part in zip(*numbers, strict=True))
    return list(zip(real, imaginary, strict=True))


def swap_groups(emit: Emitter, v: list[Any]) -> list[Any]:
    """Transpose vectors and groups of 4 lanes: the i-th group of v[j] becomes the j-th of v[i]."""

    def picked(a: Any, b: Any, *groups: int) -> Any:
        return _shuffled(emit, a, b, [GROUP * g + e for g in groups for e in range(GROUP)])

    low = [picked(v[i], v[i + 1], 0, 1, 4, 5) for i in (0, 2)]
    high = [picked(v[i], v[i + 1], 2, 3, 6, 7) for i in (0, 2)]
    return [picked(*pair, *groups) for pair in (low, high) for groups in _EVEN_ODD]


def swap_elements(emit: Emitter, v: list[Any]) -> list[Any]:
    """Transpose vectors and the lanes of each group."""

    def picked(a: Any, b: Any, *elements: int) -> Any:
        # Elements from 4 on are those of `b`.
        lanes = [
            GROUP * g + e % GROUP + LANES * (e // GROUP)
            for g in range(LANES // GROUP)
            for e in elements
        ]
        return _shuffled(emit, a, b, lanes)

    low = [picked(v[i], v[i + 1], 0, 4, 1, 5) for i in (0, 2)]
    high = [picked(v[i], v[i + 1], 2, 6, 3, 7) for i in (0, 2)]
    return [picked(*pair, *of) for pair in (low, high) for of in _LOW_HIGH]


def _shuffled(emit: Emitter, a: Any, b: Any, lanes: list[int]) -> Any:
    kind = ir.VectorType(ir.IntType(32), LANES)
    return emit.builder.shuffle_vector(a, b, ir.Constant(kind, lanes))
