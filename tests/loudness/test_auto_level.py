"""Any network is as loud as its input, or said to be silent."""

import dataclasses
import math
import random

import numpy as np
import pytest

from ronn_jack.control.randomize import randomized
from ronn_jack.errors import RefusedError, SpecError
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.levels.follower import LevelFollower
from ronn_jack.hotswap.priming import prepare
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.loudness.match import block_powers, dry_powers, gate, lufs
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults
from tests.realtime.engine_driver import RATE, engine_for, noise, play
from tests.support.changes import change_to

TOLERANCE_DB = 2.0
WINDOW = round(5.0 * RATE)
SETTLING = round(1.0 * RATE)
"""That is heard with the first level, and again while it glides to the full one."""
QUIET = {"output_gain": -24.0}
"""Keeps what is measured out of the guard's reach."""


def music(frames):
    """Return the riff again and again, so that one window is as loud as the next."""
    riff = pluck_phrase(RATE)[:, :WINDOW]
    return np.tile(riff, (1, 1 + frames // WINDOW))[:, :frames]


def fits(values):
    try:
        spec = network_spec(values, 2, 2, RATE)
    except SpecError:
        return False
    return spec.parameter_count < 60_000 and spec.receptive_field < 2 * RATE


def level_of(spec):
    """Return (dry, wet) in LUFS once the level was found fully, and what is known of the voice."""
    before, riff = music(2 * WINDOW), music(WINDOW)
    engine = engine_for(NetworkSpec(), history_seconds=20.0, **QUIET)
    play(engine, before[:, :-SETTLING], 8192)
    prepared = prepare(change_to(spec, levelled=True), engine, None, None, 1.0, Job())
    prepared.voice.set_fade(1, 0.0)
    engine.publish(prepared.voice)
    engine.process(before[:, -SETTLING:])
    prepared.change = dataclasses.replace(prepared.change, received=-math.inf)
    LevelFollower(lambda: False).tend(engine, InputLoudness(engine), 1.0, prepared)
    engine.process(riff[:, :SETTLING])
    # From its beginning, as where a network speaks in one place only, its blocks' place counts.
    wet = engine.process(riff)
    assert np.isfinite(wet).all()
    assert np.abs(wet).max() <= 1.0
    dry_blocks = dry_powers(riff, 2, RATE)
    gated = gate(dry_blocks)
    wet_blocks = block_powers(wet, RATE)
    return lufs(dry_blocks[gated].mean()), lufs(wet_blocks[gated].mean()) + 24.0, prepared.level


def check(count, seed):
    generator = random.Random(seed)
    heard = 0
    for _ in range(count):
        spec = network_spec(randomized(defaults(), 1.0, generator, fits), 2, 2, RATE)
        try:
            dry, wet, level = level_of(spec)
        except RefusedError as refusal:
            assert "overflows" in str(refusal)
            continue
        heard += not level.silent
        assert level.silent or abs(wet - dry) <= TOLERANCE_DB, (spec, dry, wet, level)
    assert heard > count * 0.7


@pytest.mark.slow
def test_random_networks_are_as_loud_as_their_input():
    check(12, seed=5)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_five_hundred_random_networks_are_as_loud_as_their_input():
    check(500, seed=6)


def test_a_level_found_on_noise_is_that_of_pink_noise():
    engine = engine_for(NetworkSpec())
    prepared = prepare(
        change_to(NetworkSpec(seed=3), levelled=True), engine, None, None, 1.0, Job()
    )
    assert prepared.level.on_noise
    assert prepared.voice.level.gain == prepared.level.gain != 1.0


def test_a_network_that_gives_nothing_is_said_to_be_silent():
    spec = NetworkSpec(activation="softshrink", init="uniform_0.1", layers=4)
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    play(engine, 0.01 * music(2 * WINDOW), 8192)
    prepared = prepare(change_to(spec, levelled=True), engine, None, None, 1.0, Job())
    assert prepared.level.silent
    assert prepared.voice.level.gain == 1.0


def test_a_network_beyond_all_numbers_is_refused():
    spec = NetworkSpec(
        activation="linear", init="normal", layers=24, channels=64, kernel=64, dilation=1
    )
    engine = engine_for(NetworkSpec())
    engine.process(noise(256))
    with pytest.raises(RefusedError, match="overflows"):
        prepare(change_to(spec, levelled=True), engine, None, None, 1.0, Job())
