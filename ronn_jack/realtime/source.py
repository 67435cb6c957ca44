"""A layer's input rows with the past that its taps read. [audio-thread]

A short past is kept apart and put before the new frames in scratch rows that all layers share,
so that they stay in the nearest cache. A long one lies in a ring of its own that is never copied:
its first CHUNK frames are repeated after its end, so that any tap reads a chunk without a wrap.
"""

from __future__ import annotations

from numba import int64

from ronn_jack.realtime.compile import native
from ronn_jack.realtime.layout import (
    CHUNK,
    DILATION,
    KERNEL,
    PAST,
    PAST_FRAMES,
    POSITION,
    RESIDUAL,
    RING,
    ROWS_IN,
    SOURCE,
    SOURCE_STRIDE,
    WORD,
)
from ronn_jack.realtime.vectors import copy_frames, load_int64, store_int64


@native("int64(int64, int64)")
def next_frame(layer, ahead):
    """Return the address, in the first row, of the frame that comes `ahead` after the next."""
    ring = load_int64(layer + WORD * RING)
    at = load_int64(layer + WORD * POSITION) + ahead
    return load_int64(layer + WORD * SOURCE) + 4 * (at - ring if at >= ring and ring > 0 else at)


@native("void(int64)")
def open_source(layer):
    """Put the kept past before the place of the next frames."""
    frames = load_int64(layer + WORD * PAST_FRAMES)
    if frames > 0:
        past = load_int64(layer + WORD * PAST)
        row = load_int64(layer + WORD * SOURCE)
        stride = load_int64(layer + WORD * SOURCE_STRIDE)
        for _ in range(load_int64(layer + WORD * ROWS_IN)):
            copy_frames(row, past, frames)
            row += stride
            past += 4 * frames


@native("void(int64, int64, int64)")
def mirror(layer, ahead, frames):
    """Keep a ring's repeated start equal after a chunk was written."""
    ring = load_int64(layer + WORD * RING)
    if ring == 0:
        return
    at = (load_int64(layer + WORD * POSITION) + ahead) % ring
    row = load_int64(layer + WORD * SOURCE)
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    rows = load_int64(layer + WORD * ROWS_IN)
    if at < CHUNK:
        count = min(frames, CHUNK - at)
        for r in range(rows):
            start = row + r * stride
            copy_frames(start + 4 * (ring + at), start + 4 * at, count)
    elif at + frames > ring:
        for r in range(rows):
            start = row + r * stride
            copy_frames(start, start + 4 * ring, at + frames - ring)


@native("void(int64, int64, int64)")
def find_taps(layer, table, frames):
    """Write where each tap starts to read, in bytes from the first row's start.

    For each chunk of the block: the taps from the oldest to the newest, then the residual.
    """
    ring = load_int64(layer + WORD * RING)
    position = load_int64(layer + WORD * POSITION)
    dilation = load_int64(layer + WORD * DILATION)
    kernel = load_int64(layer + WORD * KERNEL)
    residual = max(int64(0), load_int64(layer + WORD * RESIDUAL))
    for ahead in range(0, frames, CHUNK):
        back = (kernel - 1) * dilation
        for k in range(kernel + 1):
            at = position + ahead - (back if k < kernel else residual)
            if ring > 0:
                if at < 0:
                    at += ring
                elif at >= ring:
                    at -= ring
            store_int64(table, 4 * at)
            table += WORD
            back -= dilation


@native("void(int64, int64)")
def close_source(layer, frames):
    """Make the block's frames part of the past."""
    ring = load_int64(layer + WORD * RING)
    if ring > 0:
        at = load_int64(layer + WORD * POSITION) + frames
        store_int64(layer + WORD * POSITION, at - ring if at >= ring else at)
        return
    kept = load_int64(layer + WORD * PAST_FRAMES)
    if kept > 0:
        past = load_int64(layer + WORD * PAST)
        row = load_int64(layer + WORD * SOURCE) + 4 * frames
        stride = load_int64(layer + WORD * SOURCE_STRIDE)
        for _ in range(load_int64(layer + WORD * ROWS_IN)):
            copy_frames(past, row, kept)
            row += stride
            past += 4 * kept
