"""The equaliser: five bands whose settings glide, before the networks or after them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.equaliser import FLAT, EqSettings
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import CHANNELS
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import (
    READS_FIRST,
    ROWS,
    WAITS_FIRST,
    WRITES_FIRST,
    put,
)
from ronn_jack.realtime.compiler.memory import aligned_bytes, record
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.moving_bands import (
    EQUALISER,
    KNOTS,
    MOST_CELLS,
    run_bands,
    settle_bands,
)
from ronn_jack.realtime.stages.stage import PREPARE, RUN, SETTLE, Stage

GLIDE_SECONDS = 0.03
"""Time in which new settings are reached."""

_CELL = 64
_CELL_RATE = 48_000.0
"""Rate at which a cell has _CELL frames; at multiples it has as many times more."""
_LONGEST_MEMORY_SECONDS = 0.3
"""Of a bell of Q 10 at 82 Hz, until −60 dB."""


@dataclass(frozen=True)
class Curve:
    """What an equaliser does.

    Attributes
    ----------
    settings : EqSettings
    makeup_db : float
        Gain that holds the loudness.
    """

    settings: EqSettings
    makeup_db: float = 0.0

    def aim(self) -> NDArray[np.float64]:
        """Return it as the bands take it."""
        settings = self.settings
        logs = np.log([settings.frequencies, settings.qs])
        return np.array([*settings.gains, *logs.ravel(), self.makeup_db])


_FLAT = Curve(FLAT)


@native(RUN)
def _run(state: int, channels: int, rows: int, frames: int) -> None:
    run_bands(state, channels, rows, frames)


@native(SETTLE)
def _settle(state: int, channel: int, constant: float) -> float:
    settled: float = settle_bands(state, channel, constant)
    return settled


@native(PREPARE)
def _prepare(state: int, rate: float) -> None:
    e = carray(pointer(state), (1,), EQUALISER)[0]
    e.rate = rate
    e.cell = e.passed = _CELL * max(1, int64(np.rint(rate / _CELL_RATE)))
    # The spline takes as many cells as it has knots.
    cells = int64(np.rint(GLIDE_SECONDS * rate / e.cell)) - KNOTS + 1
    e.cells = min(MOST_CELLS, max(1, cells))
    whole = 0.0
    for i in range(e.cells):
        e.shares[i] = 1.0 - math.cos(2.0 * math.pi * (i + 1.0) / (e.cells + 1.0))
        whole += e.shares[i]
    for i in range(MOST_CELLS):
        e.shares[i] = e.shares[i] / whole if i < e.cells else 0.0
    e.past[:] = 0.0
    e.newest = 0


class Equaliser(Stage):
    """An equaliser at one place, at first flat.

    Attributes
    ----------
    curve : Curve or None
        [control-thread] What it was aimed at last; None is no curve.
    """

    name = "equaliser"
    state = EQUALISER
    run = _run
    settle = _settle
    prepare = _prepare
    switch = "eq"
    remedies = ("turn eq off",)

    def __init__(self) -> None:
        self.on = False
        self.curve: Curve | None = None
        self._next = WRITES_FIRST
        self._bands = _FLAT

    def aim(self, chain: Any, curve: Curve | None) -> None:
        """[control-thread] Glide to a curve, or to none at all.

        Parameters
        ----------
        chain : StageChain
            That it stands in.
        """
        self.on = curve is not None
        self.curve = curve
        # None leaves the bands where they are, at no gain.
        last = self._bands.settings
        bands = curve or Curve(EqSettings(FLAT.gains, last.frequencies, last.qs))
        if bands != self._bands:
            self._bands = bands
            chain.state(self)["aims"][self._next] = bands.aim()
            self._next = put(chain.address_of(self), self._next)

    def work(self) -> Mapping[str, float]:
        """[control-thread] Return the work that a frame takes."""
        return {"equaliser": 1.0}

    def exert(self, state: Any) -> None:
        """[control-thread] Let it take as long as it can."""
        state["restless"] = 1

    def fields(self) -> Mapping[str, Any]:
        """[control-thread] Return the fields that it begins with at every rate."""
        aims = np.tile(_FLAT.aim(), (ROWS, 1))
        return {"slot": WAITS_FIRST, "read": READS_FIRST, "aims": aims}

    def memory_frames(self, rate: float) -> int:
        """[control-thread] Return the frames after which it has forgotten its start."""
        return round(_LONGEST_MEMORY_SECONDS * rate)


@entry(void(int64, int64, int64, int64, int64, int64))
def _run_over(
    equaliser: int, channels: int, source: int, result: int, frames: int, rows: int
) -> None:
    mode = set_flush_to_zero()
    x = carray(pointer(source), (channels, frames), np.float32)
    y = carray(pointer(result), (channels, frames), np.float32)
    block = carray(pointer(rows), (CHANNELS, MAX_BLOCK), np.float64)
    done = 0
    while done < frames:
        part = min(MAX_BLOCK, frames - done)
        for channel in range(channels):
            for t in range(part):
                block[channel, t] = x[channel, done + t]
        run_bands(equaliser, channels, rows, part)
        for channel in range(channels):
            for t in range(part):
                y[channel, done + t] = np.float32(block[channel, t])
        done += part
    restore_float_mode(mode)


class OfflineEqualiser:
    """[control-thread] A curve that stays, over arrays and after endless silence.

    Parameters
    ----------
    curve : Curve or None
        None changes nothing.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, curve: Curve | None, rate: float) -> None:
        self._curve = curve
        self._record, self._address = record(EQUALISER)
        self._rows = aligned_bytes(CHANNELS * MAX_BLOCK * 8)
        for name, value in Equaliser().fields().items():
            self._record[0][name] = value
        self._record[0]["aims"] = (curve or _FLAT).aim()
        _begin.ctypes(self._address, rate)

    def process(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what becomes of the next frames `x` [shape=(1 or 2, frames)]."""
        if self._curve is None:
            return x
        x = np.ascontiguousarray(x, np.float32)
        y = np.empty_like(x)
        channels, frames = x.shape
        _run_over.ctypes(
            self._address, channels, x.ctypes.data, y.ctypes.data, frames, self._rows.ctypes.data
        )
        return y


@entry(void(int64, float64))
def _begin(equaliser: int, rate: float) -> None:
    _prepare(equaliser, rate)
    for channel in range(CHANNELS):
        settle_bands(equaliser, channel, 0.0)
