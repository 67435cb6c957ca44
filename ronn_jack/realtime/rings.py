"""Rings of frames that the audio thread writes and others copy from. [any-thread]"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.memory import aligned_bytes


def rows_of(channels: int, frames: int) -> NDArray[np.float32]:
    """Return aligned memory for a ring [shape=(channels, frames)]."""
    return aligned_bytes(channels * frames * 4).view(np.float32).reshape(channels, frames)


def from_ring(ring: NDArray[np.float32], end: int, frames: int) -> NDArray[np.float32]:
    """Return a copy of the frames before `end`, counted since the start."""
    begin, stop = (end - frames) % ring.shape[1], end % ring.shape[1]
    if begin < stop or frames == 0:
        return ring[:, begin : begin + frames].copy()
    return np.concatenate([ring[:, begin:], ring[:, :stop]], axis=1)
