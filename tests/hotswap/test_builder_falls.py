"""A network falls while something else is under way, and no request is left unfinished."""

import time

from ronn_jack.hotswap.builder import Builder
from ronn_jack.model.spec import NetworkSpec
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.recording import Listener
from tests.support.running_builder import (
    HEAVY,
    heavy_alone,
    overload_once,
    pass_by,
    play,
    running,
    standing,
)
from tests.support.running_engine import RATE


def overload(audio):
    """Play as many busy blocks as are forgiven, and one."""
    audio.busy_ns = 1001
    for _ in range(4):
        audio.step()
    audio.busy_ns = 0


def test_a_voice_that_is_dropped_at_once_is_the_one_that_falls():
    with standing() as (audio, builder, listener, until):
        good, bad = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))
        builder.request(good)
        until(lambda: len(listener.swaps) == 2)

        def publish_and_overload(publish, voice, gap_frames):
            audio.engine.doors.leave("publish")
            publish(voice, gap_frames)
            overload(audio)

        audio.engine.doors.publish = publish_and_overload
        builder.request(bad)
        wait_for(lambda: listener.falls)
        assert bad in listener.heard
        assert listener.falls[0][0] is bad
        assert listener.falls[0][1] is good
        until(lambda: builder.sounding == good.model and not builder.building)


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


def test_a_network_on_its_way_comes_even_if_the_one_that_sounds_falls_meanwhile():
    with standing() as (audio, builder, listener, until):
        first = change_to(NetworkSpec(seed=7), 300.0)
        builder.request(first)
        until(lambda: builder.sounding == first.model)
        waiting = change_to(NetworkSpec(seed=8))
        builder.request(waiting)
        wait_for(lambda: builder.voices.ready is not None)
        overload_once(audio, listener)
        until(lambda: waiting in listener.heard)
        until(lambda: builder.sounding == waiting.model and not builder.building)


def test_a_network_that_falls_just_before_another_comes_in_is_the_one_that_falls():
    with standing() as (audio, builder, listener, until):
        bad, newer = change_to(NetworkSpec(seed=7)), change_to(NetworkSpec(seed=8))
        builder.request(bad)
        until(lambda: len(listener.swaps) == 2)

        def overload_and_publish(publish, voice, gap_frames):
            audio.engine.doors.leave("publish")
            overload(audio)
            # These blocks have made it late.
            voice.rejoin_at(audio.engine.position)
            publish(voice, gap_frames)
            audio.step()

        audio.engine.doors.publish = overload_and_publish
        builder.request(newer)
        wait_for(lambda: listener.falls)
        until(lambda: not builder.building)
        assert [fallen for fallen, _, _ in listener.falls] == [bad]
        assert listener.heard == [bad, newer]
        assert builder.sounding == newer.model
        assert audio.engine.is_current(builder.voices.current.voice)


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
