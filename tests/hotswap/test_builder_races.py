"""What happens at the same time as something else, and must leave no request unfinished."""

import contextlib
import threading
import time

import pytest

from ronn_jack.hotswap.builder import Builder
from ronn_jack.hotswap.job import OutdatedError
from ronn_jack.hotswap.level_follower import LevelFollower
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from tests.hotswap.test_builder import play, running
from tests.support.changes import change_to, first_change
from tests.support.jack_server import wait_for
from tests.support.recording import Listener
from tests.support.rigged import REAL, RiggedPipeline, taking
from tests.support.running_engine import RATE, RunningEngine, StandingEngine

HEAVY = NetworkSpec(channels=64)


def heavy_alone(spec, period):
    """Predict that one network takes a second and all others nothing."""
    return float(spec == HEAVY)


def overload_once(audio, listener, then=lambda: None):
    """Keep the thread busy until a network falls; do something before another can follow."""

    def relax():
        audio.busy_ns = 0
        then()

    listener.at_fall = relax
    audio.busy_ns = 1001


@contextlib.contextmanager
def standing(cost=None, pipeline=None):
    """Run a builder beside an engine that plays only when `until` is waiting."""
    audio, listener = StandingEngine(64), Listener()
    builder = Builder(listener, cost, pipeline)
    builder.attach(audio.engine, lambda: audio.period)
    builder.request(first_change())

    def until(condition):
        def played():
            audio.step()
            return condition()

        wait_for(played)

    try:
        until(lambda: builder.sounding is not None)
        until(lambda: not (builder.building or audio.engine.fading))
        yield audio, builder, listener, until
    finally:
        builder.detach()


def let_look(audio):
    """Wait until the builder has looked after the audio thread all anew."""
    looks = []
    audio.engine.doors.collect = lambda collect: (looks.append(1), collect())[1]
    wait_for(lambda: len(looks) > 2)


def dawdle(audio, pipeline):
    """Let every voice come late: ten blocks go by once it has caught up."""

    def catch_up_and_wait(prepared, engine, job):
        REAL.catch_up(prepared, engine, job)
        pass_by(audio, 10 * audio.period)

    pipeline.catch_up = catch_up_and_wait


def pass_by(audio, frames):
    """Let so many frames be played."""
    end = audio.engine.position + frames
    wait_for(lambda: audio.engine.position > end)


def test_a_voice_that_comes_late_makes_way_for_a_newer_one():
    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (audio, builder, listener):
        late, newer = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))

        def come_late(prepared, engine, job):
            REAL.catch_up(prepared, engine, job)
            pass_by(audio, 60 * audio.period)
            pipeline.catch_up = interrupted

        def interrupted(prepared, engine, job):
            pipeline.catch_up = REAL.catch_up
            builder.request(newer)
            REAL.catch_up(prepared, engine, job)

        pipeline.catch_up = come_late
        builder.request(late)
        wait_for(lambda: builder.sounding == newer.model)
        wait_for(lambda: not builder.building)
        assert not listener.refusals


def test_a_voice_that_is_dropped_at_once_is_the_one_that_falls():
    with running() as (audio, builder, listener):
        good, bad = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))
        builder.request(good)
        wait_for(lambda: len(listener.swaps) == 2)

        def publish_and_overload(publish, voice, gap_frames):
            publish(voice, gap_frames)
            wait_for(lambda: audio.engine.is_current(voice))
            audio.busy_ns = 1001
            wait_for(lambda: audio.engine.overloads == 1)
            audio.busy_ns = 0
            audio.engine.doors.leave("publish")

        audio.engine.doors.publish = publish_and_overload
        builder.request(bad)
        wait_for(lambda: listener.falls)
        assert bad in listener.heard
        assert listener.falls[0][0] is bad
        assert listener.falls[0][1] is good
        wait_for(lambda: builder.sounding == good.model and not builder.building)


def test_a_network_that_was_admitted_to_a_longer_period_is_admitted_anew():
    pipeline = RiggedPipeline(time_block=taking(0.1 * 64 / RATE))
    with running(pipeline=pipeline) as (audio, builder, listener):

        def shorten_meanwhile(*arguments):
            prepared = REAL.prepare(*arguments)
            audio.period = 8
            return prepared

        pipeline.prepare = shorten_meanwhile
        long = change_to(NetworkSpec(seed=7))
        builder.request(long)
        wait_for(lambda: [fall for fall in listener.falls if fall[0] is long])
        assert "of the 8-frame period" in listener.falls[-1][2]


