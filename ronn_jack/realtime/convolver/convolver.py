"""A convolver: what runs on the audio thread, and its memory on the control thread.

Responses come in by a slot. A new one is taken once the last level has begun with the one before,
and each level fades to it with its own next block, which is where its part of the response begins:
new input meets the new room at once, and the new tail when it gets there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import entry, native, shared
from ronn_jack.realtime.compiler.language import carray, int64
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.convolver.head import convolve_head
from ronn_jack.realtime.convolver.layout import (
    BEGUN,
    CHANNELS,
    CONVOLVER_WORDS,
    CORRELATION,
    EARLIER,
    EARLIER_CORRELATION,
    FADE,
    FADED,
    FILLED,
    FIRST_LEVEL,
    GENERATION,
    HEAD,
    HEARD,
    INPUT,
    LEAVING,
    LEVEL_WORDS,
    LEVELS,
    OLDEST,
    PENDING,
    PLACES,
    POSITION,
    QUIET,
    REACH,
    RESPONSE,
    RESPONSE_LEAVING,
    RING,
    RING_FLOATS,
    RISE,
    RISEN,
    SIZES,
    SLOT,
    SOUNDS,
    SUMS,
    TAPS,
    WORD,
)
from ronn_jack.realtime.convolver.level import add_level, run_level
from ronn_jack.realtime.convolver.memory import convolver_bytes, write_convolver
from ronn_jack.realtime.convolver.plan import shared_plans
from ronn_jack.realtime.convolver.response import PreparedResponse, longest_frames
from ronn_jack.realtime.kernels.vectors import (
    copy_frames,
    fade_frames,
    fill_frames,
    load_float32,
    load_int64,
    store_int64,
)

LOUDEST = 1e9
"""Amplitude that input is limited to, so that no sum overflows."""

_LOUDEST = np.float32(LOUDEST)
_RING_BYTES = 4 * RING_FLOATS
_LAST = LEVELS - 1
_LAGGING = 3 * SIZES[-1]
"""Frames after which no level sounds by a response any more that was left."""


@shared("void(int64, int64)")
def pass_by(convolver: int, frames: int) -> None:
    """[audio-thread] Let frames go by unheard."""
    position = convolver + WORD * POSITION
    store_int64(position, load_int64(position) + frames)


@shared("void(int64)")
def forget(convolver: int) -> None:
    """[audio-thread] Begin anew after endless silence, with the newest response."""
    ring = load_int64(convolver + WORD * INPUT) - 4 * SLOT
    fill_frames(ring, np.float32(0.0), int64(CHANNELS * RING_FLOATS))
    for index in range(LEVELS):
        level = convolver + WORD * (FIRST_LEVEL + LEVEL_WORDS * index)
        for word in (BEGUN, SOUNDS, FILLED, RESPONSE_LEAVING):
            store_int64(level + WORD * word, int64(0))
    waiting = exchange(convolver + WORD * PENDING, 0)
    if waiting != 0:
        store_int64(convolver + WORD * HEARD, waiting)
    heard = load_int64(convolver + WORD * HEARD)
    store_release(convolver + WORD * OLDEST, load_int64(heard + WORD * GENERATION))
    store_int64(convolver + WORD * LEAVING, int64(0))
    store_int64(convolver + WORD * RISEN, load_int64(convolver + WORD * RISE))


@native("void(int64)")
def _take_response(convolver: int) -> None:
    """Begin to fade to the response that waits, unless a fade is running or not begun yet.

    The control thread is told which responses are needed from now on.
    """
    heard = load_int64(convolver + WORD * HEARD)
    leaving = load_int64(convolver + WORD * LEAVING)
    faded = load_int64(convolver + WORD * FADED) + SLOT
    if leaving != 0 and faded >= load_int64(convolver + WORD * FADE):
        leaving = 0
    settled = leaving == 0
    oldest = load_int64((leaving if leaving != 0 else heard) + WORD * GENERATION)
    for index in range(LEVELS):
        level = convolver + WORD * (FIRST_LEVEL + LEVEL_WORDS * index)
        before = load_int64(level + WORD * RESPONSE_LEAVING)
        if load_int64(level + WORD * BEGUN) != 0:
            response = load_int64(level + WORD * RESPONSE)
            oldest = min(oldest, load_int64(response + WORD * GENERATION))
            if response != heard:
                settled = False
        if before != 0:
            oldest = min(oldest, load_int64(before + WORD * GENERATION))
            if index < _LAST:
                settled = False
    store_release(convolver + WORD * OLDEST, oldest)
    if settled and load_acquire(convolver + WORD * PENDING) != 0:
        leaving = heard
        faded = 0
        coming = exchange(convolver + WORD * PENDING, 0)
        if leaving == load_int64(coming + WORD * EARLIER):
            correlation = load_int64(coming + WORD * EARLIER_CORRELATION)
            store_int64(coming + WORD * CORRELATION, correlation)
        store_int64(convolver + WORD * HEARD, coming)
        store_int64(convolver + WORD * QUIET, int64(0))
    store_int64(convolver + WORD * LEAVING, leaving)
    store_int64(convolver + WORD * FADED, faded)


@shared("void(int64)")
def wake(convolver: int) -> None:
    """[audio-thread] Begin anew in the middle of a signal, which comes in by a smooth curve."""
    forget(convolver)
    store_int64(convolver + WORD * RISEN, int64(0))


@shared("int64(int64)")
def ringing_frames(convolver: int) -> int:
    """[audio-thread] Return how long what was sent into the room is heard; not above 0 if over."""
    heard = load_int64(convolver + WORD * HEARD)
    left: int = load_int64(heard + WORD * REACH) + _LAGGING - load_int64(convolver + WORD * QUIET)
    return left


@native("void(int64, int64, int64, int64, int64, int64)")
def _take_input(convolver: int, ring: int, place: int, row: int, sends: int, frames: int) -> None:
    """Write float64 frames, which end within the slot, into a channel's ring."""
    x = carray(pointer(row), (frames,), np.float64)
    send = carray(pointer(sends), (frames,), np.float64)
    y = carray(pointer(ring + 4 * place), (frames,), np.float32)
    for t in range(frames):
        y[t] = min(_LOUDEST, max(-_LOUDEST, np.float32(x[t] * send[t])))
    risen = load_int64(convolver + WORD * RISEN)
    rise = load_int64(convolver + WORD * RISE)
    for t in range(min(frames, rise - risen)):
        share = (risen + t + 1) / rise
        y[t] *= np.float32(share * share * (3.0 - 2.0 * share))
    if place >= RING - SLOT:
        copy_frames(ring + 4 * (place - RING), ring + 4 * place, frames)


