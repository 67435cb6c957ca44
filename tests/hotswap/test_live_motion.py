"""xy, morph, drift and freeze moved on a whole node, held to renders of where they come to rest."""

import numpy as np
import pytest

from ronn_jack.control.operations import Act
from ronn_jack.loudness.pad import pad_from
from ronn_jack.units import gain_to_decibels
from tests.realtime.engine_driver import RATE, noise, play
from tests.support.desk import FRAMES, desk, rendered, same_sound
from tests.support.rigged import REAL, RiggedPipeline, taking

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("recipe", ["ronn", "package"])
def test_the_point_moves_the_network_that_plays(recipe):
    with desk(xy=True, recipe=recipe, activation="tanh") as d:
        x = noise(FRAMES)
        before = play(d.audio.engine, x)
        d.turn(xy_x=0.8)
        d.turn(xy_y=-0.7)
        assert not d.builder.building
        play(d.audio.engine, x)
        assert np.abs(play(d.audio.engine, x) - before).max() > 1e-3 * np.abs(before).max()
        assert same_sound(d)
        assert len(d.listener.swaps) == 1


@pytest.mark.parametrize("recipe", ["ronn", "plugin", "package"])
def test_morph_moves_the_network_that_plays(recipe):
    with desk(recipe=recipe, activation="tanh", seed_b=77, bias=True) as d:
        for morph in (0.5, 1.0, 0.0):
            d.turn(morph=morph)
            d.let_move()
            # The plugin's filter rings for seconds.
            assert same_sound(d, 7 if recipe == "plugin" else 3)
        assert len(d.listener.swaps) == 1


def test_morph_takes_the_point_along():
    with desk(xy=True, xy_x=0.9, activation="tanh", seed_b=77) as d:
        d.turn(morph=1.0)
        d.let_move()
        assert same_sound(d)
        here = play(d.audio.engine, noise(FRAMES))
    with desk(xy=True, xy_x=0.9, activation="tanh", seed=77) as d:
        play(d.audio.engine, noise(4 * FRAMES))
        there = play(d.audio.engine, noise(FRAMES))
    assert np.abs(here - there)[:, -1000:].max() <= 1e-5 * np.abs(there).max()


def test_what_moved_while_a_network_was_built_is_where_it_is_now():
    with desk(xy=True, activation="tanh") as d:
        d.turn(seed=5)
        d.turn(xy_x=-0.5, xy_y=0.5)
        d.turn(morph=0.3)
        d.run_until(lambda: len(d.listener.swaps) == 2 and d.voice.moves)
        assert same_sound(d)


def test_a_new_network_begins_where_the_parameters_are():
    with desk(xy=True, activation="tanh") as d:
        d.turn(xy_x=0.4, morph=0.6)
        d.let_move()
        d.turn(seed=5, seed_b=6)
        d.run_until(lambda: len(d.listener.swaps) == 2)
        assert d.node.sounding.seed == 5
        assert same_sound(d)


def test_drift_is_that_of_a_render_at_the_same_frame():
    with desk(activation="tanh", drift_rate=1.5, drift_depth=0.6) as d:
        x = noise(2 * FRAMES, seed=5)
        before = d.audio.engine.position
        live = play(d.audio.engine, x)[:, -FRAMES:]
        offline = rendered(d.controller.values, x, before)[:, -FRAMES:]
        assert np.abs(live - offline).max() <= 1e-5 * np.abs(offline).max()
        # A network that is built under way has always drifted, too.
        d.turn(seed=5)
        d.run_until(lambda: len(d.listener.swaps) == 2)
        before = d.audio.engine.position
        live = play(d.audio.engine, x)[:, -FRAMES:]
        offline = rendered(d.controller.values, x, before)[:, -FRAMES:]
        assert np.abs(live - offline).max() <= 1e-5 * np.abs(offline).max()


def test_drift_that_is_turned_up_wanders_and_turned_down_leads_back_to_the_seed():
    with desk(activation="tanh") as d:
        x = noise(FRAMES)
        still = play(d.audio.engine, x)
        d.turn(drift_rate=2.0)
        d.turn(drift_depth=0.5)
        d.let_move()
        moving = play(d.audio.engine, x)
        assert np.abs(moving - still).max() > 0.05 * np.abs(still).max()
        d.turn(drift_depth=0.0)
        assert same_sound(d)


def costing(share):
    """Let a network take this share of a period, and twice as much while its weights move."""
    return taking(share * 64 / RATE, moving=2.0)


def test_weights_that_would_take_too_long_to_move_stay_and_the_asker_is_told():
    pipeline = RiggedPipeline(time_block=costing(0.5))
    with desk(period=64, pipeline=pipeline) as d:
        d.turn(morph=0.5, mix=0.8, drift_rate=3.0)
        [(subject, reason)] = d.origin.refusals
        assert subject == "morph"
        assert "would need 125% of the period, and budget is 70%: lower channels" in reason
        assert d.controller.value("morph") == 0.0
        assert d.controller.value("mix") == 0.8
        assert d.controller.value("drift_rate") == 3.0
        d.turn(drift_depth=1.0)
        assert d.origin.subjects == ["morph", "drift_depth"]


