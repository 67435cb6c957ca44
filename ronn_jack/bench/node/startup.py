"""How long the node takes to start, and how much memory it takes then."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from ronn_jack.bench.machine import resident_bytes
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.node.live import parameters_of
from ronn_jack.bench.node.node_process import NodeProcess
from ronn_jack.bench.own_process import Progress
from ronn_jack.drivers.jack_server import DummyServer

RATE = 48000
_PERIOD = 256
_WARM_STARTS = 3
_COLD_PATIENCE_SECONDS = 240.0
_WARM_PATIENCE_SECONDS = 60.0
_MEASURED = ("A", "C")


@dataclass(frozen=True)
class MemoryRow:
    """Resident memory of a running node, Python and its libraries included."""

    network: str
    resident_bytes: int


@dataclass(frozen=True)
class StartReport:
    """Starts of the whole node, from the command to its first network sounding.

    Attributes
    ----------
    cold_seconds : float or None
        With no compiled kernels on disk; None where it was left out.
    warm_seconds : float
        Median of a few starts with them.
    """

    cold_seconds: float | None
    warm_seconds: float
    memory: list[MemoryRow]


def measure_start(quick: bool, progress: Progress) -> StartReport:
    """Start the node a few times on a private server; `quick` leaves the cold start out.

    Raises
    ------
    MachineError
        If there is no JACK, or a node does not start.
    """
    with DummyServer(f"ronn-bench-{os.getpid()}-start", RATE, _PERIOD) as server:
        cold_seconds = None
        if not quick:
            progress("cold start: every kernel is compiled")
            with tempfile.TemporaryDirectory(prefix="ronn-bench-") as folder:
                cold_seconds = _start(server.name, _cache_in(folder), _COLD_PATIENCE_SECONDS)
        progress("warm starts")
        _start(server.name, {}, _COLD_PATIENCE_SECONDS)
        warm = [
            _start(server.name, {}, _WARM_PATIENCE_SECONDS)
            for _ in range(1 if quick else _WARM_STARTS)
        ]
        memory = []
        for name in _MEASURED:
            progress(f"memory with network {name}")
            values = parameters_of(NETWORKS[name])
            with NodeProcess(server.name, values, {}, _WARM_PATIENCE_SECONDS) as node:
                resident = resident_bytes(node.number)
            if resident is not None:
                memory.append(MemoryRow(name, resident))
    return StartReport(cold_seconds, median(warm), memory)


def _start(server: str, environment: Mapping[str, str], patience: float) -> float:
    with NodeProcess(server, {}, environment, patience) as node:
        return node.start_seconds


def _cache_in(folder: str) -> dict[str, str]:
    """Return the environment in which the kernels' cache lies in `folder` (platformdirs)."""
    return {"XDG_CACHE_HOME": folder, "HOME": folder}
