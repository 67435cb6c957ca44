"""The memory of a network beside the engine's: filled, laid out, moved by controls, put to rest.

Of a bank there are two slots for it, one after the other: one network sounds while another is made
ready. What is in a template is in the first slot.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ronn_jack.export.compiling import shared
from ronn_jack.export.plugin.records import (
    CONTROL,
    INSTANCE,
    KERNELS,
    NETWORK,
    TEMPLATE,
    Action,
)
from ronn_jack.realtime.compiler.atomics import exchange, pointer
from ronn_jack.realtime.compiler.compile import inlined, native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import (
    carray,
    external,
    float32,
    float64,
    int32,
    int64,
    void,
)
from ronn_jack.realtime.compiler.mailbox import FRESH, ROW, WRITES_FIRST
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.kernels.layout import FRAME, MAX_BLOCK, WORD
from ronn_jack.realtime.kernels.stretching import build_network, plan_network, stretched_field
from ronn_jack.realtime.kernels.vectors import store_int64
from ronn_jack.realtime.level import LEVEL
from ronn_jack.realtime.motion.modulation import MODULATION, prepare_modulation
from ronn_jack.realtime.motion.moving_weights import MOTION, prepare_motion, rest_motion
from ronn_jack.realtime.retiming import give_network
from ronn_jack.realtime.voice import MAX_CHANNELS, VOICE, prepare_voice, rest_voice

INPUT_BYTES = MAX_CHANNELS * MAX_BLOCK * 4
SCRATCH_BYTES = INPUT_BYTES + MAX_CHANNELS * MAX_BLOCK * 8
"""A worker's own, behind the slots: float32 rows of input, then float64 rows of output."""

_KERNELS, _SETTLE = len(KERNELS), KERNELS.index("settle")
_LEVEL_PLACE = offset(VOICE, "level")
_SLOT = offset(MODULATION, "slot")
_MORPH, _DRIFT_RATE, _DRIFT_DEPTH = (
    int(Action.MORPH), int(Action.DRIFT_RATE), int(Action.DRIFT_DEPTH),
)  # fmt: skip

memcpy = external("memcpy", int64(int64, int64, int64))
memset = external("memset", int64(int64, int32, int64))


@inlined
def network_of(handle: int, number: int) -> Any:
    """Return one of a bank's NETWORKs."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    return carray(pointer(t.bank), (t.networks,), NETWORK)[number]


@shared("void(int64, int64, int64, int64, int64, int64)")
def write_part(handle: int, number: int, base: int, begin: int, end: int, own: int) -> None:
    """Write what is not zero from one place to another of the memory with one of the networks.

    Parameters
    ----------
    base : int64
        Address that places are counted from.
    own : int64
        The same, of all that belongs to the network.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    n = network_of(handle, number)
    runs = carray(pointer(n.runs), (n.run_count, 3), np.int32)
    for i in range(n.run_count):
        place, source, size = int64(runs[i, 0]), int64(runs[i, 1]), int64(runs[i, 2])
        first, last = max(place, begin), min(place + size, end)
        if first < last:
            memcpy(base + first, t.pool + source + first - place, last - first)
    places = carray(pointer(n.pointers), (n.pointer_count,), np.int32)
    for i in range(n.pointer_count):
        if begin <= places[i] < end:
            word = carray(pointer(base + places[i]), (1,), np.int64)
            word[0] += own if word[0] >= t.own else h.base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(n.functions), (n.function_count, 2), np.int32)
    for i in range(n.function_count):
        if begin <= functions[i, 0] < end:
            word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
            word[0] = kernels[functions[i, 1]]


@native(void(int64, int64, int64))
def fill_network(handle: int, slot: int, number: int) -> None:
    """Put one of a bank's networks, in its first state, into a slot."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    base = h.base + slot * h.slot_bytes
    memset(base + t.own, int32(0), t.size - t.own)
    write_part(handle, number, base, t.own, t.size, base)
    h.numbers[slot] = number
    h.film_rows[slot] = WRITES_FIRST


@native(int64(int64, int64))
def voice_in(handle: int, slot: int) -> int:
    """Return the address of the voice of the network that was put into a slot."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    return int64(h.base + slot * h.slot_bytes + network_of(handle, h.numbers[slot]).voice)


