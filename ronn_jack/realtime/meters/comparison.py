"""How alike an output is to its input, K-weighted, from the powers of their sum and difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import CHANNELS
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, record
from ronn_jack.realtime.meters.loudness import LOUDNESS, LoudnessMeter, run_loudness

_CHUNK = 256

COMPARISON = np.dtype(
    [
        ("added", "i8"),  # addresses of a LOUDNESS each
        ("taken", "i8"),
        ("rows", "i8"),  # scratch: two float64 rows of _CHUNK
    ],
    align=True,
)


@native(void(int64, int64, int64, int64, int64, int64))
def run_comparison(
    meter: int, inputs: int, source: int, result: int, stride: int, frames: int
) -> None:
    """[any-thread] Measure a block of input and output, where the meter compares them.

    Parameters
    ----------
    meter : int64
        Address of a LOUDNESS; it has measured the output.
    inputs : int64
        Channels of the input: one is compared with both outputs, the mean of two with one.
    source, result : int64
        Addresses of float32 rows of input and float64 rows of output.
    stride : int64
        Frames from one row to the next, of both.
    frames : int64
        Any number up to that.
    """
    m = carray(pointer(meter), (1,), LOUDNESS)[0]
    if m.comparison == 0:
        return
    c = carray(pointer(m.comparison), (1,), COMPARISON)[0]
    x = carray(pointer(source), (inputs, stride), np.float32)
    y = carray(pointer(result), (m.channels, stride), np.float64)
    row = carray(pointer(c.rows), (CHANNELS, _CHUNK), np.float64)
    last = inputs - 1
    for begin in range(0, frames, _CHUNK):
        part = min(_CHUNK, frames - begin)
        for sign in (1.0, -1.0):
            for channel in range(m.channels):
                first = min(channel, last)
                second = first if m.channels > 1 else last
                for t in range(part):
                    dry = 0.5 * (float64(x[first, begin + t]) + float64(x[second, begin + t]))
                    row[channel, t] = y[channel, begin + t] + sign * dry
            run_loudness(c.added if sign > 0.0 else c.taken, c.rows, _CHUNK, part)


class ComparingMeter(LoudnessMeter):
    """[control-thread] Measures a network's output, and how alike it is to its input.

    Parameters
    ----------
    channels : int
        Of the output, 1 or 2.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, channels: int, rate: float) -> None:
        super().__init__(channels, rate)
        self._added, self._taken = LoudnessMeter(channels, rate), LoudnessMeter(channels, rate)
        self._mixtures = aligned_bytes(CHANNELS * _CHUNK * 8)
        self._comparison, address = record(COMPARISON)
        self._comparison.added = self._added.address
        self._comparison.taken = self._taken.address
        self._comparison.rows = self._mixtures.ctypes.data
        self._record.comparison = address

    def reserve(self, frames: int) -> None:
        """Make room for the steps that the next `frames` complete."""
        super().reserve(frames)
        self._added.reserve(frames)
        self._taken.reserve(frames)

    def correlation(self, blocks: NDArray[np.bool_]) -> float:
        """Return how alike output and input are over those of the 400 ms blocks, −1 to 1.

        0 where one of them is silent, or a power is not finite.
        """
        added, taken = self._added.powers[blocks].sum(), self._taken.powers[blocks].sum()
        wet = self.powers[blocks].sum()
        dry = 0.5 * (added + taken) - wet
        if not (wet > 0.0 and dry > 0.0 and np.isfinite(wet) and np.isfinite(dry)):
            return 0.0
        alike = 0.25 * (added - taken) / np.sqrt(wet * dry)
        return float(min(1.0, max(-1.0, alike)))
