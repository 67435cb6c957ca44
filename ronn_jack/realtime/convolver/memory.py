"""The memory of a convolver, made in one stretch by compiled code. [control-thread]"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int64
from ronn_jack.realtime.convolver.complex_vectors import TILE, TILE_BYTES
from ronn_jack.realtime.convolver.layout import (
    BLOCKS,
    CHANNELS,
    CONVOLVER_WORDS,
    FADE,
    FIRST_LEVEL,
    HEARD,
    INPUT,
    INPUTS,
    LEVEL_FADE,
    LEVEL_WORDS,
    LEVELS,
    MIDDLE,
    OPENING,
    OPENS,
    PART,
    PART_WORDS,
    PARTS,
    PASSES,
    PLACES,
    PROMPT,
    RING_FLOATS,
    RISE,
    RISEN,
    SIZE,
    SIZES,
    SLOT,
    SUMS,
    WORD,
    WORK,
)
from ronn_jack.realtime.convolver.plan import middle_of, opening_of, opens_of, splits_of
from ronn_jack.realtime.convolver.response import count_partitions, whole_lines
from ronn_jack.realtime.kernels.vectors import fill_frames, store_int64

FADE_SECONDS = 0.02
"""Least time in which the first taps go from one response to the next, and in which a signal that
is already there comes in."""

_RING_BYTES = 4 * RING_FLOATS
_LAST = LEVELS - 1


@native("int64(int64)")
def convolver_bytes(frames: int) -> int:
    """[control-thread] Return the memory of a convolver for responses of so many frames at most."""
    size: int = whole_lines(WORD * CONVOLVER_WORDS)
    size += whole_lines(CHANNELS * _RING_BYTES) + whole_lines(2 * 4 * SLOT)
    for index in range(LEVELS):
        tiles = SIZES[index] // TILE
        places = max(1, count_partitions(index, frames))
        size += CHANNELS * tiles * (places + 2) * TILE_BYTES
        size += 2 * CHANNELS * 2 * SIZES[index] * 4
    return size


@native("void(int64, int64, float64, int64, int64)")
def write_convolver(memory: int, frames: int, rate: float, plans: int, response: int) -> None:
    """[control-thread] Make a convolver that has heard nothing.

    Parameters
    ----------
    memory : int64
        Address of `convolver_bytes(frames)`; then that of the CONVOLVER.
    frames : int64
        Of the longest response that it is to take.
    rate : float64
        Sample rate in Hz, on which the length of a fade depends.
    plans : int64
        Address of what `write_plans` has written, which has to stay.
    response : int64
        Address of the RESPONSE that it begins with.
    """
    fill_frames(memory, np.float32(0.0), convolver_bytes(frames) // 4)
    place = memory + whole_lines(WORD * CONVOLVER_WORDS)
    store_int64(memory + WORD * INPUT, place + 4 * SLOT)
    place += whole_lines(CHANNELS * _RING_BYTES)
    store_int64(memory + WORD * SUMS, place)
    place += whole_lines(2 * 4 * SLOT)
    store_int64(memory + WORD * HEARD, response)
    # A whole number of blocks of each level but the last, which fades within one.
    fade = SIZES[_LAST - 1] * int64(math.ceil(FADE_SECONDS * rate / SIZES[_LAST - 1]))
    store_int64(memory + WORD * FADE, fade)
    rise = int64(np.rint(FADE_SECONDS * rate))
    store_int64(memory + WORD * RISE, rise)
    store_int64(memory + WORD * RISEN, rise)
    for index in range(LEVELS):
        size = SIZES[index]
        tiles = size // TILE
        places = max(1, count_partitions(index, frames))
        words = carray(
            pointer(memory + WORD * (FIRST_LEVEL + LEVEL_WORDS * index)), (LEVEL_WORDS,), np.int64
        )
        words[SIZE] = size
        words[PART] = WORD * (PARTS + PART_WORDS * index)
        words[PROMPT] = 1 if index == 0 else 0
        words[OPENING] = opening_of(plans, size)
        words[MIDDLE] = middle_of(plans)
        words[OPENS] = opens_of(size)
        words[PASSES] = opens_of(size) + splits_of(size)
        words[PLACES] = places
        words[INPUTS] = place
        place += CHANNELS * tiles * places * TILE_BYTES
        words[WORK] = place
        place += CHANNELS * 2 * tiles * TILE_BYTES
        words[BLOCKS] = place
        place += 2 * CHANNELS * 2 * size * 4
        words[LEVEL_FADE] = fade if index < _LAST else size
