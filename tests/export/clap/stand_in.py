"""A heart that is a gain and a pan, in the place of a network, for tests of what is around it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.clap.memory import free, malloc
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.language import carray, float64

CONTROLS = 4
STATE_BYTES = 8 * (1 + CONTROLS)
MAGIC = 0x31304E4E4F52
TAIL = 77
FASTEST = 768000.0

SOUND = np.dtype([("rate", "f8"), ("values", "f8", CONTROLS), ("last", "f8"), ("resets", "i8")])
LIMITS = np.dtype([("minimum", "f8"), ("maximum", "f8"), ("default", "f8")])
"""The template: a row for each control."""
_SOUND_BYTES = SOUND.itemsize


@entry("int64(int64, int64, float64)")
def create(kernels: int, template: int, rate: float) -> int:
    handle = malloc(_SOUND_BYTES + 8)
    limits = carray(pointer(template), (CONTROLS,), LIMITS)
    s = carray(pointer(handle), (1,), SOUND)[0]
    for k in range(CONTROLS):
        s.values[k] = limits[k].default
    s.rate = rate
    s.last = 0.0
    s.resets = 0
    carray(pointer(handle + _SOUND_BYTES), (1,), np.int64)[0] = template
    return handle


@entry("void(int64)")
def destroy(handle: int) -> None:
    free(handle)


@entry("int64(int64, float64)")
def activate(handle: int, rate: float) -> int:
    if not (8000.0 <= rate <= FASTEST):
        return 0
    s = carray(pointer(handle), (1,), SOUND)[0]
    s.rate = rate
    s.last = 0.0
    return 1


@entry("void(int64)")
def reset(handle: int) -> None:
    s = carray(pointer(handle), (1,), SOUND)[0]
    s.last = 0.0
    s.resets += 1


@entry("void(int64, int64, float64)")
def set_control(handle: int, index: int, value: float) -> None:
    if not math.isfinite(value):
        return
    template = carray(pointer(handle + _SOUND_BYTES), (1,), np.int64)[0]
    limits = carray(pointer(template), (CONTROLS,), LIMITS)[index]
    s = carray(pointer(handle), (1,), SOUND)[0]
    s.values[index] = min(limits.maximum, max(limits.minimum, value))


@entry("float64(int64, int64)")
def get_control(handle: int, index: int) -> float:
    return carray(pointer(handle), (1,), SOUND)[0].values[index]


@entry("void(int64, int64, int64, int64, int64, int64)")
def play(handle: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """y[t] = gain · (x[t] + mix · y[t − 1]), the same in both channels' sum: it has a memory."""
    s = carray(pointer(handle), (1,), SOUND)[0]
    a = carray(pointer(in_1), (frames,), np.float32)
    b = carray(pointer(in_2), (frames,), np.float32)
    left = carray(pointer(out_1), (frames,), np.float32)
    right = carray(pointer(out_2), (frames,), np.float32)
    for t in range(frames):
        x, y = float64(a[t]), float64(b[t])
        s.last = 0.1 * s.values[0] * (x + y) + 0.5 * s.values[2] * s.last
        left[t] = np.float32(s.last)
        right[t] = np.float32(s.last + y)


@entry("int64(int64)")
def tail_frames(handle: int) -> int:
    return TAIL if carray(pointer(handle), (1,), SOUND)[0].values[3] == 0.0 else 2**40


@entry("int64(int64, int64, int64)")
def save(handle: int, buffer: int, capacity: int) -> int:
    if capacity < STATE_BYTES:
        return 0
    carray(pointer(buffer), (1,), np.int64)[0] = MAGIC
    for k in range(CONTROLS):
        value = carray(pointer(handle), (1,), SOUND)[0].values[k]
        carray(pointer(buffer), (1 + CONTROLS,), np.float64)[1 + k] = value
    return STATE_BYTES


@entry("int64(int64, int64, int64)")
def load(handle: int, buffer: int, size: int) -> int:
    if size != STATE_BYTES or carray(pointer(buffer), (1,), np.int64)[0] != MAGIC:
        return 0
    for k in range(CONTROLS):
        value = carray(pointer(buffer), (1 + CONTROLS,), np.float64)[1 + k]
        if math.isfinite(value):
            carray(pointer(handle), (1,), SOUND)[0].values[k] = value
    return 1


@entry("int64(int64, int64)")
def attend(handle: int, how: int) -> int:
    return 0


@entry("void(int64)")
def work(handle: int) -> None:
    pass


@entry("void(int64, int64)")
def halt(handle: int, on: int) -> None:
    pass


HEART = {
    function.__name__: function
    for function in (create, destroy, activate, reset, set_control, get_control, play, tail_frames,
                     save, load, attend, work, halt)
}  # fmt: skip


def template(limits: list[tuple[float, float, float]]) -> NDArray[Any]:
    """Return what instances are made of: each control's minimum, maximum and default."""
    return np.array(limits, LIMITS)
