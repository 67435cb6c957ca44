"""A stage beside a network: what it takes is off the budget while it is on."""

import pytest

from ronn_jack.cost.counts import KINDS
from ronn_jack.cost.model import CostModel
from ronn_jack.hotswap.budget import Budget
from ronn_jack.model.latent.equaliser import FLAT
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from tests.support.changes import change_to, first_change
from tests.support.rigged import RiggedPipeline, taking
from tests.support.running_builder import standing
from tests.support.running_engine import RATE

PERIOD = 64


def cost_of(share):
    """Return what predicts that the equaliser takes a share of the period."""
    rates = [1e-15] * len(KINDS)
    rates[KINDS.index("equaliser")] = share / RATE
    return CostModel(rates).sounding_seconds


def engine(position=None):
    made = Engine(2, 2, RATE, history_seconds=1.0)
    made.equalise(FLAT, 0.0, position)
    return made


def budget_of(cost, period=PERIOD):
    made = Budget(cost)
    made.period = lambda: period
    return made


@pytest.mark.parametrize("position", ["pre", "post"])
def test_a_stage_takes_of_the_budget_only_while_it_is_on(position):
    budget = budget_of(cost_of(0.3))
    on, off = (budget.deadline(engine(at)) for at in (position, None))
    assert (on.room, on.remedies) == (pytest.approx(0.4), ["turn eq off"])
    assert (off.room, off.remedies) == (0.7, [])
    assert budget_of(cost_of(0.3), period=0).deadline(engine(position)) is None


def test_one_that_waits_for_a_network_takes_of_that_one_s_budget():
    budget = budget_of(cost_of(0.3))
    budget.waiting = ["eq"]
    assert budget.deadline(engine()).room == pytest.approx(0.4)
    assert budget.deadline(engine("pre")).room == pytest.approx(0.4)
    assert budget.deadline_alone(engine("pre")).room == 0.7


def test_a_stage_that_does_not_fit_beside_the_network_is_refused_in_words():
    budget = budget_of(cost_of(0.3))
    assert budget.stage_faults(engine(), ["eq"], 0.39) == {}
    assert budget.stage_faults(engine(), ["eq"], 0.45) == {
        "eq": "eq needs 30% of the 64-frame period at 48000 Hz, and budget is 70%, of which the "
        "network takes 45%: raise the buffer size, or lower channels, kernel or layers first"
    }
    assert budget.stage_faults(engine(), ["eq"], 0.45, share=0.8) == {}


def test_of_two_that_fit_alone_the_second_is_refused_and_told_of_the_first():
    budget = budget_of(lambda stage, period: 0.3 * PERIOD / RATE)
    faults = budget.stage_faults(engine(), ["eq", "reverb"], 0.2)
    assert list(faults) == ["reverb"]
    assert "the network takes 20% and the other stages 30%: " in faults["reverb"]
    assert faults["reverb"].endswith("or turn eq off")
    assert budget.stage_faults(engine(), ["reverb"], 0.2, kept=["eq"]) == faults
    assert budget.stage_faults(engine(), ["reverb"], 0.2) == {}


def test_where_no_deadline_holds_nothing_is_refused():
    assert budget_of(cost_of(5.0), period=0).stage_faults(engine(), ["eq"], 0.5) == {}
    assert budget_of(None).stage_faults(engine(), ["eq"], 0.5) == {}


def test_a_stage_turned_on_live_keeps_networks_out_and_off_again_lets_them_in():
    pipeline = RiggedPipeline(time_block=taking(0.5 * PERIOD / RATE))
    with standing(cost_of(0.3), pipeline) as (audio, builder, listener, until):
        other = NetworkSpec(seed=7)
        audio.engine.equalise(FLAT, 0.0, "pre")
        builder.request(change_to(other))
        until(lambda: listener.refusals)
        reason = listener.refusals[0][1]
        assert "budget is 70%, of which the stages take 30%" in reason
        assert reason.endswith("or turn eq off")
        audio.engine.equalise(None)
        builder.request(change_to(other))
        until(lambda: builder.sounding == other)
        assert len(listener.refusals) == 1


def test_a_network_that_a_stage_kept_out_comes_once_it_is_off():
    pipeline = RiggedPipeline(time_block=taking(0.5 * PERIOD / RATE))
    with standing(cost_of(0.3), pipeline) as (audio, builder, listener, until):
        audio.engine.equalise(FLAT, 0.0, "post")
        audio.period = 32
        until(lambda: listener.falls and not audio.engine.sounds)
        audio.period = 64
        until(lambda: listener.refusals)
        audio.engine.equalise(None)
        until(lambda: builder.sounding == first_change().model)
