"""A layer with fewer outputs than inputs, which keeps sums to come instead of past inputs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import float32, int64
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.convolution import tallest_tile
from ronn_jack.realtime.kernels.forms.dense import run_dense_tiles
from ronn_jack.realtime.kernels.forms.form import (
    RUN,
    SETTLE,
    Dilations,
    Form,
    Reserve,
    Words,
    common_words,
    longest_copied,
    odd_lines,
    whole_chunks,
    whole_vectors,
)
from ronn_jack.realtime.kernels.input_rows import frame_address
from ronn_jack.realtime.kernels.layout import (
    ACTIVATION,
    BIAS,
    CHUNK,
    DILATION,
    KERNEL,
    NEXT_BIAS,
    OWN,
    ROWS,
    ROWS_IN,
    ROWS_OUT,
    SCRATCH,
    SOURCE,
    WORD,
)
from ronn_jack.realtime.kernels.packing import TAP, terms
from ronn_jack.realtime.kernels.tiles import PER_CELL, finish_rows
from ronn_jack.realtime.kernels.vectors import (
    add_frames,
    fill_frames,
    glide_frames,
    load_float32,
    load_int64,
    store_int64,
    take_frames,
)

FEW_TERMS = 64
"""Terms of a sum up to which adding products up takes longer than the sums do."""

(
    SUMS,  # address of the rings of sums for frames to come
    SUMS_STRIDE,  # bytes from ring to ring
    SUMS_RING,  # frames of each
    SUMS_POSITION,  # frame that comes next
    ZEROS,  # address of one float32 per product: the bias belongs to the sums
) = range(OWN, OWN + 5)


@native(RUN)
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
    """[audio-thread] Multiply each frame by all taps and add the products to the sums to come.

    A frame's sum grows from the oldest tap to the newest, which is the order in which blocks
    deliver them, so cutting blocks differently changes no bit.
    """
    source = load_int64(layer + WORD * SOURCE)
    products = load_int64(layer + WORD * SCRATCH)
    rows = load_int64(layer + WORD * ROWS)
    zeros = load_int64(layer + WORD * ZEROS)
    activation = load_int64(layer + WORD * ACTIVATION)
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        passed = moved + ahead if moved >= 0 else moved
        run_dense_tiles(
            layer, rows, source + 4 * ahead, zeros, zeros, int64(0), int64(0),
            products, int64(4 * CHUNK), count, passed, glided, slopes,
        )  # fmt: skip
        _add_products(layer, products, count)
        y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
        _take_sums(layer, y, target_stride, count, passed)
        finish_rows(
            layer, int64(0), load_int64(layer + WORD * ROWS_OUT), ahead, y, target_stride, count,
            glided, slopes, activation,
        )  # fmt: skip


@native("void(int64, int64, int64)")
def _add_products(layer: int, products: int, frames: int) -> None:
    """[audio-thread] Add a chunk's products to the frames that they belong to."""
    kernel = load_int64(layer + WORD * KERNEL)
    outputs = load_int64(layer + WORD * ROWS_OUT)
    dilation = load_int64(layer + WORD * DILATION)
    sums = load_int64(layer + WORD * SUMS)
    ring = load_int64(layer + WORD * SUMS_RING)
    stride = load_int64(layer + WORD * SUMS_STRIDE)
    position = load_int64(layer + WORD * SUMS_POSITION)
    product = products
    for k in range(kernel):
        at = position + (kernel - 1 - k) * dilation
        if at >= ring:
            at -= ring
        before_end = min(frames, ring - at)
        for o in range(outputs):
            row = sums + o * stride
            add_frames(row + 4 * at, product, before_end)
            if before_end < frames:
                add_frames(row, product + 4 * before_end, frames - before_end)
            product += 4 * CHUNK


