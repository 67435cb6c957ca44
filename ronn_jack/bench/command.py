"""What `ronn-jack bench` measures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from ronn_jack.bench.live import measure_live
from ronn_jack.bench.machine import ONE_THREAD, machine_facts
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.bench.plot import check_plot, plot
from ronn_jack.bench.report import Report
from ronn_jack.bench.speed import RATE, SpeedReport, SpeedTask, arguments_of
from ronn_jack.bench.startup import measure_start
from ronn_jack.bench.stress import measure_stress
from ronn_jack.control.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults

ACTIVATIONS = ("relu", "tanh")
PERIODS = (64, 128, 256)
SLOW_PERIODS = (64, 256)
STRESS_PERIOD = 128
OWN = "own"
"""Name of the network that the user has given."""

_ROUNDS = 4
_REBUILT = ("A", "D")
_STRESS_SECONDS = 15.0
_QUICK_STRESS_SECONDS = 2.0
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Scope:
    """What to measure; speed and start where neither `stress` nor `live` is asked for.

    Attributes
    ----------
    values : mapping or None
        Accepted value of every parameter, of a network to be measured too.
    quick : bool
        Whether to look only if everything works: its figures are rough.
    """

    values: Mapping[str, Value] | None = None
    stress: bool = False
    live: bool = False
    quick: bool = False


def bench(scope: Scope, picture: Path | None) -> Report:
    """Measure, and draw it if a file for that is named.

    Raises
    ------
    RonnError
        If something can't be measured here, or the picture can't be drawn.
    """
    if picture is not None:
        check_plot(picture)
    with _shown_progress() as progress:
        report = measure(scope, progress)
    if picture is not None:
        plot(report, picture)
    return report


def measure(scope: Scope, progress: Progress) -> Report:
    """Measure what a scope asks for."""
    report = Report(machine_facts())
    if not (scope.stress or scope.live):
        report = replace(
            report,
            speed=_measure_speed(scope, progress),
            start=measure_start(not scope.quick, progress),
        )
    if scope.stress:
        seconds = _QUICK_STRESS_SECONDS if scope.quick else _STRESS_SECONDS
        values = scope.values or defaults()
        report = replace(report, stress=measure_stress(values, STRESS_PERIOD, seconds, progress))
    if scope.live:
        report = replace(report, live=measure_live(scope.quick, progress))
    return report


def speed_task(scope: Scope) -> SpeedTask:
    """Return which networks are timed, and how."""
    networks = [
        (name, arguments_of(replace(spec, activation=activation)))
        for name, spec in _networks(scope).items()
        for activation in dict.fromkeys((*ACTIVATIONS, *([spec.activation] if name == OWN else [])))
    ]
    return SpeedTask(
        networks=networks,
        periods=PERIODS,
        slow=() if scope.quick else SLOW_PERIODS,
        rebuilt=[(name, arguments_of(NETWORKS[name])) for name in _REBUILT],
        rounds=1 if scope.quick else _ROUNDS,
    )


def _networks(scope: Scope) -> dict[str, NetworkSpec]:
    own = {} if scope.values is None else {OWN: network_spec(scope.values, 2, 2, RATE)}
    return {**NETWORKS, **own}


def _measure_speed(scope: Scope, progress: Progress) -> SpeedReport:
    return measure_apart(
        "ronn_jack.bench.speed",
        speed_task(scope),
        SpeedReport,
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
