"""States on their way from the host's main thread to the audio thread, which alone moves controls.

The newest waits in a mailbox. Until it is heeded the main thread knows from it where controls are.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.export.plugin.records import INSTANCE, MOST_CONTROLS, TEMPLATE
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import (
    FRESH,
    READS_FIRST,
    ROW,
    WAITS_FIRST,
    WRITES_FIRST,
    take_newest,
)
from ronn_jack.realtime.compiler.memory import offset

_WAITING, _HEEDED = offset(INSTANCE, "waiting"), offset(INSTANCE, "heeded")


@native(void(int64))
def prepare_loads(handle: int) -> None:
    """[main-thread] Let no state wait."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.waiting, h.reads = WAITS_FIRST, READS_FIRST
    h.written = h.writes = WRITES_FIRST


@native(int64(int64))
def _is_heeded(handle: int) -> int:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    return int64(load_acquire(handle + _HEEDED) == h.loads)


@native(float64(int64, int64))
def known_value(handle: int, index: int) -> float:
    """[main-thread] Return where a control is, or is about to go."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    value = h.load_values[h.written * MOST_CONTROLS + index]
    if _is_heeded(handle) != 0 or not math.isfinite(value):
        value = h.values[index]
    return float64(value)


@native(void(int64))
def begin_load(handle: int) -> None:
    """[main-thread] Begin with a state in which all stay where they are, or are about to go."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    count = carray(pointer(h.template), (1,), TEMPLATE)[0].control_count
    last, row = h.written * MOST_CONTROLS, h.writes * MOST_CONTROLS
    heeded = _is_heeded(handle)
    for i in range(count):
        h.load_values[row + i] = np.nan if heeded != 0 else h.load_values[last + i]


@native(void(int64, int64, float64))
def load_value(handle: int, index: int, value: float) -> None:
    """[main-thread] Let a control go to a value, within its range, with the state."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.load_values[h.writes * MOST_CONTROLS + index] = value


@native(void(int64))
def end_load(handle: int) -> None:
    """[main-thread] Hand the state on."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.loads += 1
    h.load_numbers[h.writes] = h.loads
    h.written = h.writes
    h.writes = exchange(handle + _WAITING, h.written | FRESH) & ROW


@native(int64(int64))
def take_load(handle: int) -> int:
    """[audio-thread] Return the place of the first value of a state that waits; -1 without one."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    row = take_newest(handle + _WAITING, h.reads)
    if row < 0:
        return -1
    h.reads = row
    return int64(row * MOST_CONTROLS)


@native(void(int64))
def end_heeding(handle: int) -> None:
    """[audio-thread] Tell that controls are where the state that was taken has them."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    store_release(handle + _HEEDED, h.load_numbers[h.reads])
