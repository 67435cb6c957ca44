"""A sweep over networks that take long to build is heard all the same."""

import threading
from types import SimpleNamespace

import pytest

from ronn_jack.hotswap.job import Job
from ronn_jack.model.spec import NetworkSpec
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.rigged import REAL, Clock, RiggedPipeline
from tests.support.running_builder import running, standing

TURN_SECONDS = 0.004
"""Time between two turns of the knob, in which about three blocks are played."""


def job_of(arguments):
    return next(argument for argument in arguments if isinstance(argument, Job))


@pytest.mark.parametrize(("build_seconds", "sweep_seconds", "least"), [(0.1, 2, 3), (0.7, 2.5, 2)])
def test_a_sweep_over_slow_builds_is_heard_before_it_ends(build_seconds, sweep_seconds, least):
    clock, over = Clock(), threading.Event()
    heard = []
    seeds = iter(range(1, 10_000))

    def turn():
        builder.request(change_to(NetworkSpec(seed=next(seeds))))

    def slowly(*arguments):
        """Take long, while the knob is turned on and the audio thread plays."""
        done = clock.now + build_seconds
        while clock.now < done and not over.is_set():
            clock.now += TURN_SECONDS
            for _ in range(3):
                audio.step()
            turn()
            if clock.now > end:
                heard.extend(listener.heard)
                over.set()
            job_of(arguments).check()
        return REAL.prepare(*arguments)

    pipeline = RiggedPipeline(clock=clock)
    with standing(pipeline=pipeline) as (audio, builder, listener, until):
        pipeline.prepare = slowly
        end = clock.now + sweep_seconds
        turn()
        assert over.wait(60.0)
        last = next(seeds) - 1
        until(lambda: builder.sounding.seed == last)
        assert len(heard) >= least
        assert not listener.refusals


def test_a_build_that_will_take_too_long_makes_way_as_soon_as_it_shows():
    hopeless, clock = {7, 8}, Clock()
    begun, steps, asked = [], [], threading.Event()

    def endlessly(change, *arguments):
        seed = change.model.seed
        if seed not in hopeless:
            return REAL.prepare(change, *arguments)
        begun.append(seed)
        voice = SimpleNamespace(position=0)
        ahead = SimpleNamespace(position=1_000_000)
        while True:
            if seed == 8:
                asked.wait()
                steps.append(voice.position)
            job_of(arguments).step(voice, ahead)
            voice.position += 100
            clock.now += 0.01

    pipeline = RiggedPipeline(clock=clock)
    with running(pipeline=pipeline) as (_, builder, listener):
        pipeline.prepare = endlessly
        for seed in (7, 8, 9):
            builder.request(change_to(NetworkSpec(seed=seed)))
            if seed in hopeless:
                wait_for(lambda seed=seed: seed in begun)
        asked.set()
        wait_for(lambda: builder.sounding.seed == 9)
        # The first step shows no pace yet, and the second is the first that does.
        assert len(steps) <= 3
        assert not listener.refusals


def test_a_job_tells_from_its_pace_how_long_it_will_take():
    clock = Clock()
    voice, engine = SimpleNamespace(position=1000), SimpleNamespace(position=5000)
    job = Job(clock=clock)
    assert job.seconds_left == 0.0
    job.step(voice, engine)
    assert job.seconds_left == 0.0
    clock.now, voice.position = clock.now + 2.0, 2000
    job.step(voice, engine)
    assert job.share == 0.25
    assert job.seconds_left == pytest.approx(6.0)
    voice.position = 5000
    job.step(voice, engine)
    assert job.seconds_left == 0.0
