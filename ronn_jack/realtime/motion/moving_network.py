"""Run a network whose weights, scales and shifts move, while they move linearly. [audio-thread]"""

from __future__ import annotations

from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.motion.modulation import begin_modulation, end_modulation
from ronn_jack.realtime.motion.moving_weights import begin_motion


@native(int64(int64, int64, int64, int64, int64, int64, int64, int64))
def run_moving(
    process: int,
    network: int,
    modulation: int,
    motion: int,
    position: int,
    source: int,
    result: int,
    frames: int,
) -> int:
    """Run a network and return how many frames it took.

    Parameters
    ----------
    process, network : int64
        Addresses of the kernel and of a `NetworkImage`.
    modulation, motion : int64
        Addresses of a MODULATION and of a MOTION, or 0.
    position : int64
        Number of the next frame since the start.
    source, result : int64
        Addresses of float32 rows, MAX_BLOCK apart.
    frames : int64
        Most frames to take.
    """
    if modulation != 0:
        left = begin_modulation(modulation, network)
        if left > 0:
            frames = min(frames, left)
    if motion != 0:
        frames = begin_motion(motion, position, frames)
    call_entry(process, network, source, MAX_BLOCK, result, MAX_BLOCK, frames)
    if modulation != 0:
        end_modulation(modulation, network, frames)
    return frames