def test_a_network_that_comes_back_does_not_count_from_its_first_arrival():
    with running() as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        pass_by(audio, RATE // 3)
        play(builder, NetworkSpec(seed=8))
        wait_for(lambda: len(listener.swaps) == 3)
        begin = time.monotonic()
        overload_once(audio, listener)
        wait_for(lambda: len(listener.swaps) == 4)
        assert listener.swaps[-1].change_to_sound_ms <= (time.monotonic() - begin) * 1e3


def test_where_what_was_to_replace_a_fallen_network_is_refused_the_good_one_follows():
    with running(cost=heavy_alone) as (audio, builder, listener):
        good = NetworkSpec(seed=7)
        play(builder, good)
        play(builder, NetworkSpec(seed=8))
        wait_for(lambda: len(listener.swaps) == 3)
        heavy = change_to(HEAVY)
        overload_once(audio, listener, lambda: builder.request(heavy))
        wait_for(lambda: listener.refusals)
        wait_for(lambda: builder.sounding == good and not builder.building)


def test_auto_level_that_is_switched_off_while_a_network_waits_holds_for_it_too():
    with running() as (_, builder, listener):
        slow = change_to(NetworkSpec(seed=7), 400.0, levelled=True)
        builder.request(slow)
        wait_for(lambda: builder.sounding == slow.model)
        # It waits for the end of the long fade.
        builder.request(change_to(NetworkSpec(seed=8), levelled=True))
        wait_for(lambda: builder.voices.ready is not None)
        builder.switch_level(False)
        wait_for(lambda: builder.sounding == NetworkSpec(seed=8))
        wait_for(lambda: builder.voices.current.voice.level == 1.0)
        assert not listener.refusals


def test_a_fault_while_building_is_answered():
    def faulty(*arguments):
        raise ValueError("a fault of ours")

    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (_, builder, listener):
        pipeline.prepare = faulty
        builder.request(change_to(NetworkSpec(seed=7)))
        wait_for(lambda: listener.refusals)
        wait_for(lambda: not builder.building)
        assert builder.sounding == NetworkSpec()


def test_where_the_first_network_is_refused_the_dry_signal_sounds():
    with RunningEngine(64) as audio:
        listener = Listener()
        builder = Builder(listener)
        audio.engine.set(Control.MASTER, 1.0)
        builder.attach(audio.engine, lambda: audio.period)
        builder.budget = 0.0
        builder.request(first_change())
        try:
            wait_for(lambda: audio.engine.level_out > -20.0)
            builder.budget = 0.7
            play(builder, NetworkSpec(seed=7))
        finally:
            builder.detach()


def test_what_a_smaller_buffer_drove_away_comes_back_with_a_larger_one():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with running(pipeline=pipeline) as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        audio.period = 32
        # The one before does not fit either.
        wait_for(lambda: listener.refusals)
        wait_for(lambda: not builder.building)
        assert builder.sounding is None
        audio.period = 64
        wait_for(lambda: builder.sounding == NetworkSpec())
        assert [change.begins for change, _ in listener.refusals] == [True]


@pytest.mark.parametrize("terms", [(128, 0.7), (64, 1.0)])
def test_a_first_network_that_was_refused_comes_with_more_room(terms):
    with RunningEngine(64) as audio:
        listener = Listener()
        builder = Builder(listener, pipeline=RiggedPipeline(time_block=taking(64 / RATE)))
        builder.attach(audio.engine, lambda: audio.period)
        builder.request(first_change())
        try:
            wait_for(lambda: listener.refusals)
            audio.period, builder.budget = terms
            wait_for(lambda: builder.sounding == NetworkSpec())
            assert len(listener.refusals) == 1
        finally:
            builder.detach()


def test_what_does_not_fit_a_smaller_buffer_is_not_tried_again_at_once():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with standing(pipeline=pipeline) as (audio, _, listener, until):
        audio.period = 32
        until(lambda: listener.falls and not audio.engine.sounds)
        let_look(audio)
        assert not listener.refusals


def test_a_network_on_its_way_comes_even_if_the_one_that_sounds_falls_meanwhile():
    with running() as (audio, builder, listener):
        first = change_to(NetworkSpec(seed=7), 300.0)
        builder.request(first)
        wait_for(lambda: builder.sounding == first.model)
        waiting = change_to(NetworkSpec(seed=8))
        builder.request(waiting)
        wait_for(lambda: builder.voices.ready is not None)
        overload_once(audio, listener)
        wait_for(lambda: waiting in listener.heard)
        wait_for(lambda: builder.sounding == waiting.model and not builder.building)


def test_after_a_dip_a_voice_that_is_always_late_comes_with_a_gap():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with running(pipeline=pipeline) as (audio, builder, listener):
        dawdle(audio, pipeline)
        slow = change_to(NetworkSpec(seed=7))
        builder.request(slow)
        wait_for(lambda: builder.sounding == slow.model)
        assert not listener.refusals


def test_a_voice_that_is_always_late_is_refused_in_the_end_and_the_old_one_plays_on():
    pipeline = RiggedPipeline(most_late=5)
    with running(pipeline=pipeline) as (audio, builder, listener):
        dawdle(audio, pipeline)
        slow = change_to(NetworkSpec(seed=7))
        builder.request(slow)
        wait_for(lambda: listener.refusals)
        assert listener.refusals[0][0] is slow
        assert "too slow to bring it up to the present" in listener.refusals[0][1]
        wait_for(lambda: not builder.building)
        assert builder.sounding == NetworkSpec()


def test_a_request_counts_as_being_built_in_every_step_until_it_sounds():
    seen = []
    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (_, builder, _):

        def watch(*arguments):
            seen.append(builder.building)
            REAL.catch_up(*arguments)

        pipeline.catch_up = watch
        # The second waits for the end of the long fade, and is let in by an idle builder.
        builder.request(change_to(NetworkSpec(seed=7), 100.0))
        wait_for(lambda: builder.sounding == NetworkSpec(seed=7))
        play(builder, NetworkSpec(seed=8))
    assert len(seen) >= 2 and all(seen)


def test_a_network_that_falls_just_before_another_comes_in_is_the_one_that_falls():
    with running() as (audio, builder, listener):
        bad, newer = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))
        builder.request(bad)
        wait_for(lambda: len(listener.swaps) == 2)

        def overload_and_publish(publish, voice, gap_frames):
            audio.engine.doors.leave("publish")
            audio.busy_ns = 1001
            wait_for(lambda: audio.engine.overloads == 1)
            audio.busy_ns = 0
            # The waiting has made it late.
            voice.rejoin_at(audio.engine.position)
            publish(voice, gap_frames)
            wait_for(lambda: audio.engine.is_current(voice))

        audio.engine.doors.publish = overload_and_publish
        builder.request(newer)
        wait_for(lambda: listener.falls)
        wait_for(lambda: not builder.building)
        assert [fallen for fallen, _, _ in listener.falls] == [bad]
        assert listener.heard == [bad, newer]
        assert builder.sounding == newer.model
        assert audio.engine.is_current(builder.voices.current.voice)


