"""[audio-thread] Freeze: the network's recent input, held as a pad or a loop.

A pad is a loop without a seam that the control thread has made of the input (`loudness/pad.py`).
What is held of the network's input is held of the raw input, too, so that levels compare the two.
Without one, the input is replaced by itself one loop earlier, as the history has recorded it, so
that the loop goes round for ever and nothing is copied when it begins. The crossfade that leads
into it is recorded too, between the loop's end and its beginning: it is the seam.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.atomics import exchange, pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import CACHE_LINE, offset

SEAM_SECONDS = 0.05
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 8.0

PAD_ROWS = CACHE_LINE
"""Where in a pad's memory its float32 rows begin; before them stands their length, an int64."""

LOOP = np.dtype(
    [
        ("pad_waits", "i8"),  # address of the pad that the next freeze holds; 0 is none
        ("wanted", "i8"),  # frames that the next loop has where there is no pad; 0 is none
        ("pad", "i8"),  # that is held, or was last; 0 is a loop of the history
        ("begin", "i8"),  # position at which the pad began
        ("length", "i8"),
        ("frozen", "i8"),
    ],
    align=True,
)
PAD_WAITS = offset(LOOP, "pad_waits")


@native(void(int64, int64))
def _take_loop(loop: int, position: int) -> None:
    """Begin to hold the pad that waits, or else a loop, if there is one."""
    s = carray(pointer(loop), (1,), LOOP)[0]
    pad = exchange(loop + PAD_WAITS, 0)
    if pad == 0 and s.wanted <= 0:
        return
    s.frozen = 1
    s.pad = pad
    s.begin = position
    s.length = s.wanted
    if pad != 0:
        s.length = carray(pointer(pad), (1,), np.int64)[0]


@native(void(int64, int64, int64, int64, int64, int64, int64, int64, int64))
def run_freeze(
    loop: int,
    shares: int,
    on: int,
    channel: int,
    rows: int,
    history: int,
    capacity: int,
    position: int,
    frames: int,
) -> None:
    """Fade one channel of a block into what is held; the rows follow each other.

    Parameters
    ----------
    loop : int64
        Address of a LOOP.
    shares : int64
        Address of the loop's share, 0–1, in each frame [shape=(frames,), float64].
    on : int64
        Whether it is to be frozen; the loop plays on until its share is 0.
    channel : int64
        Row of a pad: the network's channels and then those of the raw input.
    rows : int64
        Address of the channel's float32 frames.
    history, capacity, position : int64
        Address of the channel's float32 ring, its length and the number of the next frame.
    frames : int64
        No more than the shortest loop.
    """
    s = carray(pointer(loop), (1,), LOOP)[0]
    share = carray(pointer(shares), (frames,), np.float64)
    if s.frozen == 0 and on != 0:
        _take_loop(loop, position)
    elif s.frozen != 0 and on == 0 and share[0] == 0.0:
        s.frozen = 0
    if s.frozen == 0:
        return
    x = carray(pointer(rows), (frames,), np.float32)
    # The past of a young engine is silence: what was not recorded yet is 0.
    source, size, place = history, capacity, (position - s.length + capacity) % capacity
    if s.pad != 0:
        source, size = s.pad + PAD_ROWS + channel * s.length * 4, s.length
        place = (position - s.begin) % size
    past = carray(pointer(source), (size,), np.float32)
    for t in range(frames):
        held = past[place]
        place = place + 1 if place + 1 < size else 0
        if share[t] == 1.0:
            x[t] = held
        else:
            x[t] = np.float32(x[t] + (float(held) - x[t]) * share[t])
