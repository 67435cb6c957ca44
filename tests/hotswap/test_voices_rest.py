"""A network that rests while the networks are switched off, and comes back."""

import numpy as np

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from tests.realtime.engine_driver import engine_for
from tests.support.changes import change_to
from tests.support.rigged import REAL, RiggedPipeline, taking
from tests.support.running_builder import let_look, standing
from tests.support.running_engine import RATE


def rest(audio, until):
    audio.engine.set(Control.NETWORK, 0.0)
    until(lambda: audio.engine.network_rests)


def test_it_comes_back_as_it_was_once_it_has_caught_up_and_nothing_is_told():
    with standing() as (audio, builder, listener, until):
        builder.request(change_to(NetworkSpec(seed=7)))
        until(lambda: len(listener.swaps) == 2)
        voice, swap, good = builder.voices.current.voice, builder.voices.swap, builder.voices.good
        rest(audio, until)
        for _ in range(500):
            audio.step()
        audio.engine.set(Control.NETWORK, 1.0)
        builder.wake()
        until(lambda: not (audio.engine.network_rests or builder.building))
        let_look(audio)
        assert builder.voices.current.voice is voice
        assert audio.engine.is_current(voice)
        assert voice.position == audio.engine.position
        assert (builder.voices.swap, builder.voices.good) == (swap, good)
        assert len(listener.swaps) == 2
        assert not (listener.refusals or listener.falls)


def test_one_of_which_two_do_not_fit_takes_the_place_of_none():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with standing(pipeline=pipeline) as (audio, builder, _, until):
        rest(audio, until)
        audio.engine.set(Control.NETWORK, 1.0)
        until(lambda: not (audio.engine.network_rests or builder.building))
        assert not builder.voices.current.swap.dip


def test_what_it_gives_then_is_as_if_it_had_never_rested():
    with standing() as (audio, builder, _, until):
        spec = builder.sounding
        rest(audio, until)
        for _ in range(1000):
            audio.step()
        audio.engine.set(Control.NETWORK, 1.0)
        until(lambda: not audio.engine.network_rests)
        for _ in range(40):
            audio.step()
        engine, frames = audio.engine, audio.engine.position
        heard = engine.recent_wet(frames, 1024)
        always = engine_for(spec, history_seconds=20.0)
        always.process(engine.recent_dry(frames, frames))
        expected = always.recent_wet(frames, 1024)
        assert np.abs(heard - expected).max() < 1e-6


def test_one_that_is_asked_for_meanwhile_comes_instead():
    with standing() as (audio, builder, listener, until):
        rest(audio, until)
        other = NetworkSpec(seed=7)
        builder.request(change_to(other))
        until(lambda: builder.sounding == other and not builder.building)
        assert audio.engine.network_rests
        audio.engine.set(Control.NETWORK, 1.0)
        until(lambda: not audio.engine.network_rests)
        assert builder.sounding == other
        assert not (listener.refusals or listener.falls)


def test_one_that_comes_back_too_late_tries_again():
    pipeline = RiggedPipeline()
    with standing(pipeline=pipeline) as (audio, builder, listener, until):
        voice = builder.voices.current.voice
        rest(audio, until)
        late = []

        def catch_up_late(prepared, engine, job):
            REAL.catch_up(prepared, engine, job)
            if len(late) < 3:
                late.append(1)
                for _ in range(10):
                    audio.step()

        pipeline.catch_up = catch_up_late
        audio.engine.set(Control.NETWORK, 1.0)
        until(lambda: not audio.engine.network_rests)
        assert len(late) == 3
        assert audio.engine.is_current(voice)
        assert not listener.refusals


def test_switched_off_again_before_it_is_back_it_rests_on():
    with standing() as (audio, builder, listener, until):
        for _ in range(3):
            rest(audio, until)
            audio.engine.set(Control.NETWORK, 1.0)
            let_look(audio)
            audio.engine.set(Control.NETWORK, 0.0)
            audio.step()
            audio.engine.set(Control.NETWORK, 1.0)
            until(lambda: not audio.engine.network_rests)
        assert builder.sounding is not None
        assert not (listener.refusals or listener.falls)
