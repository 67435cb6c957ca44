"""K-weighting after ITU-R BS.1770-5, and the power of every 100 ms of a signal. [any-thread]"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.acoustics.k_weighting import k_weighting
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import (
    CHANNELS,
    both,
    left,
    multiply,
    multiply_add,
    pair,
    recur,
    right,
    second_difference,
)
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, record

STEP_SECONDS = 0.1
"""Distance of two measuring blocks; 75 % of them overlap."""
STEPS_PER_BLOCK = 4

_CHUNK = 256

LOUDNESS = np.dtype(
    [
        ("shelf", "f8", 5),
        ("high_pass", "f8", 5),
        ("past", "f8", (CHANNELS, 6)),  # each channel's last two inputs, shelved and weighted
        ("energy", "f8", CHANNELS),  # of the step under way
        ("channels", "i8"),
        ("step_frames", "i8"),
        ("filled", "i8"),  # frames of the step under way
        ("steps", "i8"),  # address of float64: mean power of each step, summed over the channels
        ("count", "i8"),
        ("capacity", "i8"),
        ("comparison", "i8"),  # address of a COMPARISON that measures along, or 0
    ],
    align=True,
)


@native(void(int64, int64, int64, int64))
def _weigh(meter: int, source: int, stride: int, frames: int) -> None:
    """Add the K-weighted energy of each channel's next frames to the step under way."""
    m = carray(pointer(meter), (1,), LOUDNESS)[0]
    past = m.past
    last = m.channels - 1
    p = carray(pointer(source), (frames,), np.float64)
    q = carray(pointer(source + last * stride * 8), (frames,), np.float64)
    b0, b1, b2 = both(m.shelf[0]), both(m.shelf[1]), both(m.shelf[2])
    minus_a1, minus_a2 = both(-m.shelf[3]), both(-m.shelf[4])
    c0, minus_d1, minus_d2 = both(m.high_pass[0]), both(-m.high_pass[3]), both(-m.high_pass[4])
    x1, x2 = pair(past[0, 0], past[last, 0]), pair(past[0, 1], past[last, 1])
    y1, y2 = pair(past[0, 2], past[last, 2]), pair(past[0, 3], past[last, 3])
    z1, z2 = pair(past[0, 4], past[last, 4]), pair(past[0, 5], past[last, 5])
    energy = pair(m.energy[0], m.energy[last])
    for t in range(frames):
        x0 = pair(p[t], q[t])
        driven = multiply_add(b2, x2, multiply_add(b1, x1, multiply(b0, x0)))
        y0 = recur(driven, y1, y2, minus_a1, minus_a2)
        driven = multiply(c0, second_difference(y0, y1, y2))
        z0 = recur(driven, z1, z2, minus_d1, minus_d2)
        energy = multiply_add(z0, z0, energy)
        x1, x2, y1, y2, z1, z2 = x0, x1, y0, y1, z0, z1
    for place, last_two in enumerate((x1, x2, y1, y2, z1, z2)):
        past[0, place], past[last, place] = left(last_two), right(last_two)
    m.energy[0], m.energy[last] = left(energy), right(energy)


@native(void(int64, int64, int64, int64))
def run_loudness(meter: int, source: int, stride: int, frames: int) -> None:
    """Measure the next frames; what goes beyond the reserved steps is not kept.

    Parameters
    ----------
    meter : int64
        Address of a LOUDNESS.
    source : int64
        Address of float64 rows, as voices give them.
    stride : int64
        Frames from one row to the next.
    frames : int64
        Any number; how a signal is split into blocks changes nothing.
    """
    m = carray(pointer(meter), (1,), LOUDNESS)[0]
    steps = carray(pointer(m.steps), (m.capacity,), np.float64)
    done = 0
    while done < frames:
        part = min(frames - done, m.step_frames - m.filled)
        _weigh(meter, source + done * 8, stride, part)
        done += part
        m.filled += part
        if m.filled == m.step_frames:
            energy = 0.0
            for channel in range(m.channels):
                energy += m.energy[channel]
                m.energy[channel] = 0.0
            m.filled = 0
            if m.count < m.capacity:
                steps[m.count] = energy / m.step_frames
                m.count += 1


@entry(void(int64, int64, int64, int64, int64))
def _add(meter: int, source: int, stride: int, frames: int, rows: int) -> None:
    mode = set_flush_to_zero()
    channels = carray(pointer(meter), (1,), LOUDNESS)[0].channels
    done = 0
    while done < frames:
        part = min(_CHUNK, frames - done)
        for channel in range(channels):
            x = carray(pointer(source + (channel * stride + done) * 4), (part,), np.float32)
            row = carray(pointer(rows + channel * _CHUNK * 8), (part,), np.float64)
            for t in range(part):
                row[t] = float64(x[t])
        run_loudness(meter, rows, _CHUNK, part)
        done += part
    restore_float_mode(mode)


class LoudnessMeter:
    """[control-thread] Measures a signal piece by piece.

    `address` is that of its LOUDNESS, for `run_loudness`; `reserve` before that.

    Parameters
    ----------
    channels : int
        1 or 2; both weigh the same.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, channels: int, rate: float) -> None:
        self._record, self.address = record(LOUDNESS)
        fields = self._record
        fields.shelf, fields.high_pass = k_weighting(rate)
        fields.channels = channels
        fields.step_frames = round(STEP_SECONDS * rate)
        self._rows = aligned_bytes(CHANNELS * _CHUNK * 8)
        self._steps: NDArray[np.float64] = np.empty(0)

    def reserve(self, frames: int) -> None:
        """Make room for the steps that the next `frames` complete."""
        fields = self._record[0]
        count = int(fields.count)
        needed = count + (int(fields.filled) + frames) // int(fields.step_frames)
        if needed > self._steps.size:
            grown = np.zeros(max(needed, 2 * count))
            grown[:count] = self._steps[:count]
            self._steps = grown
            fields.steps = grown.ctypes.data
            fields.capacity = grown.size

    def add(self, x: NDArray[np.float32]) -> None:
        """Measure the next frames `x` [shape=(channels, frames)]."""
        if x.dtype != np.float32 or x.strides[1] != 4:
            x = np.ascontiguousarray(x, np.float32)
        frames = x.shape[1]
        self.reserve(frames)
        _add.ctypes(self.address, x.ctypes.data, x.strides[0] // 4, frames, self._rows.ctypes.data)

    def take_steps(self) -> NDArray[np.float64]:
        """Return the mean power of the steps that are complete, and count from there."""
        steps = self._steps[: int(self._record.count[0])].copy()
        self._record.count = 0
        return steps

    @property
    def powers(self) -> NDArray[np.float64]:
        """K-weighted power [shape=(blocks,)] of every complete 400 ms block, channels summed."""
        return powers_of_steps(self._steps[: int(self._record.count[0])])


def powers_of_steps(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """[any-thread] Return the powers of the blocks that consecutive steps form."""
    blocks = max(0, steps.size - STEPS_PER_BLOCK + 1)
    powers = np.zeros(blocks)
    for first in range(STEPS_PER_BLOCK):
        powers += steps[first : first + blocks]
    return powers / STEPS_PER_BLOCK
