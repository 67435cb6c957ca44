"""[audio-thread] One level of a convolver: its partitions' work, unit by unit, and its blocks.

A unit is a pass over 16 columns of a window, or all that is done to one tile of 64 bins: the last
step of the transform, the products with all partitions, and the first step back. So a tile's sums
never leave the nearest cache, and the spectra are read in the order in which they lie.
"""

from __future__ import annotations

import numpy as np
from numba import carray, int64, void

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.convolver.fourier import (
    COLUMN_BYTES,
    LANES,
    RADIX,
    TILE,
    TILE_BYTES,
    close_columns,
    join_columns,
    multiply_tiles,
    open_columns,
    restore_tile,
    split_columns,
    transform_tile,
    twist_columns,
    untwist_columns,
)
from ronn_jack.realtime.convolver.layout import CHANNELS, LEVEL, PART, RING, SLOT
from ronn_jack.realtime.kernels.vectors import add_frames, load_int64

_COLUMNS = TILE // LANES
_FRAME = 4
_WORD = 8


@native(void(int64, int64, int64, int64, int64, int64))
def open_window(size: int, old: int, new: int, twiddles: int, tiles: int, unit: int) -> None:
    """[any-thread] Do a unit of a window's first pass."""
    column = 4 * LANES * unit
    target = tiles + TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * (unit % _COLUMNS)
    if size == TILE:
        table = twiddles + 2 * COLUMN_BYTES * unit
        twist_columns(old + column, new + column, 0, table, target, 0)
    else:
        leg = size // RADIX
        table = twiddles + 2 * COLUMN_BYTES * RADIX * unit
        step = TILE_BYTES * (leg // TILE)
        open_columns(old + column, new + column, _FRAME * leg, table, target, step)


@native(void(int64, int64, int64))
def split_tiles(twiddles: int, tiles: int, unit: int) -> None:
    """[any-thread] Do a unit of a window's second pass."""
    column = unit % _COLUMNS
    tile = tiles + RADIX * TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * column
    split_columns(tile, TILE_BYTES, twiddles + 2 * COLUMN_BYTES * RADIX * column)


@native(void(int64, int64, int64))
def _join_tiles(twiddles: int, tiles: int, unit: int) -> None:
    column = unit % _COLUMNS
    tile = tiles + RADIX * TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * column
    join_columns(tile, TILE_BYTES, twiddles + 2 * COLUMN_BYTES * RADIX * column)


@native(void(int64, int64, int64, int64, int64))
def _close_window(size: int, twiddles: int, tiles: int, target: int, unit: int) -> None:
    column = 4 * LANES * unit
    source = tiles + TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * (unit % _COLUMNS)
    if size == TILE:
        untwist_columns(source, 0, twiddles + 2 * COLUMN_BYTES * unit, target + column, 0)
    else:
        leg = size // RADIX
        table = twiddles + 2 * COLUMN_BYTES * RADIX * unit
        step = TILE_BYTES * (leg // TILE)
        close_columns(source, step, table, target + column, _FRAME * leg)


@native(void(int64, int64, int64, int64, int64))
def _multiply(level: int, response: int, inputs: int, row: int, target: int) -> None:
    """Sum the products of a tile's inputs and a response, and do the first step back.

    Parameters
    ----------
    inputs, row : int64
        Address of the tile's inputs, and the tile's number among those of all channels.
    """
    f = carray(pointer(level), (1,), LEVEL)[0]
    part = carray(pointer(response + f.part), (1,), PART)[0]
    count = min(part.count, f.filled)
    first = min(count, f.places - f.place)
    spectra = part.spectra + TILE_BYTES * part.count * row
    multiply_tiles(inputs + TILE_BYTES * f.place, first, inputs, count - first, spectra, target)
    restore_tile(target, target)


@native(void(int64, int64, int64, int64, int64))
def _run_unit(level: int, ring: int, channel: int, unit: int, passes: int) -> None:
    """Do one unit of a block's work for a channel.

    Parameters
    ----------
    ring : int64
        Address of the channel's first frame of input.
    passes : int64
        Units before those of the tiles.
    """
    f = carray(pointer(level), (1,), LEVEL)[0]
    size = f.size
    tiles = size // TILE
    work = f.work + 2 * channel * tiles * TILE_BYTES
    leaving = work + tiles * TILE_BYTES
    opens = max(1, tiles // RADIX) * _COLUMNS
    if unit < opens:
        open_window(size, ring + f.old, ring + f.new, f.opening, work, unit)
        return
    if unit < passes:
        split_tiles(f.middle, work, unit - opens)
        return
    unit -= passes
    if unit < tiles:
        row = channel * tiles + unit
        inputs = f.inputs + TILE_BYTES * f.places * row
        transform_tile(work + TILE_BYTES * unit, inputs + TILE_BYTES * f.place)
        _multiply(level, f.response, inputs, row, work + TILE_BYTES * unit)
        if f.leaving != 0:
            _multiply(level, f.leaving, inputs, row, leaving + TILE_BYTES * unit)
        return
    unit -= tiles
    for way in range(2 if f.leaving != 0 else 1):
        source = leaving if way == 1 else work
        if unit < passes - opens:
            _join_tiles(f.middle, source, unit)
        else:
            target = block(level, f.written, channel, way)
            _close_window(size, f.opening, source, target, unit - (passes - opens))


@native(int64(int64, int64, int64, int64))
def block(level: int, which: int, channel: int, leaving: int) -> int:
    """Return the address of a block of output."""
    f = carray(pointer(level), (1,), LEVEL)[0]
    address: int = f.blocks + _FRAME * f.size * ((which * CHANNELS + channel) * 2 + leaving)
    return address


@native(void(int64, int64))
def _complete(level: int, channels: int) -> None:
    """Let the block that was made be heard."""
    f = carray(pointer(level), (1,), LEVEL)[0]
    f.sounds = 1
    f.sounding_leaves = 1 if f.leaving != 0 else 0
    f.sounding_faded = f.faded
    f.written = 1 - f.written


@native(void(int64, int64, int64))
def _begin(level: int, response: int, position: int) -> None:
    """Begin with the block that the window up to a frame gives."""
    f = carray(pointer(level), (1,), LEVEL)[0]
    f.new = _FRAME * ((position - f.size) % RING)
    f.old = _FRAME * ((position - 2 * f.size) % RING)
    f.place = f.place - 1 if f.place > 0 else f.places - 1
    f.filled = min(f.filled + 1, f.places)
    if f.begun == 0:
        f.response, f.leaving = response, 0
    elif f.leaving != 0:
        f.faded += f.size
        if f.faded >= f.fade:
            f.leaving = 0
    if f.leaving == 0 and f.response != response:
        f.leaving, f.response, f.faded = f.response, response, 0
    f.begun = 1


@native(void(int64, int64, int64, int64, int64, int64))
def run_level(
    level: int, response: int, ring: int, ring_bytes: int, channels: int, position: int
) -> None:
    """Do a level's work at a border of slots.

    Parameters
    ----------
    response : int64
        Address of the RESPONSE that the blocks to come are computed with.
    ring, ring_bytes : int64
        Address of the first channel's first frame of input, bytes from channel to channel.
    position : int64
        Frames of input that there are, a multiple of SLOT.
    """
    f = carray(pointer(level), (1,), LEVEL)[0]
    into = position % f.size
    if into == 0:
        if f.begun != 0 and f.prompt == 0:
            _complete(level, channels)
        _begin(level, response, position)
    if f.begun == 0:
        return
    tiles = f.size // TILE
    opens = max(1, tiles // RADIX) * _COLUMNS
    passes = opens * 2 if tiles > RADIX else opens
    part = carray(pointer(f.response + f.part), (1,), PART)[0]
    steps = part.steps + _WORD * (into // SLOT)
    for unit in range(load_int64(steps), load_int64(steps + _WORD)):
        for channel in range(channels):
            _run_unit(level, ring + channel * ring_bytes, channel, unit, passes)
    if f.prompt != 0:
        _complete(level, channels)


@native(void(int64, int64, int64, int64, int64))
def add_level(level: int, channel: int, position: int, frames: int, target: int) -> None:
    """Add what a level gives for the frames from `position` on, within a slot, to a row."""
    f = carray(pointer(level), (1,), LEVEL)[0]
    if f.sounds == 0:
        return
    into = position % f.size
    row = block(level, 1 - f.written, channel, 0) + _FRAME * into
    if f.sounding_leaves != 0:
        leaving = block(level, 1 - f.written, channel, 1) + _FRAME * into
        fade_row(row, leaving, f.sounding_faded + into, f.fade, frames)
    add_frames(target, row, frames)


@native(void(int64, int64, int64, int64, int64))
def fade_row(row: int, leaving: int, faded: int, fade: int, frames: int) -> None:
    """Let a float32 row fade in while another one leaves.

    The curve and its first two derivatives are continuous, so that a fade is heard in no octave
    but its own.

    Parameters
    ----------
    faded, fade : int64
        Frames of the fade that lie before the row, and in all.
    """
    x = carray(pointer(row), (frames,), np.float32)
    y = carray(pointer(leaving), (frames,), np.float32)
    for t in range(frames):
        u = min(np.float32(1.0), np.float32(faded + t + 1) / np.float32(fade))
        share = u * u * u * (np.float32(10.0) + u * (np.float32(6.0) * u - np.float32(15.0)))
        x[t] = y[t] + share * (x[t] - y[t])
