"""How well the cost model predicts what networks take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from ronn_jack.bench.machine import stay_on_one_core
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.cost.calibration import draw_network, load_cost_model
from ronn_jack.cost.model import CostModel
from ronn_jack.cost.timing import time_network
from ronn_jack.model.spec import NetworkSpec

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
    count : int
        How many networks to draw at random.
    """

    networks: Sequence[tuple[str, dict[str, Any]]]
    periods: Sequence[int]
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
class CostReport:
    """What was found.

    Attributes
    ----------
    networks : int
        Drawn at random from all that fit the budget of a period.
    median_error, p95_error : float
        Of the sizes of their errors, as shares of the measured times.
    median_signed_error : float
        Above 0 where predictions are too high.
    """

    networks: int
    median_error: float
    p95_error: float
    median_signed_error: float
    rows: list[CostRow]


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
    errors = verify(model, task.count, progress=progress, timed=timed)
    return CostReport(
        networks=len(errors),
        median_error=float(np.median(np.abs(errors))),
        p95_error=float(np.percentile(np.abs(errors), 95.0)),
        median_signed_error=float(np.median(errors)),
        rows=rows,
    )


def verify(
    model: CostModel,
    count: int = 200,
    seed: int = 2,
    progress: Progress = lambda text: None,
    timed: Timed = time_network,
) -> Sequence[float]:
    """Return the errors for random networks that fit the budget of a 64-frame period at 48 kHz.

    Parameters
    ----------
    seed : int
        Other than the calibration's, so that none of its networks is drawn on purpose.

    Returns
    -------
    errors : sequence of float
        Predicted over measured time, less 1.
    """
    random = Random(seed)
    errors: list[float] = []
    while len(errors) < count:
        spec = draw_network(random)
        predicted = model.seconds(spec, PERIOD)
        if predicted * RATE / PERIOD > _HOPELESS:
            continue
        measured = timed(spec, PERIOD)
        if measured * RATE / PERIOD <= BUDGET:
            errors.append(predicted / measured - 1.0)
            progress(f"random network {len(errors)} of {count}")
    return errors


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
