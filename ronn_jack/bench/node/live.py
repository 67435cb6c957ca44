"""From a turned knob to its sound, in a node that runs on a private JACK server."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.node.live_node import LiveFindings, LiveRow, LiveTask
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.drivers.jack_server import DummyServer, realtime_allowed
from ronn_jack.model.architecture import REBUILD
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults

RATE = 48000
PERIODS = (64, 128)
NAMES = ("A", "C", "D")
_CHANGES = 100
_QUICK_CHANGES = 5
_CHANGE_SECONDS = 8.0
_SWEEP_SECONDS = 2.0
_QUICK_SWEEP_SECONDS = 0.5
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class LiveReport:
    """All that was found.

    Attributes
    ----------
    realtime : bool
        Whether realtime scheduling is allowed here.
    """

    rate: int
    realtime: bool
    rows: list[LiveRow]


def parameters_of(spec: NetworkSpec) -> dict[str, Value]:
    """Return the values of all parameters for which a node plays a network like this."""
    fields = {name: getattr(spec, name) for name in REBUILD if hasattr(spec, name)}
    return {**defaults(), **fields}


def measure_live(quick: bool, progress: Progress) -> LiveReport:
    """Change A, C and D at two periods, with auto level off and on; `quick` changes A alone.

    The node has two inputs and outputs, unlike the networks that the kernels are measured by.

    Raises
    ------
    MachineError
        If there is no JACK, or a change does not come.
    """
    names = NAMES[:1] if quick else NAMES
    networks = [(name, parameters_of(NETWORKS[name])) for name in names]
    changes = _QUICK_CHANGES if quick else _CHANGES
    sweep_seconds = _QUICK_SWEEP_SECONDS if quick else _SWEEP_SECONDS
    realtime = realtime_allowed()
    rows: list[LiveRow] = []
    for period in PERIODS[-1:] if quick else PERIODS:
        with DummyServer(f"ronn-bench-{os.getpid()}-{period}", RATE, period, realtime) as server:
            task = LiveTask(server.name, period, networks, changes, _CHANGE_SECONDS, sweep_seconds)
            found = measure_apart(task, LiveFindings, _PATIENCE_SECONDS, progress)
            rows += found.rows
    return LiveReport(RATE, realtime, rows)
