"""Where the controls are, and what of the sound goes there. [audio-thread]"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.export.compiling import shared
from ronn_jack.export.plugin.equalising import EQUALISING, aim_equaliser
from ronn_jack.export.plugin.loads import end_heeding, take_load
from ronn_jack.export.plugin.networks import move_network, played_value
from ronn_jack.export.plugin.records import CONTROL, INSTANCE, TEMPLATE, Action
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, external, float64, int64, void
from ronn_jack.realtime.engine_state import ENGINE

_AMPLITUDE, _SHARE, _THRESHOLD = (
    int(Action.AMPLITUDE), int(Action.SHARE), int(Action.THRESHOLD),
)  # fmt: skip
_MORPH, _SEED = int(Action.MORPH), int(Action.SEED)
"""The first and the last of those that are about networks alone."""
_EQ_SWITCH, _EQ_ASKED, _EQ_LOGARITHM = (
    int(Action.EQ_SWITCH), int(Action.EQ_ASKED), int(Action.EQ_LOGARITHM),
)  # fmt: skip

_pow = external("pow", float64(float64, float64))


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


@shared("void(int64, int64)")
def apply_control(handle: int, index: int) -> None:
    """Let the engine go where a control is."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    e = carray(pointer(h.base + t.engine), (1,), ENGINE)[0]
    value = played_value(handle, h.made, index)
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
        h.wanted = int64(h.values[index])
    else:
        h.moved = 1
        move_network(handle, h.slot, index)
        if h.given != 0:
            h.unmoved = 1
        elif t.networks > 1:
            move_network(handle, 1 - h.slot, index)


@native(void(int64, int64))
def follow_network(handle: int, before: int) -> None:
    """Let the engine go where the network that sounds now has the controls that were not moved."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    for index in range(t.control_count):
        action = controls[index].action
        if _MORPH <= action <= _SEED:
            continue
        if played_value(handle, before, index) != played_value(handle, h.made, index):
            apply_control(handle, index)


@native(float64(int64, int64, float64))
def landed(handle: int, index: int, value: float) -> float:
    """[any-thread] Return where a control lands that is to go to a finite value."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    value = min(max(value, c.minimum), c.maximum)
    if np.float32(value) == np.float32(c.default):
        value = c.default
    elif c.whole != 0:
        value = np.floor(value + 0.5)
    return float64(value)


@native(void(int64, int64, float64))
def move_control(handle: int, index: int, value: float) -> None:
    """Let a control go to a value, within its range; what is no number is ignored."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    if index < 0 or index >= t.control_count or not np.isfinite(value):
        return
    value = landed(handle, index, value)
    if value != h.values[index]:
        h.values[index] = value
        apply_control(handle, index)


@shared("void(int64, int64)")
def _go_to_load(handle: int, place: int) -> None:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    for index in range(carray(pointer(h.template), (1,), TEMPLATE)[0].control_count):
        move_control(handle, index, h.load_values[place + index])
    end_heeding(handle)


@native(void(int64))
def heed_loads(handle: int) -> None:
    """Let the controls go where a state that was loaded meanwhile has them."""
    place = take_load(handle)
    if place >= 0:
        _go_to_load(handle, place)
