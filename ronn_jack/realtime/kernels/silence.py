"""A layer's histories for an input that has been constant for ever. [control-thread]"""

from __future__ import annotations

from numba import float32

from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.kernels.layout import (
    CHUNK,
    DILATION,
    FORM,
    KEPT,
    KERNEL,
    PAST,
    PAST_STRIDE,
    POSITION,
    PRODUCTS,
    RING,
    ROWS_IN,
    ROWS_OUT,
    SOURCE,
    SOURCE_STRIDE,
    SUMS,
    SUMS_POSITION,
    SUMS_RING,
    SUMS_STRIDE,
    TRANSPOSED,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import fill_frames, load_float32, load_int64, store_int64


@native("void(int64, int64)")
def fill_source(layer: int, levels: int) -> None:
    """Fill a layer's input rows, past and next frames alike, each with its constant.

    Parameters
    ----------
    levels : int64
        Address of rows CHUNK apart whose first frames are the constants.
    """
    ring = load_int64(layer + WORD * RING)
    kept = load_int64(layer + WORD * KEPT)
    past = load_int64(layer + WORD * PAST)
    past_stride = load_int64(layer + WORD * PAST_STRIDE)
    row = load_int64(layer + WORD * SOURCE)
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    for r in range(load_int64(layer + WORD * ROWS_IN)):
        level = load_float32(levels + 4 * CHUNK * r)
        if ring > 0:
            fill_frames(row, level, ring + CHUNK)
        else:
            fill_frames(row, level, load_int64(layer + WORD * POSITION) + 1)
            fill_frames(past, level, kept)
        row += stride
        past += past_stride
    if ring > 0:
        store_int64(layer + WORD * POSITION, 0)


@native("void(int64)")
def fill_sums(layer: int) -> None:
    """Fill a transposed layer's sums with what its constant input has added so far.

    The layer has just run, so its products are those of the constants.
    """
    if load_int64(layer + WORD * FORM) != TRANSPOSED:
        return
    kernel = load_int64(layer + WORD * KERNEL)
    dilation = load_int64(layer + WORD * DILATION)
    outputs = load_int64(layer + WORD * ROWS_OUT)
    products = load_int64(layer + WORD * PRODUCTS)
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