def test_a_smaller_buffer_sends_no_network_away_that_only_comes_in():
    pipeline = RiggedPipeline()
    with standing(pipeline=pipeline) as (audio, builder, listener, until):
        light = change_to(NetworkSpec(seed=7))
        builder.request(light)
        wait_for(lambda: builder.voices.published is not None)
        pipeline.time_block = lambda voice, block: float(voice.model != light.model)
        audio.period = 32
        let_look(audio)
        until(lambda: builder.sounding == light.model and not builder.building)
        until(lambda: len(listener.swaps) == 2)
        assert not listener.falls
        assert audio.engine.sounds


@pytest.mark.parametrize("fault", [OutdatedError, ValueError])
def test_what_made_room_for_a_network_that_fails_comes_back(fault):
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with running(pipeline=pipeline) as (audio, builder, listener):
        good, failing = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))
        builder.request(good)
        wait_for(lambda: builder.sounding == good.model and not builder.building)

        def fail(*arguments):
            assert not audio.engine.sounds
            pipeline.catch_up = REAL.catch_up
            raise fault

        pipeline.catch_up = fail
        builder.request(failing)
        wait_for(lambda: listener.refusals)
        assert listener.refusals[0][0] is failing
        wait_for(lambda: not builder.building)
        assert builder.sounding == good.model
        assert audio.engine.is_current(builder.voices.current.voice)