def test_a_network_that_is_to_move_is_admitted_as_it_moves():
    pipeline = RiggedPipeline(time_block=costing(0.2))
    with desk(period=64, pipeline=pipeline) as d:
        d.turn(morph=0.5)
        d.let_move()
        assert not d.origin.refusals
        pipeline.time_block = costing(0.4)
        d.turn(channels=16)
        d.run_until(lambda: d.origin.refusals)
        [(subject, reason)] = d.origin.refusals
        assert subject == "channels"
        assert "needs 80%" in reason
        assert d.controller.value("channels") == 8
        d.turn(morph=0.0)
        d.turn(channels=16)
        d.run_until(lambda: d.node.sounding.channels == 16)


def test_a_network_refused_with_its_morph_leaves_the_one_that_plays_at_rest():
    pipeline = RiggedPipeline(time_block=costing(0.4))
    with desk(period=64, pipeline=pipeline) as d:
        d.turn(seed=5, morph=0.5)
        d.run_until(lambda: d.origin.refusals)
        d.run_until(lambda: not d.builder.building)
        d.run_until(lambda: len(d.origin.refusals) == 2)
        assert not d.voice.moves
        # Neither can be had, and no value says otherwise.
        assert d.origin.subjects == ["seed", "morph"]
        assert "moving weights would need 100% of the period" in d.origin.refusals[1][1]
        assert (d.controller.value("seed"), d.controller.value("morph")) == (42, 0.0)
        assert same_sound(d)


def test_weights_that_are_to_move_once_a_heavier_network_has_come_are_taken_back():
    pipeline = RiggedPipeline(time_block=costing(0.2))
    with desk(period=64, pipeline=pipeline) as d:

        def turn_meanwhile(*arguments):
            pipeline.time_block = costing(0.4)
            prepared = REAL.prepare(*arguments[:-1], pipeline.time_block)
            d.turn(morph=0.5)
            return prepared

        pipeline.prepare = turn_meanwhile
        d.turn(seed=5)
        d.run_until(lambda: d.origin.refusals)
        assert d.origin.subjects == ["morph"]
        assert (d.controller.value("seed"), d.controller.value("morph")) == (5, 0.0)
        assert same_sound(d)


def test_weights_that_only_the_network_to_come_can_move_are_left_to_it():
    pipeline = RiggedPipeline(time_block=costing(0.4))
    with desk(period=64, pipeline=pipeline) as d:

        def prepare_lighter(*arguments):
            pipeline.time_block = costing(0.1)
            return REAL.prepare(*arguments[:-1], pipeline.time_block)

        pipeline.prepare = prepare_lighter
        d.turn(seed=5)
        d.turn(morph=0.5)
        d.let_move()
        assert d.node.sounding.seed == 5
        assert not d.origin.refusals
        assert d.controller.value("morph") == 0.5


def test_a_budget_that_was_raised_holds_for_the_network_that_sounds():
    pipeline = RiggedPipeline(time_block=costing(0.2))
    with desk(period=64, pipeline=pipeline, budget=0.3) as d:
        d.turn(morph=0.5)
        assert d.origin.subjects == ["morph"]
        d.turn(budget=0.6)
        d.turn(morph=0.5)
        d.let_move()


def test_the_status_is_that_of_the_network_as_it_sounds_now():
    pipeline = RiggedPipeline(time_block=costing(0.1))
    with desk(period=64, pipeline=pipeline, auto_level=True) as d:
        play(d.audio.engine, noise(FRAMES))
        d.turn(seed=5)
        d.run_until(lambda: d.node.sounding.seed == 5)
        status = d.node.status()
        assert status["level"] != 0.0
        assert status["network_load"] == pytest.approx(0.1)
        d.turn(auto_level=False)
        d.run_until(lambda: d.node.status()["level"] == 0.0)
        pipeline.time_block = taking(0.1 * 64 / RATE)
        d.audio.period = 32
        d.run_until(lambda: d.node.status()["network_load"] == pytest.approx(0.2))


def test_what_fits_at_rest_need_not_fit_while_the_weights_move():
    pipeline = RiggedPipeline(time_block=costing(0.1))
    cost = lambda spec, period: 0.4 * period / RATE  # noqa: E731
    with desk(64, pipeline, cost) as d:
        spec = d.controller.model()
        assert d.node.fits(spec)
        d.turn(drift_depth=0.1)
        assert not d.node.fits(spec)


@pytest.mark.parametrize(("load", "fits"), [(0.59, True), (0.6, False)])
def test_what_is_chosen_by_prediction_leaves_room_to_catch_up(load, fits):
    cost = lambda spec, period: load * period / RATE  # noqa: E731
    with desk(64, RiggedPipeline(time_block=costing(0.1)), cost) as d:
        assert d.node.fits(d.controller.model()) is fits


