"""A stage beside a network: what it takes is off the budget while it is on."""

import pytest

from ronn_jack.cost.counts import KINDS
from ronn_jack.cost.model import CostModel
from ronn_jack.hotswap.budget import deadline_of, stage_fault
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


@pytest.mark.parametrize("position", ["pre", "post"])
def test_a_stage_takes_of_the_budget_only_while_it_is_on(position):
    on, off = (deadline_of(engine(at), PERIOD, 0.7, cost_of(0.3)) for at in (position, None))
    assert (on.room, on.remedies) == (pytest.approx(0.4), ["turn eq off"])
    assert (off.room, off.remedies) == (0.7, [])
    assert deadline_of(engine(position), 0, 0.7, cost_of(0.3)) is None


def test_a_stage_that_does_not_fit_beside_the_network_is_refused_in_words():
    made, cost = engine(), cost_of(0.3)
    deadline = deadline_of(made, PERIOD, 0.7, cost)
    assert stage_fault(made, "eq", deadline, cost, 0.39) == ""
    assert stage_fault(made, "eq", deadline, cost, 0.45) == (
        "eq needs 30% of the 64-frame period at 48000 Hz, and budget is 70%, of which the network "
        "takes 45%: raise the buffer size, or lower channels, kernel or layers first"
    )


def test_where_nothing_is_turned_on_or_no_deadline_holds_nothing_is_refused():
    cost = cost_of(5.0)
    on = engine("post")
    assert stage_fault(on, "eq", deadline_of(on, PERIOD, 0.7, cost), cost, 0.5) == ""
    assert stage_fault(engine(), "mix", deadline_of(engine(), PERIOD, 0.7, cost), cost, 0.5) == ""
    assert stage_fault(engine(), "eq", None, cost, 0.5) == ""


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