@native("void(int64, int64, int64, int64, int64)")
def _sum_up(convolver: int, x: int, channel: int, position: int, frames: int) -> None:
    """Write a channel's convolved frames, within a slot, to the first scratch row.

    Parameters
    ----------
    x : int64
        Address of their input.
    """
    sums = load_int64(convolver + WORD * SUMS)
    heard = load_int64(convolver + WORD * HEARD)
    leaving = load_int64(convolver + WORD * LEAVING)
    taps = 4 * HEAD * channel
    convolve_head(x, load_int64(heard + WORD * TAPS) + taps, sums, frames)
    if leaving != 0:
        other = sums + 4 * SLOT
        convolve_head(x, load_int64(leaving + WORD * TAPS) + taps, other, frames)
        faded = load_int64(convolver + WORD * FADED) + position % SLOT
        fade = load_int64(convolver + WORD * FADE)
        correlation = load_float32(heard + WORD * CORRELATION)
        fade_frames(sums, other, faded + 1, fade, correlation, frames)
    for index in range(LEVELS):
        level = convolver + WORD * (FIRST_LEVEL + LEVEL_WORDS * index)
        add_level(level, channel, position, frames, sums)


@shared("void(int64, int64, int64, int64, int64, int64, int64)")
def run_convolver(
    convolver: int, channels: int, rows: int, stride: int, sends: int, mixes: int, frames: int
) -> None:
    """[audio-thread] Mix float64 rows with themselves, convolved.

    What is not sent stays as it is, and what was sent before rings on.

    Parameters
    ----------
    convolver : int64
        Address of a CONVOLVER.
    rows, stride : int64
        Address of the first, bytes from row to row.
    sends, mixes : int64
        Addresses of float64 [shape=(frames,)]: the share of the input that is sent into the room,
        and how much of that one's mixture is convolved.
    """
    ring = load_int64(convolver + WORD * INPUT)
    sums = load_int64(convolver + WORD * SUMS)
    position = load_int64(convolver + WORD * POSITION)
    done = 0
    while done < frames:
        step = min(frames - done, SLOT - position % SLOT)
        place = position % RING
        send = carray(pointer(sends + 8 * done), (step,), np.float64)
        mix = carray(pointer(mixes + 8 * done), (step,), np.float64)
        wet = carray(pointer(sums), (step,), np.float32)
        for channel in range(channels):
            row = rows + channel * stride + 8 * done
            own = ring + channel * _RING_BYTES
            _take_input(convolver, own, place, row, sends + 8 * done, step)
            _sum_up(convolver, own + 4 * place, channel, position, step)
            y = carray(pointer(row), (step,), np.float64)
            for t in range(step):
                y[t] = (1.0 - send[t] * mix[t]) * y[t] + mix[t] * wet[t]
        risen = load_int64(convolver + WORD * RISEN) + step
        store_int64(convolver + WORD * RISEN, risen)
        sent = send[0] != 0.0 or send[step - 1] != 0.0
        quiet = int64(0) if sent else load_int64(convolver + WORD * QUIET) + step
        store_int64(convolver + WORD * QUIET, quiet)
        position += step
        done += step
        if position % SLOT == 0:
            _take_response(convolver)
            heard = load_int64(convolver + WORD * HEARD)
            for index in range(LEVELS):
                level = convolver + WORD * (FIRST_LEVEL + LEVEL_WORDS * index)
                run_level(level, heard, ring, channels, position)
    store_int64(convolver + WORD * POSITION, position)


