"""A convolver: what runs on the audio thread, and its memory on the control thread.

Responses come in by a slot. A new one is taken once the last level has begun with the one before,
and each level fades to it with its own next block, which is where its part of the response begins:
new input meets the new room at once, and the new tail when it gets there.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray, int64, void
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.memory import aligned_bytes, record
from ronn_jack.realtime.convolver.fourier import TILE_BYTES
from ronn_jack.realtime.convolver.head import convolve_head
from ronn_jack.realtime.convolver.layout import (
    CHANNELS,
    CONVOLVER,
    HEAD,
    LEVEL,
    LEVELS,
    LEVELS_AT,
    OLDEST,
    PART,
    PARTS_AT,
    PENDING,
    RESPONSE,
    RING,
    RING_FLOATS,
    SIZES,
    SLOT,
    STARTS,
)
from ronn_jack.realtime.convolver.level import add_level, fade_row, run_level
from ronn_jack.realtime.convolver.plan import plan_of
from ronn_jack.realtime.convolver.response import PreparedResponse, longest_frames
from ronn_jack.realtime.kernels.vectors import copy_frames, fill_frames

FADE_SECONDS = 0.02
"""Least time in which the first taps go from one response to the next."""

LOUDEST = 1e9
"""Amplitude that input is limited to, so that no sum overflows."""

_LOUDEST = np.float32(LOUDEST)
_LEVEL_SIZE = LEVEL.itemsize
_PART_SIZE = PART.itemsize
_RING_BYTES = 4 * RING_FLOATS
_LAST = LEVELS - 1


@native(void(int64))
def forget(convolver: int) -> None:
    """[audio-thread] Begin anew after endless silence, with the newest response."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    fill_frames(c.ring, np.float32(0.0), CHANNELS * RING_FLOATS)
    for index in range(LEVELS):
        level = c.levels[index]
        level.begun = level.sounds = level.filled = level.leaving = 0
    waiting = exchange(convolver + PENDING, 0)
    if waiting != 0:
        c.response = waiting
    c.leaving = 0
    c.runs = 1
    _tell_oldest(convolver)


@native(void(int64))
def _tell_oldest(convolver: int) -> None:
    """Let the control thread know which responses are needed."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    oldest = _generation(c.response)
    if c.leaving != 0:
        oldest = min(oldest, _generation(c.leaving))
    for index in range(LEVELS):
        level = c.levels[index]
        if level.begun != 0:
            oldest = min(oldest, _generation(level.response))
        if level.leaving != 0:
            oldest = min(oldest, _generation(level.leaving))
    store_release(convolver + OLDEST, oldest)


@native(int64(int64))
def _generation(response: int) -> int:
    generation: int = carray(pointer(response), (1,), RESPONSE)[0].generation
    return generation


@native(void(int64))
def _take_response(convolver: int) -> None:
    """Begin to fade to the response that waits, unless a fade is running or not begun yet."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    if c.leaving != 0 and c.position - c.since >= c.fade:
        c.leaving = 0
    if c.leaving != 0 or load_acquire(convolver + PENDING) == 0:
        return
    for index in range(LEVELS):
        level = c.levels[index]
        if level.begun != 0 and level.response != c.response:
            return
        if index < _LAST and level.leaving != 0:
            return
    c.leaving = c.response
    c.response = exchange(convolver + PENDING, 0)
    c.since = c.position


@native(void(int64, int64))
def _turn(convolver: int, channels: int) -> None:
    """Do the work that is due at a border of slots."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    _take_response(convolver)
    for index in range(LEVELS):
        level = convolver + LEVELS_AT + index * _LEVEL_SIZE
        run_level(level, c.response, c.ring + 4 * SLOT, _RING_BYTES, channels, c.position)
    _tell_oldest(convolver)


@native(void(int64, int64, int64, int64))
def _take_input(convolver: int, channel: int, row: int, frames: int) -> None:
    """Write float64 frames, which end within the slot, into a channel's ring."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    place = c.position % RING
    ring = c.ring + channel * _RING_BYTES + 4 * SLOT
    x = carray(pointer(row), (frames,), np.float64)
    y = carray(pointer(ring + 4 * place), (frames,), np.float32)
    for t in range(frames):
        y[t] = min(_LOUDEST, max(-_LOUDEST, np.float32(x[t])))
    if place >= RING - SLOT:
        copy_frames(ring + 4 * (place - RING), ring + 4 * place, frames)


