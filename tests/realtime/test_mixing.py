"""The way from dry to wet: its loudness, its ends, and what is known of it."""

import dataclasses

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import prepare
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.match import block_powers, gate, lufs
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network
from ronn_jack.parameters import defaults
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.mixing import MOST_BOOST, TURN_SECONDS, UNKNOWN, Blend
from ronn_jack.units import decibels_to_gain
from tests.realtime.engine_driver import RATE, noise, play
from tests.support.changes import change_to
from tests.support.rigged import LIGHT

pytestmark = pytest.mark.slow

SECOND = round(RATE)
MIXES = (0.1, 0.25, 0.5, 0.75, 0.9)
ALIKE = NetworkSpec(layers=1, kernel=1, init="dirac", activation="linear")
SPECS = {
    "alike": ALIKE,
    "something of it": NetworkSpec(layers=2, kernel=3, activation="tanh", seed=9),
    "far from it": NetworkSpec(layers=4, kernel=4, dilation=20, activation="linear", seed=10),
}
SINGLE = NetworkSpec(inputs=1, outputs=1, layers=1, kernel=1, activation="linear", init="normal")


def source(channels: int, seconds: int = 4) -> np.ndarray:
    """Return noise that comes and goes, with more lows than highs."""
    x = np.cumsum(noise(seconds * SECOND, channels, peak=0.02), axis=1)
    x -= np.apply_along_axis(np.convolve, 1, x, np.ones(600) / 600, "same")
    swell = 0.6 + 0.4 * np.sin(np.arange(x.shape[1]) / 9000.0)
    return (x * swell * (0.1 / np.abs(x).max())).astype(np.float32)


def levelled(spec: NetworkSpec, x: np.ndarray, **values) -> Engine:
    """Return an engine in which a network sounds that was levelled on `x`."""
    engine = Engine(spec.inputs, spec.outputs, RATE, 10.0)
    aim(engine, {**defaults(), **values})
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    play(engine, x, 4096)
    change = change_to(spec, levelled=True)
    prepared = prepare(change, engine, None, None, 1.0, Job(), time_block=LIGHT)
    prepared.voice.set_fade(0, 1.0)
    engine.publish(prepared.voice)
    return engine


def loudness(x: np.ndarray, over: np.ndarray) -> float:
    return lufs(float(block_powers(x, RATE)[gate(block_powers(over, RATE))].mean()))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("output_gain", [0.0, 6.0])
def test_the_loudness_goes_straight_from_dry_to_wet(name, output_gain):
    spec, x = SPECS[name], source(2)
    ends = [
        loudness(play(levelled(spec, x, mix=mix, output_gain=output_gain), x, 4096), x)
        for mix in (0.0, 1.0)
    ]
    for mix in MIXES:
        y = play(levelled(spec, x, mix=mix, output_gain=output_gain), x, 4096)
        assert abs(loudness(y, x) - (ends[0] + mix * (ends[1] - ends[0]))) < 1.0


def test_a_network_that_only_turns_the_sound_over_is_turned_back():
    """Else dry and wet would cancel each other out halfway."""
    x = source(1)
    specs = (dataclasses.replace(SINGLE, seed=seed) for seed in range(99))
    turning = next(spec for spec in specs if Network(spec).weights[0][0, 0, 0] < 0.0)
    for mix in MIXES:
        y = play(levelled(turning, x, mix=mix), x, 4096)
        assert abs(loudness(y, x) - loudness(x, x)) < 1.0
        assert np.vdot(x, y) > 0.9 * np.vdot(x, x)


@pytest.mark.parametrize("mix", [0.0, 1.0])
def test_the_ends_have_the_bits_of_gains_alone(mix):
    x = noise(SECOND)
    results = []
    for blend in (UNKNOWN, Blend(1.0, 0.3, True)):
        voice = make_voice(SPECS["something of it"], RATE)
        voice.blend.begin_with(blend)
        results.append(play(engine_with(voice, mix=mix), x))
    assert np.array_equal(*results)


