"""How well the cost model predicts what networks take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from rich import box
from rich.table import Table

from ronn_jack.control.calibration import draw_network
from ronn_jack.control.cost import CostModel
from ronn_jack.control.trial import time_network
from ronn_jack.model.spec import NetworkSpec

RATE = 48_000.0
PERIOD = 64
BUDGET = 0.7
ACTIVATIONS = ("relu", "tanh")
PERIODS = (64, 128, 256)
_HOPELESS = 2.0
"""Predicted load beyond which a network is not even built: none such has come near the budget."""

Timed = Callable[[NetworkSpec, int], float]
"""Measures the seconds that a network takes for a block."""
Progress = Callable[[str], None]


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


def measure_cost(
    model: CostModel,
    networks: Mapping[str, NetworkSpec],
    count: int = 200,
    progress: Progress = lambda text: None,
    timed: Timed = time_network,
) -> CostReport:
    """Compare predictions with measurements, for given networks and for random ones.

    Parameters
    ----------
    networks : mapping
        Those to be shown by name, whatever their activation.
    count : int
        How many networks to draw.
    """
    rows = []
    for name, spec in networks.items():
        progress(f"network {name}")
        rows += [
            _row(model, name, replace(spec, activation=activation), period, timed)
            for activation in ACTIVATIONS
            for period in PERIODS
        ]
    errors = verify(model, count, progress=progress, timed=timed)
    return CostReport(
        networks=count,
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


def cost_summary(report: CostReport) -> str:
    """Return a line about the random networks."""
    return (
        f"predicted cost of {report.networks} random networks: median error "
        f"{report.median_error:.1%}, 95th percentile {report.p95_error:.1%}, "
        f"mostly {report.median_signed_error:+.1%}"
    )


def cost_table(report: CostReport) -> Table:
    """Return the networks by name as a table."""
    table = Table(title="predicted cost", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(("network", "frames", "predicted µs", "measured µs", "error")):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    for row in report.rows:
        table.add_row(
            f"{row.network} {row.activation}",
            f"{row.period}",
            f"{row.predicted_us:.2f}",
            f"{row.measured_us:.2f}",
            f"{100.0 * row.error:+.1f} %",
        )
    return table


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
