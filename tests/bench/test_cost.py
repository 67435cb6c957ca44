"""The cost model's check reports the errors that there are."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ronn_jack.bench.cost import (
    BUDGET,
    PERIOD,
    RATE,
    cost_summary,
    cost_table,
    measure_cost,
    verify,
)
from ronn_jack.control.cost import CostModel
from ronn_jack.control.work import KINDS
from ronn_jack.model.spec import NetworkSpec

MODEL = CostModel((1e-10,) * len(KINDS))


def test_errors_are_those_of_the_prediction() -> None:
    def slower(spec: NetworkSpec, block: int) -> float:
        return 1.25 * MODEL.seconds(spec, block)

    report = measure_cost(MODEL, {"X": NetworkSpec()}, count=20, timed=slower)
    assert report.median_error == pytest.approx(0.2)
    assert report.p95_error == pytest.approx(0.2)
    assert report.median_signed_error == pytest.approx(-0.2)
    assert len(report.rows) == 6
    for row in report.rows:
        assert row.error == pytest.approx(-0.2)
        assert row.measured_us == pytest.approx(1.25 * row.predicted_us)


def test_only_networks_that_fit_are_counted() -> None:
    measured = []

    def slow(spec: NetworkSpec, block: int) -> float:
        measured.append(30.0 * MODEL.seconds(spec, block))
        return measured[-1]

    assert len(verify(MODEL, 30, timed=slow)) == 30
    fitting = [seconds for seconds in measured if seconds * RATE / PERIOD <= BUDGET]
    assert len(fitting) == 30 < len(measured)


def test_people_read_the_networks_names_and_the_figures() -> None:
    report = measure_cost(MODEL, {"X": NetworkSpec()}, count=2, timed=MODEL.seconds)
    text = io.StringIO()
    Console(file=text, width=120).print(cost_table(report))
    assert "X relu" in text.getvalue()
    assert "+0.0 %" in text.getvalue()
    assert "2 random networks: median error 0.0%" in cost_summary(report)