def engine_with(voice, **values) -> Engine:
    engine = Engine(2, 2, RATE, 1.0)
    aim(engine, {**defaults(), **values})
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    engine.publish(voice)
    return engine


def test_where_nothing_is_known_dry_and_wet_are_added():
    x = noise(SECOND, peak=0.1)
    y = play(engine_with(make_voice(ALIKE, RATE), mix=0.3, output_gain=6.0), x)
    wet = play(engine_with(make_voice(ALIKE, RATE)), x)
    expected = 0.3 * decibels_to_gain(6.0) * wet.astype(np.float64) + 0.7 * x
    assert np.abs(y - expected).max() < 1e-7


def test_it_is_lifted_by_6_db_at_most():
    x = noise(SECOND, peak=0.1)
    results = []
    for blend in (UNKNOWN, Blend(1.0, -0.99, True)):
        voice = make_voice(ALIKE, RATE)
        voice.blend.begin_with(blend)
        results.append(play(engine_with(voice, mix=0.5), x))
    assert np.allclose(results[1], MOST_BOOST * results[0], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_any_split_into_blocks_gives_the_same_bits(block):
    x = noise(6000)
    results = []
    for size in (block, 256):
        voice = make_voice(SPECS["something of it"], RATE)
        voice.blend.begin_with(Blend(-1.0, 0.3, True))
        engine = engine_with(voice, mix=0.4)
        parts = [play(engine, x, size)]
        voice.blend.follow(Blend(1.0, 0.8, True))
        aim(engine, {"mix": 0.7, "output_gain": 3.0})
        parts.append(play(engine, x, size))
        results.append(np.concatenate(parts, axis=1))
    assert np.array_equal(*results)


def test_the_polarity_turns_without_a_step():
    t = np.arange(SECOND) / RATE
    x = np.stack([0.2 * np.sin(2 * np.pi * 100.0 * t)] * 2).astype(np.float32)
    voice = make_voice(ALIKE, RATE)
    engine = engine_with(voice)
    before = play(engine, x)
    voice.blend.follow(Blend(-1.0, 0.5, True))
    y = np.concatenate([before, play(engine, x), play(engine, x)], axis=1)
    assert np.abs(np.diff(y)).max() <= 1.05 * np.abs(np.diff(before[:, SECOND // 2 :])).max()
    assert np.allclose(y[:, 2 * SECOND + SECOND // 2 :], -before[:, SECOND // 2 :], atol=1e-5)


@pytest.mark.parametrize(
    ("first", "second", "turns"),
    [
        (-0.45, -0.55, False),
        (-0.55, -0.45, False),
        (-0.9, 0.5, False),
        (0.2, -0.59, False),
        (0.2, -0.61, True),
        (-0.9, 0.61, True),
    ],
)
def test_a_level_that_is_found_again_turns_no_polarity_for_little(first, second, turns):
    before, found = Blend.of(first), Blend.of(second)
    after = found.after(before)
    assert (after.polarity != before.polarity) == turns
    assert after.known and after.correlation == pytest.approx(after.polarity * second)


def test_a_polarity_that_nothing_asked_for_is_not_kept():
    assert Blend.of(-0.6).after(UNKNOWN) == Blend.of(-0.6)
    assert UNKNOWN.after(Blend.of(-0.6)) == UNKNOWN


@pytest.mark.parametrize("rate", [44100.0, 96000.0])
def test_the_polarity_turns_as_long_at_every_rate(rate):
    engine, voice = Engine(2, 2, rate, 1.0), make_voice(ALIKE, rate)
    engine.publish(voice)
    engine.process(noise(64))
    voice.blend.follow(Blend(-1.0, 0.5, True))
    turning = []
    for share in (0.98, 0.04):
        play(engine, noise(round(share * TURN_SECONDS * rate)), 64)
        turning.append(float(voice.blend.fields["polarity"][0]) > -1.0)
    assert turning == [True, False]
