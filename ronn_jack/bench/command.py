"""What `ronn-jack bench` measures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from ronn_jack.bench.cost import CostReport, CostTask
from ronn_jack.bench.feel.command import measure_feel
from ronn_jack.bench.kernels.direct import DirectReport, DirectTask
from ronn_jack.bench.kernels.speed import RATE, SpeedReport, SpeedTask, arguments_of
from ronn_jack.bench.machine import ONE_THREAD, machine_facts
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.node.crowd import measure_crowd
from ronn_jack.bench.node.live import measure_live
from ronn_jack.bench.node.pages import measure_pages
from ronn_jack.bench.node.startup import measure_start
from ronn_jack.bench.node.stress import measure_stress
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.bench.plot import plot
from ronn_jack.bench.plugins import measure_plugins
from ronn_jack.bench.report import Report
from ronn_jack.bench.stages.command import measure_stages
from ronn_jack.drivers import jack_server
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import Value, defaults
from ronn_jack.pictures.plots.saving import check_picture

ACTIVATIONS = ("relu", "tanh")
PERIODS = (64, 128, 256)
SLOW_PERIODS = (64, 256)
DRAWN_PERIODS = (16, 32, 64, 256)
STRESS_PERIOD = 128
OWN = "own"
"""Name of the network that the user has given."""

_ROUNDS = 4
_REBUILT = ("A", "D")
_DRAWN, _QUICK_DRAWN = 200, 10
"""Random networks whose predicted cost is checked."""
_DIRECT, _QUICK_DIRECT = (_DRAWN, 101, 7), (_QUICK_DRAWN, 3, 1)
"""Random networks, pairs and checks of those that are timed in two ways."""
_STRESS_SECONDS = 15.0
_QUICK_STRESS_SECONDS = 2.0
_CROWD_SECONDS = 15.0
_QUICK_CROWD_SECONDS = 2.0
_PATIENCE_SECONDS = 1800.0


@dataclass(frozen=True)
class Scope:
    """What to measure; speed and start where nothing else is asked for.

    Attributes
    ----------
    values : mapping or None
        Accepted value of every parameter, of a network to be measured too.
    sources : sequence of Path
        Files that `feel` plays too.
    quick : bool
        Whether to look only if everything works: its figures are rough.
    """

    values: Mapping[str, Value] | None = None
    stress: bool = False
    live: bool = False
    cost: bool = False
    crowd: bool = False
    page: bool = False
    feel: bool = False
    stages: bool = False
    plugin: bool = False
    direct: bool = False
    sources: Sequence[Path] = ()
    quick: bool = False

    @property
    def of_a_node(self) -> bool:
        """Whether a running node is to be measured."""
        return self.stress or self.live or self.crowd or self.page

    @property
    def of_parts_alone(self) -> bool:
        """Whether there is something to measure that needs no JACK, and nothing else."""
        parts = self.cost or self.stages or self.plugin or self.direct
        return parts and not (self.of_a_node or self.feel)


def bench(scope: Scope, picture: Path | None) -> Report:
    """Measure, and draw it if a file for that is named.

    Raises
    ------
    RonnError
        If something can't be measured here, or the picture can't be drawn.
    """
    if picture is not None:
        check_picture(picture, "--plot")
    if not scope.of_parts_alone:
        jack_server.probe()  # before anything is measured: JACK may be missing, or hang
    with _shown_progress() as progress:
        report = measure(scope, progress)
    if picture is not None:
        plot(report, picture)
    return report


def measure(scope: Scope, progress: Progress) -> Report:
    """Measure what a scope asks for."""
    report = Report(machine_facts())
    if not (scope.of_a_node or scope.feel or scope.of_parts_alone):
        report = replace(
            report,
            speed=_measure_speed(scope, progress),
            start=measure_start(scope.quick, progress),
        )
    if scope.stress:
        seconds = _QUICK_STRESS_SECONDS if scope.quick else _STRESS_SECONDS
        values = scope.values or defaults()
        report = replace(report, stress=measure_stress(values, STRESS_PERIOD, seconds, progress))
    if scope.live:
        report = replace(report, live=measure_live(scope.quick, progress))
    if scope.crowd:
        seconds = _QUICK_CROWD_SECONDS if scope.quick else _CROWD_SECONDS
        report = replace(report, crowd=measure_crowd(seconds, progress))
    if scope.page:
        report = replace(report, page=measure_pages(scope.quick, progress))
    if scope.feel:
        report = replace(report, feel=measure_feel(scope.sources, scope.quick, progress))
    if scope.stages:
        report = replace(report, stages=measure_stages(scope.quick, progress))
    if scope.plugin:
        report = replace(report, plugin=measure_plugins(scope.quick, progress))
    if scope.direct:
        report = replace(report, direct=_measure_direct(scope, progress))
    if scope.cost:
        report = replace(report, cost=_measure_cost(scope, progress))
    return report


def speed_task(scope: Scope) -> SpeedTask:
    """Return which networks are timed, and how."""
    return SpeedTask(
        networks=_networks(scope),
        periods=PERIODS,
        slow=() if scope.quick else SLOW_PERIODS,
        rebuilt=[(name, arguments_of(NETWORKS[name])) for name in _REBUILT],
        rounds=1 if scope.quick else _ROUNDS,
    )


def _networks(scope: Scope) -> list[tuple[str, dict[str, Any]]]:
    """Return the networks by name and by the user, with each activation that is of interest."""
    own = {} if scope.values is None else {OWN: network_spec(scope.values, 2, 2, RATE)}
    return [
        (name, arguments_of(replace(spec, activation=activation)))
        for name, spec in {**NETWORKS, **own}.items()
        for activation in dict.fromkeys((*ACTIVATIONS, *([spec.activation] if name == OWN else [])))
    ]


def _measure_speed(scope: Scope, progress: Progress) -> SpeedReport:
    return measure_apart(
        speed_task(scope),
        SpeedReport,
        _PATIENCE_SECONDS,
        progress,
        ONE_THREAD,
    )


def _measure_direct(scope: Scope, progress: Progress) -> DirectReport:
    count, pairs, checks = _QUICK_DIRECT if scope.quick else _DIRECT
    return measure_apart(
        DirectTask(_networks(scope), SLOW_PERIODS, count, pairs, checks),
        DirectReport,
        _PATIENCE_SECONDS,
        progress,
        ONE_THREAD,
    )


def _measure_cost(scope: Scope, progress: Progress) -> CostReport:
    count = _QUICK_DRAWN if scope.quick else _DRAWN
    return measure_apart(
        CostTask(_networks(scope), PERIODS, DRAWN_PERIODS, count),
        CostReport,
        _PATIENCE_SECONDS,
        progress,
        ONE_THREAD,
    )


@contextlib.contextmanager
def _shown_progress() -> Iterator[Progress]:
    """Show what is being measured in a line that goes away, if there is a terminal for it."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status("measuring") as status:
        yield lambda text: status.update(text)
