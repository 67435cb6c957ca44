"""The networks switched off: what they are given passes by, and they rest."""

import numpy as np
import pytest

from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.retiming import GLIDE_SECONDS
from tests.realtime.engine_driver import RATE, engine_for, noise, play

TANH = NetworkSpec(activation="tanh", layers=4, seed=3)
GLIDE = round(GLIDE_SECONDS * RATE)


def engine_off(spec=TANH, **values):
    engine = engine_for(spec, **values)
    engine.set(Control.NETWORK, 0.0)
    engine.settle()
    return engine


def test_off_what_the_networks_are_given_passes_by_to_the_bit():
    x = noise(4000)
    assert np.array_equal(play(engine_off(), x), x)


@pytest.mark.parametrize("inputs,outputs", [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_it_passes_by_as_the_dry_signal_does_and_as_loud_as_without_drive(inputs, outputs):
    x = noise(4000, inputs, peak=0.2)
    spec = NetworkSpec(inputs, outputs, activation="tanh", layers=3, seed=4)
    y = play(engine_off(spec, input_gain=6.0, drive=30.0), x)
    expected = x.mean(0, keepdims=True) if outputs == 1 else np.repeat(x, 3 - inputs, 0)
    assert y.shape == expected.shape
    assert np.abs(y - 10 ** (6 / 20) * expected).max() < 1e-6


def test_off_no_voice_runs_once_it_has_faded():
    engine = engine_for(TANH)
    voice = make_voice(TANH, RATE)
    engine.publish(voice)
    play(engine, noise(640))
    engine.set(Control.NETWORK, 0.0)
    play(engine, noise(GLIDE + 64))
    assert engine.network_rests
    assert engine.holds
    position = voice.position
    assert position < engine.position
    play(engine, noise(2000))
    assert voice.position == position


def test_it_goes_and_comes_without_a_step():
    t = np.arange(20000) / RATE
    x = np.tile(0.3 * np.sin(2 * np.pi * 100 * t), (2, 1)).astype(np.float32)
    engine = engine_for(TANH, mix=1.0)
    parts = [play(engine, x[:, :5056])]
    engine.set(Control.NETWORK, 0.0)
    parts.append(play(engine, x[:, 5056:10048]))
    assert np.allclose(parts[-1][:, GLIDE:], x[:, 5056 + GLIDE : 10048], atol=1e-7)
    engine.set(Control.NETWORK, 1.0)
    bring_in(engine)
    parts.append(play(engine, x[:, 10048:]))
    y = np.concatenate(parts, axis=1)
    calm = max(np.abs(np.diff(part)).max() for part in (parts[0], x))
    # The two together are at most 3 dB above the louder one.
    assert np.abs(np.diff(y)).max() < 1.5 * calm + 2.0 / GLIDE
    assert np.abs(y[:, -5000:] - play(engine_for(TANH), x)[:, -5000:]).max() < 1e-6


def bring_in(engine, spec=TANH):
    """Publish a voice that has caught up, as the builder does."""
    voice = make_voice(spec, RATE)
    voice.set_fade(480, 0.0)
    assert engine.prime(voice, engine.position)
    engine.publish(voice)
    return voice


def test_on_again_it_passes_by_until_a_voice_has_caught_up():
    x = noise(12000, peak=0.2)
    engine = engine_for(TANH)
    play(engine, x[:, :4000])
    engine.set(Control.NETWORK, 0.0)
    play(engine, x[:, 4000:8000])
    engine.set(Control.NETWORK, 1.0)
    assert engine.awaits_network
    waiting = play(engine, x[:, 8000:8640])
    assert np.array_equal(waiting, x[:, 8000:8640])
    assert engine.awaits_network
    bring_in(engine)
    after = play(engine, x[:, 8640:])
    assert not engine.network_rests
    always = play(engine_for(TANH), x)[:, 8640:]
    assert np.abs(after - always)[:, GLIDE:].max() < 1e-6


def test_a_voice_that_comes_while_it_is_off_rests_too():
    engine = engine_off()
    play(engine, noise(640))
    voice = bring_in(engine, NetworkSpec(seed=9))
    x = noise(640)
    assert np.array_equal(play(engine, x), x)
    assert engine.is_current(voice)
    assert engine.collect() is not None  # the one before
    assert voice.fade_step == 0.0


def test_a_fade_that_nobody_hears_is_over():
    engine = engine_for(TANH)
    play(engine, noise(640))
    voice = make_voice(NetworkSpec(seed=9), RATE)
    voice.set_fade(10 * GLIDE, 0.0)
    assert engine.prime(voice, engine.position)
    engine.publish(voice)
    engine.set(Control.NETWORK, 0.0)
    play(engine, noise(2 * GLIDE))
    assert not engine.fading
    assert engine.collect().model == TANH


def test_nothing_that_goes_in_leaves_what_is_no_number():
    engine = engine_off(input_gain=24.0, mix=0.0)
    x = np.full((2, 2000), np.finfo(np.float32).max, np.float32)
    y = play(engine, x)
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= 1.0


def test_where_it_is_off_a_network_that_is_missed_changes_nothing():
    x = noise(4000)
    engine = engine_off()
    engine.equalise(None)
    engine.go_dry()
    assert np.array_equal(play(engine, x), x)
