"""[audio-thread] One level of a convolver: its partitions' work, unit by unit, and its blocks.

A unit is a pass over 16 columns of a window, or all that is done to one tile of 64 bins: the last
step of the transform, the products with all partitions, and the first step back. So a tile's sums
never leave the nearest cache, and the spectra are read in the order in which they lie.
"""

from __future__ import annotations

from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.convolver.complex_vectors import COLUMN_BYTES, LANES, TILE, TILE_BYTES
from ronn_jack.realtime.convolver.fourier import (
    RADIX,
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
from ronn_jack.realtime.convolver.layout import (
    BEGUN,
    BLOCKS,
    CHANNELS,
    CORRELATION,
    COUNT,
    FILLED,
    INPUTS,
    LEVEL_FADE,
    LEVEL_FADED,
    MIDDLE,
    NEW,
    OLD,
    OPENING,
    OPENS,
    PART,
    PASSES,
    PLACE,
    PLACES,
    PROMPT,
    RESPONSE,
    RESPONSE_LEAVING,
    RING,
    RING_FLOATS,
    SIZE,
    SLOT,
    SOUNDING_CORRELATION,
    SOUNDING_FADED,
    SOUNDING_LEAVES,
    SOUNDS,
    SPECTRA,
    STEPS,
    WORD,
    WORK,
    WRITTEN,
)
from ronn_jack.realtime.kernels.vectors import (
    add_frames,
    fade_frames,
    load_float32,
    load_int64,
    store_int64,
)

_COLUMNS = TILE // LANES
_FRAME = 4


@shared("void(int64, int64, int64, int64, int64, int64)")
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


@shared("void(int64, int64, int64)")
def split_tiles(twiddles: int, tiles: int, unit: int) -> None:
    """[any-thread] Do a unit of a window's second pass."""
    column = unit % _COLUMNS
    tile = tiles + RADIX * TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * column
    split_columns(tile, TILE_BYTES, twiddles + 2 * COLUMN_BYTES * RADIX * column)


@shared("void(int64, int64, int64)")
def _join_tiles(twiddles: int, tiles: int, unit: int) -> None:
    column = unit % _COLUMNS
    tile = tiles + RADIX * TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * column
    join_columns(tile, TILE_BYTES, twiddles + 2 * COLUMN_BYTES * RADIX * column)


@shared("void(int64, int64, int64, int64, int64)")
def close_window(size: int, twiddles: int, tiles: int, target: int, unit: int) -> None:
    """[any-thread] Do a unit of the last pass of the way back."""
    column = 4 * LANES * unit
    source = tiles + TILE_BYTES * (unit // _COLUMNS) + COLUMN_BYTES * (unit % _COLUMNS)
    if size == TILE:
        untwist_columns(source, 0, twiddles + 2 * COLUMN_BYTES * unit, target + column, 0)
    else:
        leg = size // RADIX
        table = twiddles + 2 * COLUMN_BYTES * RADIX * unit
        step = TILE_BYTES * (leg // TILE)
        close_columns(source, step, table, target + column, _FRAME * leg)


@shared("void(int64, int64)")
def transform(source: int, target: int) -> None:
    """[any-thread] Transform a tile."""
    transform_tile(source, target)


@shared("void(int64, int64, int64, int64, int64, int64)")
def sum_products(
    inputs: int, count: int, wrapped: int, rest: int, response: int, target: int
) -> None:
    """[any-thread] Sum a tile's products, and do the first step back."""
    multiply_tiles(inputs, count, wrapped, rest, response, target)
    restore_tile(target, target)


@native("void(int64, int64, int64, int64)")
def _run_unit(level: int, ring: int, channel: int, unit: int) -> None:
    """Do one unit of a block's work for a channel.

    Parameters
    ----------
    ring : int64
        Address of the channel's first frame of input.
    """
    size = load_int64(level + WORD * SIZE)
    tiles = size // TILE
    work = load_int64(level + WORD * WORK) + 2 * channel * tiles * TILE_BYTES
    opens = load_int64(level + WORD * OPENS)
    passes = load_int64(level + WORD * PASSES)
    opening = load_int64(level + WORD * OPENING)
    if unit < opens:
        old, new = load_int64(level + WORD * OLD), load_int64(level + WORD * NEW)
        open_window(size, ring + old, ring + new, opening, work, unit)
        return
    if unit < passes:
        split_tiles(load_int64(level + WORD * MIDDLE), work, unit - opens)
        return
    leaving = load_int64(level + WORD * RESPONSE_LEAVING)
    unit -= passes
    if unit < tiles:
        places, place = load_int64(level + WORD * PLACES), load_int64(level + WORD * PLACE)
        row = channel * tiles + unit
        inputs = load_int64(level + WORD * INPUTS) + TILE_BYTES * places * row
        target = work + TILE_BYTES * unit
        transform(target, inputs + TILE_BYTES * place)
        response = load_int64(level + WORD * RESPONSE)
        while response != 0:
            part = response + load_int64(level + WORD * PART)
            held = load_int64(part + WORD * COUNT)
            count = min(held, load_int64(level + WORD * FILLED))
            first = min(count, places - place)
            spectra = load_int64(part + WORD * SPECTRA) + TILE_BYTES * held * row
            sum_products(inputs + TILE_BYTES * place, first, inputs, count - first, spectra, target)
            response = leaving if response != leaving else 0
            target += tiles * TILE_BYTES
        return
    unit -= tiles
    for way in range(2 if leaving != 0 else 1):
        source = work + way * tiles * TILE_BYTES
        if unit < passes - opens:
            _join_tiles(load_int64(level + WORD * MIDDLE), source, unit)
        else:
            target = _block(level, load_int64(level + WORD * WRITTEN), channel, way)
            close_window(size, opening, source, target, unit - (passes - opens))


@native("int64(int64, int64, int64, int64)")
def _block(level: int, which: int, channel: int, leaving: int) -> int:
    """Return the address of a block of output."""
    place = (which * CHANNELS + channel) * 2 + leaving
    size = load_int64(level + WORD * SIZE)
    address: int = load_int64(level + WORD * BLOCKS) + _FRAME * size * place
    return address


@native("void(int64)")
def _complete(level: int) -> None:
    """Let the block that was made be heard."""
    leaves = int64(1) if load_int64(level + WORD * RESPONSE_LEAVING) != 0 else int64(0)
    store_int64(level + WORD * SOUNDS, int64(1))
    store_int64(level + WORD * SOUNDING_LEAVES, leaves)
    store_int64(level + WORD * SOUNDING_FADED, load_int64(level + WORD * LEVEL_FADED))
    correlation = load_int64(load_int64(level + WORD * RESPONSE) + WORD * CORRELATION)
    store_int64(level + WORD * SOUNDING_CORRELATION, correlation)
    store_int64(level + WORD * WRITTEN, 1 - load_int64(level + WORD * WRITTEN))


@native("void(int64, int64, int64)")
def _begin(level: int, response: int, position: int) -> None:
    """Begin with the block that the window up to a frame gives."""
    size, places = load_int64(level + WORD * SIZE), load_int64(level + WORD * PLACES)
    store_int64(level + WORD * NEW, _FRAME * ((position - size) % RING))
    store_int64(level + WORD * OLD, _FRAME * ((position - 2 * size) % RING))
    store_int64(level + WORD * PLACE, (load_int64(level + WORD * PLACE) + places - 1) % places)
    store_int64(level + WORD * FILLED, min(load_int64(level + WORD * FILLED) + 1, places))
    before, leaving = int64(response), int64(0)
    faded = int64(0)
    if load_int64(level + WORD * BEGUN) != 0:
        before = load_int64(level + WORD * RESPONSE)
        leaving = load_int64(level + WORD * RESPONSE_LEAVING)
        faded = load_int64(level + WORD * LEVEL_FADED) + size
        if faded >= load_int64(level + WORD * LEVEL_FADE):
            leaving = 0
    if leaving == 0:
        leaving = before if before != response else 0
        before = response
        faded = 0
    store_int64(level + WORD * RESPONSE, before)
    store_int64(level + WORD * RESPONSE_LEAVING, leaving)
    store_int64(level + WORD * LEVEL_FADED, faded)
    store_int64(level + WORD * BEGUN, int64(1))


@shared("void(int64, int64, int64, int64, int64)")
def run_level(level: int, response: int, ring: int, channels: int, position: int) -> None:
    """Do a level's work at a border of slots.

    Parameters
    ----------
    response : int64
        Address of the response that the blocks to come are computed with.
    ring : int64
        Address of the first channel's first frame of input.
    position : int64
        Frames of input that there are, a multiple of SLOT.
    """
    into = position % load_int64(level + WORD * SIZE)
    prompt = load_int64(level + WORD * PROMPT)
    if into == 0:
        if load_int64(level + WORD * BEGUN) != 0 and prompt == 0:
            _complete(level)
        _begin(level, response, position)
    if load_int64(level + WORD * BEGUN) == 0:
        return
    part = load_int64(level + WORD * RESPONSE) + load_int64(level + WORD * PART)
    steps = load_int64(part + WORD * STEPS) + WORD * (into // SLOT)
    for unit in range(load_int64(steps), load_int64(steps + WORD)):
        for channel in range(channels):
            _run_unit(level, ring + channel * _FRAME * RING_FLOATS, channel, unit)
    if prompt != 0:
        _complete(level)


@shared("void(int64, int64, int64, int64, int64)")
def add_level(level: int, channel: int, position: int, frames: int, target: int) -> None:
    """Add what a level gives for the frames from `position` on, within a slot, to a row."""
    if load_int64(level + WORD * SOUNDS) == 0:
        return
    into = position % load_int64(level + WORD * SIZE)
    which = 1 - load_int64(level + WORD * WRITTEN)
    row = _block(level, which, channel, int64(0)) + _FRAME * into
    if load_int64(level + WORD * SOUNDING_LEAVES) != 0:
        leaving = _block(level, which, channel, int64(1)) + _FRAME * into
        faded = load_int64(level + WORD * SOUNDING_FADED) + into
        fade_frames(
            row,
            leaving,
            faded + 1,
            load_int64(level + WORD * LEVEL_FADE),
            load_float32(level + WORD * SOUNDING_CORRELATION),
            frames,
        )
    add_frames(target, row, frames)
