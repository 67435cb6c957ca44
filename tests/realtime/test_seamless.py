"""Any change while music plays: outside the fades the output is that of the network that sounds."""

import random

import numpy as np
import pytest

from ronn_jack.control.randomize import randomized
from ronn_jack.errors import SpecError
from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.priming import prepare
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import RECIPES, defaults
from ronn_jack.realtime.engine import Engine
from tests.realtime.engine_driver import RATE, engine_for, noise, play
from tests.support.changes import change_to

FADE = 960
SPACING = 4800
QUIET = {"output_gain": -24.0, "auto_level": False}


def fits(values):
    """Keep the whole test short: networks that a render takes a fraction of a second for."""
    try:
        spec = network_spec(values, 2, 2, RATE)
    except SpecError:
        return False
    return spec.parameter_count < 20_000 and spec.receptive_field < 2 * RATE


def architectures(count):
    """Draw specs that move every rebuild parameter, the recipe too."""
    generator = random.Random(4)
    values = defaults()
    specs = []
    while len(specs) < count:
        drawn = randomized(values, generator.uniform(0.2, 1.0), generator, fits)
        drawn["recipe"] = generator.choice(RECIPES)
        try:
            spec = network_spec(drawn, 2, 2, RATE)
        except SpecError:
            continue
        # Loud ones would bend in the guard, and the sum of two is no longer theirs.
        if np.abs(play(engine_for(spec, **QUIET), music(2 * SPACING))).max() < 0.4:
            specs.append(spec)
    return specs


def music(frames):
    riff = pluck_phrase(RATE)
    return np.tile(riff, (1, 1 + frames // riff.shape[1]))[:, :frames]


def gains(correlation):
    s = np.arange(1, FADE + 1) / FADE
    scale = 1 / np.sqrt(s**2 + (1 - s) ** 2 + 2 * correlation * s * (1 - s))
    return scale * (1 - s), scale * s


@pytest.mark.slow
def test_a_hundred_changes_are_heard_only_as_the_networks():
    specs = architectures(101)
    frames = SPACING * len(specs)
    x = music(frames)
    engine = engine_for(specs[0], history_seconds=12.0, **QUIET)
    parts, fades = [play(engine, x[:, :SPACING])], []
    for i, spec in enumerate(specs[1:], 1):
        prepared = prepare(change_to(spec), engine, None, None, 1.0, Job())
        prepared.voice.set_fade(FADE, prepared.correlation)
        fades.append(prepared.correlation)
        engine.publish(prepared.voice)
        parts.append(play(engine, x[:, i * SPACING : (i + 1) * SPACING]))
        assert engine.collect() is not None
    out = np.concatenate(parts, axis=1).astype(float)

    old = None
    for i, spec in enumerate(specs):
        end = min(frames, (i + 2) * SPACING)
        y = play(engine_for(spec, **QUIET), x[:, :end], 8192).astype(float)
        a, b = i * SPACING, (i + 1) * SPACING
        peak = max(np.abs(y).max(), 1e-3)
        steady = slice(a + FADE if i else a, b)
        assert np.abs(out[:, steady] - y[:, steady]).max() <= 1e-4 * peak, (i, spec)
        if old is not None:
            g0, g1 = gains(fades[i - 1])
            assert (np.diff(g0) <= 1e-12).all() and (np.diff(g1) >= -1e-12).all()
            fade = slice(a, a + FADE)
            peak = max(peak, np.abs(old).max())
            expected = g0 * old[:, fade] + g1 * y[:, fade]
            assert np.abs(out[:, fade] - expected).max() <= 1e-4 * peak, (i, spec)
        old = y


def test_alike_networks_fade_linearly_and_strangers_with_equal_power():
    x = noise(48000)
    spec = NetworkSpec(activation="tanh", seed=1)
    for other, low, high in ((spec, 0.999, 1.0), (NetworkSpec(seed=9, layers=3), 0.0, 0.9)):
        engine = engine_for(spec)
        play(engine, x)
        prepared = prepare(change_to(other), engine, None, None, 1.0, Job())
        assert low <= prepared.correlation <= high


def test_a_build_that_nobody_wants_is_dropped():
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    play(engine, noise(5 * 48000), 8192)
    with pytest.raises(OutdatedError):
        prepare(change_to(NetworkSpec(layers=14)), engine, None, None, 1.0, Job(lambda: True))


def test_priming_with_less_history_than_the_field_takes_what_there_is():
    engine = Engine(2, 2, RATE, history_seconds=1.5)
    play(engine, noise(4 * 48000), 8192)
    prepared = prepare(change_to(NetworkSpec(layers=14, kernel=3)), engine, None, None, 1.0, Job())
    assert prepared.voice.position == engine.position
