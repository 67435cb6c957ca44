"""Convolution by equal partitions of one block: what most convolvers without latency do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, record
from ronn_jack.realtime.convolver.complex_vectors import TILE_BYTES
from ronn_jack.realtime.convolver.layout import SLOT
from ronn_jack.realtime.convolver.level import (
    close_window,
    open_window,
    sum_products,
    transform,
)
from ronn_jack.realtime.convolver.plan import opens_of, shared_plans
from ronn_jack.realtime.kernels.layout import MAX_BLOCK

_CHANNELS = 2
_UNITS = opens_of.described(SLOT)
_UNIFORM = np.dtype(
    [
        ("partitions", "i8"),
        ("place", "i8"),  # of the newest
        ("twiddles", "i8"),
        ("inputs", "i8"),  # addresses of tiles [shape=(channels, partitions)]
        ("response", "i8"),
        ("tile", "i8"),
        ("windows", "f4", (_CHANNELS, 2, SLOT)),
        ("output", "f4", SLOT),
    ]
)


@entry(void(int64, int64, int64, int64, int64, int64))
def _run(state: int, channels: int, rows: int, frames: int, spare: int, more: int) -> None:
    u = carray(pointer(state), (1,), _UNIFORM)[0]
    u.place = (u.place + u.partitions - 1) % u.partitions
    for channel in range(channels):
        y = carray(pointer(rows + 8 * MAX_BLOCK * channel), (frames,), np.float64)
        windows = u.windows[channel]
        for t in range(frames):
            windows[0, t], windows[1, t] = windows[1, t], np.float32(y[t])
        old = int64(windows.ctypes.data)
        output = int64(u.output.ctypes.data)
        own = TILE_BYTES * u.partitions * channel
        newest = u.inputs + own + TILE_BYTES * u.place
        first = u.partitions - u.place
        for unit in range(_UNITS):
            open_window(int64(SLOT), old, old + 4 * SLOT, u.twiddles, u.tile, unit)
        transform(u.tile, newest)
        sum_products(newest, first, u.inputs + own, u.place, u.response + own, u.tile)
        for unit in range(_UNITS):
            close_window(int64(SLOT), u.twiddles, u.tile, output, unit)
        for t in range(frames):
            y[t] = u.output[t]


class UniformConvolver:
    """One of two channels that takes whole blocks; its response is silent, which costs the same.

    Attributes
    ----------
    run, address : int
        As of a `StageChain`.
    """

    def __init__(self, frames: int) -> None:
        self._record, self.address = record(_UNIFORM)
        self._memory: list[NDArray[np.uint8]] = []
        self.run = _run.address
        fields = self._record
        fields.partitions = partitions = -(-frames // SLOT)
        fields.twiddles = shared_plans()
        for name, tiles in (
            ("inputs", _CHANNELS * partitions),
            ("response", _CHANNELS * partitions),
            ("tile", 1),
        ):
            self._memory.append(aligned_bytes(tiles * TILE_BYTES))
            fields[name] = self._memory[-1].ctypes.data
