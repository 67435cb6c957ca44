"""The memory of a network beside the engine's: filled, moved by controls, put to rest.

Of a bank there are two slots for it, one after the other: one network sounds while another is made
ready. What is in a template is in the first slot.
"""

from __future__ import annotations

import numpy as np
from numba import carray, int32, int64, types, void

from ronn_jack.export.plugin.records import (
    CONTROL,
    INSTANCE,
    KERNELS,
    TEMPLATE,
    VARIANT,
    Action,
)
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.level import LEVEL
from ronn_jack.realtime.motion.modulation import prepare_modulation
from ronn_jack.realtime.motion.moving_weights import MOTION, prepare_motion, rest_motion
from ronn_jack.realtime.voice import MAX_CHANNELS, VOICE, prepare_voice, rest_voice

INPUT_BYTES = MAX_CHANNELS * MAX_BLOCK * 4
SCRATCH_BYTES = INPUT_BYTES + MAX_CHANNELS * MAX_BLOCK * 8
"""A worker's own, behind the slots: float32 rows of input, then float64 rows of output."""
WORKING = offset(INSTANCE, "working")
LEAVE = offset(INSTANCE, "leave")

_KERNELS, _SETTLE = len(KERNELS), KERNELS.index("settle")
_VARIANT_BYTES = VARIANT.itemsize
_LEVEL_PLACE = offset(VOICE, "level")
_MORPH, _DRIFT_RATE, _DRIFT_DEPTH = (
    int(Action.MORPH), int(Action.DRIFT_RATE), int(Action.DRIFT_DEPTH),
)  # fmt: skip

_memcpy = types.ExternalFunction("memcpy", int64(int64, int64, int64))
_memset = types.ExternalFunction("memset", int64(int64, int32, int64))


@native(void(int64, int64, int64))
def fill_network(handle: int, slot: int, number: int) -> None:
    """Put one of a bank's networks, in its first state, into a slot."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    variant = h.variant + number * t.variant_count * _VARIANT_BYTES
    v = carray(pointer(variant), (1,), VARIANT)[0]
    shift = slot * h.slot_bytes
    base = h.base + shift
    _memset(base + v.own, int32(0), v.size - v.own)
    runs = carray(pointer(v.runs), (v.run_count, 3), np.int32)
    for i in range(v.run_count):
        place, source, size = int64(runs[i, 0]), int64(runs[i, 1]), int64(runs[i, 2])
        before = min(size, max(int64(0), v.own - place))  # the engine's
        _memcpy(base + place + before, t.pool + source + before, size - before)
    places = carray(pointer(v.pointers), (v.pointer_count,), np.int32)
    for i in range(v.pointer_count):
        if places[i] >= v.own:
            word = carray(pointer(base + places[i]), (1,), np.int64)
            word[0] += base if word[0] >= v.own else h.base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(v.functions), (v.function_count, 2), np.int32)
    for i in range(v.function_count):
        if functions[i, 0] >= v.own:
            word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
            word[0] = kernels[functions[i, 1]]


@native(void(int64, int64, int64))
def move_network(handle: int, slot: int, index: int) -> None:
    """Let the network in a slot go where a control is, if it is one that moves networks."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    action = carray(pointer(t.controls), (t.control_count,), CONTROL)[index].action
    if v.motion < 0:
        return
    base, value = h.base + slot * h.slot_bytes, h.values[index]
    m = carray(pointer(base + v.motion), (1,), MOTION)[0]
    if action == _MORPH:
        m.targets[0] = value
        level = base + v.voice + _LEVEL_PLACE
        carray(pointer(level), (1,), LEVEL)[0].targets[0] = value
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
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    base = h.base + slot * h.slot_bytes
    prepare_voice(base + v.voice, h.rate)
    if v.modulation >= 0:
        prepare_modulation(base + v.modulation, h.rate)
    if v.motion >= 0:
        prepare_motion(base + v.motion, h.rate)
        rest_motion(base + v.motion, position, 0.0)
    settle = carray(pointer(h.kernels), (_KERNELS,), np.int64)[_SETTLE]
    call_entry(settle, base + v.network, 0, 0, 0, 0, 0)
    inputs = carray(pointer(h.base + v.engine), (1,), ENGINE)[0].inputs
    rest_voice(base + v.voice, scratch, inputs)
    carray(pointer(base + v.voice), (1,), VOICE)[0].position = position
