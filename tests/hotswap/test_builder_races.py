"""What happens at the same time as something else, and must leave no request unfinished."""

import threading

import pytest

from ronn_jack.hotswap.job import OutdatedError
from ronn_jack.hotswap.levels.follower import LevelFollower
from ronn_jack.model.spec import NetworkSpec
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.rigged import REAL, RiggedPipeline, taking
from tests.support.running_builder import (
    HEAVY,
    dawdle,
    heavy_alone,
    pass_by,
    play,
    running,
    standing,
)
from tests.support.running_engine import RATE, StandingEngine


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


def test_auto_level_that_is_switched_off_while_a_network_waits_holds_for_it_too():
    with standing() as (_, builder, listener, until):
        slow = change_to(NetworkSpec(seed=7), 400.0, levelled=True)
        builder.request(slow)
        until(lambda: builder.sounding == slow.model)
        # It waits for the end of the long fade.
        builder.request(change_to(NetworkSpec(seed=8), levelled=True))
        wait_for(lambda: builder.voices.ready is not None)
        builder.switch_level(False)
        until(lambda: builder.sounding == NetworkSpec(seed=8))
        until(lambda: builder.voices.current.voice.level.gain == 1.0)
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


def test_what_sounded_before_a_server_went_comes_back_if_the_next_network_is_refused():
    with standing(heavy_alone) as (_, builder, listener, until):
        builder.request(change_to(NetworkSpec(seed=7)))
        until(lambda: builder.sounding == NetworkSpec(seed=7))
        builder.detach()
        again = StandingEngine(64)
        builder.attach(again.engine, lambda: again.period)
        builder.request(change_to(HEAVY))
        wait_for(lambda: listener.refusals)

        def sounds():
            again.step()
            return builder.sounding == NetworkSpec(seed=7)

        wait_for(sounds)


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
