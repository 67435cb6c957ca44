"""An instance's memory: the engine's, the network's image and the reverb's room, as they begin."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.networks import (
    SCRATCH_BYTES,
    fill_network,
    memcpy,
    memset,
    stretch_of,
)
from ronn_jack.export.plugin.records import INSTANCE, KERNELS, NETWORK, TEMPLATE
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.language import carray, external, float64, int32, int64, void
from ronn_jack.realtime.convolver.layout import POSITION, WORD
from ronn_jack.realtime.kernels.stretching import plan_network
from ronn_jack.realtime.retiming import is_possible_rate
from ronn_jack.realtime.stages.frozen_room import open_room, room_bytes
from ronn_jack.realtime.stages.reverb import CONVOLVER

_LINE = 64
_KERNELS = len(KERNELS)

malloc = external("malloc", int64(int64))
free = external("free", void(int64))


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
    slots = 2 if t.networks > 1 else 1
    h.slot_bytes = t.size - t.own
    image_bytes = _lines(plan_network(stretch_of(handle, int64(0)), rate, h.words))
    images = _lines(t.size + (h.slot_bytes + SCRATCH_BYTES if slots > 1 else 0))
    size = images + slots * image_bytes
    if t.room != 0:
        size += room_bytes(t.room_frames, t.room_rate, rate)
    if size > h.bytes:
        memory = malloc(size + _LINE)
        if memory == 0:
            plan_network(stretch_of(handle, int64(0)), h.rate, h.words)
            return int64(0)
        free(h.memory)
        h.memory = memory
        h.bytes = size
        h.base = _lines(memory)
    h.images = h.base + images
    h.image_bytes = image_bytes
    h.rate = rate
    return int64(1)


@native(void(int64))
def fill(handle: int) -> None:
    """Put the engine's memory in its first state, with the network that is wanted."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    n = carray(pointer(t.bank), (t.networks,), NETWORK)[0]
    base = h.base
    # With the other slot of a bank: controls move what is there as well.
    memset(base, int32(0), t.size + (h.slot_bytes if t.networks > 1 else 0))
    runs = carray(pointer(n.runs), (n.run_count, 3), np.int32)
    for i in range(n.run_count):
        memcpy(base + runs[i, 0], t.pool + runs[i, 1], runs[i, 2])
    places = carray(pointer(n.pointers), (n.pointer_count,), np.int32)
    for i in range(n.pointer_count):
        carray(pointer(base + places[i]), (1,), np.int64)[0] += base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(n.functions), (n.function_count, 2), np.int32)
    for i in range(n.function_count):
        word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
        word[0] = kernels[functions[i, 1]]
    fill_network(handle, int64(0), h.wanted)


@entry("void(int64)")
def _open_reverb(handle: int) -> None:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    reverb, memory = h.base + t.reverb, h.images + (2 if t.networks > 1 else 1) * h.image_bytes
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
