"""How well the cost model predicts what networks take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from ronn_jack.bench.machine import stay_on_one_core
from ronn_jack.bench.networks import multiplies_less
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.cost.admission import HOPELESS, SAFE, Deadline
from ronn_jack.cost.calibration import draw_network, load_cost_model
from ronn_jack.cost.model import CostModel
from ronn_jack.cost.timing import time_network
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS

RATE = 48_000.0
PERIOD = 64
BUDGET = 0.7
_HOPELESS = 2.0
"""Predicted load beyond which a network is not even built: none such has come near the budget."""

Timed = Callable[[NetworkSpec, int], float]
"""Measures the seconds that a network takes for a block."""


@dataclass(frozen=True)
class CostTask:
    """What to compare.

    Attributes
    ----------
    networks : sequence of (name, arguments of its NetworkSpec)
        Each is compared at every period.
    drawn_periods : sequence of int
        For each of them, `count` networks are drawn at random.
    """

    networks: Sequence[tuple[str, dict[str, Any]]]
    periods: Sequence[int]
    drawn_periods: Sequence[int]
    count: int


@dataclass(frozen=True)
class CostRow:
    """A network by name.

    Attributes
    ----------
    predicted_us, measured_us : float
        Processor time of a block, measured as the fastest of five runs.
    error : float
        Share of the measured time by which the prediction lies above it.
    """

    network: str
    activation: str
    period: int
    predicted_us: float
    measured_us: float
    error: float


@dataclass(frozen=True)
class DrawnRow:
    """Networks drawn at random.

    Attributes
    ----------
    networks : int
        That fit the budget of a period; every other of them has layers that multiply less.
    median_error, p95_error : float
        Of the sizes of their errors, as shares of the measured times.
    median_signed_error : float
        Above 0 where predictions are too high.
    misjudged : int
        How many the predictions alone would admit or refuse wrongly within some budget, of these
        and of those that do not fit.
    """

    period: int
    networks: int
    median_error: float
    p95_error: float
    median_signed_error: float
    misjudged: int


@dataclass(frozen=True)
class CostReport:
    """What was found."""

    rows: list[CostRow]
    drawn: list[DrawnRow]


@dataclass(frozen=True)
class Trial:
    """A network drawn at random.

    Attributes
    ----------
    predicted, measured : float
        Its load, as shares of the period.
    """

    spec: NetworkSpec
    period: int
    predicted: float
    measured: float

    @property
    def fits(self) -> bool:
        """Whether it fits the budget."""
        return self.measured <= BUDGET

    @property
    def error(self) -> float:
        """Predicted over measured, less 1."""
        return self.predicted / self.measured - 1.0

    @property
    def misjudged(self) -> bool:
        """Whether there is a budget within which the prediction has the wrong word.

        It has the last word where a network is refused without being measured, which then must
        not fit, and where one is chosen, which then may take what measuring lets pass.
        """
        least, most = PARAMETERS["budget"].minimum, PARAMETERS["budget"].maximum
        refused = max(self.measured, least) < self.predicted / HOPELESS and self.measured <= most
        budget = max(self.predicted / SAFE, least)
        room = Deadline(self.period, RATE, budget).trusted_room
        return refused or (budget <= most and self.measured > room)


def measure_cost(task: CostTask, progress: Progress) -> CostReport:
    """Compare this machine's cost model with what networks take now."""
    stay_on_one_core()
    progress("the cost model")
    return compare(load_cost_model(), task, progress)


def compare(
    model: CostModel, task: CostTask, progress: Progress, timed: Timed = time_network
) -> CostReport:
    """Compare a model's predictions with measurements."""
    rows = []
    for name, arguments in task.networks:
        spec = NetworkSpec(**arguments)
        for period in task.periods:
            progress(f"network {name}, {period} frames")
            rows.append(_row(model, name, spec, period, timed))
    drawn = [
        _drawn_row(period, verify(model, period, task.count, progress=progress, timed=timed))
        for period in task.drawn_periods
    ]
    return CostReport(rows, drawn)


def verify(
    model: CostModel,
    period: int = PERIOD,
    count: int = 200,
    seed: int = 2,
    least: float = 0.0,
    progress: Progress = lambda text: None,
    timed: Timed = time_network,
) -> Sequence[Trial]:
    """Return what random networks take of a period at 48 kHz, until so many fit the budget.

    Parameters
    ----------
    seed : int
        Other than the calibration's, so that none of its networks is drawn on purpose.
    least : float
        Load that they are predicted to be at least.
    """
    random = Random(seed)
    trials: list[Trial] = []
    fitting = 0
    while fitting < count:
        spec = draw_network(random)
        predicted = model.load(spec, period, RATE)
        wanted = fitting % 2 == 0 or multiplies_less(spec)
        if not (wanted and least <= predicted <= _HOPELESS):
            continue
        trials.append(Trial(spec, period, predicted, timed(spec, period) * RATE / period))
        fitting += trials[-1].fits
        progress(f"random network {fitting} of {count}, {period} frames")
    return trials


def _drawn_row(period: int, trials: Sequence[Trial]) -> DrawnRow:
    errors = [trial.error for trial in trials if trial.fits]
    return DrawnRow(
        period=period,
        networks=len(errors),
        median_error=float(np.median(np.abs(errors))),
        p95_error=float(np.percentile(np.abs(errors), 95.0)),
        median_signed_error=float(np.median(errors)),
        misjudged=sum(trial.misjudged for trial in trials),
    )


def _row(model: CostModel, name: str, spec: NetworkSpec, period: int, timed: Timed) -> CostRow:
    predicted, measured = model.seconds(spec, period), timed(spec, period)
    return CostRow(
        network=name,
        activation=spec.activation,
        period=period,
        predicted_us=1e6 * predicted,
        measured_us=1e6 * measured,
        error=predicted / measured - 1.0,
    )


if __name__ == "__main__":
    answer(CostTask, measure_cost, sys.stdout)