@native("void(int64, int64, int64, int64, int64)")
def _take_sums(layer: int, y: int, y_stride: int, frames: int, moved: int) -> None:
    """[audio-thread] Take the sums that are complete, with their bias, and go on behind them."""
    bias = load_int64(layer + WORD * BIAS)
    next_bias = load_int64(layer + WORD * NEXT_BIAS)
    sums = load_int64(layer + WORD * SUMS)
    ring = load_int64(layer + WORD * SUMS_RING)
    stride = load_int64(layer + WORD * SUMS_STRIDE)
    position = load_int64(layer + WORD * SUMS_POSITION)
    before_end = min(frames, ring - position)
    for o in range(load_int64(layer + WORD * ROWS_OUT)):
        row = sums + o * stride
        into = y + o * y_stride
        shift = load_float32(bias + 4 * o)
        take_frames(into, row + 4 * position, shift, before_end)
        if before_end < frames:
            take_frames(into + 4 * before_end, row, shift, frames - before_end)
        if moved >= 0:
            slope = float32(PER_CELL) * (load_float32(next_bias + 4 * o) - shift)
            glide_frames(into, float32(1), float32(0), float32(0), slope, moved + 1, frames)
    position += frames
    store_int64(layer + WORD * SUMS_POSITION, position - ring if position >= ring else position)


@native(SETTLE)
def _settle(layer: int) -> None:
    """[control-thread] Fill the sums with what the constant input has added so far.

    The layer has just run, so its products are those of the constants.
    """
    kernel = load_int64(layer + WORD * KERNEL)
    dilation = load_int64(layer + WORD * DILATION)
    outputs = load_int64(layer + WORD * ROWS_OUT)
    products = load_int64(layer + WORD * SCRATCH)
    ring = load_int64(layer + WORD * SUMS_RING)
    row = load_int64(layer + WORD * SUMS)
    for o in range(outputs):
        fill_frames(row, float32(0), ring)
        total = float32(0)
        # The frames up to one dilation before the newest tap's reach lack that tap, and so on.
        for k in range(kernel - 1):
            total += load_float32(products + 4 * CHUNK * (k * outputs + o))
            fill_frames(row + 4 * (kernel - 2 - k) * dilation, total, dilation)
        row += load_int64(layer + WORD * SUMS_STRIDE)
    store_int64(layer + WORD * SUMS_POSITION, 0)


class Transposed(Form):
    """One sum per output and frame to come, which is less than a history of every input."""

    run = _run
    settle = _settle
    places = frozenset({SUMS, ZEROS})
    keeps_inputs = False

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        narrows = layer.groups == 1 and layer.outputs < layer.inputs
        if not narrows or layer.residual_delay is not None:
            return None
        if layer.inputs * layer.kernel > FEW_TERMS:
            return Dilations()
        if layer.kernel == 1:
            return None  # without a history
        return Dilations(least=longest_copied(layer.inputs) // (layer.kernel - 1) + 1)

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        rows = layer.outputs * layer.kernel
        words = common_words(layer, rows, tallest_tile(rows), past=0, rectified=False)
        return words | {layout.OUTER: 1, layout.INNER: layer.inputs}

    def first_terms(self, words: Words) -> list[int]:
        """Return where the only entry of the tap table reads: the newest frame."""
        return [4 * words[layout.POSITION]]

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms, one of each input."""
        return terms(np.arange(words[ROWS_IN]) * words[KERNEL], TAP)

    def row_starts(self, words: Words) -> NDArray[np.int32]:
        """Return where each row's weights begin: it is one of a tap, the oldest first."""
        outputs = np.arange(words[ROWS_OUT]) * words[ROWS_IN] * words[KERNEL]
        places = np.arange(words[KERNEL])[:, np.newaxis] + outputs
        return places.reshape(-1).astype(np.int32)

    def scratch_bytes(self, words: Words) -> int:
        """Return how many bytes of SCRATCH the layer uses: a chunk of products."""
        return 4 * CHUNK * words[ROWS]

    def memory(self, words: Words, reserve: Reserve) -> Words:
        """Return the form's own words, with memory for the sums to come."""
        ring = whole_vectors((words[KERNEL] - 1) * words[DILATION] + CHUNK)
        return {
            SUMS_RING: ring,
            SUMS_STRIDE: odd_lines(ring),
            SUMS: reserve(words[ROWS_OUT] * odd_lines(ring)),
            ZEROS: reserve(4 * words[ROWS]),
        }

    def kept_rows(self, words: Words) -> int:
        """Return how many float32 of each frame of its history a layer keeps."""
        return words[ROWS_OUT]

    def count(self, words: Words, frames: int) -> Mapping[str, float]:
        """Return the work of adding products to sums, and of taking these."""
        chunks = sum(times for _, times in whole_chunks(frames))
        vectors = sum(width * times for width, times in whole_chunks(frames))
        changes = words[ROWS_OUT] * (words[KERNEL] + 1)
        return {"product": chunks * words[ROWS], "change": vectors * changes}


TRANSPOSED = Transposed()
