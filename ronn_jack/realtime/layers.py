"""One layer over one block: convolution, modulation, activation, residual. [audio-thread]"""

from __future__ import annotations

from numba import float32, int64

from ronn_jack.realtime.activations import activate_rows
from ronn_jack.realtime.compile import native
from ronn_jack.realtime.convolution import convolve_dense, convolve_depthwise
from ronn_jack.realtime.layout import (
    ACTIVATION,
    BIAS,
    CHUNK,
    DENSE,
    DILATION,
    FORM,
    KERNEL,
    LOWER,
    PRODUCTS,
    RESIDUAL,
    RESIDUAL_STRIDE,
    ROWS_IN,
    ROWS_OUT,
    SCALE,
    SHIFT,
    SLOPE,
    SOURCE,
    SOURCE_STRIDE,
    SUMS,
    SUMS_BIAS,
    SUMS_POSITION,
    SUMS_RING,
    SUMS_STRIDE,
    TILES,
    TRANSPOSED,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.source import find_taps, next_frame
from ronn_jack.realtime.vectors import (
    add_frames,
    copy_frames,
    fill_frames,
    load_float32,
    load_int64,
    scale_frames,
    store_int64,
)


@native("int64(int64, int64, int64)")
def tile_rows(rows, tiles, index):
    """Return how many of `rows` the tile of an index computes: they are dealt out evenly."""
    return rows // tiles + (1 if index < rows % tiles else 0)


@native("int64(int64, int64, int64, int64)")
def target_row(target, target_stride, following, ahead):
    """Return where a chunk's first output row goes: to the following layer's input, if any."""
    return next_frame(following, ahead) if following != 0 else target + 4 * ahead


@native("void(int64, int64, int64, int64, int64, int64)")
def run_layer(layer, table, following, target, target_stride, frames):
    """Compute a layer's output for one block.

    Parameters
    ----------
    layer, following : int64
        Addresses of this layer's words and of those of the layer that its output goes to, or 0.
    table : int64
        Address of scratch words for the taps.
    target, target_stride : int64
        Where the output goes if to no layer.
    frames : int64
        1 to MAX_BLOCK; the source holds as many new ones.
    """
    if following != 0:
        target_stride = load_int64(following + WORD * SOURCE_STRIDE)
    form = load_int64(layer + WORD * FORM)
    if form == TRANSPOSED:
        _run_transposed(layer, table, following, target, target_stride, frames)
        return
    find_taps(layer, table, frames)
    rows_out = load_int64(layer + WORD * ROWS_OUT)
    tiles = load_int64(layer + WORD * TILES)
    kernel = load_int64(layer + WORD * KERNEL)
    source = load_int64(layer + WORD * SOURCE)
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    inputs = load_int64(layer + WORD * ROWS_IN)
    weights = load_int64(layer + WORD * WEIGHTS)
    bias = load_int64(layer + WORD * BIAS)
    lower = load_float32(layer + WORD * LOWER)
    first = int64(0)
    for tile in range(tiles):
        rows = tile_rows(rows_out, tiles, tile)
        taps = table
        for ahead in range(0, frames, CHUNK):
            count = min(CHUNK, frames - ahead)
            y = target_row(target, target_stride, following, ahead) + first * target_stride
            if form == DENSE:
                convolve_dense(
                    rows, taps, kernel, source, stride, inputs, weights, bias + 4 * first,
                    lower, y, target_stride, count,
                )  # fmt: skip
            else:
                convolve_depthwise(
                    rows, taps, kernel, source + first * stride, stride, weights,
                    bias + 4 * first, lower, y, target_stride, count,
                )  # fmt: skip
            _finish_rows(layer, first, rows, taps, y, target_stride, count)
            taps += WORD * (kernel + 1)
        weights += 4 * rows * kernel * (inputs if form == DENSE else 1)
        first += rows


@native("void(int64, int64, int64, int64, int64, int64, int64)")
def _finish_rows(layer, first, rows, taps, y, y_stride, frames):
    """Modulate and activate rows of the convolution's output, and add the residual."""
    scale = load_int64(layer + WORD * SCALE)
    if scale != 0:
        shift = load_int64(layer + WORD * SHIFT)
        for r in range(rows):
            scale_frames(
                y + r * y_stride,
                load_float32(scale + 4 * (first + r)),
                load_float32(shift + 4 * (first + r)),
                frames,
            )
    activation = load_int64(layer + WORD * ACTIVATION)
    if activation != 0:
        activate_rows(
            activation, load_float32(layer + WORD * SLOPE), rows, y, y_stride, frames
        )
    if load_int64(layer + WORD * RESIDUAL) >= 0:
        stride = load_int64(layer + WORD * RESIDUAL_STRIDE)
        at = load_int64(layer + WORD * SOURCE) + first * stride
        at += load_int64(taps + WORD * load_int64(layer + WORD * KERNEL))
        for r in range(rows):
            add_frames(y + r * y_stride, at + r * stride, frames)


@native("void(int64, int64, int64, int64, int64, int64)")
def _run_transposed(layer, table, following, target, target_stride, frames):
    """Multiply each frame once by all taps and add the products to the frames they belong to.

    A frame's sum grows from the oldest tap to the newest, which is the order in which blocks
    deliver them, so cutting blocks differently changes no bit.
    """
    kernel = load_int64(layer + WORD * KERNEL)
    outputs = load_int64(layer + WORD * ROWS_OUT)
    source = load_int64(layer + WORD * SOURCE)
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    inputs = load_int64(layer + WORD * ROWS_IN)
    bias = load_int64(layer + WORD * SUMS_BIAS)
    sums = load_int64(layer + WORD * SUMS)
    ring = load_int64(layer + WORD * SUMS_RING)
    sums_stride = load_int64(layer + WORD * SUMS_STRIDE)
    products = load_int64(layer + WORD * PRODUCTS)
    dilation = load_int64(layer + WORD * DILATION)
    position = load_int64(layer + WORD * SUMS_POSITION)
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        multiply_taps(layer, table, source + 4 * ahead, stride, inputs, count)
        product = products
        for k in range(kernel):
            at = (position + (kernel - 1 - k) * dilation) % ring
            for o in range(outputs):
                _add_to_ring(sums + o * sums_stride, ring, at, product, count)
                product += 4 * CHUNK
        y = target_row(target, target_stride, following, ahead)
        for o in range(outputs):
            row = y + o * target_stride
            _take_from_ring(sums + o * sums_stride, ring, position, row, count)
            scale_frames(row, float32(1), load_float32(bias + 4 * o), count)
        _finish_rows(layer, int64(0), outputs, table, y, target_stride, count)
        position = (position + count) % ring
    store_int64(layer + WORD * SUMS_POSITION, position)


@native("void(int64, int64, int64, int64, int64, int64)")
def multiply_taps(layer, table, source, stride, inputs, frames):
    """Compute the products of a chunk: rows [tap, oldest first][output]."""
    rows_out = load_int64(layer + WORD * ROWS_OUT) * load_int64(layer + WORD * KERNEL)
    tiles = load_int64(layer + WORD * TILES)
    weights = load_int64(layer + WORD * WEIGHTS)
    bias = load_int64(layer + WORD * BIAS)
    lower = load_float32(layer + WORD * LOWER)
    y = load_int64(layer + WORD * PRODUCTS)
    store_int64(table, 0)
    for tile in range(tiles):
        rows = tile_rows(rows_out, tiles, tile)
        convolve_dense(
            rows, table, int64(1), source, stride, inputs, weights, bias, lower,
            y, int64(4 * CHUNK), frames,
        )  # fmt: skip
        weights += 4 * rows * inputs
        y += 4 * CHUNK * rows


@native("void(int64, int64, int64, int64, int64)")
def _add_to_ring(row, ring, at, source, frames):
    before_end = min(frames, ring - at)
    add_frames(row + 4 * at, source, before_end)
    if before_end < frames:
        add_frames(row, source + 4 * before_end, frames - before_end)


@native("void(int64, int64, int64, int64, int64)")
def _take_from_ring(row, ring, at, target, frames):
    """Move finished sums out and leave zeros for the frames that will come there."""
    before_end = min(frames, ring - at)
    copy_frames(target, row + 4 * at, before_end)
    fill_frames(row + 4 * at, float32(0), before_end)
    if before_end < frames:
        copy_frames(target + 4 * before_end, row, frames - before_end)
        fill_frames(row, float32(0), frames - before_end)
