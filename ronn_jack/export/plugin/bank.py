"""A bank: while one network sounds, another is made, hears the recent input, and comes in.

The audio thread asks whether there is something to do (`attend`), and a worker does it (`work`).
Offline the audio thread works itself, so that a change comes at its frame. Where there is no
worker, it lets the next network run beside the one that sounds (`accompany`) for its memory.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.networks import (
    INPUT_BYTES,
    LEAVE,
    WORKING,
    fill_network,
    move_network,
    rest_network_at,
    run_up_frames,
)
from ronn_jack.export.plugin.records import INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.engine_state import ENGINE, PENDING, POSITION, RETIRED
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.voice import VOICE, run_over_history

FADE_SECONDS = 0.03
"""Of the crossfade from one network to the next."""
_PIECE_FRAMES = 1024
"""Input that a network takes before a worker looks whether it is to leave."""
_ANY_GAP = 2**62
_NOTHING = -1


@native(int64(int64))
def _engine(handle: int) -> int:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    return int64(h.base + carray(pointer(h.template), (1,), TEMPLATE)[0].engine)


@native(int64(int64, int64))
def _voice(handle: int, slot: int) -> int:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    place = carray(pointer(h.template), (1,), TEMPLATE)[0].voice
    return int64(h.base + place + slot * h.slot_bytes)


@native(int64(int64, int64))
def _catch_up(handle: int, voice: int) -> int:
    """Let a voice take the recent input up to the present; return 0 where that can't be."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    v = carray(pointer(voice), (1,), VOICE)[0]
    engine = _engine(handle)
    e = carray(pointer(engine), (1,), ENGINE)[0]
    scratch = h.base + t.size + h.slot_bytes
    wanted = h.wanted
    present = load_acquire(engine + POSITION)
    while v.position < present:
        begin = v.position
        end = min(present, begin + _PIECE_FRAMES)
        run_over_history(
            voice, e.history, e.capacity, e.inputs, end, scratch, scratch + INPUT_BYTES, int64(0)
        )
        present = load_acquire(engine + POSITION)
        overwritten = present - begin > e.capacity - MAX_BLOCK
        if overwritten or load_acquire(handle + LEAVE) != 0 or h.wanted != wanted:
            return int64(0)
    return int64(1)


@native(int64(int64))
def _frames_kept(handle: int) -> int:
    """Return the frames of recent input that a network can take in, with time to be slow."""
    capacity = carray(pointer(_engine(handle)), (1,), ENGINE)[0].capacity
    return min(run_up_frames(handle), int64(capacity - capacity // 4))


@native(void(int64, int64, int64, int64))
def _make(handle: int, slot: int, number: int, heard: int) -> None:
    """Put a network into a slot, as after silence that ended some frames ago."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    h.beside = 0
    fill_network(handle, slot, number)
    for index in range(t.control_count):
        move_network(handle, slot, index)
    start = max(int64(0), load_acquire(_engine(handle) + POSITION) - heard)
    rest_network_at(handle, slot, start, h.base + t.size + h.slot_bytes)


@native(void(int64, int64, int64))
def _bring_in(handle: int, slot: int, number: int) -> None:
    """Let the network in a slot, which has heard all, take the place of the one that sounds."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    engine, voice = _engine(handle), _voice(handle, slot)
    v = carray(pointer(voice), (1,), VOICE)[0]
    v.late = 0
    v.fade_frames = int64(np.rint(FADE_SECONDS * h.rate))
    v.correlation, v.fade_step = 0.0, -1.0
    h.slot, h.made, h.free = slot, number, 0
    carray(pointer(engine), (1,), ENGINE)[0].gap_frames = _ANY_GAP
    exchange(engine + PENDING, voice)


@native(void(int64))
def _work(handle: int) -> None:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    engine = _engine(handle)
    retired = exchange(engine + RETIRED, 0)
    late = retired != 0 and retired == _voice(handle, h.slot)
    if late and h.made != h.wanted:
        h.slot, h.made, late = 1 - h.slot, _NOTHING, False
    if retired != 0 and not late:
        h.free = 1
    slot, number = h.slot, h.made
    if not late:
        if h.free == 0 or h.made == h.wanted:
            return
        slot, number = 1 - h.slot, h.wanted
        _make(handle, slot, number, _frames_kept(handle))
    if _catch_up(handle, _voice(handle, slot)) != 0:
        _bring_in(handle, slot, number)
    elif late:
        h.slot, h.made, h.free = 1 - h.slot, _NOTHING, 1


@entry("int64(int64)")
def attend(handle: int) -> int:
    """[audio-thread] Return whether there is work to do."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if carray(pointer(h.template), (1,), TEMPLATE)[0].networks <= 1 or h.fresh != 0:
        return int64(0)
    if h.made != h.wanted:
        return int64(1)
    return int64(load_acquire(_engine(handle) + RETIRED) != 0)


@entry("void(int64, int64)")
def work(handle: int, wait: int) -> None:
    """[worker] Let the network come in that is wanted, as far as that can be at the moment.

    Parameters
    ----------
    wait : int64
        Whether to wait for another thread that works.
    """
    while exchange(handle + WORKING, 1) != 0:
        if wait == 0:
            return
    mode = set_flush_to_zero()
    if load_acquire(handle + LEAVE) == 0 and carray(pointer(handle), (1,), INSTANCE)[0].fresh == 0:
        _work(handle)
    restore_float_mode(mode)
    store_release(handle + WORKING, 0)


@entry("void(int64)")
def accompany(handle: int) -> None:
    """[audio-thread] Without a worker: let the network that is wanted take the frames just played.

    It begins after silence, and comes in when it has heard as much as it remembers.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if exchange(_engine(handle) + RETIRED, 0) != 0:
        h.free = 1
    if h.free == 0 or h.made == h.wanted:
        h.beside = 0
        return
    mode = set_flush_to_zero()
    slot = 1 - h.slot
    if h.beside == 0 or h.numbers[slot] != h.wanted:
        _make(handle, slot, h.wanted, int64(0))
        h.beside = 1
        h.begun = load_acquire(_engine(handle) + POSITION)
    heard = load_acquire(_engine(handle) + POSITION) - h.begun
    if _catch_up(handle, _voice(handle, slot)) == 0:
        h.beside = 0
    elif heard >= run_up_frames(handle):
        h.beside = 0
        _bring_in(handle, slot, h.wanted)
    restore_float_mode(mode)


@entry("void(int64, int64)")
def halt(handle: int, on: int) -> None:
    """[main-thread] Let workers leave what they do, and do nothing; or let them work again."""
    exchange(handle + LEAVE, on)