@native(void(int64, int64, int64))
def _sum_up(convolver: int, channel: int, frames: int) -> None:
    """Write a channel's convolved frames, within a slot, to the first scratch row."""
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    x = c.ring + channel * _RING_BYTES + 4 * (SLOT + c.position % RING)
    now = carray(pointer(c.response), (1,), RESPONSE)[0]
    convolve_head(x, now.head + 4 * HEAD * channel, c.sums, frames)
    if c.leaving != 0:
        before = carray(pointer(c.leaving), (1,), RESPONSE)[0]
        convolve_head(x, before.head + 4 * HEAD * channel, c.sums + 4 * SLOT, frames)
        fade_row(c.sums, c.sums + 4 * SLOT, c.position - c.since, c.fade, frames)
    for index in range(LEVELS):
        level = convolver + LEVELS_AT + index * _LEVEL_SIZE
        add_level(level, channel, c.position, frames, c.sums)


@native(void(int64, int64, int64, int64, int64, int64))
def run_convolver(
    convolver: int, channels: int, rows: int, stride: int, shares: int, frames: int
) -> None:
    """[audio-thread] Mix float64 rows with themselves, convolved.

    Parameters
    ----------
    convolver : int64
        Address of a CONVOLVER.
    rows, stride : int64
        Address of the first, bytes from row to row.
    shares : int64
        Address of float64 [shape=(frames,)]: of what is convolved.
    """
    c = carray(pointer(convolver), (1,), CONVOLVER)[0]
    done = 0
    while done < frames:
        step = min(frames - done, SLOT - c.position % SLOT)
        share = carray(pointer(shares + 8 * done), (step,), np.float64)
        wet = carray(pointer(c.sums), (step,), np.float32)
        for channel in range(channels):
            row = rows + channel * stride + 8 * done
            _take_input(convolver, channel, row, step)
            _sum_up(convolver, channel, step)
            y = carray(pointer(row), (step,), np.float64)
            for t in range(step):
                y[t] = (1.0 - share[t]) * y[t] + share[t] * wet[t]
        c.position += step
        done += step
        if c.position % SLOT == 0:
            _turn(convolver, channels)


@entry(int64(int64, int64))
def _swap(slot: int, response: int) -> int:
    waiting: int = exchange(slot, response)
    return waiting


class Convolver:
    """[control-thread] A convolver of two channels, silent until it has a response.

    Parameters
    ----------
    rate : float
        Sample rate in Hz, on which the longest response and the length of a fade depend.
    """

    def __init__(self, rate: float) -> None:
        self._record, self.address = record(CONVOLVER)
        self._memory: list[NDArray[np.uint8]] = []
        self._nothing = PreparedResponse(np.zeros((1, 1), np.float32))
        self._generation = 0
        self._offered: dict[int, PreparedResponse] = {}  # by generation
        fields = self._record[0]
        fields.ring = self._reserve(CHANNELS * _RING_BYTES)
        fields.sums = self._reserve(2 * 4 * SLOT)
        fields.response = self._nothing.address
        # A whole number of blocks of each level but the last, which fades within one.
        blocks = SIZES[-2]
        fields.fade = blocks * math.ceil(FADE_SECONDS * rate / blocks)
        for index, size in enumerate(SIZES):
            self._reserve_level(index, size, int(fields.fade), rate)

    def offer(self, response: PreparedResponse | None) -> None:
        """Let a response take the place of the one that is heard, or silence.

        One that was offered before may come again.
        """
        chosen = response or PreparedResponse(np.zeros((1, 1), np.float32))
        self._generation += 1
        chosen.generation = self._generation
        self._offered[self._generation] = chosen
        waited = _swap.ctypes(self.address + PENDING, chosen.address)
        unheard = [g for g, each in self._offered.items() if each.address == waited]
        if len(unheard) == 1 and waited != chosen.address:
            del self._offered[unheard[0]]
        self.collect()

    def collect(self) -> None:
        """Let go of the responses that the audio thread has done with."""
        oldest = int(self._record.oldest[0])
        for generation in [g for g in self._offered if g < oldest]:
            del self._offered[generation]

    @property
    def held_responses(self) -> int:
        """Responses that are kept alive because the audio thread may still read them."""
        return len(self._offered)

    def _reserve_level(self, index: int, size: int, fade: int, rate: float) -> None:
        level = self._record[0].levels[index]
        plan = plan_of(size)
        ends = (*STARTS[1:], longest_frames(rate))
        level["size"] = size
        level["part"] = PARTS_AT + index * _PART_SIZE
        level["prompt"] = int(index == 0)
        level["opening"] = plan.opening.ctypes.data
        level["middle"] = plan.middle.ctypes.data
        level["places"] = places = max(1, -(-(ends[index] - STARTS[index]) // size))
        level["inputs"] = self._reserve(CHANNELS * plan.tiles * places * TILE_BYTES)
        level["work"] = self._reserve(CHANNELS * 2 * plan.tiles * TILE_BYTES)
        level["blocks"] = self._reserve(2 * CHANNELS * 2 * size * 4)
        level["fade"] = max(fade, size) if index < _LAST else size

    def _reserve(self, size: int) -> int:
        memory = aligned_bytes(size)
        self._memory.append(memory)
        return memory.ctypes.data
