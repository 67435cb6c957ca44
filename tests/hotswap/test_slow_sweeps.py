"""A sweep over networks that take long to build is heard all the same."""

import threading
import time
from types import SimpleNamespace

import pytest

from ronn_jack.hotswap.job import Job
from ronn_jack.model.spec import NetworkSpec
from tests.hotswap.test_builder import running
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.rigged import REAL, RiggedPipeline


@pytest.mark.parametrize("build_seconds,sweep_seconds,least", [(0.1, 2.0, 3), (0.7, 2.5, 2)])
def test_a_sweep_over_slow_builds_is_heard_before_it_ends(build_seconds, sweep_seconds, least):
    def slowly(change, engine, deadline, cost, input_gain, job, *rest):
        end = time.monotonic() + build_seconds
        while time.monotonic() < end:
            time.sleep(0.002)
            job.check()
        return REAL.prepare(change, engine, deadline, cost, input_gain, job, *rest)

    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (_, builder, listener):
        pipeline.prepare = slowly
        end = time.monotonic() + sweep_seconds
        seed = 0
        while time.monotonic() < end:
            seed += 1
            builder.request(change_to(NetworkSpec(seed=seed)))
            time.sleep(0.005)
        heard = len(listener.heard)
        wait_for(lambda: builder.sounding.seed == seed)
        assert heard >= least
        assert not listener.refusals


def test_a_build_that_will_take_too_long_makes_way_as_soon_as_it_shows():
    hopeless = {7, 8}
    begun, steps, asked = [], [], threading.Event()

    def endlessly(change, engine, deadline, cost, input_gain, job, *rest):
        if change.model.seed not in hopeless:
            return REAL.prepare(change, engine, deadline, cost, input_gain, job, *rest)
        begun.append(change.model.seed)
        voice = SimpleNamespace(position=0)
        ahead = SimpleNamespace(position=1_000_000)
        while True:
            if change.model.seed == 8:
                asked.wait()
                steps.append(voice.position)
            job.step(voice, ahead)
            voice.position += 100
            time.sleep(0.002)

    pipeline = RiggedPipeline()
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
    now = 100.0
    voice, engine = SimpleNamespace(position=1000), SimpleNamespace(position=5000)
    job = Job(clock=lambda: now)
    assert job.seconds_left == 0.0
    job.step(voice, engine)
    assert job.seconds_left == 0.0
    now, voice.position = 102.0, 2000
    job.step(voice, engine)
    assert job.share == 0.25
    assert job.seconds_left == pytest.approx(6.0)
    voice.position = 5000
    job.step(voice, engine)
    assert job.seconds_left == 0.0
