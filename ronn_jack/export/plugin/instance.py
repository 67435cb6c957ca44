"""The life of an instance: made, activated, played, destroyed. What every format calls.

No function here is called by two threads at once for one instance, which each format's rules
promise. `create`, `destroy` and `activate` belong to the host's main thread, since they allocate;
the others never do.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry, shared
from ronn_jack.export.plugin.controlling import apply_control, heed_loads, move_control
from ronn_jack.export.plugin.equalising import begin_equaliser
from ronn_jack.export.plugin.jobs import LEAVE, await_answer, take_back
from ronn_jack.export.plugin.loads import known_value, prepare_loads
from ronn_jack.export.plugin.memory import (
    fill,
    free,
    malloc,
    open_reverb,
    reopen_reverb,
    reserve,
)
from ronn_jack.export.plugin.networks import (
    memset,
    network_of,
    rest_network_at,
)
from ronn_jack.export.plugin.records import CONTROL, INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import exchange, pointer
from ronn_jack.realtime.compiler.compile import linked
from ronn_jack.realtime.compiler.language import carray, int32, int64
from ronn_jack.realtime.engine import process_block
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.retiming import prepare_engine, rest_engine
from ronn_jack.realtime.stages.frozen_room import room_frames

_INSTANCE_BYTES = INSTANCE.itemsize
_process_block = linked(process_block)


@shared("void(int64)")
def _begin_anew(handle: int) -> None:
    """Let all be as from the first frame on, after endless silence and where the controls are.

    Where a worker is at a network, that slot stays its own, and what it makes is forgotten.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    take_back(handle)
    h.slot = h.slot if h.given != 0 else 0
    h.made = h.wanted
    fill(handle)
    reopen_reverb(handle)
    if t.equalising >= 0:
        begin_equaliser(h.base + t.equalising, h.rate)
    defaults = carray(pointer(t.controls), (t.control_count,), CONTROL)
    own = carray(pointer(network_of(handle, h.made).defaults), (t.control_count,), np.float64)
    for i in range(t.control_count):
        if h.values[i] != defaults[i].default and h.values[i] != own[i]:
            apply_control(handle, i)
    prepare_engine(h.base + t.engine, h.rate)
    e = carray(pointer(h.base + t.engine), (1,), ENGINE)[0]
    rest_network_at(handle, h.slot, int64(0), e.driven)
    h.free = 1
    h.late = 0
    h.beside = 0
    h.moved = 0
    h.fresh = 1


@shared("int64(int64, float64)")
def _activate(handle: int, rate: float) -> int:
    heed_loads(handle)
    if reserve(handle, rate) == 0:
        return int64(0)
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.given = h.job = h.answer = h.outdated = 0
    fill(handle)
    open_reverb(handle)
    _begin_anew(handle)
    return int64(1)


@entry("int64(int64, int64, float64)")
def create(kernels: int, template: int, rate: float) -> int:
    """[main-thread] Return a new instance, activated; 0 where it can't be.

    Parameters
    ----------
    kernels : int64
        Address of the addresses of KERNELS.
    template : int64
        Address of a TEMPLATE.
    rate : float64
        Sample rate in Hz.
    """
    t = carray(pointer(template), (1,), TEMPLATE)[0]
    handle = malloc(_INSTANCE_BYTES + 2 * t.words_bytes)
    if handle == 0:
        return int64(0)
    memset(handle, int32(0), int64(_INSTANCE_BYTES))
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.template = template
    h.kernels = kernels
    h.words = handle + _INSTANCE_BYTES
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    for i in range(t.control_count):
        h.values[i] = controls[i].default
    prepare_loads(handle)
    if _activate(handle, rate) == 0:
        free(handle)
        return int64(0)
    return int64(handle)


@entry("void(int64)")
def destroy(handle: int) -> None:
    """[main-thread] Free an instance, when a worker has left it."""
    exchange(handle + LEAVE, 1)
    take_back(handle)
    await_answer(handle)
    free(carray(pointer(handle), (1,), INSTANCE)[0].memory)
    free(handle)


@entry("int64(int64, float64)")
def activate(handle: int, rate: float) -> int:
    """[main-thread] Begin anew at a sample rate; return 0 where it can't be, changing nothing."""
    return int64(_activate(handle, rate))


@entry("void(int64)")
def reset(handle: int) -> None:
    """[audio-thread] Begin anew, after endless silence and where the controls are.

    It waits for nobody, whatever a worker does.
    """
    heed_loads(handle)
    _begin_anew(handle)


@entry("void(int64, int64, float64)")
def set_control(handle: int, index: int, value: float) -> None:
    """[audio-thread] Let a control go to a value, within its range; what is no number is ignored.

    Hosts whose values are float32 mean the default where theirs is nearest to it.
    """
    heed_loads(handle)
    move_control(handle, index, value)


@entry("float64(int64, int64)")
def get_control(handle: int, index: int) -> float:
    """[main-thread] Return where a control is, or is about to go by a state that was loaded."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    return known_value(handle, index) if 0 <= index < t.control_count else 0.0


@entry("void(int64, int64, int64, int64, int64, int64)")
def play(handle: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """[audio-thread] Play a block of any length, in place or not.

    The first block after the memory was made begins where the controls are.
    """
    if frames <= 0:
        return
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    engine = h.base + t.engine
    heed_loads(handle)
    if h.fresh != 0:
        # LV2 tells where controls are only now; these are part of what silence has settled.
        if h.made != h.wanted or h.moved != 0:
            _begin_anew(handle)
        h.fresh = 0
        rest_engine(engine)
    _process_block(engine, in_1, in_2, out_1, out_2, frames)


@entry("int64(int64)")
def tail_frames(handle: int) -> int:
    """[any-thread] Return how many frames the sound of an input may last beyond it."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    room = room_frames(t.room_frames, t.room_rate, h.rate) if t.room != 0 else int64(0)
    return int64(h.longest + room)
