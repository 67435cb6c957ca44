"""The memory of a network beside the engine's: filled, laid out, moved by controls, put to rest.

Of a bank there are two slots for it, one after the other: one network sounds while another is made
ready. What is in a template is in the first slot.
"""

from __future__ import annotations

import numpy as np
from numba import carray, float32, int32, int64, types, void

from ronn_jack.export.plugin.records import (
    CONTROL,
    INSTANCE,
    KERNELS,
    NETWORK,
    TEMPLATE,
    Action,
)
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.mailbox import FRESH, ROW, WRITES_FIRST
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.kernels.layout import FRAME, MAX_BLOCK, WORD
from ronn_jack.realtime.kernels.stretching import build_network, stretched_field
from ronn_jack.realtime.kernels.vectors import store_int64
from ronn_jack.realtime.level import LEVEL
from ronn_jack.realtime.motion.modulation import MODULATION, prepare_modulation
from ronn_jack.realtime.motion.moving_weights import MOTION, prepare_motion, rest_motion
from ronn_jack.realtime.retiming import give_network
from ronn_jack.realtime.voice import MAX_CHANNELS, VOICE, prepare_voice, rest_voice

INPUT_BYTES = MAX_CHANNELS * MAX_BLOCK * 4
SCRATCH_BYTES = INPUT_BYTES + MAX_CHANNELS * MAX_BLOCK * 8
"""A worker's own, behind the slots: float32 rows of input, then float64 rows of output."""
WORKING = offset(INSTANCE, "working")
LEAVE = offset(INSTANCE, "leave")

_KERNELS, _SETTLE = len(KERNELS), KERNELS.index("settle")
_LEVEL_PLACE = offset(VOICE, "level")
_SLOT, _ROWS = offset(MODULATION, "slot"), offset(MODULATION, "rows")
_MORPH, _DRIFT_RATE, _DRIFT_DEPTH = (
    int(Action.MORPH), int(Action.DRIFT_RATE), int(Action.DRIFT_DEPTH),
)  # fmt: skip

memcpy = types.ExternalFunction("memcpy", int64(int64, int64, int64))
memset = types.ExternalFunction("memset", int64(int64, int32, int64))


@native(void(int64, int64, int64))
def fill_network(handle: int, slot: int, number: int) -> None:
    """Put one of a bank's networks, in its first state, into a slot."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    n = carray(pointer(t.bank), (t.networks,), NETWORK)[number]
    base = h.base + slot * h.slot_bytes
    memset(base + t.own, int32(0), t.size - t.own)
    runs = carray(pointer(n.runs), (n.run_count, 3), np.int32)
    for i in range(n.run_count):
        place, source, size = int64(runs[i, 0]), int64(runs[i, 1]), int64(runs[i, 2])
        before = min(size, max(int64(0), t.own - place))  # the engine's
        memcpy(base + place + before, t.pool + source + before, size - before)
    places = carray(pointer(n.pointers), (n.pointer_count,), np.int32)
    for i in range(n.pointer_count):
        if places[i] >= t.own:
            word = carray(pointer(base + places[i]), (1,), np.int64)
            word[0] += base if word[0] >= t.own else h.base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(n.functions), (n.function_count, 2), np.int32)
    for i in range(n.function_count):
        if functions[i, 0] >= t.own:
            word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
            word[0] = kernels[functions[i, 1]]
    h.numbers[slot] = number
    h.film_rows[slot] = WRITES_FIRST


@native(int64(int64, int64))
def stretch_of(handle: int, number: int) -> int:
    """Return the address of the STRETCH of one of a bank's networks."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    stretch: int = carray(pointer(t.bank), (t.networks,), NETWORK)[number].stretch
    return stretch


@native(int64(int64))
def run_up_frames(handle: int) -> int:
    """Return the frames of input after which a network is as if it had always run."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    field = stretched_field(stretch_of(handle, int64(0)), h.rate)
    return int64(field + int64(np.ceil(t.settling_seconds * h.rate)))


@native(void(int64, int64, float32))
def _morph_film(handle: int, slot: int, share: float) -> None:
    """Let the scales and shifts go to a share of the way from one seed's to the other's.

    Where there is no network in the slot, or a worker is putting one there, it has no rows yet; the
    worker moves what it has put there.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    base = h.base + slot * h.slot_bytes
    rows = load_acquire(base + t.modulation + _ROWS)
    if rows < h.base:  # nothing, or a place that is no address yet
        return
    m = carray(pointer(base + t.modulation), (1,), MODULATION)[0]
    ends = carray(pointer(base + t.film), (2, m.count), np.float32)
    row = carray(pointer(rows + 4 * m.count * h.film_rows[slot]), (m.count,), np.float32)
    rest = float32(1.0) - share
    for i in range(m.count):
        row[i] = rest * ends[0, i] + share * ends[1, i]
    written = h.film_rows[slot] | FRESH
    h.film_rows[slot] = exchange(base + t.modulation + _SLOT, written) & ROW


@native(void(int64, int64, int64))
def move_network(handle: int, slot: int, index: int) -> None:
    """Let the network in a slot go where a control is, if it is one that moves networks."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    action = carray(pointer(t.controls), (t.control_count,), CONTROL)[index].action
    base, value = h.base + slot * h.slot_bytes, h.values[index]
    m = carray(pointer(base + t.motion), (1,), MOTION)[0]
    if action == _MORPH:
        m.targets[0] = value
        level = base + t.voice + _LEVEL_PLACE
        carray(pointer(level), (1,), LEVEL)[0].targets[0] = value
        if t.modulation >= 0:
            _morph_film(handle, slot, np.float32(value))
    elif action == _DRIFT_RATE:
        m.wanted_hertz = value
    elif action == _DRIFT_DEPTH:
        m.targets[1] = value


@native(void(int64, int64, int64, int64))
def rest_network_at(handle: int, slot: int, position: int, scratch: int) -> None:
    """Let the network in a slot be made for the sample rate, and as after endless silence.

    Parameters
    ----------
    position : int64
        Frame from which on it takes input.
    scratch : int64
        Address of INPUT_BYTES.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    base, image = h.base + slot * h.slot_bytes, h.images + slot * h.image_bytes
    stretch = stretch_of(handle, h.numbers[slot])
    build_network(stretch, h.rate, h.words, image, h.image_bytes)
    give_network(base + t.voice, image, stretch, h.rate)
    prepare_voice(base + t.voice, h.rate)
    if t.modulation >= 0:
        prepare_modulation(base + t.modulation, h.rate)
    prepare_motion(base + t.motion, h.rate)
    rest_motion(base + t.motion, position, 0.0)
    settle = carray(pointer(h.kernels), (_KERNELS,), np.int64)[_SETTLE]
    call_entry(settle, image, 0, 0, 0, 0, 0)
    # What runs for it is the last frame of the silence.
    store_int64(image + WORD * FRAME, int64(-1))
    rest_voice(base + t.voice, scratch, t.inputs)
    carray(pointer(base + t.voice), (1,), VOICE)[0].position = position
    store_int64(image + WORD * FRAME, position)
