"""The loop over a layer's tiles, and what follows a convolution. [audio-thread]

A form of layers makes its own loop with the tile that it computes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ronn_jack.realtime.compiler.compile import inlined, native
from ronn_jack.realtime.compiler.language import float32, int64
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS, activate_rows
from ronn_jack.realtime.kernels.input_rows import find_taps, frame_address
from ronn_jack.realtime.kernels.layout import (
    ACTIVATION,
    BIAS,
    BLEND,
    CELL,
    CHUNK,
    INNER,
    INNER_STRIDE,
    LOWER,
    NEAR_BYTES,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    OUTER,
    RESIDUAL,
    RESIDUAL_GAIN,
    RESIDUAL_STRIDE,
    RING,
    ROW_STRIDE,
    ROWS,
    SCALE,
    SHIFT,
    SLOPE,
    SOURCE,
    TAPS,
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import (
    add_scaled_frames,
    blend_frames,
    glide_frames,
    load_float32,
    load_int64,
    scale_frames,
)

PER_CELL = 1.0 / CELL
NO_FLOOR = np.float32(-np.inf)
RELU = ACTIVATION_IDS["relu"]


@native("int64(int64, int64, int64)")
def tile_rows(rows: int, tiles: int, index: int) -> int:
    """Return how many of `rows` the tile of an index computes: they are dealt out evenly."""
    return rows // tiles + (1 if index < rows % tiles else 0)


@native("boolean(int64, int64, int64)")
def is_finished(layer: int, slopes: int, activation: int) -> bool:
    """Return whether anything follows a layer's convolution."""
    finished: bool = slopes != 0 or activation != 0 or load_int64(layer + WORD * RESIDUAL) >= 0
    return finished


def tile_loop(convolve: Any) -> Any:
    """Return a compiled loop over a layer's tiles, each of them over the whole block.

    While the weights move, a tile is computed with those at either end of the cell: a convolution
    is linear in its weights, so what lies between is that of the weights between. Only then is it
    rectified, which otherwise is the tile's own last step.

    The loop is long since whatever is the same for all tiles has to be at hand in registers: a
    small layer takes no longer than some hundred instructions.

    Parameters
    ----------
    convolve : compiled function
        Computes one tile of a chunk, as `convolve_dense` does.
    """

    @native("void(" + "int64, " * 12 + "int64)")
    def run_tiles(
        layer: int,
        rows_out: int,
        source: int,
        bias: int,
        next_bias: int,
        finishes: int,
        following: int,
        target: int,
        target_stride: int,
        frames: int,
        moved: int,
        glided: int,
        slopes: int,
    ) -> None:
        tiles = load_int64(layer + WORD * TILES)
        outer = load_int64(layer + WORD * OUTER)
        inner = load_int64(layer + WORD * INNER)
        inner_stride = load_int64(layer + WORD * INNER_STRIDE)
        row_stride = load_int64(layer + WORD * ROW_STRIDE)
        weights = load_int64(layer + WORD * WEIGHTS)
        taps = load_int64(layer + WORD * TAPS)
        activation = load_int64(layer + WORD * ACTIVATION)
        lower = load_float32(layer + WORD * LOWER)
        # In a ring every chunk has its own table; elsewhere the chunks follow one another.
        source_step = int64(4 * CHUNK)
        taps_step = int64(0)
        far = int64(0)
        if load_int64(layer + WORD * RING) > 0:
            find_taps(layer, frames)
            source_step = 0
            taps_step = WORD * outer
            far = int64(4 * CHUNK * outer * inner > NEAR_BYTES)
        ends = int64(1)
        to_next_weights = int64(0)
        blend = int64(0)
        if moved >= 0:
            ends = int64(2)
            to_next_weights = load_int64(layer + WORD * NEXT_WEIGHTS) - weights
            blend = load_int64(layer + WORD * BLEND)
            if lower > NO_FLOOR:
                lower = NO_FLOOR
                activation = RELU
        finished = finishes != 0 and is_finished(layer, slopes, activation)
        first = int64(0)
        for tile in range(tiles):
            rows = tile_rows(rows_out, tiles, tile)
            x = source + first * row_stride
            table = taps
            for ahead in range(0, frames, CHUNK):
                count = min(CHUNK, frames - ahead)
                y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
                y += first * target_stride
                w = weights
                b = bias + 4 * first
                into = y
                into_stride = target_stride
                for end in range(ends):
                    if end > 0:
                        w += to_next_weights
                        b = next_bias + 4 * first
                        into = blend
                        into_stride = int64(4 * CHUNK)
                    convolve(
                        rows, table, outer, x, inner_stride, inner, far, w, b, lower,
                        into, into_stride, count,
                    )  # fmt: skip
                if moved >= 0:
                    blend_rows(rows, moved + ahead, y, target_stride, blend, count)
                if finished:
                    finish_rows(
                        layer, first, rows, ahead, y, target_stride, count, glided, slopes,
                        activation,
                    )  # fmt: skip
                x += source_step
                table += taps_step
            weights += 4 * rows * outer * inner
            first += rows

    return run_tiles


def whole_layer(run_tiles: Any) -> Any:
    """Return the `run` of a form whose tiles compute the layer's output itself.

    Parameters
    ----------
    run_tiles : compiled function
        As `tile_loop` returns it.
    """

    @inlined
    def run(
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
        run_tiles(
            layer, load_int64(layer + WORD * ROWS), load_int64(layer + WORD * SOURCE),
            load_int64(layer + WORD * BIAS), load_int64(layer + WORD * NEXT_BIAS), int64(1),
            following, target, target_stride, frames, moved, glided, slopes,
        )  # fmt: skip

    return run


@native("void(int64, int64, int64, int64, int64, int64)")
def blend_rows(
    rows: int,
    moved: int,
    y: int,
    y_stride: int,
    blend: int,
    frames: int,
) -> None:
    """Move rows towards those of the weights to come; `moved` frames of the cell have passed."""
    for r in range(rows):
        blend_frames(y + r * y_stride, blend + 4 * CHUNK * r, moved + 1, float32(PER_CELL), frames)


@native("void(int64, int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def finish_rows(
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
        gain = load_float32(layer + WORD * RESIDUAL_GAIN)
        x = frame_address(layer, ahead - residual) + first * stride
        for r in range(rows):
            add_scaled_frames(y + r * y_stride, x + r * stride, gain, frames)
