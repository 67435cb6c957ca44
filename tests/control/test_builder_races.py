"""What happens at the same time as something else, and must leave no request unfinished."""

import time

from ronn_jack.control import builder as builder_module
from ronn_jack.control.builder import Builder, Request
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from tests.control.test_builder import Listener, change, fixed_cost, play, request, running
from tests.support.jack_server import wait_for
from tests.support.running_engine import RATE, RunningEngine


def overload_once(audio, listener, monkeypatch, then=lambda: None):
    """Keep the thread busy until a network falls; do something before another can follow."""
    fell_back = listener.fell_back

    def relax(*told, **also):
        audio.busy_ns = 0
        fell_back(*told, **also)
        then()

    monkeypatch.setattr(listener, "fell_back", relax)
    audio.busy_ns = 1001


def test_a_voice_that_comes_late_makes_way_for_a_newer_one(monkeypatch):
    catch_up = builder_module.catch_up
    with running() as (audio, builder, listener):
        late, newer = request(NetworkSpec(seed=7)), request(NetworkSpec(seed=8))

        def dawdle(prepared, engine, work):
            catch_up(prepared, engine, work)
            end = engine.position + 60 * audio.period
            wait_for(lambda: engine.position > end)
            monkeypatch.setattr(builder_module, "catch_up", interrupted)

        def interrupted(prepared, engine, work):
            monkeypatch.setattr(builder_module, "catch_up", catch_up)
            builder.request(newer)
            catch_up(prepared, engine, work)

        monkeypatch.setattr(builder_module, "catch_up", dawdle)
        builder.request(late)
        wait_for(lambda: builder.sounding == newer.spec)
        wait_for(lambda: not builder.building)
        assert not listener.refusals


def test_a_voice_that_is_dropped_at_once_is_the_one_that_falls(monkeypatch):
    with running() as (audio, builder, listener):
        good, bad = request(NetworkSpec(seed=7)), request(NetworkSpec(seed=8))
        builder.request(good)
        wait_for(lambda: len(listener.swaps) == 2)
        publish = audio.engine.publish

        def publish_and_overload(voice):
            publish(voice)
            wait_for(lambda: audio.engine.is_current(voice))
            audio.busy_ns = 1001
            wait_for(lambda: audio.engine.overloads == 1)
            audio.busy_ns = 0
            monkeypatch.setattr(audio.engine, "publish", publish)

        monkeypatch.setattr(audio.engine, "publish", publish_and_overload)
        builder.request(bad)
        wait_for(lambda: listener.falls)
        assert listener.falls[0][0] is bad.change
        assert listener.falls[0][1] is good.change
        wait_for(lambda: builder.sounding == good.spec and not builder.building)


def test_a_network_that_was_admitted_to_a_longer_period_is_admitted_anew(monkeypatch):
    fixed_cost(monkeypatch, 0.1 * 64 / RATE)
    prepare = builder_module.prepare
    with running() as (audio, builder, listener):

        def shorten_meanwhile(*arguments):
            prepared = prepare(*arguments)
            audio.period = 8
            return prepared

        monkeypatch.setattr(builder_module, "prepare", shorten_meanwhile)
        long = request(NetworkSpec(seed=7))
        builder.request(long)
        wait_for(lambda: [fall for fall in listener.falls if fall[0] is long.change])
        assert "of the 8-frame period" in listener.falls[-1][2]


def test_a_network_that_comes_back_does_not_count_from_its_first_arrival(monkeypatch):
    with running() as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        time.sleep(0.3)
        play(builder, NetworkSpec(seed=8))
        wait_for(lambda: len(listener.swaps) == 3)
        begin = time.monotonic()
        overload_once(audio, listener, monkeypatch)
        wait_for(lambda: len(listener.swaps) == 4)
        assert listener.swaps[-1].change_to_sound_ms <= (time.monotonic() - begin) * 1e3


