"""An instance's memory: the engine's, the network's image and the reverb's room, as they begin."""

from __future__ import annotations

import numpy as np
from numba import carray, float64, int32, int64, types, void

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.records import INSTANCE, KERNELS, TEMPLATE
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.convolver.layout import POSITION, WORD
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.kernels.stretching import build_network, plan_network
from ronn_jack.realtime.motion.modulation import prepare_modulation
from ronn_jack.realtime.motion.moving_weights import prepare_motion, rest_motion
from ronn_jack.realtime.retiming import give_network, is_possible_rate, prepare_engine
from ronn_jack.realtime.stages.frozen_room import open_room, room_bytes
from ronn_jack.realtime.stages.reverb import CONVOLVER
from ronn_jack.realtime.voice import VOICE, prepare_voice, rest_voice

_LINE = 64
_KERNELS, _SETTLE = len(KERNELS), KERNELS.index("settle")

malloc = types.ExternalFunction("malloc", int64(int64))
free = types.ExternalFunction("free", void(int64))
memcpy = types.ExternalFunction("memcpy", int64(int64, int64, int64))
memset = types.ExternalFunction("memset", int64(int64, int32, int64))


@native(int64(int64))
def _lines(size: int) -> int:
    return (size + _LINE - 1) // _LINE * _LINE


@native(int64(int64, float64))
def reserve(handle: int, rate: float) -> int:
    """[main-thread] Have the memory that a rate takes; return 0, with all as it was, if not."""
    if is_possible_rate(rate) == 0:
        return int64(0)
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    image_bytes = plan_network(t.stretch, rate, h.words)
    room = room_bytes(t.room_frames, t.room_rate, rate) if t.room != 0 else int64(0)
    size = _lines(t.size) + _lines(image_bytes) + room
    if size > h.bytes:
        memory = malloc(size + _LINE)
        if memory == 0:
            plan_network(t.stretch, h.rate, h.words)
            return int64(0)
        free(h.memory)
        h.memory = memory
        h.bytes = size
        h.base = _lines(memory)
    h.image = h.base + _lines(t.size)
    h.image_bytes = image_bytes
    h.rate = rate
    return int64(1)


@native(void(int64))
def fill(handle: int) -> None:
    """Put the engine's memory in its first state, with its addresses."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    base = h.base
    memset(base, int32(0), t.size)
    runs = carray(pointer(t.runs), (t.run_count, 3), np.int32)
    for i in range(t.run_count):
        memcpy(base + runs[i, 0], t.pool + runs[i, 1], runs[i, 2])
    places = carray(pointer(t.pointers), (t.pointer_count,), np.int32)
    for i in range(t.pointer_count):
        carray(pointer(base + places[i]), (1,), np.int64)[0] += base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(t.functions), (t.function_count, 2), np.int32)
    for i in range(t.function_count):
        word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
        word[0] = kernels[functions[i, 1]]


@entry("void(int64)")
def _open_reverb(handle: int) -> None:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    reverb, memory = h.base + t.reverb, _lines(h.image + h.image_bytes)
    open_room(reverb, memory, t.room, t.room_frames, t.room_frames, t.room_rate, h.rate)
    h.convolver = carray(pointer(reverb + CONVOLVER), (1,), np.int64)[0]


_make_room = linked(_open_reverb)


@native(void(int64))
def open_reverb(handle: int) -> None:
    """[main-thread] Make the reverb's room for the sample rate, if the sound has one."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if carray(pointer(h.template), (1,), TEMPLATE)[0].room != 0:
        _make_room(handle)


@native(void(int64))
def reopen_reverb(handle: int) -> None:
    """Give the reverb the room that was made; it forgets what it has heard with its first block."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    if t.room == 0:
        return
    carray(pointer(h.base + t.reverb + CONVOLVER), (1,), np.int64)[0] = h.convolver
    carray(pointer(h.convolver + WORD * POSITION), (1,), np.int64)[0] = 0


@native(void(int64))
def settle(handle: int) -> None:
    """Let all be made for the sample rate, and as after endless silence."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    engine, voice, rate = h.base + t.engine, h.base + t.voice, h.rate
    build_network(t.stretch, rate, h.words, h.image, h.image_bytes)
    give_network(voice, h.image, t.stretch, rate)
    prepare_engine(engine, rate)
    prepare_voice(voice, rate)
    if t.modulation >= 0:
        prepare_modulation(h.base + t.modulation, rate)
    prepare_motion(h.base + t.motion, rate)
    rest_motion(h.base + t.motion, int64(0), 0.0)
    settle_network = carray(pointer(h.kernels), (_KERNELS,), np.int64)[_SETTLE]
    call_entry(settle_network, h.image, 0, 0, 0, 0, 0)
    e = carray(pointer(engine), (1,), ENGINE)[0]
    rest_voice(voice, e.driven, e.inputs)
    carray(pointer(voice), (1,), VOICE)[0].position = 0
