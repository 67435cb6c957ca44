"""[audio-thread] Freeze: the network's recent input, held as a loop.

The loop's memory records all the time and stops when the input is frozen, so that nothing is
copied at that moment. At its end it is crossfaded with what came before its beginning.
"""

from __future__ import annotations

import numpy as np
from numba import carray, int64, void

from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import native

SEAM_SECONDS = 0.05
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 8.0

LOOP = np.dtype(
    [
        ("memory", "i8"),  # float32 rows of `capacity` frames, a ring
        ("capacity", "i8"),  # at least the longest loop and a seam
        ("channels", "i8"),
        ("written", "i8"),  # frames recorded
        ("wanted", "i8"),  # length that the next loop has
        ("length", "i8"),
        ("seam", "i8"),
        ("at", "i8"),  # frame of the loop that is played next
        ("frozen", "i8"),
    ],
    align=True,
)


@native(void(int64, int64, int64, int64, int64))
def run_freeze(loop: int, shares: int, on: int, rows: int, stride: int) -> None:
    """Record one frame of the rows or, while frozen, fade them into the loop.

    Parameters
    ----------
    loop : int64
        Address of a LOOP.
    shares : int64
        Address of the float64 share, 0–1, that the loop has in this frame.
    on : int64
        Whether it is to be frozen; the loop plays on until its share is 0.
    rows, stride : int64
        Address of the frame's first float32 sample, and floats from one channel to the next.
    """
    s = carray(pointer(loop), (1,), LOOP)[0]
    share = carray(pointer(shares), (1,), np.float64)[0]
    frame = carray(pointer(rows), ((s.channels - 1) * stride + 1,), np.float32)
    memory = carray(pointer(s.memory), (s.channels, s.capacity), np.float32)
    if s.frozen == 0 and on != 0:
        s.frozen = 1
        s.length = s.wanted
        s.at = 0
    elif s.frozen != 0 and on == 0 and share == 0.0:
        s.frozen = 0
    if s.frozen == 0:
        place = s.written % s.capacity
        for channel in range(s.channels):
            memory[channel, place] = frame[channel * stride]
        s.written += 1
        return
    # `written` frames lie before the freeze; one capacity more keeps the places positive.
    begin = s.written - s.length + s.capacity
    into_seam = s.at - (s.length - s.seam)
    for channel in range(s.channels):
        held = float(memory[channel, (begin + s.at) % s.capacity])
        if into_seam >= 0:
            before = float(memory[channel, (begin - s.seam + into_seam) % s.capacity])
            held += (before - held) * (into_seam + 1) / s.seam
        live = float(frame[channel * stride])
        frame[channel * stride] = np.float32(live + (held - live) * share)
    s.at = s.at + 1 if s.at + 1 < s.length else 0