@native(int64(int64, int64, float64))
def run_up_frames(handle: int, number: int, rate: float) -> int:
    """Return the frames of input after which a network is as if it had always run."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    field = stretched_field(network_of(handle, number).stretch, rate)
    return int64(field + int64(np.ceil(t.settling_seconds * rate)))


@native(float64(int64, int64, int64))
def played_value(handle: int, number: int, index: int) -> float:
    """Return where a control is in the sound of a network.

    One that is where the plugin begins is where that sound has it.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    default = carray(pointer(t.controls), (t.control_count,), CONTROL)[index].default
    if h.values[index] != default:
        return float64(h.values[index])
    own = carray(pointer(network_of(handle, number).defaults), (t.control_count,), np.float64)
    return float64(own[index])


@native(void(int64, int64, float32))
def _morph_film(handle: int, slot: int, share: float) -> None:
    """Let the scales and shifts go to a share of the way from one seed's to the other's.

    Where nothing was put into the slot since the memory was made, there are no rows.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    n = network_of(handle, h.numbers[slot])
    base = h.base + slot * h.slot_bytes
    m = carray(pointer(base + n.modulation), (1,), MODULATION)[0]
    if m.rows == 0:
        return
    ends = carray(pointer(base + n.film), (2, m.count), np.float32)
    row = carray(pointer(m.rows + 4 * m.count * h.film_rows[slot]), (m.count,), np.float32)
    rest = float32(1.0) - share
    for i in range(m.count):
        row[i] = rest * ends[0, i] + share * ends[1, i]
    written = h.film_rows[slot] | FRESH
    h.film_rows[slot] = exchange(base + n.modulation + _SLOT, written) & ROW


@shared("void(int64, int64, int64)")
def move_network(handle: int, slot: int, index: int) -> None:
    """Let the network in a slot go where a control is, if it is one that moves networks."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    n = network_of(handle, h.numbers[slot])
    action = carray(pointer(t.controls), (t.control_count,), CONTROL)[index].action
    base, value = h.base + slot * h.slot_bytes, played_value(handle, h.numbers[slot], index)
    m = carray(pointer(base + n.motion), (1,), MOTION)[0]
    if action == _MORPH:
        m.targets[0] = value
        level = base + n.voice + _LEVEL_PLACE
        carray(pointer(level), (1,), LEVEL)[0].targets[0] = value
        if n.modulation >= 0:
            _morph_film(handle, slot, np.float32(value))
    elif action == _DRIFT_RATE:
        m.wanted_hertz = value
    elif action == _DRIFT_DEPTH:
        m.targets[1] = value


@shared("void(int64, int64, int64, int64)")
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
    n = network_of(handle, h.numbers[slot])
    base, image = h.base + slot * h.slot_bytes, h.images + slot * h.image_bytes
    words, voice = h.words + slot * t.words_bytes, base + n.voice
    size = plan_network(n.stretch, h.rate, words)
    build_network(n.stretch, h.rate, words, image, size)
    give_network(voice, image, n.stretch, h.rate)
    prepare_voice(voice, h.rate)
    if n.modulation >= 0:
        prepare_modulation(base + n.modulation, h.rate)
    prepare_motion(base + n.motion, h.rate)
    rest_motion(base + n.motion, position, 0.0)
    settle = carray(pointer(h.kernels), (_KERNELS,), np.int64)[_SETTLE]
    call_entry(settle, image, 0, 0, 0, 0, 0)
    # What runs for it is the last frame of the silence.
    store_int64(image + WORD * FRAME, int64(-1))
    rest_voice(voice, scratch, t.inputs)
    carray(pointer(voice), (1,), VOICE)[0].position = position
    store_int64(image + WORD * FRAME, position)
