"""A builder at work beside an engine that runs by itself, or only when the test says so."""

from __future__ import annotations

import contextlib

from ronn_jack.hotswap.builder import Builder
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from tests.support.changes import change_to, first_change
from tests.support.jack_server import wait_for
from tests.support.recording import Listener
from tests.support.rigged import REAL
from tests.support.running_engine import RunningEngine, StandingEngine

HEAVY = NetworkSpec(channels=64)
"""A network that `heavy_alone` lets none afford."""


@contextlib.contextmanager
def running(period=64, cost=None, pipeline=None):
    with RunningEngine(period) as audio:
        listener = Listener()
        builder = Builder(listener, cost, pipeline)
        audio.engine.set(Control.MASTER, 1.0)
        builder.attach(audio.engine, lambda: audio.period)
        builder.request(first_change())
        try:
            wait_for(lambda: builder.sounding is not None)
            yield audio, builder, listener
        finally:
            builder.detach()


def play(builder, spec, **options):
    builder.request(change_to(spec, **options))
    wait_for(lambda: builder.sounding == spec and not builder.building)


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
