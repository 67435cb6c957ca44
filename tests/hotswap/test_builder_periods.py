"""Another buffer size or budget meets networks that sound, come or were refused."""

import threading

import pytest

from ronn_jack.hotswap.builder import Builder
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from tests.support.changes import change_to, first_change
from tests.support.jack_server import wait_for
from tests.support.recording import Listener
from tests.support.rigged import REAL, RiggedPipeline, taking
from tests.support.running_builder import let_look, play, running, standing
from tests.support.running_engine import RATE, RunningEngine


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
            audio.period, builder.budget.share = terms
            wait_for(lambda: builder.sounding == NetworkSpec())
            assert len(listener.refusals) == 1
        finally:
            builder.detach()


@pytest.mark.parametrize("part", ["prepare", "catch_up"])
def test_a_larger_buffer_that_comes_while_a_network_is_being_refused_is_not_missed(part):
    pipeline, listener = RiggedPipeline(), Listener()
    with RunningEngine(64) as audio:
        builder = Builder(listener, pipeline=pipeline)
        builder.attach(audio.engine, lambda: audio.period)

        def grow_and_fail(*arguments):
            setattr(pipeline, part, getattr(REAL, part))
            audio.period = 128
            raise MemoryError

        setattr(pipeline, part, grow_and_fail)
        builder.request(first_change())
        try:
            wait_for(lambda: builder.sounding == NetworkSpec())
            assert len(listener.refusals) == 1
        finally:
            builder.detach()


def test_a_larger_buffer_is_not_missed_for_another_network_that_is_refused_in_it():
    pipeline = RiggedPipeline(time_block=taking(64 / RATE))
    begun, grown = threading.Event(), threading.Event()

    def prepare(change, *arguments):
        if change.model.seed == 7:
            begun.set()
            assert grown.wait(20.0)
        if change.model.seed in (7, 8):
            raise MemoryError
        return REAL.prepare(change, *arguments)

    pipeline.prepare = prepare
    with RunningEngine(64) as audio:
        listener = Listener()
        builder = Builder(listener, pipeline=pipeline)
        builder.attach(audio.engine, lambda: audio.period)
        builder.request(first_change())
        try:
            wait_for(lambda: listener.refusals)
            builder.request(change_to(NetworkSpec(seed=7)))
            assert begun.wait(20.0)
            audio.period = 128
            builder.request(change_to(NetworkSpec(seed=8)))
            grown.set()
            wait_for(lambda: builder.sounding == NetworkSpec())
            assert len(listener.refusals) == 3
        finally:
            builder.detach()


def test_what_does_not_fit_a_smaller_buffer_is_not_tried_again_at_once():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with standing(pipeline=pipeline) as (audio, _, listener, until):
        audio.period = 32
        until(lambda: listener.falls and not audio.engine.sounds)
        let_look(audio)
        assert not listener.refusals


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


def test_where_the_first_network_is_refused_the_dry_signal_sounds():
    with RunningEngine(64) as audio:
        listener = Listener()
        builder = Builder(listener)
        audio.engine.set(Control.MASTER, 1.0)
        builder.attach(audio.engine, lambda: audio.period)
        builder.budget.share = 0.0
        builder.request(first_change())
        try:
            wait_for(lambda: audio.engine.level_out > -20.0)
            builder.budget.share = 0.7
            play(builder, NetworkSpec(seed=7))
        finally:
            builder.detach()