def test_a_network_that_was_on_its_way_when_the_server_went_sounds_once_it_is_back():
    pipeline = RiggedPipeline(time_block=costing(0.1))
    with desk(period=64, pipeline=pipeline) as d:
        d.turn(seed=5)
        d.rejoin()
        d.run_until(lambda: d.node.sounding is not None)
        assert d.node.sounding.seed == 5
        # What is refused now leads back to it, and not to what sounded on the first server.
        pipeline.time_block = taking(1.0)
        d.turn(layers=9)
        d.run_until(lambda: d.origin.refusals)
        assert d.controller.value("seed") == 5
        assert same_sound(d)


def test_a_node_whose_network_has_fallen_is_still_ready():
    pipeline = RiggedPipeline()
    with desk(period=64, pipeline=pipeline) as d:
        d.may_fall = True
        assert d.node.ready
        pipeline.time_block = taking(1.0)
        d.audio.period = 32
        d.run_until(lambda: d.node.status()["state"] == "dry")
        assert d.node.ready
        d.node.detach()
        assert not d.node.ready


def test_levels_are_found_for_the_drive_of_what_is_frozen_until_it_is_let_go():
    with desk(drive=6.0, activation="tanh") as d:
        play(d.audio.engine, noise(2 * FRAMES))
        d.turn(freeze=True)
        d.turn(drive=30.0)
        play(d.audio.engine, noise(FRAMES))
        motion = d.builder.live_motion
        assert motion.expression(0).drive == 6.0
        d.turn(freeze=False)
        assert motion.expression(0).drive == d.controller.values["drive"] == 30.0
        d.turn(freeze=True, drive=12.0)
        d.rejoin()
        assert motion.expression(0).drive == 12.0


@pytest.mark.parametrize(("name", "mode"), [("input_gain", "pad"), ("drive", "loop")])
def test_a_gain_that_is_turned_while_something_is_held_counts_once_that_is_let_go(name, mode):
    with desk(auto_level=True, freeze_mode=mode, init="dirac") as d:

        def found_db():
            """Return the level of a network that is built now, of whatever seed."""
            swaps = len(d.listener.swaps)
            d.turn(seed=5 + swaps)
            d.run_until(lambda: len(d.listener.swaps) > swaps)
            return gain_to_decibels(d.builder.level.gain)

        play(d.audio.engine, noise(6 * FRAMES))
        before = found_db()
        d.turn(freeze=True)
        play(d.audio.engine, noise(FRAMES))
        d.turn(**{name: 24.0})
        play(d.audio.engine, noise(FRAMES))
        assert found_db() == pytest.approx(before, abs=2.0)
        # So long that nothing else is remembered.
        play(d.audio.engine, noise(12 * FRAMES))
        d.turn(freeze=False)
        play(d.audio.engine, noise(FRAMES // 10))
        assert found_db() == pytest.approx(before - 24.0, abs=2.0)


def test_freeze_holds_a_pad_of_what_was_played_last():
    with desk() as d:
        x = noise(2 * FRAMES)
        play(d.audio.engine, x)
        d.turn(freeze=True)
        recent = d.audio.engine.recent_input(d.audio.engine.position, round(2 * RATE))
        play(d.audio.engine, x)
        pad = pad_from(recent, RATE)
        held = d.audio.engine.recent_input(d.audio.engine.position, pad.shape[1])
        assert d.audio.engine.loop_frames == pad.shape[1]
        assert np.array_equal(np.sort(held), np.sort(pad))
        # Whatever else is turned meanwhile, it goes on; the next freeze holds a loop.
        d.turn(freeze=True, freeze_mode="loop", mix=0.5)
        play(d.audio.engine, x)
        again = d.audio.engine.recent_input(d.audio.engine.position, pad.shape[1])
        assert np.array_equal(np.sort(again), np.sort(pad))
        d.turn(freeze=False)
        play(d.audio.engine, x)
        d.turn(freeze=True)
        play(d.audio.engine, x)
        assert d.audio.engine.loop_frames == RATE


def test_freeze_holds_as_much_as_the_network_remembers():
    with desk(layers=12, kernel=7, freeze_mode="loop") as d:
        x = noise(2 * FRAMES)
        play(d.audio.engine, x)
        d.turn(freeze=True)
        play(d.audio.engine, x)
        length = d.audio.engine.loop_frames
        assert length == max(RATE, d.node.sounding.receptive_field)
        d.turn(freeze=False)
        assert same_sound(d)


def test_undone_panic_and_freeze_at_the_start_leave_no_trace():
    with desk(freeze=True) as d:
        assert not play(d.audio.engine, noise(FRAMES))[:, -100:].any()
        d.turn(freeze=False)
        d.controller.apply([Act("panic")], d.origin)
        d.turn(mix=0.9)
        assert same_sound(d)
