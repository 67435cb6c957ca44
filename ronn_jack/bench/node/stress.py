"""How many blocks are run while the interpreter is busy: compiled callback against Python's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ronn_jack.bench.node.stressed_node import Callback, Outcome, Task
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.drivers.jack_server import DummyServer, realtime_allowed
from ronn_jack.parameters import Value
from ronn_jack.realtime.meters.histogram import quantile

RATE = 48000
MESSAGES_PER_SECOND = 5000.0
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class StressRow:
    """One callback under stress.

    Attributes
    ----------
    blocks_run_share : float
        Blocks that the callback finished, against those that fell due by the clock.
    callback_p50_us, callback_p99_us, callback_max_us : float
        Time in the callback, waiting for the interpreter's lock included; to the histogram's 4.5 %.
    """

    callback: Callback
    seconds: float
    blocks_run_share: float
    xruns: int
    callback_p50_us: float
    callback_p99_us: float
    callback_max_us: float
    messages_per_second: float


@dataclass(frozen=True)
class StressReport:
    """Both callbacks with the same network, on the same kind of server, one after the other.

    Attributes
    ----------
    realtime : bool
        Whether realtime scheduling is allowed here; without it no figure tells of the node.
    """

    rate: int
    period: int
    period_us: float
    realtime: bool
    network: dict[str, Value]
    rows: list[StressRow]


def measure_stress(
    values: Mapping[str, Value],
    period: int,
    seconds: float,
    progress: Progress,
) -> StressReport:
    """Run both callbacks under stress.

    Parameters
    ----------
    values : mapping
        Accepted value of every parameter.
    period : int
        Frames in a block.
    seconds : float
        How long to watch each callback.
    progress : callable
        Told what is being measured.

    Raises
    ------
    MachineError
        If there is no JACK, or a node fails.
    """
    realtime = realtime_allowed()
    rows = []
    callbacks: tuple[Callback, ...] = ("compiled", "interpreter")
    for callback in callbacks:
        progress(f"{callback} callback under stress")
        name = f"ronn-bench-{os.getpid()}-{callback}"
        with DummyServer(name, RATE, period, realtime) as server:
            task = Task(server.name, callback, values, MESSAGES_PER_SECOND, seconds)
            patience = seconds + _PATIENCE_SECONDS
            found = measure_apart(task, Outcome, patience, progress)
            rows.append(stress_row(found))
    return StressReport(RATE, period, period / RATE * 1e6, realtime, dict(values), rows)


def stress_row(outcome: Outcome) -> StressRow:
    """Return what is reported of an outcome."""
    times = np.array(outcome.times, np.int64)
    return StressRow(
        callback=outcome.callback,
        seconds=outcome.seconds,
        blocks_run_share=outcome.blocks_run / max(1, outcome.blocks_due),
        xruns=outcome.xruns,
        callback_p50_us=quantile(times, 0.5),
        callback_p99_us=quantile(times, 0.99),
        callback_max_us=quantile(times, 1.0),
        messages_per_second=outcome.messages_per_second,
    )
