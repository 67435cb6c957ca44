"""Weights in the order in which tiles read them. [control-thread]

For each tile follows term after term, and for each term a weight of each of the tile's rows. What
a weight is made of is told by two tables, for it lies where both say: where the plain weights of
each row begin, and how much farther each term reads, times four and with the way in which it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.kernels.tiles import tile_rows
from ronn_jack.realtime.kernels.vectors import load_float32

TAP, NEGATED_TAP, HALF_SUM, HALF_DIFFERENCE = range(4)
"""What a term takes: a tap; or of three of them (g0 + g2 + g1)/2 or (g0 + g2 - g1)/2."""
_WAYS = 4


def terms(places: NDArray[np.int64], way: int) -> NDArray[np.int32]:
    """Return terms that read some floats after a row's first weight."""
    return (_WAYS * places + way).astype(np.int32)


@native(float64(float64, int64))
def _left(frame_gain: float, frames: int) -> float:
    """Return what a delay leaves of an amplitude."""
    return 1.0 if frame_gain == 1.0 else frame_gain ** float64(frames)


@native(void(int64, int64, int64, int64, int64, int64, int64, float64, int64, int64))
def pack_weights(
    plain: int,
    places: int,
    rows: int,
    tiles: int,
    terms: int,
    count: int,
    kernel: int,
    frame_gain: float,
    dilation: int,
    target: int,
) -> None:
    """Write a layer's weights tile by tile, each tap as its delay lets it be.

    Parameters
    ----------
    plain : int64
        Address of float32 [shape=(outputs, inputs/groups, kernel)].
    places, rows : int64
        Address of an int32 for each of the rows that tiles compute: its first weight's place.
    tiles : int64
        Over which the rows are dealt out.
    terms, count : int64
        Address of as many int32, as `terms` makes them.
    frame_gain : float64
        Amplitude ratio that each frame of delay costs.
    target : int64
        Address of rows · count float32.
    """
    starts = carray(pointer(places), (rows,), np.int32)
    table = carray(pointer(terms), (count,), np.int32)
    y = carray(pointer(target), (rows * count,), np.float32)
    at = first = int64(0)
    tap, a, b, c = int64(-1), 1.0, 1.0, 1.0
    for tile in range(tiles):
        end = first + tile_rows(rows, tiles, tile)
        for term in range(count):
            way = int64(table[term]) % _WAYS
            for row in range(first, end):
                place = int64(starts[row]) + int64(table[term]) // _WAYS
                if place % kernel != tap:
                    tap = place % kernel
                    age = kernel - 1 - tap
                    a = _left(frame_gain, dilation * age)
                    b = _left(frame_gain, dilation * (age - 1))
                    c = _left(frame_gain, dilation * (age - 2))
                g0 = np.float32(load_float32(plain + 4 * place) * a)
                if way == TAP:
                    y[at] = g0
                elif way == NEGATED_TAP:
                    y[at] = -g0
                else:
                    g1 = np.float32(load_float32(plain + 4 * place + 4) * b)
                    g2 = np.float32(load_float32(plain + 4 * place + 8) * c)
                    outer = float64(g0) + g2
                    y[at] = 0.5 * (outer + g1 if way == HALF_SUM else outer - g1)
                at += 1
        first = end


@entry(void(*[int64] * 8))
def _pack(
    plain: int, places: int, rows: int, tiles: int, terms: int, count: int, kernel: int, y: int
) -> None:
    pack_weights(plain, places, rows, tiles, terms, count, kernel, 1.0, int64(0), y)


def packed(
    weight: NDArray[np.float32], places: NDArray[np.int32], terms: NDArray[np.int32], tiles: int
) -> NDArray[np.float32]:
    """Return weights [shape=(outputs, inputs/groups, kernel)] as `pack_weights` writes them."""
    plain = np.ascontiguousarray(weight, np.float32)
    result = np.empty(len(places) * len(terms), np.float32)
    _pack.ctypes(
        plain.ctypes.data, places.ctypes.data, len(places), tiles,
        terms.ctypes.data, len(terms), plain.shape[2], result.ctypes.data,
    )  # fmt: skip
    return result
