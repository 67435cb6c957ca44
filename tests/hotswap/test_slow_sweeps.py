"""A sweep over networks that take long to build is heard all the same."""

import time
from types import SimpleNamespace

import pytest

from ronn_jack.hotswap import builder as builder_module
from ronn_jack.hotswap import job as job_module
from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.model.spec import NetworkSpec
from tests.hotswap.test_builder import request, running
from tests.support.jack_server import wait_for


@pytest.mark.parametrize("build_seconds,sweep_seconds,least", [(0.1, 2.0, 3), (0.7, 2.5, 2)])
def test_a_sweep_over_slow_builds_is_heard_before_it_ends(
    monkeypatch, build_seconds, sweep_seconds, least
):
    prepare = builder_module.prepare

    def slowly(spec, engine, deadline, cost, levelled, input_gain, job, *rest):
        end = time.monotonic() + build_seconds
        while time.monotonic() < end:
            time.sleep(0.002)
            if job._outdated():
                raise OutdatedError
        return prepare(spec, engine, deadline, cost, levelled, input_gain, job, *rest)

    with running() as (_, builder, listener):
        monkeypatch.setattr(builder_module, "prepare", slowly)
        end = time.monotonic() + sweep_seconds
        seed = 0
        while time.monotonic() < end:
            seed += 1
            builder.request(request(NetworkSpec(seed=seed)))
            time.sleep(0.005)
        heard = len(listener.heard)
        wait_for(lambda: builder.sounding.seed == seed)
        assert heard >= least
        assert not listener.refusals


def test_a_build_that_will_take_too_long_makes_way_as_soon_as_it_shows(monkeypatch):
    prepare = builder_module.prepare
    hopeless = {7, 8}
    begun, spent = [], {}

    def endlessly(spec, engine, deadline, cost, levelled, input_gain, job, *rest):
        if spec.seed not in hopeless:
            return prepare(spec, engine, deadline, cost, levelled, input_gain, job, *rest)
        begun.append(spec.seed)
        begin, voice = time.monotonic(), SimpleNamespace(position=0)
        ahead = SimpleNamespace(position=1_000_000)
        while True:
            spent[spec.seed] = time.monotonic() - begin
            job.step(voice, ahead)
            voice.position += 100
            time.sleep(0.002)

    with running() as (_, builder, listener):
        monkeypatch.setattr(builder_module, "prepare", endlessly)
        for seed in (7, 8, 9):
            builder.request(request(NetworkSpec(seed=seed)))
            if seed in hopeless:
                wait_for(lambda seed=seed: seed in begun)
        wait_for(lambda: builder.sounding.seed == 9)
        assert spent[8] < 0.5 * builder_module._LONGEST_KEPT_SECONDS
        assert not listener.refusals


def test_a_job_tells_from_its_pace_how_long_it_will_take(monkeypatch):
    now = 100.0
    monkeypatch.setattr(job_module, "time", SimpleNamespace(monotonic=lambda: now))
    voice, engine = SimpleNamespace(position=1000), SimpleNamespace(position=5000)
    job = Job()
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
