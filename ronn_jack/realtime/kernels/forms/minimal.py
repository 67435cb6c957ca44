"""A dense layer that multiplies less: minimal filtering over pairs of frames."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.form import (
    RUN,
    Dilations,
    Form,
    Words,
    common_words,
    is_rectified,
    tap_by_tap,
)
from ronn_jack.realtime.kernels.input_rows import frame_address
from ronn_jack.realtime.kernels.layout import (
    ACTIVATION,
    BIAS,
    BLEND,
    CHUNK,
    DILATION,
    KERNEL,
    LOWER,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    ROWS,
    ROWS_IN,
    SCRATCH,
    SOURCE_STRIDE,
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.minimal_filtering import (
    PAIR_FRAMES,
    PAIR_HEIGHTS,
    convolve_pairs,
    pair_widths,
    split_rows,
    transform_rows,
)
from ronn_jack.realtime.kernels.packing import HALF_DIFFERENCE, HALF_SUM, TAP, terms
from ronn_jack.realtime.kernels.tiles import (
    NO_FLOOR,
    RELU,
    blend_rows,
    finish_rows,
    is_finished,
    tile_rows,
)
from ronn_jack.realtime.kernels.vectors import copy_rows, load_float32, load_int64

TAPS = 3
"""Taps that are computed together."""
_LEAST_INPUTS = 4
"""Fewer are soon summed up, and what a pair's two frames are put together from is not."""
_MOST_SUMMED = 448
_MOST_WEIGHTS = 1 << 19
"""Inputs times threes of taps, and weights of the network, that a core's second cache holds, of
usual size. Beyond it what was transformed is read for each tile, and a third more weights in two
thirds of the time.
"""
_MOST_TAPS = 128 if VECTOR.registers == 32 else 9
"""Lower tiles read what was transformed more often: that of more taps from beyond the near cache.
"""
_LEAST_ROWS = 12
"""Output rows from which transforming the inputs of three taps takes less than it spares.

As measured, not as this machine is: a network's sound may not depend on that.
"""
_VECTOR_BYTES = 4 * VECTOR.lanes

_MOST_VECTORS = math.ceil((CHUNK + PAIR_FRAMES - 1) / PAIR_FRAMES)
"""Of pairs in a chunk, which may begin within one."""
_PIECE = 4 * PAIR_FRAMES * _MOST_VECTORS
"""Bytes of an output row that is computed apart."""


@native("void(int64, int64, int64, int64)")
def _transform(layer: int, start: int, vectors: int, target: int) -> None:
    """[audio-thread] Transform a layer's input for some vectors of pairs from a frame on.

    First comes what is multiplied for the two sums, the oldest taps' first, then what is for the
    frames, where taps that are left over from the threes, the oldest, come first.
    """
    inputs = load_int64(layer + WORD * ROWS_IN)
    kernel = load_int64(layer + WORD * KERNEL)
    dilation = load_int64(layer + WORD * DILATION)
    source_stride = load_int64(layer + WORD * SOURCE_STRIDE)
    second = _VECTOR_BYTES * vectors
    stride = 2 * second
    groups = kernel // TAPS
    left = kernel % TAPS
    added = target + groups * inputs * stride
    for k in range(left):
        for v in range(vectors):
            at = start + v * PAIR_FRAMES - (kernel - 1 - k) * dilation
            split_rows(
                inputs, frame_address(layer, at), source_stride, dilation,
                added + _VECTOR_BYTES * v, stride, second,
            )  # fmt: skip
        added += inputs * stride
    for group in range(groups):
        for v in range(vectors):
            at = start + v * PAIR_FRAMES - TAPS * (groups - 1 - group) * dilation
            transform_rows(
                inputs, frame_address(layer, at - 2 * dilation), frame_address(layer, at),
                source_stride, dilation, target + _VECTOR_BYTES * v,
                added + _VECTOR_BYTES * v, stride, second,
            )  # fmt: skip
        target += inputs * stride
        added += inputs * stride


@shared(RUN)
def _run(
    layer: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
    number: int,
) -> None:
    """[audio-thread] Transform the inputs chunk by chunk, and compute all tiles from that.

    Where a chunk begins amid pairs, they are computed again in full, apart from the output.
    """
    inputs = load_int64(layer + WORD * ROWS_IN)
    groups = load_int64(layer + WORD * KERNEL) // TAPS
    left = load_int64(layer + WORD * KERNEL) % TAPS
    dilation = load_int64(layer + WORD * DILATION)
    scratch = load_int64(layer + WORD * SCRATCH)
    rows_out = load_int64(layer + WORD * ROWS)
    tiles = load_int64(layer + WORD * TILES)
    bias = load_int64(layer + WORD * BIAS)
    activation = load_int64(layer + WORD * ACTIVATION)
    lower = load_float32(layer + WORD * LOWER)
    ends = int64(1)
    if moved >= 0:
        ends = int64(2)
        if lower > NO_FLOOR:
            lower = NO_FLOOR
            activation = RELU
    finished = is_finished(layer, slopes, activation)
    piece = scratch
    transformed = scratch + _PIECE * PAIR_HEIGHTS[-1]
    summed = groups * inputs
    added = (groups + left) * inputs
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        before = (number + ahead) & (2 * dilation - 1)
        vectors = (before + count + PAIR_FRAMES - 1) // PAIR_FRAMES
        second = _VECTOR_BYTES * vectors
        _transform(layer, ahead - before, vectors, transformed)
        first = int64(0)
        weights = load_int64(layer + WORD * WEIGHTS)
        to_next_weights = load_int64(layer + WORD * NEXT_WEIGHTS) - weights
        y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
        for tile in range(tiles):
            rows = tile_rows(rows_out, tiles, tile)
            w = weights
            b = bias + 4 * first
            into = y
            into_stride = target_stride
            for end in range(ends):
                if end > 0:
                    w += to_next_weights
                    b = load_int64(layer + WORD * NEXT_BIAS) + 4 * first
                    into = load_int64(layer + WORD * BLEND)
                    into_stride = int64(4 * CHUNK)
                convolve_pairs(
                    rows, transformed, 2 * second, second, summed, added, w, b, lower, dilation,
                    piece if before > 0 else into, int64(_PIECE) if before > 0 else into_stride,
                    vectors,
                )  # fmt: skip
                if before > 0:
                    copy_rows(into, into_stride, piece + 4 * before, int64(_PIECE), rows, count)
            if moved >= 0:
                blend = load_int64(layer + WORD * BLEND)
                blend_rows(rows, moved + ahead, y, target_stride, blend, count)
            if finished:
                finish_rows(
                    layer, first, rows, ahead, y, target_stride, count, glided, slopes, activation
                )
            y += rows * target_stride
            weights += 8 * rows * (summed + added)
            first += rows


