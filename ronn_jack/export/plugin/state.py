"""The state that a host keeps for an instance: where its controls are.

Four bytes that name it, its version and the number of controls, then of each its identity and its
value. A control that this sound has and the state has not stays where it is, and the other way
round nothing happens, so that later versions read what earlier ones have written.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.controlling import landed
from ronn_jack.export.plugin.loads import begin_load, end_load, known_value, load_value
from ronn_jack.export.plugin.records import CONTROL, INSTANCE, TEMPLATE
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.language import carray, int64

VERSION = 1
MAGIC = int.from_bytes(b"RONN", "little")
HEAD = np.dtype([("magic", "u4"), ("version", "u2"), ("count", "u2")])
ROW = np.dtype([("identity", "i8"), ("value", "f8")])
_HEAD_BYTES, _ROW_BYTES = HEAD.itemsize, ROW.itemsize
_MOST_ROWS = 1024


@entry("int64(int64, int64, int64)")
def save(handle: int, buffer: int, capacity: int) -> int:
    """[main-thread] Write the state; return its bytes, and write nothing where there is no room."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    size = _HEAD_BYTES + t.control_count * _ROW_BYTES
    if buffer == 0 or capacity < size:
        return int64(size)
    head = carray(pointer(buffer), (1,), HEAD)[0]
    head.magic, head.version, head.count = MAGIC, VERSION, t.control_count
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    rows = carray(pointer(buffer + _HEAD_BYTES), (t.control_count,), ROW)
    for i in range(t.control_count):
        rows[i].identity = controls[i].identity
        rows[i].value = known_value(handle, i)
    return int64(size)


@entry("int64(int64, int64, int64)")
def load(handle: int, buffer: int, size: int) -> int:
    """[main-thread] Let the audio thread go to a state; return 0, and do nothing, if it is none."""
    if buffer == 0 or size < _HEAD_BYTES:
        return int64(0)
    head = carray(pointer(buffer), (1,), HEAD)[0]
    if head.magic != MAGIC or head.version != VERSION or head.count > _MOST_ROWS:
        return int64(0)
    if size != _HEAD_BYTES + int64(head.count) * _ROW_BYTES:
        return int64(0)
    rows = carray(pointer(buffer + _HEAD_BYTES), (int64(head.count),), ROW)
    for row in range(int64(head.count)):
        if not np.isfinite(rows[row].value):
            return int64(0)
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    begin_load(handle)
    for row in range(int64(head.count)):
        for i in range(t.control_count):
            if controls[i].identity == rows[row].identity:
                load_value(handle, i, landed(handle, i, rows[row].value))
    end_load(handle)
    return int64(1)
