"""LV2's ports on the audio thread: audio first, then the controls, each a float32 that is read.

A host connects each port to an address, and again whenever it likes. The port of `bypass` says the
opposite, as that is what LV2 has a word for: `enabled`.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.instance import play, set_control
from ronn_jack.export.plugin.records import CONTROL, INSTANCE, MOST_PORTS, TEMPLATE, Action
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.engine_state import Control

_MOST_PORTS = MOST_PORTS
_SHARE, _BYPASS = int(Action.SHARE), int(Control.BYPASS)
_set_control = linked(set_control)
_play = linked(play)


@entry("void(int64, int64, int64)")
def connect(handle: int, port: int, address: int) -> None:
    """[audio-thread] Connect a port."""
    if 0 <= port < _MOST_PORTS:
        carray(pointer(handle), (1,), INSTANCE)[0].ports[port] = address


@native(void(int64))
def read_controls(handle: int) -> None:
    """Let the controls go to where their ports are."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    for i in range(t.control_count):
        port = h.ports[t.inputs + 2 + i]
        if port != 0:
            value = carray(pointer(port), (1,), np.float32)[0]
            if controls[i].action == _SHARE and controls[i].place == _BYPASS:
                value = np.float32(0.0) if value > 0.0 else np.float32(1.0)
            _set_control(handle, int64(i), float64(value))


@native(void(int64, int64))
def play_ports(handle: int, frames: int) -> None:
    """Play a block from the audio ports to the audio ports, if all are connected."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    inputs = carray(pointer(h.template), (1,), TEMPLATE)[0].inputs
    in_1, in_2 = h.ports[0], h.ports[inputs - 1]
    out_1, out_2 = h.ports[inputs], h.ports[inputs + 1]
    if frames > 0 and in_1 != 0 and in_2 != 0 and out_1 != 0 and out_2 != 0:
        _play(handle, in_1, in_2, out_1, out_2, frames)


@entry("void(int64, int64)")
def run(handle: int, frames: int) -> None:
    """[audio-thread] Read the controls and play a block."""
    read_controls(handle)
    play_ports(handle, frames)


ENTRIES = {"lv2_connect": connect, "lv2_run": run}
CHOOSES = False