def test_where_what_was_to_replace_a_fallen_network_is_refused_the_good_one_follows(monkeypatch):
    with running() as (audio, builder, listener):
        good = NetworkSpec(seed=7)
        play(builder, good)
        play(builder, NetworkSpec(seed=8))
        wait_for(lambda: len(listener.swaps) == 3)
        heavy = request(NetworkSpec(channels=64, kernel=64, layers=8, dilation=1), budget=1e-9)
        overload_once(audio, listener, monkeypatch, lambda: builder.request(heavy))
        wait_for(lambda: listener.refusals)
        wait_for(lambda: builder.sounding == good and not builder.building)


def test_auto_level_that_is_switched_off_while_a_network_waits_holds_for_it_too():
    with running() as (_, builder, listener):
        slow = Request(NetworkSpec(seed=7), 400.0, 0.7, True, change())
        builder.request(slow)
        wait_for(lambda: builder.sounding == slow.spec)
        # It waits for the end of the long fade.
        builder.request(request(NetworkSpec(seed=8), levelled=True))
        wait_for(lambda: builder._ready is not None)
        builder.level(False)
        wait_for(lambda: builder.sounding == NetworkSpec(seed=8))
        wait_for(lambda: builder._current.voice.level == 1.0)
        assert not listener.refusals


def test_a_fault_while_building_is_answered(monkeypatch):
    def faulty(*arguments):
        raise ValueError("a fault of ours")

    with running() as (_, builder, listener):
        monkeypatch.setattr(builder_module, "prepare", faulty)
        builder.request(request(NetworkSpec(seed=7)))
        wait_for(lambda: listener.refusals)
        wait_for(lambda: not builder.building)
        assert builder.sounding == NetworkSpec()


def test_where_the_first_network_is_refused_the_dry_signal_sounds():
    with RunningEngine(64) as audio:
        listener = Listener()
        builder = Builder(listener)
        audio.engine.set(Control.MASTER, 1.0)
        builder.request(Request(NetworkSpec(), 5.0, 1e-9, False))
        builder.attach(audio.engine, lambda: audio.period)
        try:
            wait_for(lambda: audio.engine.level_out > -20.0)
            play(builder, NetworkSpec(seed=7))
        finally:
            builder.detach()


def test_a_network_on_its_way_comes_even_if_the_one_that_sounds_falls_meanwhile(monkeypatch):
    with running() as (audio, builder, listener):
        first = Request(NetworkSpec(seed=7), 300.0, 0.7, False, change())
        builder.request(first)
        wait_for(lambda: builder.sounding == first.spec)
        waiting = request(NetworkSpec(seed=8))
        builder.request(waiting)
        wait_for(lambda: builder._ready is not None)
        overload_once(audio, listener, monkeypatch)
        wait_for(lambda: waiting.change in listener.heard)
        wait_for(lambda: builder.sounding == waiting.spec and not builder.building)


def test_after_a_dip_a_voice_that_is_always_late_comes_with_a_gap(monkeypatch):
    fixed_cost(monkeypatch, 0.5 * 64 / RATE)
    catch_up = builder_module.catch_up
    with running() as (audio, builder, listener):

        def dawdle(prepared, engine, work):
            catch_up(prepared, engine, work)
            end = engine.position + 10 * audio.period
            wait_for(lambda: engine.position > end)

        monkeypatch.setattr(builder_module, "catch_up", dawdle)
        slow = request(NetworkSpec(seed=7))
        builder.request(slow)
        wait_for(lambda: builder.sounding == slow.spec)
        assert not listener.refusals


def test_a_request_counts_as_being_built_in_every_step_until_it_sounds(monkeypatch):
    catch_up = builder_module.catch_up
    seen = []
    with running() as (_, builder, _):

        def watch(*arguments):
            seen.append(builder.building)
            catch_up(*arguments)

        monkeypatch.setattr(builder_module, "catch_up", watch)
        # The second waits for the end of the long fade, and is let in by an idle builder.
        builder.request(Request(NetworkSpec(seed=7), 100.0, 0.7, False, change()))
        wait_for(lambda: builder.sounding == NetworkSpec(seed=7))
        play(builder, NetworkSpec(seed=8))
    assert len(seen) >= 2 and all(seen)
