"""A layer's input rows with the history that its taps read. [audio-thread]

A short history is copied: kept apart from one block to the next and put before the new frames, in
scratch rows that all layers share, so that these stay in the nearest cache. A network that is
small enough to stay there as a whole gives each layer rows of its own, and the history is only
moved to their start. A long history lies in a ring and is never copied: its first CHUNK frames
are repeated after its end, so that a tap reads any chunk without a wrap.
"""

from __future__ import annotations

from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.kernels.layout import (
    CHUNK,
    DILATION,
    KEPT,
    OUTER,
    PAST,
    PAST_STRIDE,
    POSITION,
    RING,
    ROWS_IN,
    SOURCE,
    SOURCE_STRIDE,
    TAPS,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import (
    copy_rows,
    fill_frames,
    load_float32,
    load_int64,
    store_int64,
)


@native("int64(int64, int64)")
def frame_address(layer: int, ahead: int) -> int:
    """Return the address, in the first row, of the frame `ahead` of the next; backward if < 0."""
    ring = load_int64(layer + WORD * RING)
    at: int = load_int64(layer + WORD * POSITION) + ahead
    if ring > 0:
        if at >= ring:
            at -= ring
        elif at < 0:
            at += ring
    start: int = load_int64(layer + WORD * SOURCE)
    return start + 4 * at


@native("void(int64)")
def open_source(layer: int) -> None:
    """Put the kept history before the place of the next frames."""
    kept = load_int64(layer + WORD * KEPT)
    if kept == 0:
        return
    past = load_int64(layer + WORD * PAST)
    start = load_int64(layer + WORD * SOURCE) + 4 * (load_int64(layer + WORD * POSITION) - kept)
    if past != start:
        copy_rows(
            start,
            load_int64(layer + WORD * SOURCE_STRIDE),
            past,
            load_int64(layer + WORD * PAST_STRIDE),
            load_int64(layer + WORD * ROWS_IN),
            kept,
        )


@native("void(int64, int64)")
def close_source(layer: int, frames: int) -> None:
    """Make the block's frames part of the history."""
    ring = load_int64(layer + WORD * RING)
    at = load_int64(layer + WORD * POSITION) + frames
    if ring > 0:
        store_int64(layer + WORD * POSITION, at - ring if at >= ring else at)
        return
    kept = load_int64(layer + WORD * KEPT)
    if kept > 0:
        copy_rows(
            load_int64(layer + WORD * PAST),
            load_int64(layer + WORD * PAST_STRIDE),
            load_int64(layer + WORD * SOURCE) + 4 * (at - kept),
            load_int64(layer + WORD * SOURCE_STRIDE),
            load_int64(layer + WORD * ROWS_IN),
            kept,
        )


@native("void(int64, int64)")
def mirror(layer: int, frames: int) -> None:
    """Keep a ring's repeated start equal after a block was written by chunks."""
    ring = load_int64(layer + WORD * RING)
    if ring == 0:
        return
    row = load_int64(layer + WORD * SOURCE)
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    rows = load_int64(layer + WORD * ROWS_IN)
    at = load_int64(layer + WORD * POSITION)
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        if at + count > ring:
            copy_rows(row, stride, row + 4 * ring, stride, rows, at + count - ring)
        elif at < CHUNK:
            start = row + 4 * at
            copy_rows(start + 4 * ring, stride, start, stride, rows, min(count, CHUNK - at))
        at += count
        if at >= ring:
            at -= ring


@native("void(int64, int64)")
def find_taps(layer: int, frames: int) -> None:
    """Write where each tap starts to read in a ring: a table for each chunk of the block."""
    ring = load_int64(layer + WORD * RING)
    table = load_int64(layer + WORD * TAPS)
    position = load_int64(layer + WORD * POSITION)
    dilation = load_int64(layer + WORD * DILATION)
    taps = load_int64(layer + WORD * OUTER)
    for ahead in range(0, frames, CHUNK):
        at = position + ahead - (taps - 1) * dilation
        if at < 0:
            at += ring
        for _ in range(taps):
            if at >= ring:
                at -= ring
            store_int64(table, 4 * at)
            table += WORD
            at += dilation


@native("void(int64, int64)")
def fill_source(layer: int, levels: int) -> None:
    """[control-thread] Fill a layer's input rows, history and next frames, each with its constant.

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
