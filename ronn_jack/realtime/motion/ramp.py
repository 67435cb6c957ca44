"""Controls that glide to their target, frame by frame. [audio-thread]

A glide is counted in frames and not in blocks, so that it does not depend on the block size,
and it ends exactly on its target.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int64, void

RAMP = np.dtype([("value", "f8"), ("target", "f8"), ("step", "f8"), ("left", "i8")])


@native(void(int64, int64))
def settle_ramp(ramp: int, target: int) -> None:
    """Put the ramp at rest on the float64 at the address `target`."""
    state = carray(pointer(ramp), (1,), RAMP)[0]
    state.value = carray(pointer(target), (1,), np.float64)[0]
    state.target = state.value
    state.left = 0


@native(void(int64, int64, int64, int64, int64))
def run_ramp(ramp: int, target: int, length: int, values: int, frames: int) -> None:
    """Write the next `frames` float64 values of a ramp.

    Parameters
    ----------
    ramp : int64
        Address of a RAMP.
    target : int64
        Address of the float64 it should reach; a change starts a new glide from here.
    length : int64
        Frames that a glide takes.
    values : int64
        Address of float64 [shape=(frames,)].
    """
    state = carray(pointer(ramp), (1,), RAMP)[0]
    goal = carray(pointer(target), (1,), np.float64)[0]
    out = carray(pointer(values), (frames,), np.float64)
    if goal != state.target:
        state.target = goal
        state.step = (goal - state.value) / length
        state.left = length
    for t in range(frames):
        if state.left > 0:
            state.left -= 1
            state.value = state.target if state.left == 0 else state.value + state.step
        out[t] = state.value
