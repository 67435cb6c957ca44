"""An instance's memory: the engine's, the network's image and the reverb's room, as they begin."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.networks import (
    SCRATCH_BYTES,
    fill_network,
    memset,
    network_of,
    run_up_frames,
    write_part,
)
from ronn_jack.export.plugin.records import INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.language import carray, external, float64, int32, int64, void
from ronn_jack.realtime.convolver.layout import POSITION, WORD
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.kernels.stretching import plan_network
from ronn_jack.realtime.retiming import is_possible_rate
from ronn_jack.realtime.stages.frozen_room import open_room, room_bytes
from ronn_jack.realtime.stages.reverb import CONVOLVER

_LINE = 64

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
    image_bytes = int64(0)
    h.longest = 0
    for number in range(t.networks):
        planned = plan_network(network_of(handle, number).stretch, rate, h.words)
        image_bytes = max(image_bytes, _lines(planned))
        h.longest = max(h.longest, run_up_frames(handle, number, rate))
    images = _lines(t.size + (h.slot_bytes + SCRATCH_BYTES if slots > 1 else 0))
    size = images + slots * image_bytes
    if t.room != 0:
        size += room_bytes(t.room_frames, t.room_rate, rate)
    if size > h.bytes:
        memory = malloc(size + _LINE)
        if memory == 0:
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
    """Put the engine's memory in its first state, with the network that is wanted in its slot."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    memset(h.base, int32(0), t.own)
    write_part(handle, h.wanted, h.base, int64(0), t.own, h.base + h.slot * h.slot_bytes)
    fill_network(handle, h.slot, h.wanted)
    if t.networks > 1 and h.given == 0:
        # Controls move what is there as well.
        other = h.base + (1 - h.slot) * h.slot_bytes
        memset(other + t.own, int32(0), t.size - t.own)
    e = carray(pointer(h.base + t.engine), (1,), ENGINE)[0]
    h.history, h.capacity = e.history, e.capacity
    h.wet_history, h.wet_capacity = e.wet_history, e.wet_capacity


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
