"""A running network's scales and shifts (FiLM), which glide to where they are sent.

A glide changes them in every frame; at rest they are, to the bit, those they were sent to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, float32, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import (
    READS_FIRST,
    ROWS,
    WAITS_FIRST,
    WRITES_FIRST,
    put,
    take_newest,
)
from ronn_jack.realtime.compiler.memory import CACHE_LINE, aligned_bytes, offset, record
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import GLIDED, SLOPES, WORD
from ronn_jack.realtime.kernels.vectors import load_int64, store_int64

Film = Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
"""(scale, shift) of each layer, [shape=(outputs,), float32]."""

GLIDE_SECONDS = 0.03
"""Time in which a network follows the point that conditions it."""

MODULATION = np.dtype(
    [
        ("slot", "i8"),  # of the mailbox
        ("slot_line", "u1", CACHE_LINE - 8),
        ("rows", "i8"),  # address of the mailbox's rows of `count` float32
        ("read", "i8"),  # the row that is the target
        ("live", "i8"),  # address of `count` float32 where the glide began; slopes beyond
        ("count", "i8"),
        ("length", "i8"),  # frames of a glide
        ("left", "i8"),  # frames that are left of one, or 0
    ],
    align=True,
)
_SLOT = offset(MODULATION, "slot")


@native(int64(int64, int64))
def begin_modulation(modulation: int, network: int) -> int:
    """[audio-thread] Set out for the newest target; return the frames until it is reached."""
    m = carray(pointer(modulation), (1,), MODULATION)[0]
    row = take_newest(modulation + _SLOT, m.read)
    if row < 0:
        left: int = m.left
        return left
    passed = load_int64(network + WORD * GLIDED)
    live = carray(pointer(m.live), (m.count,), np.float32)
    slope = carray(pointer(m.live + load_int64(network + WORD * SLOPES)), (m.count,), np.float32)
    target = carray(pointer(m.rows + 4 * m.count * row), (m.count,), np.float32)
    for i in range(m.count):
        if passed > 0:
            live[i] += slope[i] * float32(passed)
        slope[i] = (target[i] - live[i]) / float32(m.length)
    m.read = row
    m.left = m.length
    store_int64(network + WORD * GLIDED, int64(0))
    length: int = m.length
    return length


@native(void(int64, int64, int64))
def end_modulation(modulation: int, network: int, frames: int) -> None:
    """[audio-thread] Note that `frames` of a glide have passed."""
    m = carray(pointer(modulation), (1,), MODULATION)[0]
    if m.left == 0:
        return
    m.left -= frames
    if m.left > 0:
        passed = load_int64(network + WORD * GLIDED)
        store_int64(network + WORD * GLIDED, passed + frames)
        return
    live = carray(pointer(m.live), (m.count,), np.float32)
    target = carray(pointer(m.rows + 4 * m.count * m.read), (m.count,), np.float32)
    for i in range(m.count):
        live[i] = target[i]
    store_int64(network + WORD * GLIDED, int64(-1))


@native(void(int64, float64))
def prepare_modulation(modulation: int, rate: float) -> None:
    """[control-thread] Write how long a MODULATION glides at a sample rate in Hz."""
    m = carray(pointer(modulation), (1,), MODULATION)[0]
    m.length = int64(np.rint(GLIDE_SECONDS * rate))


@entry(void(int64, float64))
def _prepare(modulation: int, rate: float) -> None:
    prepare_modulation(modulation, rate)


class Modulation:
    """[control-thread] The way to a modulated network's scales and shifts.

    Parameters
    ----------
    image : NetworkImage
        With a modulation.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, image: NetworkImage, rate: float) -> None:
        self._image = image
        count = image.modulation_count
        self._rows = aligned_bytes(4 * ROWS * count).view(np.float32).reshape(ROWS, count)
        self._record, self.address = record(MODULATION)
        fields = self._record
        fields.slot, fields.read, self._next = WAITS_FIRST, READS_FIRST, WRITES_FIRST
        fields.rows = self._rows.ctypes.data
        fields.live = image.modulation
        fields.count = count
        _prepare.ctypes(self.address, rate)

    def aim(self, film: Film) -> None:
        """Let the scales and shifts glide to `film`; one caller at a time."""
        self._rows[self._next] = self._image.packed_modulation(film)
        self._next = put(self.address + _SLOT, self._next)
