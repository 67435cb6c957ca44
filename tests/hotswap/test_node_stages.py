"""Stages and networks share the budget, whichever way they come."""

from __future__ import annotations

import contextlib
import threading

import pytest

from ronn_jack.control.operations import Act
from ronn_jack.parameters import defaults
from ronn_jack.realtime.stages.stage import Stage
from tests.realtime.engine_driver import RATE
from tests.support.desk import QUIET, desk
from tests.support.jack_server import wait_for
from tests.support.rigged import REAL, RiggedPipeline

PERIOD = 64


def cost(thing: object, block: int) -> float:
    """Let a stage take 30 % of a period of 64 frames, and a network 5 % for each layer."""
    share = 0.3 if isinstance(thing, Stage) else 0.05 * thing.layers
    return share * PERIOD / RATE


def node(**values):
    pipeline = RiggedPipeline(time_block=lambda voice, block: cost(voice.model, block))
    return desk(period=PERIOD, pipeline=pipeline, cost=cost, **values)


def equalises(d) -> bool:
    return "eq" in [stage.switch for stage in d.audio.engine.working_stages]


def settle(d) -> None:
    d.run_until(lambda: not (d.controller.awaits_network or d.builder.building))


@contextlib.contextmanager
def away(d):
    """Let the builder look at nothing that is asked for meanwhile."""
    left, back = threading.Event(), threading.Event()

    def stay(collect):
        left.set()
        assert back.wait(20.0)
        return collect()

    doors = d.audio.engine.doors
    doors.collect = stay
    try:
        assert left.wait(20.0)
        yield
    finally:
        doors.leave("collect")
        back.set()


def test_a_stage_waits_for_the_network_that_was_asked_for_with_it():
    with node(layers=9) as d:
        d.turn(layers=3, eq=True)
        assert d.controller.values["eq"]
        assert not equalises(d), "beside the network that still sounds it would be too much"
        settle(d)
        assert d.builder.sounding.layers == 3
        assert equalises(d)
        assert not d.origin.refusals


def test_it_waits_as_well_where_the_network_that_sounds_is_too_heavy_to_move():
    with node(layers=9) as d:
        d.turn(layers=2, eq=True, morph=0.5)
        settle(d)
        assert not d.origin.refusals
        assert (d.controller.values["morph"], equalises(d)) == (0.5, True)


def test_one_that_fits_beside_the_network_that_sounds_does_not_wait():
    with node() as d:
        d.turn(layers=3, eq=True)
        assert equalises(d)
        settle(d)
        assert d.builder.sounding.layers == 3


def test_with_a_network_that_is_refused_it_goes_back():
    with node(layers=9) as d:
        d.turn(layers=10, eq=True, mix=0.5)
        settle(d)
        assert d.origin.subjects == ["layers", "eq"]
        assert "of which the stages take 30%" in d.origin.refusals[0][1]
        values = d.controller.values
        assert (values["layers"], values["eq"], values["mix"]) == (9, False, 0.5)
        assert not equalises(d)
        d.controller.apply([Act("undo")], d.origin)
        assert d.controller.values["mix"] == 1.0
        assert d.controller.status()["undo_steps"] == 0


def test_where_it_fits_beside_the_one_that_sounds_it_stays():
    with node() as d:
        d.turn(layers=9, eq=True)
        settle(d)
        assert d.origin.subjects == ["layers"]
        assert (d.controller.values["layers"], equalises(d)) == (6, True)


def test_a_preset_whose_network_and_stages_are_too_much_together_is_not_gone_to():
    with node(layers=9) as d:
        before = dict(d.controller.values)
        d.store.presets["both"] = {**defaults(), **QUIET, "layers": 10, "eq": True}
        d.controller.apply([Act("preset_load", "both")], d.origin)
        assert not equalises(d)
        settle(d)
        assert d.origin.subjects == ["preset_load"]
        assert d.controller.values == before
        assert not equalises(d)


def test_one_that_waits_comes_with_a_newer_network_as_well():
    with node(layers=9) as d:
        with away(d):
            d.turn(layers=10, eq=True)
            d.turn(layers=3)
        settle(d)
        assert d.builder.sounding.layers == 3
        assert equalises(d)
        assert not d.origin.refusals


def test_turned_off_again_meanwhile_it_takes_nothing_of_the_network_s_room():
    with node(layers=9) as d:
        with away(d):
            d.turn(layers=10, eq=True)
            d.turn(eq=False)
        settle(d)
        assert d.builder.sounding.layers == 10
        assert not (equalises(d) or d.origin.refusals)


def test_a_network_is_admitted_anew_beside_a_stage_that_came_while_it_was_made():
    with node() as d:
        begun, may_go_on = threading.Event(), threading.Event()

        def prepare(*arguments):
            prepared = REAL.prepare(*arguments)
            begun.set()
            assert may_go_on.wait(20.0)
            return prepared

        d.pipeline.prepare = prepare
        d.turn(layers=9)
        assert begun.wait(20.0)
        d.turn(eq=True)
        may_go_on.set()
        settle(d)
        assert d.origin.subjects == ["layers"]
        assert "of which the stages take 30%" in d.origin.refusals[0][1]
        assert (d.builder.sounding.layers, equalises(d)) == (6, True)


def test_a_stage_is_refused_beside_a_network_that_only_waits_to_be_let_in():
    with node(layers=1) as d:
        d.turn(layers=9)
        wait_for(lambda: d.builder.voices.published is not None)
        d.turn(eq=True)
        assert d.origin.subjects == ["eq"]
        settle(d)
        assert (d.builder.sounding.layers, equalises(d)) == (9, False)


@pytest.mark.parametrize("voice", ["ready", "published", "current"])
def test_a_network_on_its_way_is_seen_at_each_step(voice):
    with node() as d:
        voices = d.builder.voices
        heavy = type("Heavy", (), {"load_at": lambda self, period: 0.6})()
        d.node.detach()
        setattr(voices, voice, heavy)
        assert voices.heaviest_load(PERIOD) == 0.6
        setattr(voices, voice, None)


def test_one_stage_in_another_s_place_is_admitted_without_it():
    with node(layers=3, eq=True) as d:
        d.turn(eq=False, reverb=True)
        assert not d.origin.refusals
        assert d.controller.values["reverb"]


def test_a_smaller_buffer_turns_off_what_does_not_fit_beside_the_network():
    with node() as d:
        d.turn(eq=True)
        d.audio.period = 32
        d.run_until(lambda: d.origin.refusals)
        [(subject, reason)] = d.origin.refusals
        assert subject == "eq"
        assert reason.startswith("eq needs 60% of the 32-frame period at 48000 Hz")
        assert not (d.controller.values["eq"] or equalises(d))
        assert d.builder.sounding.layers == 6


def test_a_smaller_buffer_turns_off_what_does_not_fit_beside_the_dry_signal():
    with node(eq=True) as d:
        d.may_fall = True
        d.audio.period = 16
        # What is accepted is so a moment before the node is told.
        d.run_until(lambda: d.listener.falls and not (d.controller.values["eq"] or equalises(d)))