class Minimal(Form):
    """Sums over all inputs and threes of taps, for two frames at a time."""

    run = _run
    ways = 2
    direct = False

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        if VECTOR.lanes >= 8 and layer.kernel <= _MOST_TAPS and _pays(layer):
            return Dilations(most=VECTOR.lanes, powers=1)
        return None

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        past = self.past(layer.kernel, layer.dilation)
        words = common_words(
            layer, layer.outputs, PAIR_HEIGHTS[-1], past, is_rectified(layer, modulated)
        )
        groups, left = divmod(layer.kernel, TAPS)
        return words | {layout.OUTER: 4 * groups + 2 * left, layout.INNER: layer.inputs}

    def first_terms(self, words: Words) -> list[int]:
        """Return nothing: what is transformed is found by its frame."""
        return []

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms: those of threes for two sums, then two of each for the frames."""
        beside, threes = first_taps(words)
        firsts, seconds = np.append(beside, threes), np.append(beside, threes + TAPS - 1)
        added = terms(np.stack([firsts, seconds], axis=1).reshape(-1), TAP)
        return np.append(summed_terms(words), added)

    def past(self, kernel: int, dilation: int) -> int:
        """Return how many frames before the next a layer may read: a block may end a pair."""
        return (kernel - 1) * dilation + 2 * dilation - 1

    def loops(self, words: Words, ring: bool) -> int:
        """Return how often a tile's inner loop starts: for sums, and for frames."""
        return 2

    def kind(self, layer: Layer) -> int:
        """Return the dilation, with which the pairs that blocks cut grow."""
        return layer.dilation

    def widths(self, height: int) -> list[int]:
        """Return how many vectors of pairs wide tiles of a height are."""
        return pair_widths(height)

    def chunks(self, words: Words, frames: int) -> list[tuple[int, float]]:
        """Return (vectors of pairs, how many such), the mean of where blocks may begin."""
        period = 2 * words[DILATION]
        step = math.gcd(frames, period)
        share = step / period
        whole, rest = divmod(frames, CHUNK)
        return [
            (math.ceil((before + count) / PAIR_FRAMES), times * share)
            for count, times in ((CHUNK, whole), (rest, 1))
            if count and times
            for before in range(0, period, step)
        ]

    def count(self, words: Words, frames: int) -> Mapping[str, float]:
        """Return the work of transforming the inputs."""
        vectors = sum(width * times for width, times in self.chunks(words, frames))
        groups, left = divmod(words[KERNEL], TAPS)
        return {"transform": vectors * words[ROWS_IN] * (groups + 0.5 * left)}

    def scratch_bytes(self, words: Words) -> int:
        """Return how many bytes of SCRATCH the layer uses: a piece of output, and its inputs."""
        transformed = words[layout.OUTER] // 2 * words[ROWS_IN] * 2 * _VECTOR_BYTES * _MOST_VECTORS
        return _PIECE * PAIR_HEIGHTS[-1] + transformed


def _pays(layer: Layer) -> bool:
    """Return whether a layer's threes of taps spare more than they take beside.

    A tap beside them takes half as long as three do, and spares nothing.
    """
    threes, beside = divmod(layer.kernel, TAPS)
    return (
        layer.groups == 1
        and threes > 0
        and threes * layer.inputs <= _MOST_SUMMED
        and layer.network_weights <= _MOST_WEIGHTS
        and layer.inputs >= _LEAST_INPUTS
        and 2 * threes * layer.outputs >= (2 * threes + beside) * _LEAST_ROWS
    )


def first_taps(words: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of taps beside the threes, the oldest, and of the first ones of threes."""
    places = tap_by_tap(words).reshape(words[KERNEL], words[ROWS_IN])
    beside = words[KERNEL] % TAPS
    return places[:beside].reshape(-1), places[beside::TAPS].reshape(-1)


def summed_terms(words: Words) -> NDArray[np.int32]:
    """Return what a pair's two sums are multiplied by, for each three of taps and input."""
    _, threes = first_taps(words)
    return np.stack([terms(threes, way) for way in (HALF_SUM, HALF_DIFFERENCE)], axis=1).reshape(-1)


MINIMAL = Minimal()
