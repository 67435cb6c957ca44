"""Levels go by what the networks are given, be it heard already or not."""

import numpy as np
import pytest

from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import prepare
from ronn_jack.loudness.noise import pink_noise
from ronn_jack.model.latent.equaliser import EqSettings, loudness_loss
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.units import gain_to_decibels
from tests.support.changes import change_to

RATE = 48000.0
PLAYED = round(4 * RATE)
DARK = EqSettings(
    (6.0, 0.0, 0.0, -9.0, -12.0),
    (150.0, 560.0, 1000.0, 2000.0, 1500.0),
    (0.71, 0.71, 0.71, 0.5, 0.71),
)
LINEAR = NetworkSpec(activation="linear", layers=2, kernel=1, seed=3)


def level_db(before=None, after=None, frames=PLAYED):
    """Return a network's level where a curve was heard before, and another one is set now."""
    engine = Engine(2, 2, RATE, history_seconds=20.0)
    engine.equalise(before, 0.0, "pre")
    engine.settle()
    if frames:
        engine.process(pink_noise(frames, 2, RATE))
    engine.equalise(after, 0.0, "pre")
    change = change_to(LINEAR, levelled=True)
    prepared = prepare(change, engine, None, None, 1.0, Job())
    assert prepared.level.on_noise == (frames == 0)
    return gain_to_decibels(prepared.level.gain)


@pytest.mark.parametrize("frames", [PLAYED, 0])
def test_a_network_behind_an_equaliser_is_as_loud_as_the_raw_input(frames):
    loss = loudness_loss(DARK, RATE)
    assert loss > 2.0
    flat = level_db(frames=frames)
    assert abs(level_db(DARK, DARK, frames) - flat - loss) < 0.5
    assert abs(level_db(None, DARK, frames) - flat - loss) < 0.5
    assert abs(level_db(DARK, None, frames) - flat) < 0.5


def test_the_curve_of_the_equaliser_after_the_networks_has_no_part_in_it():
    engine = Engine(2, 2, RATE, history_seconds=20.0)
    engine.process(pink_noise(PLAYED, 2, RATE))
    engine.equalise(DARK, 0.0, "post")
    prepared = prepare(change_to(LINEAR, levelled=True), engine, None, None, 1.0, Job())
    assert np.isclose(gain_to_decibels(prepared.level.gain), level_db())
