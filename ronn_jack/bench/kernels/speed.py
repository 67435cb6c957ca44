"""Networks against the machine's peak and against the original's way, within one process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from ronn_jack.bench.kernels.block_timer import BlockTimer, flop_per_frame
from ronn_jack.bench.kernels.look_back import (
    LookBack,
    NumpyLookBack,
    TorchLookBack,
    can_look_back,
    torch_installed,
)
from ronn_jack.bench.kernels.peak import measure_fed_peak, measure_peak
from ronn_jack.bench.machine import stay_on_one_core
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.spec import NetworkSpec

RATE = 48000.0
_BATCH_SECONDS = 0.004
"""Blocks are timed in batches of about this length: long for the clock, short for a scheduler."""
_BATCHES = 5
_WARM_UP_BLOCKS = 3000
_SLOW_ROUNDS = 5
_SLOW_SECONDS = 0.2
"""A look-back whose block takes longer is timed only once, after a first block."""
_REBUILDS = 15


@dataclass(frozen=True)
class SpeedTask:
    """What to measure.

    Attributes
    ----------
    networks : sequence of (name, arguments of its NetworkSpec)
        Each is measured at every period.
    slow : sequence of int
        Periods at which the original's look-back is measured too.
    rebuilt : sequence of (name, arguments of its NetworkSpec)
        Networks whose building is timed.
    rounds : int
        Times that everything is measured, one after the other; medians are reported.
    """

    networks: Sequence[tuple[str, dict[str, Any]]]
    periods: Sequence[int]
    slow: Sequence[int]
    rebuilt: Sequence[tuple[str, dict[str, Any]]]
    rounds: int


@dataclass(frozen=True)
class SpeedRow:
    """One network at one size of block.

    Attributes
    ----------
    block_us, fastest_us : float
        Time of a block: its median, and in the fastest batch.
    peak_share : float
        Share of the peak, which is read right before and right after each batch.
    fed_share : float
        Share of what a tile does that has all it reads in the nearest cache, read likewise.
    times_realtime : float
        Length of the block at 48 kHz against `block_us`.
    numpy_us, torch_us : float or None
        Time of a block by the original's look-back, where it was measured.
    """

    network: str
    activation: str
    period: int
    block_us: float
    fastest_us: float
    gflop_per_second: float
    peak_share: float
    fed_share: float
    times_realtime: float
    numpy_us: float | None = None
    torch_us: float | None = None


@dataclass(frozen=True)
class RebuildRow:
    """Time from a spec to a network with silent history, ready to be primed."""

    network: str
    milliseconds: float


@dataclass(frozen=True)
class SpeedReport:
    """What was found.

    Attributes
    ----------
    peak_gflop_per_second : float
        Multiply-adds of one core on registers, counted as two.
    fed_gflop_per_second : float
        Those of a tile that has all it reads in the nearest cache.
    """

    peak_gflop_per_second: float
    fed_gflop_per_second: float
    rows: list[SpeedRow]
    rebuilds: list[RebuildRow]


@dataclass(frozen=True)
class Reading:
    """One batch of blocks.

    Attributes
    ----------
    seconds : float
        Time of a block.
    peak : float
        FLOP per second that the core could do around that time, on registers alone.
    fed : float
        Those that it could do in a tile, fed from the nearest cache.
    """

    seconds: float
    peak: float
    fed: float


@dataclass(frozen=True)
class _Cell:
    name: str
    spec: NetworkSpec
    period: int


def measure_speed(task: SpeedTask, progress: Progress) -> SpeedReport:
    """Measure in rounds, so that what disturbs the machine disturbs everything alike."""
    stay_on_one_core()
    cells = [
        _Cell(name, NetworkSpec(**arguments), period)
        for name, arguments in task.networks
        for period in task.periods
    ]
    readings: list[list[Reading]] = [[] for _ in cells]
    for number in range(1, task.rounds + 1):
        for cell, kept in zip(cells, readings, strict=True):
            progress(f"round {number} of {task.rounds}, network {cell.name}, {cell.period} frames")
            kept += _read(cell)
    peak = median(reading.peak for kept in readings for reading in kept)
    fed = median(reading.fed for kept in readings for reading in kept)
    rows = [
        speed_row(cell.name, cell.spec, cell.period, kept)
        for cell, kept in zip(cells, readings, strict=True)
    ]
    for place, cell in enumerate(cells):
        if cell.period in task.slow and can_look_back(cell.spec):
            progress(f"look-back of network {cell.name}, {cell.period} frames")
            rows[place] = _with_look_back(rows[place], cell)
    progress("rebuilding")
    rebuilds = [_rebuild(name, NetworkSpec(**arguments)) for name, arguments in task.rebuilt]
    return SpeedReport(peak / 1e9, fed / 1e9, rows, rebuilds)


def _read(cell: _Cell) -> list[Reading]:
    """Time a network in the state that playing it for long leaves the caches in."""
    timer = BlockTimer(cell.spec, cell.period)
    once_around = -(-cell.spec.receptive_field // cell.period)
    seconds = timer.run(min(once_around, _WARM_UP_BLOCKS))
    blocks = max(1, round(_BATCH_SECONDS / seconds))
    readings = []
    peak, fed = measure_peak(), measure_fed_peak()
    for _ in range(_BATCHES):
        seconds = timer.run(blocks)
        peak_before, fed_before = peak, fed
        peak, fed = measure_peak(), measure_fed_peak()
        readings.append(Reading(seconds, (peak_before + peak) / 2, (fed_before + fed) / 2))
    return readings


def speed_row(name: str, spec: NetworkSpec, period: int, readings: Sequence[Reading]) -> SpeedRow:
    """Return what readings say of a network."""
    block = median(reading.seconds for reading in readings)
    flop = flop_per_frame(spec) * period
    return SpeedRow(
        network=name,
        activation=spec.activation,
        period=period,
        block_us=block * 1e6,
        fastest_us=min(reading.seconds for reading in readings) * 1e6,
        gflop_per_second=flop / block / 1e9,
        peak_share=median(flop / reading.seconds / reading.peak for reading in readings),
        fed_share=median(flop / reading.seconds / reading.fed for reading in readings),
        times_realtime=period / RATE / block,
    )


def arguments_of(spec: NetworkSpec) -> dict[str, Any]:
    """Return what a NetworkSpec is made from, fit for JSON."""
    return asdict(spec)


def _with_look_back(row: SpeedRow, cell: _Cell) -> SpeedRow:
    ways: dict[str, Callable[[NetworkSpec, int], LookBack]] = {"numpy_us": NumpyLookBack}
    if torch_installed():
        ways["torch_us"] = TorchLookBack
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (cell.spec.inputs, cell.period))
    block = x.astype(np.float32)
    found: dict[str, Any] = {}
    for name, way in ways.items():
        network = way(cell.spec, cell.period)
        first = _seconds(network, block, 1)
        blocks = max(1, round(_BATCH_SECONDS / first))
        rounds = _SLOW_ROUNDS if first < _SLOW_SECONDS else 1
        found[name] = 1e6 * median(_seconds(network, block, blocks) for _ in range(rounds))
    return replace(row, **found)


def _seconds(network: LookBack, block: Any, blocks: int) -> float:
    """Return the time of one block."""
    begin = time.thread_time()
    for _ in range(blocks):
        network.process(block)
    return (time.thread_time() - begin) / blocks


def _rebuild(name: str, spec: NetworkSpec) -> RebuildRow:
    times = []
    for seed in range(_REBUILDS):
        fresh = replace(spec, seed=seed)
        begin = time.thread_time()
        make_voice(fresh, RATE)
        times.append(time.thread_time() - begin)
    return RebuildRow(name, median(times) * 1e3)


if __name__ == "__main__":
    answer(SpeedTask, measure_speed, sys.stdout)