@entry("int64(int64)")
def _bytes(frames: int) -> int:
    size: int = convolver_bytes(frames)
    return size


@entry("void(int64, int64, float64, int64, int64)")
def _write(memory: int, frames: int, rate: float, plans: int, response: int) -> None:
    write_convolver(memory, frames, rate, plans, response)


@entry("void(int64)")
def _forget(convolver: int) -> None:
    forget(convolver)


@entry("int64(int64, int64)")
def _swap(slot: int, response: int) -> int:
    waiting: int = exchange(slot, response)
    return waiting


class Convolver:
    """[control-thread] A convolver of two channels, silent until it has a response.

    Parameters
    ----------
    rate : float
        Sample rate in Hz, on which the longest response and the length of a fade depend.
    swap : callable, optional
        Puts an address where the audio thread takes it from, and returns what was there.
    """

    def __init__(self, rate: float, swap: Callable[[int, int], int] | None = None) -> None:
        self._swap = swap or _swap.ctypes
        frames = longest_frames(rate)
        self._memory = aligned_bytes(_bytes.ctypes(frames))
        self._words = self._memory[: WORD * CONVOLVER_WORDS].view(np.int64)
        self.address = self._memory.ctypes.data
        self._nothing = PreparedResponse(np.zeros((1, 1), np.float32))
        self._generation = 0
        self._before = self._newest = self._nothing  # of those offered, each after the other
        self._offered: dict[int, PreparedResponse] = {}  # by generation
        _write.ctypes(self.address, frames, rate, shared_plans(), self._nothing.address)

    def offer(self, response: PreparedResponse | None) -> None:
        """Let a response take the place of the one that is heard, or silence.

        One that was offered before may come again.
        """
        chosen = response or PreparedResponse(np.zeros((1, 1), np.float32))
        # One that may be heard at this moment stays as it is.
        fresh = all(each is not chosen for each in self._offered.values())
        self._generation += 1
        chosen.generation = self._generation
        self._offered[self._generation] = chosen
        if fresh:
            # All before it is handed over: from then on the audio thread may fade to it.
            chosen.follow(self._newest, self._before)
        waited = self._swap(self.address + WORD * PENDING, chosen.address)
        if waited == 0:
            self._before = self._newest
        self._newest = chosen
        unheard = [g for g, each in self._offered.items() if each.address == waited]
        if len(unheard) == 1 and waited != chosen.address:
            del self._offered[unheard[0]]
        self.collect()

    def pretend_past(self) -> None:
        """Take the newest response and be as busy as after a long past; before the audio."""
        _forget.ctypes(self.address)
        for index in range(LEVELS):
            words = self._words[FIRST_LEVEL + LEVEL_WORDS * index :]
            words[FILLED] = words[PLACES]

    def collect(self) -> None:
        """Let go of the responses that the audio thread has done with."""
        oldest = int(self._words[OLDEST])
        for generation in [g for g in self._offered if g < oldest]:
            del self._offered[generation]

    @property
    def held_responses(self) -> int:
        """Responses that are kept alive because the audio thread may still read them."""
        return len(self._offered)
