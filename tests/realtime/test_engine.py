import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import ANY_GAP, WET_SECONDS, Engine
from ronn_jack.realtime.engine_state import Control
from tests import oracle
from tests.realtime.engine_driver import RATE, engine_for, noise, play, swap

TANH = NetworkSpec(activation="tanh", layers=4, seed=3)


def guarded(y):
    knee = 10 ** (-1 / 20)
    bent = np.sign(y) * (knee + (1 - knee) * np.tanh((np.abs(y) - knee) / (1 - knee)))
    return np.where(np.abs(y) <= knee, y, bent)


@pytest.mark.parametrize("recipe", ["ronn", "plugin", "package"])
@pytest.mark.parametrize("inputs,outputs", [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_the_signal_path_is_the_contract_s(recipe, inputs, outputs):
    spec = NetworkSpec(
        inputs, outputs, layers=3, activation="tanh", bias=True, recipe=recipe, seed=9
    )
    x = noise(4000, inputs)
    gain = {"input_gain": 6.0, "output_gain": 9.0, "mix": 0.7}
    y = play(engine_for(spec, **gain), x)

    weights = draw(spec)
    net = oracle.network(spec, weights, x * 10 ** (6 / 20))
    wet = oracle.high_pass(net, RATE, oracle.Q[recipe], oracle.silence(spec, weights))
    dry = np.repeat(x, 2, 0) if inputs < outputs else x
    dry = x.mean(0, keepdims=True) if inputs > outputs else dry
    expected = guarded(0.7 * 10 ** (9 / 20) * wet + 0.3 * dry)
    assert np.abs(y - expected).max() < 1e-5 * np.abs(expected).max()


@settings(max_examples=25)
@given(blocks=st.lists(st.integers(1, 8192), min_size=1, max_size=12))
def test_any_split_into_blocks_gives_the_same_output(blocks):
    x = noise(sum(blocks))
    values = {"mix": 0.8, "input_gain": 12.0}
    whole = engine_for(TANH, **values).process(x)
    engine = engine_for(TANH, **values)
    edges = np.cumsum([0, *blocks])
    parts = [engine.process(x[:, a:b]) for a, b in itertools.pairwise(edges)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_a_glide_takes_the_same_path_for_any_block_size():
    x = noise(6000)
    results = []
    for block in (17, 64, 6000):
        engine = engine_for(TANH)
        engine.set(Control.OUTPUT_GAIN, 0.1)
        engine.set(Control.MIX, 0.3)
        engine.set(Control.BYPASS, 1.0)
        results.append(play(engine, x, block))
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_silence_stays_silence_whatever_the_bias():
    spec = NetworkSpec(activation="softplus", bias=True, init="normal", seed=5)
    assert np.abs(play(engine_for(spec), np.zeros((2, 20000), np.float32))).max() < 1e-7


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_a_poisoned_sample_counts_as_zero_everywhere(poison):
    x = noise(4000)
    x[:, 1000] = 0.0
    clean = play(engine_for(TANH, mix=0.5), x)
    x[:, 1000] = poison
    assert np.array_equal(play(engine_for(TANH, mix=0.5), x), clean)


def test_an_overflowing_network_stays_within_full_scale_and_recovers():
    spec = NetworkSpec(activation="linear", init="normal", layers=24, channels=64, kernel=1, seed=1)
    x = np.concatenate([noise(2000, peak=1e30), np.zeros((2, 96000), np.float32)], axis=1)
    y = play(engine_for(spec, input_gain=24.0, output_gain=24.0), x, 8192)
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= 1.0
    assert np.abs(y[:, -100:]).max() < 1e-3


def test_bypass_touches_only_what_exceeds_full_scale():
    x = noise(3000, peak=1.5)
    y = play(engine_for(TANH, bypass=True), x)
    assert np.array_equal(y, np.clip(x, -1.0, 1.0))


def test_bypass_and_mix_move_without_a_step():
    t = np.arange(20000) / RATE
    x = np.tile(0.3 * np.sin(2 * np.pi * 100 * t), (2, 1)).astype(np.float32)
    engine = engine_for(TANH)
    parts = [engine.process(x[:, :5000])]
    engine.set(Control.BYPASS, 1.0)
    parts.append(engine.process(x[:, 5000:10000]))
    engine.set(Control.MIX, 0.0)
    engine.set(Control.BYPASS, 0.0)
    parts.append(engine.process(x[:, 10000:]))
    steps = np.abs(np.diff(np.concatenate(parts, axis=1)))
    calm = np.abs(np.diff(parts[0])).max()
    assert steps.max() < calm + 2.0 / (0.02 * RATE)


def test_the_guard_is_transparent_up_to_minus_one_decibel():
    x = noise(3000, peak=10 ** (-1 / 20) * 0.999)
    assert np.array_equal(play(engine_for(TANH, mix=0.0), x), x)
    loud = play(engine_for(TANH, mix=0.0), noise(3000, peak=1e6))
    assert np.abs(loud).max() <= 1.0


def test_a_primed_voice_sounds_as_if_it_had_always_run():
    other = NetworkSpec(activation="tanh", layers=6, kernel=9, dilation=3, seed=8)
    x = noise(48000)
    engine = engine_for(TANH)
    before = play(engine, x[:, :20032])
    swap(engine, other, fade_frames=960)
    after = play(engine, x[:, 20032:])
    assert np.array_equal(before, play(engine_for(TANH), x)[:, :20032])
    always = play(engine_for(other), x)[:, 20032:]
    assert np.abs(after - always)[:, 960:].max() <= 1e-6
    assert engine.collect().model == TANH


def test_a_crossfade_is_bounded_by_its_gains_and_the_two_signals():
    other = NetworkSpec(activation="tanh", layers=5, seed=8)
    x = noise(8192)
    old, new = (play(engine_for(s), x).astype(float) for s in (TANH, other))
    engine = engine_for(TANH)
    y = play(engine, x[:, :4096])
    swap(engine, other, fade_frames=1000)
    y = np.concatenate([y, play(engine, x[:, 4096:])], axis=1)
    share = np.clip((np.arange(8192) - 4096 + 1) / 1000, 0, 1)
    assert np.abs(y - (share * new + (1 - share) * old)).max() < 1e-6


def test_a_voice_a_little_late_is_caught_up_and_one_too_late_is_turned_away():
    from ronn_jack.hotswap.voice_factory import make_voice

    x = noise(4096)
    cases = [
        (2 * 64, ANY_GAP, False),
        (3 * 64, ANY_GAP, True),
        (1 * 64, 1 * 64, False),
        (2 * 64, 2 * 64 - 1, True),
        (1 * 64, 0, True),
        (0, 0, False),
    ]
    for behind, gap, late in cases:
        engine = engine_for(TANH)
        play(engine, x[:, :1024])
        voice = make_voice(NetworkSpec(seed=4), RATE)
        voice.start_at(0)
        assert engine.prime(voice, engine.position - behind)
        engine.publish(voice, gap)
        engine.process(x[:, :64])
        assert voice.late == late
        assert engine.is_current(voice) != late


def test_only_the_newest_waiting_voice_is_heard():
    from ronn_jack.hotswap.voice_factory import make_voice

    engine = engine_for(TANH)
    engine.process(noise(64))
    voices = [make_voice(NetworkSpec(seed=s), RATE) for s in (5, 6)]
    for voice in voices:
        engine.prime(voice, engine.position)
    assert engine.publish(voices[0]) is None
    assert engine.publish(voices[1]) is voices[0]
    engine.process(noise(64))
    assert engine.is_current(voices[1])


def test_master_fades_to_silence_within_its_frames():
    engine = engine_for(TANH)
    x = noise(4096)
    play(engine, x)
    engine.set_master(0.0, 480)
    y = engine.process(x)
    assert np.abs(y[:, 481:]).max() == 0.0
    assert np.abs(y[:, :240]).max() > 0.0


def test_levels_are_those_of_the_ports():
    engine = engine_for(TANH, mix=0.0)
    x = np.zeros((2, 256), np.float32)
    x[0, 100] = 0.25
    engine.process(x)
    assert engine.level_in == pytest.approx(20 * math.log10(0.25), abs=0.1)
    assert engine.level_out == pytest.approx(20 * math.log10(0.25), abs=0.1)


def test_overwritten_history_is_reported():
    engine = Engine(2, 2, RATE, history_seconds=0.1)
    from ronn_jack.hotswap.voice_factory import make_voice

    voice = make_voice(TANH, RATE)
    play(engine, noise(9600))
    voice.start_at(0)
    assert not engine.prime(voice, engine.position)


@pytest.mark.parametrize("block", [64, 600])
def test_the_output_can_be_copied_until_it_is_overwritten(block):
    engine = engine_for(TANH, mix=0.7, output_gain=-3.0)
    y = play(engine, noise(3 * round(WET_SECONDS * RATE) + 1234), block)
    for frames in (1, 100, round(WET_SECONDS * RATE) - 1):
        np.testing.assert_array_equal(engine.recent_output(engine.position, frames), y[:, -frames:])
    earlier = engine.position - 500
    np.testing.assert_array_equal(engine.recent_output(earlier, 100), y[:, -600:-500])
