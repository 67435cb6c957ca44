"""The cost model's check reports the errors that there are."""

from __future__ import annotations

import pytest

from ronn_jack.bench.cost import BUDGET, PERIOD, RATE, CostTask, Trial, compare, verify
from ronn_jack.bench.networks import multiplies_less
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.cost.counts import KINDS
from ronn_jack.cost.model import CostModel
from ronn_jack.cost.timing import time_network
from ronn_jack.model.spec import NetworkSpec

MODEL = CostModel((1e-10,) * len(KINDS))
_AGAIN = 4


def test_errors_are_those_of_the_prediction():
    task = CostTask([("X", {"layers": 3})], periods=(64, 128), drawn_periods=(16,), count=20)
    said = []
    report = compare(MODEL, task, said.append, lambda spec, n: 1.25 * MODEL.seconds(spec, n))
    [drawn] = report.drawn
    assert (drawn.period, drawn.networks, drawn.misjudged) == (16, 20, 0)
    assert drawn.median_error == pytest.approx(0.2)
    assert drawn.p95_error == pytest.approx(0.2)
    assert drawn.median_signed_error == pytest.approx(-0.2)
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

    [row] = compare(MODEL, CostTask([], (), (PERIOD,), 30), lambda text: None, slow).drawn
    loads = [seconds * RATE / PERIOD for seconds in measured]
    assert row.networks == 30 == sum(load <= BUDGET for load in loads) < len(loads)
    assert row.median_signed_error == pytest.approx(1.0 / 30.0 - 1.0)
    judged = [Trial(NetworkSpec(), PERIOD, load / 30.0, load).misjudged for load in loads]
    assert row.misjudged == sum(judged) > sum(judged[i] for i, x in enumerate(loads) if x <= BUDGET)


def test_every_other_network_multiplies_less_and_none_is_below_the_least():
    trials = verify(MODEL, PERIOD, 20, least=0.01, timed=lambda *case: MODEL.seconds(*case))
    fitting = [multiplies_less(trial.spec) for trial in trials if trial.fits]
    assert len(fitting) == 20 and all(fitting[1::2]) and not all(fitting)
    assert min(trial.predicted for trial in trials) >= 0.01


@pytest.mark.parametrize(
    ("predicted", "measured", "misjudged"),
    [
        (0.5, 0.5, False),
        # Measured, whatever the budget: it is neither hopeless where it fits, nor chosen.
        (0.5, 0.41, False),
        (0.5, 0.82, False),
        # With a budget of 0.35 it would be refused unmeasured, though it takes less.
        (0.5, 0.34, True),
        # With a budget of 0.59 it would be chosen, and takes more than 1.4 times that.
        (0.5, 0.83, True),
        # No budget is as small as either, and none as large.
        (0.1, 0.05, False),
        (0.02, 0.12, False),
        (2.0, 1.0, False),
        (0.8, 1.3, False),
        (0.75, 0.91, True),
    ],
)
def test_a_network_is_misjudged_where_a_prediction_has_the_last_word(
    predicted, measured, misjudged
):
    assert Trial(NetworkSpec(), PERIOD, predicted, measured).misjudged == misjudged


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("period", [16, 32, 64, 256])
def test_no_network_is_misjudged_on_this_machine(period):
    trials = verify(load_cost_model(), period, 200, least=0.1)
    # What others do on this machine makes a network slower, never faster: its best time counts.
    wrong = []
    for trial in filter(lambda trial: trial.misjudged, trials):
        best = min(time_network(trial.spec, period) for _ in range(_AGAIN)) * RATE / period
        again = Trial(trial.spec, period, trial.predicted, min(best, trial.measured))
        if again.misjudged:
            wrong.append(f"{again.error:+.0%} {again.spec.summary}")
    assert not wrong, wrong
