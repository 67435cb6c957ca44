"""A bank in LV2: its next network is made ready by the host's worker [1]_, or beside the last one.

A host that renders faster than in real time says so by a port behind the controls (freeWheeling).

References
----------
.. [1] LV2 1.18, http://lv2plug.in/ns/ext/worker.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.calls import through_pointer
from ronn_jack.export.compiling import entry
from ronn_jack.export.lv2.ports import connect, play_ports, read_controls
from ronn_jack.export.plugin.bank import ALONE, OFFLINE, WITH_WORKER, attend, work
from ronn_jack.export.plugin.instance import reset
from ronn_jack.export.plugin.records import INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import exchange, pointer
from ronn_jack.realtime.compiler.compile import inlined, linked, native
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import offset

_ASKED = offset(INSTANCE, "asked")
_POINTER = 8
_MESSAGE_BYTES = 8
"""Of what the worker is sent, as some hosts take no empty message."""

_strcmp = external("strcmp", int32(int64, int64))
_schedule_work = through_pointer("int32(int64, uint32, int64)")
_attend = linked(attend)
_work = linked(work)
_reset = linked(reset)


@inlined
def _word_at(address: int) -> int:
    return carray(pointer(address), (1,), np.int64)[0]


@entry("void(int64, int64, int64)")
def meet(handle: int, features: int, name: int) -> None:
    """[main-thread] Keep the host's worker, the feature of that name, if it has one."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    while features != 0 and _word_at(features) != 0:
        feature = _word_at(features)
        data = _word_at(feature + _POINTER)
        if data != 0 and _strcmp(_word_at(feature), name) == 0:
            h.schedule_handle = _word_at(data)
            h.schedule = _word_at(data + _POINTER)
        features += _POINTER


@native(int64(int64))
def _is_offline(handle: int) -> int:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    port = h.ports[t.inputs + 2 + t.control_count]
    return int64(port != 0 and carray(pointer(port), (1,), np.float32)[0] > 0.0)


@native(void(int64))
def _ask(handle: int) -> None:
    """Ask the host's worker, unless it has been asked and has not begun."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    asked = handle + _ASKED
    if exchange(asked, 1) == 0:
        status = _schedule_work(h.schedule, (h.schedule_handle, uint32(_MESSAGE_BYTES), asked))
        if status != 0:
            exchange(asked, 0)  # the next block asks again


@entry("void(int64, int64)")
def run(handle: int, frames: int) -> None:
    """[audio-thread] Read the controls, see to the network that is wanted, and play a block."""
    read_controls(handle)
    how = WITH_WORKER if carray(pointer(handle), (1,), INSTANCE)[0].schedule != 0 else ALONE
    if _is_offline(handle) != 0:
        how = OFFLINE
    if frames > 0 and _attend(handle, int64(how)) != 0:
        _ask(handle)
    play_ports(handle, frames)


@entry("void(int64)")
def work_for_host(handle: int) -> None:
    """[worker] Do what was asked for."""
    exchange(handle + _ASKED, 0)
    _work(handle)


@entry("void(int64)")
def activate(handle: int) -> None:
    """[main-thread] Begin anew; what a worker was asked for may never come."""
    exchange(handle + _ASKED, 0)
    _reset(handle)


ENTRIES = {
    "lv2_connect": connect,
    "lv2_run": run,
    "lv2_activate": activate,
    "lv2_meet": meet,
    "lv2_work": work_for_host,
}
CHOOSES = False
