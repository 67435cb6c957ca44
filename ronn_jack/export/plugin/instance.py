"""The life of an instance: made, activated, played, destroyed. What every format calls.

No function here is called by two threads at once for one instance, which each format's rules
promise. `create`, `destroy` and `activate` belong to the host's main thread, since they allocate;
the others never do.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.equalising import EQUALISING, aim_equaliser, begin_equaliser
from ronn_jack.export.plugin.memory import (
    fill,
    free,
    malloc,
    open_reverb,
    reopen_reverb,
    reserve,
)
from ronn_jack.export.plugin.networks import (
    LEAVE,
    WORKING,
    memset,
    move_network,
    rest_network_at,
    run_up_frames,
)
from ronn_jack.export.plugin.records import CONTROL, INSTANCE, TEMPLATE, Action
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.language import carray, external, float64, int32, int64, void
from ronn_jack.realtime.engine import process_block
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.retiming import prepare_engine, rest_engine
from ronn_jack.realtime.stages.frozen_room import room_frames

_INSTANCE_BYTES = INSTANCE.itemsize
_AMPLITUDE, _SHARE, _THRESHOLD, _SEED = (
    int(Action.AMPLITUDE), int(Action.SHARE), int(Action.THRESHOLD), int(Action.SEED),
)  # fmt: skip
_EQ_SWITCH, _EQ_ASKED, _EQ_LOGARITHM = (
    int(Action.EQ_SWITCH), int(Action.EQ_ASKED), int(Action.EQ_LOGARITHM),
)  # fmt: skip

_pow = external("pow", float64(float64, float64))
_process_block = linked(process_block)


@native(void(int64, int64, int64, float64))
def _equalise(equalising: int, action: int, place: int, value: float) -> None:
    """Let the equaliser go where one of its controls is."""
    q = carray(pointer(equalising), (1,), EQUALISING)[0]
    if action == _EQ_SWITCH:
        q.on = 1 if value != 0.0 else 0
    elif action == _EQ_ASKED:
        q.asked[place] = value
    else:
        q.row[place] = math.log(value) if action == _EQ_LOGARITHM else value
    aim_equaliser(equalising)


@native(void(int64, int64))
def _apply(handle: int, index: int) -> None:
    """Let the engine go where a control is."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    e = carray(pointer(h.base + t.engine), (1,), ENGINE)[0]
    value = h.values[index]
    if c.action == _AMPLITUDE:
        e.controls[c.place] = _pow(10.0, value / 20.0)
    elif c.action == _SHARE:
        e.controls[c.place] = value
    elif c.action == _THRESHOLD:
        e.controls[c.place] = _pow(10.0, value / 20.0) if value > c.minimum else 0.0
    elif c.action >= _EQ_SWITCH:
        h.moved = 1
        _equalise(h.base + t.equalising, c.action, c.place, value)
    elif c.action == _SEED:
        h.wanted = int64(value)
    else:
        h.moved = 1
        for slot in range(2 if t.networks > 1 else 1):
            move_network(handle, slot, index)


@native(void(int64))
def _begin(handle: int) -> None:
    """Let the controls be where they are from the first frame on, after endless silence."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    if t.equalising >= 0:
        begin_equaliser(h.base + t.equalising, h.rate)
    for i in range(t.control_count):
        if h.values[i] != controls[i].default:
            _apply(handle, i)
    prepare_engine(h.base + t.engine, h.rate)
    e = carray(pointer(h.base + t.engine), (1,), ENGINE)[0]
    rest_network_at(handle, int64(0), int64(0), e.driven)
    h.made = h.wanted
    h.slot = 0
    h.free = 1
    h.beside = 0
    h.moved = 0
    h.fresh = 1


@native(void(int64))
def _begin_anew(handle: int) -> None:
    fill(handle)
    reopen_reverb(handle)
    _begin(handle)


@native(int64(int64, float64))
def _activate(handle: int, rate: float) -> int:
    if reserve(handle, rate) == 0:
        return int64(0)
    fill(handle)
    open_reverb(handle)
    _begin(handle)
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
    handle = malloc(_INSTANCE_BYTES + t.words_bytes)
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
    if _activate(handle, rate) == 0:
        free(handle)
        return int64(0)
    return int64(handle)


@entry("void(int64)")
def destroy(handle: int) -> None:
    """[main-thread] Free an instance, when a worker has left it."""
    exchange(handle + LEAVE, 1)
    while load_acquire(handle + WORKING) != 0:
        pass
    free(carray(pointer(handle), (1,), INSTANCE)[0].memory)
    free(handle)


@entry("int64(int64, float64)")
def activate(handle: int, rate: float) -> int:
    """[main-thread] Begin anew at a sample rate; return 0 where it can't be, changing nothing."""
    return int64(_activate(handle, rate))


@entry("void(int64)")
def reset(handle: int) -> None:
    """[audio-thread] Begin anew, after endless silence and where the controls are.

    A worker that is at a network of a bank leaves it within a block of that.
    """
    exchange(handle + LEAVE, 1)
    while load_acquire(handle + WORKING) != 0:
        pass
    _begin_anew(handle)
    store_release(handle + LEAVE, 0)


@entry("void(int64, int64, float64)")
def set_control(handle: int, index: int, value: float) -> None:
    """[audio-thread] Let a control go to a value, within its range; what is no number is ignored.

    Hosts whose values are float32 mean the default where theirs is nearest to it.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    if index < 0 or index >= t.control_count or not np.isfinite(value):
        return
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    value = min(max(value, c.minimum), c.maximum)
    if np.float32(value) == np.float32(c.default):
        value = c.default
    elif c.whole != 0:
        value = np.floor(value + 0.5)
    if value != h.values[index]:
        h.values[index] = value
        _apply(handle, index)


@entry("float64(int64, int64)")
def get_control(handle: int, index: int) -> float:
    """[any-thread] Return where a control is."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    return float64(h.values[index]) if 0 <= index < t.control_count else 0.0


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
    if h.fresh != 0:
        # LV2 tells where controls are only now; these are part of what silence has settled.
        if h.made != h.wanted or (h.moved != 0 and load_acquire(handle + WORKING) == 0):
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
    return int64(run_up_frames(handle) + room)
