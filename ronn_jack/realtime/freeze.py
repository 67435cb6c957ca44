"""[audio-thread] Freeze: the network's recent input, held as a loop.

While frozen, the input is replaced by itself one loop earlier, as the history has recorded it, so
that the loop goes round for ever and nothing is copied when it begins. The crossfade that leads
into it is recorded too, between the loop's end and its beginning: it is the seam.
"""

from __future__ import annotations

import numpy as np
from numba import carray, int64, void

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native

SEAM_SECONDS = 0.05
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 8.0

LOOP = np.dtype(
    [
        ("wanted", "i8"),  # frames that the next loop has; 0 is none
        ("length", "i8"),
        ("frozen", "i8"),
    ],
    align=True,
)


@native(void(int64, int64, int64, int64, int64, int64, int64, int64))
def run_freeze(
    loop: int,
    shares: int,
    on: int,
    rows: int,
    history: int,
    capacity: int,
    position: int,
    frames: int,
) -> None:
    """Fade one channel of a block into the loop.

    Parameters
    ----------
    loop : int64
        Address of a LOOP.
    shares : int64
        Address of the loop's share, 0–1, in each frame [shape=(frames,), float64].
    on : int64
        Whether it is to be frozen; the loop plays on until its share is 0.
    rows : int64
        Address of the channel's float32 frames.
    history, capacity, position : int64
        Address of the channel's float32 ring, its length and the number of the next frame.
    frames : int64
        No more than the shortest loop.
    """
    s = carray(pointer(loop), (1,), LOOP)[0]
    share = carray(pointer(shares), (frames,), np.float64)
    if s.frozen == 0 and on != 0 and s.wanted > 0:
        s.frozen = 1
        s.length = s.wanted
    elif s.frozen != 0 and on == 0 and share[0] == 0.0:
        s.frozen = 0
    if s.frozen == 0:
        return
    x = carray(pointer(rows), (frames,), np.float32)
    past = carray(pointer(history), (capacity,), np.float32)
    # The past of a young engine is silence: what was not recorded yet is 0.
    place = (position - s.length + capacity) % capacity
    for t in range(frames):
        held = past[place]
        place = place + 1 if place + 1 < capacity else 0
        if share[t] == 1.0:
            x[t] = held
        else:
            x[t] = np.float32(x[t] + (float(held) - x[t]) * share[t])