def test_a_fault_in_looking_after_what_sounds_keeps_no_other_network_from_coming():
    class Failing(LevelFollower):
        def tend(self, *arguments):
            raise MemoryError

    with running(pipeline=RiggedPipeline(follower=Failing)) as (_, builder, _):
        play(builder, NetworkSpec(seed=7))


def test_a_refusal_leaves_a_network_that_comes_in_meanwhile_to_sound():
    with standing(heavy_alone) as (audio, builder, listener, until):
        overload_once(audio, listener)
        until(lambda: listener.falls)
        coming = change_to(NetworkSpec(seed=7))
        builder.request(coming)
        wait_for(lambda: builder.voices.published is not None)

        def come_in_and_go_dry(go_dry):
            audio.step()
            go_dry()

        audio.engine.doors.go_dry = come_in_and_go_dry
        builder.request(change_to(HEAVY))
        wait_for(lambda: listener.refusals)
        until(lambda: builder.sounding == coming.model and not builder.building)
        assert not audio.engine.dry


def test_what_sounds_can_be_asked_for_while_it_falls():
    voices = Builder(Listener()).voices

    class Falling:
        change = change_to(NetworkSpec(seed=7))

        def __bool__(self):
            voices.current = None
            return True

    voices.current = Falling()
    assert voices.sounding == NetworkSpec(seed=7)


def test_a_network_whose_fade_the_end_cuts_short_is_reported_once():
    with standing() as (_, builder, listener, until):
        builder.request(change_to(NetworkSpec(seed=7), 1000.0))
        until(lambda: builder.sounding == NetworkSpec(seed=7))
        builder.detach()
        assert [swap.subject for swap in listener.swaps] == ["", "seed"]
        assert listener.swaps[-1].step is None


def test_a_network_that_was_let_in_is_reported_even_if_the_node_ends_at_once():
    with standing() as (audio, builder, listener, _):
        published = threading.Event()

        def publish_and_end(publish, voice, gap_frames):
            publish(voice, gap_frames)
            audio.step()
            builder.stop()
            published.set()

        audio.engine.doors.publish = publish_and_end
        last = change_to(NetworkSpec(seed=7))
        builder.request(last)
        published.wait()
        builder.detach()
        assert listener.heard == [last]
        assert [swap.subject for swap in listener.swaps] == ["", "seed"]


def test_two_networks_that_come_while_a_fade_runs_are_both_reported():
    with standing() as (audio, builder, listener, until):
        first = change_to(NetworkSpec(seed=7), 1000.0, subject="first")
        builder.request(first)
        until(lambda: builder.sounding == first.model)
        waiting = change_to(NetworkSpec(seed=8), subject="second")
        builder.request(waiting)
        wait_for(lambda: builder.voices.ready is not None)
        overload_once(audio, listener)
        until(lambda: builder.sounding == waiting.model and not builder.building)
        until(lambda: len(listener.swaps) == 3)
        assert [swap.subject for swap in listener.swaps] == ["", "first", "second"]


def test_what_sounded_before_a_server_went_comes_back_if_the_next_network_is_refused():
    with standing(heavy_alone) as (_, builder, listener, until):
        builder.request(change_to(NetworkSpec(seed=7)))
        until(lambda: builder.sounding == NetworkSpec(seed=7))
        builder.detach()
        again = StandingEngine(64)
        builder.attach(again.engine, lambda: again.period)
        builder.request(change_to(HEAVY))
        wait_for(lambda: listener.refusals)
        wait_for(lambda: builder.voices.published is not None)
        again.step()
        wait_for(lambda: builder.sounding == NetworkSpec(seed=7))


def test_a_network_that_waits_for_its_turn_has_made_no_progress():
    seen, armed = [], threading.Event()

    class Follower(LevelFollower):
        def tend(self, *arguments):
            if armed.is_set():
                armed.clear()
                builder.request(change_to(NetworkSpec(seed=7)))
                seen.append(builder.progress)
            super().tend(*arguments)

    with running(pipeline=RiggedPipeline(follower=Follower)) as (_, builder, _):
        armed.set()
        wait_for(lambda: builder.sounding == NetworkSpec(seed=7) and not builder.building)
        assert seen == [0.0]
        assert builder.progress == 1.0
