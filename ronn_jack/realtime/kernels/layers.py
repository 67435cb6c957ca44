"""One layer over one block: convolution, modulation, activation, residual. [audio-thread]"""

from __future__ import annotations

from numba import float32, int64

from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS, activate_rows
from ronn_jack.realtime.kernels.convolution import convolve_dense, convolve_depthwise
from ronn_jack.realtime.kernels.input_rows import find_taps, frame_address
from ronn_jack.realtime.kernels.layout import (
    ACTIVATION,
    BIAS,
    BLEND,
    CELL,
    CHUNK,
    DEPTHWISE,
    DILATION,
    FORM,
    INNER,
    INNER_STRIDE,
    KERNEL,
    LOWER,
    NEAR_BYTES,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    OUTER,
    PRODUCTS,
    RESIDUAL,
    RESIDUAL_STRIDE,
    RING,
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
    TAPS,
    TILES,
    TRANSPOSED,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import (
    add_frames,
    blend_frames,
    glide_frames,
    load_float32,
    load_int64,
    scale_frames,
    store_int64,
    take_frames,
)

_PER_CELL = 1.0 / CELL
_RELU = ACTIVATION_IDS["relu"]


@native("int64(int64, int64, int64)")
def tile_rows(rows: int, tiles: int, index: int) -> int:
    """Return how many of `rows` the tile of an index computes: they are dealt out evenly."""
    return rows // tiles + (1 if index < rows % tiles else 0)


@native("void(int64, int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def _run_tiles(
    layer: int,
    rows_out: int,
    source: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
) -> None:
    """Compute a layer's convolution by tiles, each over the whole block, and what follows it.

    A transposed layer's products are computed here too; only its taken sums are finished. While
    the weights move, a tile is computed with those at either end of the cell: a convolution is
    linear in its weights, so what lies between is that of the weights between. Only then is it
    rectified, which otherwise is the tile's own last step.
    """
    form = load_int64(layer + WORD * FORM)
    tiles = load_int64(layer + WORD * TILES)
    outer = load_int64(layer + WORD * OUTER)
    inner = load_int64(layer + WORD * INNER)
    inner_stride = load_int64(layer + WORD * INNER_STRIDE)
    weights = load_int64(layer + WORD * WEIGHTS)
    bias = load_int64(layer + WORD * BIAS)
    lower = load_float32(layer + WORD * LOWER)
    taps = load_int64(layer + WORD * TAPS)
    # In a ring every chunk has its own table; elsewhere the chunks follow one another.
    source_step = int64(4 * CHUNK)
    taps_step = int64(0)
    far = int64(0)
    if load_int64(layer + WORD * RING) > 0:
        find_taps(layer, frames)
        source_step = 0
        taps_step = WORD * outer
        far = int64(4 * CHUNK * outer * inner > NEAR_BYTES)
    floor = lower
    to_next_weights = int64(0)
    to_next_bias = int64(0)
    if moved >= 0:
        floor = float32(-float("inf"))
        to_next_weights = load_int64(layer + WORD * NEXT_WEIGHTS) - weights
        if form != TRANSPOSED:
            to_next_bias = load_int64(layer + WORD * NEXT_BIAS) - bias
    activation = load_int64(layer + WORD * ACTIVATION)
    if floor < lower:
        activation = int64(_RELU)
    finished = form != TRANSPOSED and (
        slopes != 0 or activation != 0 or load_int64(layer + WORD * RESIDUAL) >= 0
    )
    first = int64(0)
    for tile in range(tiles):
        rows = tile_rows(rows_out, tiles, tile)
        x = source
        table = taps
        for ahead in range(0, frames, CHUNK):
            count = min(CHUNK, frames - ahead)
            y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
            y += first * target_stride
            w = weights
            b = bias + 4 * first
            into = y
            into_stride = target_stride
            blends = moved >= 0
            while True:
                if form != DEPTHWISE:
                    convolve_dense(
                        rows, table, outer, x, inner_stride, inner, far, w, b,
                        floor, into, into_stride, count,
                    )  # fmt: skip
                else:
                    convolve_depthwise(
                        rows, table, outer, x + first * inner_stride, inner_stride, w, b,
                        floor, into, into_stride, count,
                    )  # fmt: skip
                if not blends:
                    break
                blends = False
                w += to_next_weights
                b += to_next_bias
                into = load_int64(layer + WORD * BLEND)
                into_stride = int64(4 * CHUNK)
            if moved >= 0:
                _blend_rows(rows, moved + ahead, y, target_stride, into, count)
            if finished:
                _finish_rows(
                    layer, first, rows, ahead, y, target_stride, count, glided, slopes, activation
                )
            x += source_step
            table += taps_step
        weights += 4 * rows * outer * (1 if form == DEPTHWISE else inner)
        first += rows


@native("void(int64, int64, int64, int64, int64, int64)")
def _blend_rows(
    rows: int,
    moved: int,
    y: int,
    y_stride: int,
    blend: int,
    frames: int,
) -> None:
    """Move rows towards those of the weights to come; `moved` frames of the cell have passed."""
    for r in range(rows):
        blend_frames(y + r * y_stride, blend + 4 * CHUNK * r, moved + 1, float32(_PER_CELL), frames)


@native("void(int64, int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def _finish_rows(
    layer: int,
    first: int,
    rows: int,
    ahead: int,
    y: int,
    y_stride: int,
    frames: int,
    glided: int,
    slopes: int,
    activation: int,
) -> None:
    """Modulate and activate rows of the convolution's output, and add the residual."""
    scale = load_int64(layer + WORD * SCALE) + 4 * first
    shift = load_int64(layer + WORD * SHIFT) + 4 * first
    if slopes != 0:
        for r in range(rows):
            row = y + r * y_stride
            factor = load_float32(scale + 4 * r)
            summand = load_float32(shift + 4 * r)
            if glided < 0:
                scale_frames(row, factor, summand, frames)
            else:
                glide_frames(
                    row, factor, load_float32(scale + slopes + 4 * r),
                    summand, load_float32(shift + slopes + 4 * r), glided + ahead + 1, frames,
                )  # fmt: skip
    if activation != 0:
        activate_rows(activation, load_float32(layer + WORD * SLOPE), rows, y, y_stride, frames)
    residual = load_int64(layer + WORD * RESIDUAL)
    if residual >= 0:
        stride = load_int64(layer + WORD * RESIDUAL_STRIDE)
        x = frame_address(layer, ahead - residual) + first * stride
        for r in range(rows):
            add_frames(y + r * y_stride, x + r * stride, frames)


@native("void(int64, int64, int64, int64, int64, int64, int64, int64)")
def _run_transposed(
    layer: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
) -> None:
    """Multiply each frame once by all taps and add the products to the frames they belong to.

    A frame's sum grows from the oldest tap to the newest, which is the order in which blocks
    deliver them, so cutting blocks differently changes no bit.
    """
    source = load_int64(layer + WORD * SOURCE)
    products = load_int64(layer + WORD * PRODUCTS)
    kernel = load_int64(layer + WORD * KERNEL)
    outputs = load_int64(layer + WORD * ROWS_OUT)
    dilation = load_int64(layer + WORD * DILATION)
    bias = load_int64(layer + WORD * SUMS_BIAS)
    next_bias = load_int64(layer + WORD * NEXT_BIAS)
    sums = load_int64(layer + WORD * SUMS)
    ring = load_int64(layer + WORD * SUMS_RING)
    stride = load_int64(layer + WORD * SUMS_STRIDE)
    position = load_int64(layer + WORD * SUMS_POSITION)
    activation = load_int64(layer + WORD * ACTIVATION)
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        _run_tiles(
            layer, outputs * kernel, source + 4 * ahead, int64(0), products, int64(4 * CHUNK),
            count, moved + ahead if moved >= 0 else moved, glided, slopes,
        )  # fmt: skip
        product = products
        for k in range(kernel):
            at = position + (kernel - 1 - k) * dilation
            if at >= ring:
                at -= ring
            before_end = min(count, ring - at)
            for o in range(outputs):
                row = sums + o * stride
                add_frames(row + 4 * at, product, before_end)
                if before_end < count:
                    add_frames(row, product + 4 * before_end, count - before_end)
                product += 4 * CHUNK
        y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
        before_end = min(count, ring - position)
        for o in range(outputs):
            row = sums + o * stride
            into = y + o * target_stride
            shift = load_float32(bias + 4 * o)
            take_frames(into, row + 4 * position, shift, before_end)
            if before_end < count:
                take_frames(into + 4 * before_end, row, shift, count - before_end)
            if moved >= 0:
                slope = float32(_PER_CELL) * (load_float32(next_bias + 4 * o) - shift)
                glide_frames(
                    into, float32(1), float32(0), float32(0), slope, moved + ahead + 1, count
                )
        _finish_rows(
            layer, int64(0), outputs, ahead, y, target_stride, count, glided, slopes, activation
        )
        position += count
        if position >= ring:
            position -= ring
    store_int64(layer + WORD * SUMS_POSITION, position)


@shared("void(int64, int64, int64, int64, int64, int64, int64, int64)")
def run_layer(
    layer: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
) -> None:
    """[audio-thread] Compute a layer's output for one block.

    Parameters
    ----------
    layer, following : int64
        Addresses of this layer's words and of those of the layer that its output goes to, or 0.
    target, target_stride : int64
        Where the output goes if to no layer, and bytes from row to row.
    frames : int64
        1 to the network's step; the source holds as many new ones.
    moved, glided, slopes : int64
        As in the network's header. While the weights move, the frames stay within their cell.
    """
    if following != 0:
        target_stride = load_int64(following + WORD * SOURCE_STRIDE)
    if load_int64(layer + WORD * FORM) == TRANSPOSED:
        _run_transposed(layer, following, target, target_stride, frames, moved, glided, slopes)
    else:
        rows_out = load_int64(layer + WORD * ROWS_OUT)
        source = load_int64(layer + WORD * SOURCE)
        _run_tiles(
            layer, rows_out, source, following, target, target_stride, frames,
            moved, glided, slopes,
        )  # fmt: skip
