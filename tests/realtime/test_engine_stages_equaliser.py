"""The equaliser in its two places of the signal path."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.model.latent.equaliser import EqSettings
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.stages.equaliser import GLIDE_SECONDS, Curve, OfflineEqualiser
from tests.realtime.engine_driver import RATE, engine_for, noise, play, swap

TANH = NetworkSpec(activation="tanh", layers=4, seed=3)
WARM = EqSettings(
    (9.0, 0.0, 6.0, -6.0, -12.0),
    (120.0, 400.0, 900.0, 3000.0, 6000.0),
    (0.71, 1.0, 2.0, 0.7, 0.71),
)
DARK = EqSettings((0.0, 0.0, 0.0, 0.0, -12.0), WARM.frequencies, WARM.qs)
GLIDE = round(GLIDE_SECONDS * RATE)


def equalised(x, settings=WARM, makeup_db=-3.0):
    return OfflineEqualiser(Curve(settings, makeup_db), RATE).process(x)


def engine_at(position, spec=TANH, **values):
    """Return an engine whose equaliser is at rest in its place from the first frame on."""
    engine = engine_for(spec, **values)
    engine.equalise(WARM, -3.0, position)
    engine.settle()
    return engine


def test_before_the_networks_it_changes_what_they_are_given():
    x = noise(8000, peak=0.2)
    found = play(engine_at("pre", drive=12.0), x)
    expected = play(engine_for(TANH, drive=12.0), equalised(x))
    assert np.abs(found - expected).max() < 1e-5
    assert np.abs(found - play(engine_for(TANH, drive=12.0), x)).max() > 0.01


def test_after_them_it_changes_what_they_give():
    x = noise(8000, peak=0.1)
    found = play(engine_at("post"), x)
    assert np.abs(found - equalised(play(engine_for(TANH), x))).max() < 1e-6


def test_one_channel_is_equalised_like_two():
    x = noise(4000, channels=1, peak=0.1)
    spec = NetworkSpec(1, 1, activation="tanh", layers=3, seed=2)
    for position in ("pre", "post"):
        given_ = equalised(x) if position == "pre" else x
        expected = play(engine_for(spec), given_)
        expected = expected if position == "pre" else equalised(expected)
        assert np.abs(play(engine_at(position, spec), x) - expected).max() < 1e-6


@pytest.mark.parametrize("off", [(None, 0.0, "post"), (WARM, -3.0, None)])
def test_off_it_passes_everything_to_the_bit(off):
    x = noise(6000)
    engine = engine_for(TANH, input_gain=5.0)
    engine.equalise(*off)
    assert np.array_equal(play(engine, x), play(engine_for(TANH, input_gain=5.0), x))


def test_a_network_that_comes_has_heard_it_as_if_it_had_always_run():
    x = noise(30000, peak=0.2)
    other = NetworkSpec(activation="tanh", layers=6, kernel=9, dilation=3, seed=8)
    engine = engine_at("pre")
    play(engine, x[:, :20032])
    swap(engine, other, fade_frames=0)
    after = play(engine, x[:, 20032:])
    always = play(engine_at("pre", other), x)[:, 20032:]
    assert np.abs(after - always).max() <= 1e-6


def test_what_the_networks_are_given_counts_as_new_once_it_has_glided():
    engine = engine_for(TANH)
    play(engine, noise(1000))
    engine.equalise(WARM, 0.0, "post")
    assert engine.driven_since == 0
    engine.equalise(WARM, 0.0, "pre")
    assert engine.driven_since == 1000 + GLIDE
    assert engine.curve_before == Curve(WARM)
    play(engine, noise(1000))
    engine.equalise(WARM, 0.0, "pre")  # as it is
    assert engine.driven_since == 1000 + GLIDE
    engine.equalise(DARK, 0.0, "post")
    assert engine.driven_since == 2000 + GLIDE
    assert engine.curve_before is None


def test_what_is_frozen_keeps_the_curve_that_it_has_passed():
    x = noise(2 * round(RATE), peak=0.2)
    linear = NetworkSpec(activation="linear", layers=1, kernel=1, seed=1)
    engine = engine_for(linear, history_seconds=4.0)
    play(engine, x)
    engine.set_freeze(True, 1)
    play(engine, x[:, :9600])
    engine.equalise(WARM, 0.0, "pre")
    assert engine.driven_since == 0
    held = play(engine, x)
    period = round(RATE)
    assert np.abs(held[:, period : period + 4800] - held[:, :4800]).max() < 1e-6
    engine.set_freeze(False, 1)
    assert engine.driven_since > 0


def above_5_khz(y, taps=1023):
    n = np.arange(taps) - taps // 2
    low = 2.0 * 5000.0 / RATE * np.sinc(2.0 * 5000.0 / RATE * n) * np.kaiser(taps, 14.0)
    return np.convolve(y.astype(float), (n == 0) - low / low.sum(), "valid")


def test_it_goes_from_one_place_to_the_other_without_a_click():
    frames = round(1.5 * RATE)
    t = np.arange(frames) / RATE
    x = np.tile(0.2 * np.sin(2 * np.pi * 50.0 * t), (2, 1)).astype(np.float32)
    linear = NetworkSpec(activation="linear", layers=2, kernel=3, seed=1)
    engine, parts = engine_for(linear), []
    places = itertools.cycle(["pre", "post", None, "post", "pre", "pre"])
    for start in range(0, frames, 6000):
        engine.equalise(WARM if start % 12000 else DARK, -2.0, next(places))
        parts.append(play(engine, x[:, start : start + 6000]))
    y = np.concatenate(parts, axis=1)
    assert np.abs(y).max() > 0.01
    assert 20.0 * np.log10(np.abs(above_5_khz(y[0])).max()) <= -100.0


@settings(max_examples=10, deadline=None)
@given(blocks=st.lists(st.integers(1, 4096), min_size=1, max_size=8))
def test_any_split_into_blocks_gives_the_same_output(blocks):
    x = noise(2 * sum(blocks))
    whole, split = engine_for(TANH), engine_for(TANH)
    half = x.shape[1] // 2
    for engine in (whole, split):
        engine.equalise(WARM, -3.0, "pre")
    expected = [whole.process(x[:, :half])]
    edges = np.cumsum([0, *blocks])
    parts = [split.process(x[:, a:b]) for a, b in itertools.pairwise(edges)]
    for engine in (whole, split):
        engine.equalise(DARK, 0.0, "post")
        engine.set(Control.NETWORK, 0.0)
    expected.append(whole.process(x[:, half:]))
    parts += [split.process(x[:, half + a : half + b]) for a, b in itertools.pairwise(edges)]
    assert np.array_equal(np.concatenate(parts, axis=1), np.concatenate(expected, axis=1))
