"""The cost model's check reports the errors that there are."""

from __future__ import annotations

import pytest

from ronn_jack.bench.cost import BUDGET, PERIOD, RATE, CostTask, compare, verify
from ronn_jack.cost.counts import KINDS
from ronn_jack.cost.model import CostModel

MODEL = CostModel((1e-10,) * len(KINDS))


def test_errors_are_those_of_the_prediction():
    task = CostTask([("X", {"layers": 3})], periods=(64, 128), count=20)
    said = []
    report = compare(MODEL, task, said.append, lambda spec, n: 1.25 * MODEL.seconds(spec, n))
    assert report.networks == 20
    assert report.median_error == pytest.approx(0.2)
    assert report.p95_error == pytest.approx(0.2)
    assert report.median_signed_error == pytest.approx(-0.2)
    assert [(row.network, row.period) for row in report.rows] == [("X", 64), ("X", 128)]
    for row in report.rows:
        assert row.error == pytest.approx(-0.2)
        assert row.measured_us == pytest.approx(1.25 * row.predicted_us)
    assert said[0] == "network X, 64 frames"


def test_only_networks_that_fit_are_counted():
    measured = []

    def slow(spec, block):
        measured.append(30.0 * MODEL.seconds(spec, block))
        return measured[-1]

    assert len(verify(MODEL, 30, timed=slow)) == 30
    fitting = [seconds for seconds in measured if seconds * RATE / PERIOD <= BUDGET]
    assert len(fitting) == 30 < len(measured)
