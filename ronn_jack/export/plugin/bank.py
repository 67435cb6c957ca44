"""A bank: while one network sounds, another is made, hears the recent input, and comes in.

The audio thread sees to it (`attend`): it gives a worker the slot that it does not play, the worker
makes a network there (`work`), and the audio thread brings it in. Offline the audio thread works
itself, so that a change comes at its frame. Where there is no worker, it lets the next network run
beside the one that sounds for its memory.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.comparing import COMPARED_FRAMES, begin_comparing, compare, correlation
from ronn_jack.export.plugin.controlling import follow_network, heed_loads
from ronn_jack.export.plugin.jobs import (
    LEAVE,
    LEFT,
    READY,
    answer,
    answered,
    await_answer,
    begin_job,
    give,
    is_asked,
    is_unwanted,
)
from ronn_jack.export.plugin.networks import (
    INPUT_BYTES,
    fill_network,
    move_network,
    rest_network_at,
    run_up_frames,
    voice_in,
)
from ronn_jack.export.plugin.records import INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.engine_state import ENGINE, PENDING, POSITION, RETIRED
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.voice import VOICE, run_over_history

ALONE, WITH_WORKER, OFFLINE = range(3)
"""How a bank is attended to."""
FADE_SECONDS = 0.03
"""Of the crossfade from one network to the next."""
_PIECE_FRAMES = 1024
"""Input that a network takes before a worker looks whether it is to leave."""
_ANY_GAP = 2**62


@native(int64(int64))
def _engine(handle: int) -> int:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    return int64(h.base + carray(pointer(h.template), (1,), TEMPLATE)[0].engine)


@native(int64(int64, int64))
def _catch_up(handle: int, slot: int) -> int:
    """Let the voice in a slot take the input up to the present; return 0 where that can't be.

    The end of what it gives is compared with what sounds.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    voice, engine = voice_in(handle, slot), _engine(handle)
    v = carray(pointer(voice), (1,), VOICE)[0]
    inputs = h.base + t.size + h.slot_bytes
    result = inputs + INPUT_BYTES
    present = load_acquire(engine + POSITION)
    while v.position < present:
        begin = v.position
        left = present - begin
        if left > COMPARED_FRAMES:
            end = begin + min(left - COMPARED_FRAMES, int64(_PIECE_FRAMES))
        else:
            end = begin + min(left, int64(MAX_BLOCK), h.capacity - begin % h.capacity)
        run_over_history(voice, h.history, h.capacity, t.inputs, end, inputs, result, int64(0))
        if left <= COMPARED_FRAMES:
            compare(handle, result, begin, end - begin)
        present = load_acquire(engine + POSITION)
        overwritten = present - begin > h.capacity - MAX_BLOCK
        if overwritten or (h.given != 0 and is_unwanted(handle) != 0):
            return int64(0)
    return int64(1)


@native(void(int64, int64, int64, int64))
def _make(handle: int, slot: int, number: int, heard: int) -> None:
    """Put a network into a slot, as after silence that ended some frames ago."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    fill_network(handle, slot, number)
    for index in range(t.control_count):
        move_network(handle, slot, index)
    start = max(int64(0), load_acquire(_engine(handle) + POSITION) - heard)
    rest_network_at(handle, slot, start, h.base + t.size + h.slot_bytes)
    begin_comparing(handle)


@native(void(int64))
def _do_job(handle: int) -> None:
    """[worker] Make the network that is asked for in the slot that was given."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    mode = set_flush_to_zero()
    slot = 1 - h.slot
    if h.late == 0:
        kept = min(run_up_frames(handle, h.number, h.rate), int64(h.capacity - h.capacity // 4))
        _make(handle, slot, h.number, kept)
    found = READY if _catch_up(handle, slot) != 0 else LEFT
    restore_float_mode(mode)
    answer(handle, found)


@native(void(int64))
def _take_turns(handle: int) -> None:
    """Let the network in the other slot be the one that sounds, and the controls be its own."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    before = h.made
    h.slot = 1 - h.slot
    h.made = h.numbers[h.slot]
    follow_network(handle, before)


@native(void(int64))
def _bring_in(handle: int) -> None:
    """Let the network in the other slot, which has heard all, take the place of what sounds."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    engine = _engine(handle)
    _take_turns(handle)
    if h.unmoved != 0:
        for index in range(t.control_count):
            move_network(handle, h.slot, index)
    voice = voice_in(handle, h.slot)
    v = carray(pointer(voice), (1,), VOICE)[0]
    v.late = 0
    v.fade_frames = int64(np.rint(FADE_SECONDS * h.rate))
    v.correlation, v.fade_step = correlation(handle), -1.0
    h.free = h.late = h.unmoved = 0
    carray(pointer(engine), (1,), ENGINE)[0].gap_frames = _ANY_GAP
    exchange(engine + PENDING, voice)


@native(void(int64))
def _settle(handle: int) -> None:
    """Take what the engine and the worker have done with."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    retired = exchange(_engine(handle) + RETIRED, 0)
    if retired != 0:
        h.free = 1
        if retired == voice_in(handle, h.slot):  # it came too late, and was not let in
            _take_turns(handle)
            h.late = 1
    found = answered(handle)
    if found == READY and h.numbers[1 - h.slot] == h.wanted:
        _bring_in(handle)
    elif found != 0:
        h.late = 0


@native(void(int64))
def _accompany(handle: int) -> None:
    """Let the network that is wanted take the frames just played, beginning after silence.

    It comes in when it has heard as much as it remembers.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    mode = set_flush_to_zero()
    slot, engine = 1 - h.slot, _engine(handle)
    if h.beside == 0 or h.numbers[slot] != h.wanted:
        _make(handle, slot, h.wanted, int64(0))
        h.beside = 1
        h.begun = load_acquire(engine + POSITION)
    heard = load_acquire(engine + POSITION) - h.begun
    if _catch_up(handle, slot) == 0:
        h.beside = 0
    elif heard >= run_up_frames(handle, h.wanted, h.rate):
        h.beside = 0
        _bring_in(handle)
    restore_float_mode(mode)


@entry("int64(int64, int64)")
def attend(handle: int, how: int) -> int:
    """[audio-thread] See to the network that is wanted; return whether a worker is to be asked.

    Parameters
    ----------
    how : int64
        ALONE, WITH_WORKER or OFFLINE, in which it may wait for a worker that has begun.
    """
    heed_loads(handle)
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if carray(pointer(h.template), (1,), TEMPLATE)[0].networks <= 1 or h.fresh != 0:
        return int64(0)
    _settle(handle)
    if h.given == 0:
        if h.made == h.wanted or h.free == 0:
            h.beside = 0
            return int64(0)
        if how == ALONE:
            _accompany(handle)
            return int64(0)
        if h.numbers[1 - h.slot] != h.wanted:
            h.late = 0
        give(handle, h.wanted)
    if how == OFFLINE:
        if begin_job(handle) != 0:
            _do_job(handle)
        await_answer(handle)
        _settle(handle)
        return int64(0)
    return is_asked(handle)


@entry("void(int64)")
def work(handle: int) -> None:
    """[worker] Make the network that is wanted, if no other worker does."""
    if begin_job(handle) != 0:
        _do_job(handle)


@entry("void(int64, int64)")
def halt(handle: int, on: int) -> None:
    """[main-thread] Let workers leave what they do, and do nothing; or let them work again."""
    exchange(handle + LEAVE, on)
