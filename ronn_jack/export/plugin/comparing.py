"""How alike what sounds and what is to come in are, by which their crossfade keeps its loudness."""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.export.plugin.records import INSTANCE
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.voice import MAX_CHANNELS

COMPARED_FRAMES = 2048
"""As many as a node compares; of older ones half counts."""
KEPT_FRAMES = 4 * COMPARED_FRAMES
"""What is to be kept of what sounds, so that a worker may be slow."""
_SILENCE = 1e-12


@native(void(int64))
def begin_comparing(handle: int) -> None:
    """Forget what was compared."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.compared = 0
    h.alike = h.power = h.past_power = 0.0


@native(void(int64, int64, int64, int64))
def compare(handle: int, result: int, begin: int, frames: int) -> None:
    """Compare frames of the next network with what sounded at the same time.

    Parameters
    ----------
    result : int64
        Address of MAX_CHANNELS float64 rows of MAX_BLOCK; a plugin has as many outputs.
    begin : int64
        Position of their first frame.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if h.compared >= COMPARED_FRAMES:
        h.compared //= 2
        h.alike, h.power, h.past_power = 0.5 * h.alike, 0.5 * h.power, 0.5 * h.past_power
    new = carray(pointer(result), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    past = carray(pointer(h.wet_history), (MAX_CHANNELS, h.wet_capacity), np.float32)
    for channel in range(MAX_CHANNELS):
        for i in range(frames):
            x, y = new[channel, i], float64(past[channel, (begin + i) % h.wet_capacity])
            h.alike += x * y
            h.power += x * x
            h.past_power += y * y
    h.compared += frames


@native(float64(int64))
def correlation(handle: int) -> float:
    """Return the correlation of both, 0 to 1."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    power = math.sqrt(h.power * h.past_power)
    if power < _SILENCE:
        return 0.0
    return min(1.0, max(0.0, h.alike / power))
