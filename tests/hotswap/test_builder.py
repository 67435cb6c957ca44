"""What becomes of requests: swaps, dips, refusals, and what the watchdog drops."""

import dataclasses

import numpy as np
import pytest

from ronn_jack.model.spec import NetworkSpec
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.rigged import REAL, RiggedPipeline, taking
from tests.support.running_builder import overload_once, play, running
from tests.support.running_engine import RATE


@pytest.mark.parametrize("load", [0.01, 0.1, 0.25, 0.5])
def test_what_the_audio_thread_catches_up_counts_in_the_budget(load):
    period = 64 / RATE
    pipeline = RiggedPipeline(time_block=taking(0.1 * period))
    with running(pipeline=pipeline) as (audio, builder, _):
        pipeline.time_block = taking(load * period)
        gaps = []

        def noting(publish, voice, gap_frames):
            gaps.append(gap_frames)
            return publish(voice, gap_frames)

        audio.engine.doors.publish = noting
        play(builder, NetworkSpec(seed=7))
    # Of a budget of 0.7 the old one takes 0.1 while it fades, and the new one its own block.
    assert gaps[0] / audio.period == pytest.approx((0.7 - 0.1 - load) / load, abs=0.02)


def test_a_request_is_heard_and_reported():
    with running() as (_, builder, listener):
        play(builder, NetworkSpec(seed=7))
        assert [c.subject for c in listener.heard] == ["seed"]
        wait_for(lambda: len(listener.swaps) == 2)
        swap = listener.swaps[-1]
        assert swap.change_to_sound_ms >= swap.build_ms >= swap.prime_ms > 0.0
        assert 0.0 < swap.step < 2.0
        assert not swap.dip


def test_the_newest_of_many_requests_sounds_in_the_end():
    with running() as (audio, builder, listener):
        for seed in range(200):
            builder.request(change_to(NetworkSpec(seed=seed)))
        wait_for(lambda: builder.sounding is not None and builder.sounding.seed == 199)
        wait_for(lambda: not audio.engine.fading)
        assert not listener.refusals
        wait_for(lambda: audio.engine.held_voices == 1, what="old voices to be freed")


def test_what_does_not_fit_is_refused_with_what_would():
    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (_, builder, listener):
        heavy = NetworkSpec(channels=64, kernel=64, layers=8, dilation=1)
        pipeline.time_block = taking(10 * 64 / RATE)
        builder.request(change_to(heavy, subject="channels"))
        wait_for(lambda: listener.refusals)
        refused, reason = listener.refusals[0]
        assert refused.subject == "channels"
        assert "needs 1000% of the 64-frame period" in reason
        assert "budget is 70%" in reason
        assert "channels = " in reason
        assert builder.sounding == NetworkSpec()
        wait_for(lambda: not builder.building)


@pytest.mark.parametrize(
    ("budget", "load", "plays"),
    [(0.7, 0.89, True), (0.7, 0.91, False), (0.5, 0.69, True), (0.5, 0.71, False)],
)
def test_a_position_that_was_predicted_to_fit_is_let_in_whatever_is_measured_within_reason(
    budget, load, plays
):
    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (_, builder, listener):
        builder.budget.share = budget
        pipeline.time_block = taking(load * 64 / RATE)
        builder.request(dataclasses.replace(change_to(NetworkSpec(seed=7)), fitted=True))
        wait_for(lambda: builder.sounding.seed == 7 if plays else listener.refusals)
        builder.request(change_to(NetworkSpec(seed=8)))
        wait_for(lambda: [change for change, _ in listener.refusals if change.model.seed == 8])


def test_where_two_do_not_fit_together_one_goes_before_the_other_comes():
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    with running(pipeline=pipeline) as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        wait_for(lambda: len(listener.swaps) == 2)
        assert listener.swaps[-1].dip
        assert listener.swaps[-1].fade_ms == 15.0
        steps = np.abs(np.diff(audio.output, axis=1))
        assert steps.max() < 2.0


def test_four_busy_blocks_bring_back_the_last_good_network_and_then_the_dry_signal():
    with running() as (audio, builder, listener):
        good, bad = NetworkSpec(seed=7), NetworkSpec(seed=8)
        play(builder, good)
        play(builder, bad)
        wait_for(lambda: not audio.engine.fading)
        overload_once(audio, listener)
        wait_for(lambda: builder.sounding == good)
        assert listener.falls[0][0].subject == "seed"
        assert listener.falls[0][1] is listener.heard[0]
        overload_once(audio, listener)
        wait_for(lambda: len(listener.falls) == 2)
        assert listener.falls[1][1] is None
        assert builder.sounding is None
        assert not audio.engine.sounds
        play(builder, NetworkSpec(seed=9))


def test_three_busy_blocks_are_forgiven():
    from tests.realtime.engine_driver import engine_for, noise
    from tests.support.running_engine import watch_block

    engine = engine_for(NetworkSpec())
    for busy in (1001, 1001, 1001, 999) * 3:
        engine.process(noise(64))
        watch_block.ctypes(engine.address, busy, 1000)
    assert engine.overloads == 0
    for _ in range(4):
        engine.process(noise(64))
        watch_block.ctypes(engine.address, 1001, 1000)
    assert engine.overloads == 1
    dry = noise(4096)
    assert np.array_equal(engine.process(dry)[:, 2048:], dry[:, 2048:])


def test_a_smaller_buffer_that_the_network_does_not_fit_brings_the_dry_signal():
    pipeline = RiggedPipeline()
    with running(pipeline=pipeline) as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        pipeline.time_block = taking(0.5 * 64 / RATE)
        audio.period = 32
        wait_for(lambda: listener.falls)
        assert "of the 32-frame period" in listener.falls[0][2]
        wait_for(lambda: not audio.engine.sounds)


def test_a_smaller_buffer_is_held_to_the_budget_as_it_is_now():
    blocks = []

    def time_block(voice, block):
        blocks.append(block)
        return 0.1 * 64 / RATE

    with running(pipeline=RiggedPipeline(time_block=time_block)) as (audio, builder, listener):
        play(builder, NetworkSpec(seed=7))
        builder.budget.share = 0.9
        audio.period = 8
        wait_for(lambda: 8 in blocks)
        play(builder, NetworkSpec(seed=8))
        assert not listener.falls


@pytest.mark.slow
def test_a_level_found_on_noise_is_found_again_on_real_input():
    with running() as (audio, builder, _):
        play(builder, NetworkSpec(seed=7, activation="tanh"), levelled=True)
        # Four steps of 0.1 s are the least of which there is a loudness.
        assert builder.voices.current.level.on_noise or audio.engine.position >= 0.4 * RATE
        wait_for(lambda: not builder.voices.current.level.on_noise, 30.0)


@pytest.mark.parametrize("on", [True, False])
def test_auto_level_can_be_switched_while_a_network_sounds(on):
    with running() as (_, builder, _):
        play(builder, NetworkSpec(seed=7, init="normal"), levelled=not on)
        builder.switch_level(on)
        wait_for(lambda: (builder.voices.current.level is not None) == on)
        voice = builder.voices.current.voice
        wait_for(lambda: voice.level.gain != 1.0 if on else voice.level.gain == 1.0)


def test_the_crossfade_is_told_as_it_is_made():
    def measured_anew(prepared, engine, job):
        REAL.catch_up(prepared, engine, job)
        prepared.correlation = 0.25

    with running(pipeline=RiggedPipeline(catch_up=measured_anew)) as (_, builder, listener):
        play(builder, NetworkSpec(seed=7))
        wait_for(lambda: len(listener.swaps) == 2)
    assert listener.swaps[-1].correlation == 0.25
