"""A level is refined by what is loud, slowly, and not far."""

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.loudness.refinement import Refinement, refined
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.level import LevelTable
from tests.realtime.engine_driver import RATE, engine_for, noise, voice_of

STEPS = np.full(100, 0.01)


def times(power, decibels):
    return power * 10.0 ** (decibels / 10.0)


@pytest.mark.parametrize("off,seconds,trim", [(-2.0, 1.0, 0.3), (2.0, 1.0, -0.3), (-0.1, 1.0, 0.1)])
def test_it_moves_to_the_input_s_loudness_at_most_so_fast(off, seconds, trim):
    assert refined(0.0, STEPS, times(STEPS, off), seconds) == pytest.approx(trim)


@pytest.mark.parametrize("off,trim", [(-20.0, 3.0), (20.0, -3.0)])
def test_it_moves_no_farther_than_3_db_in_all(off, trim):
    assert refined(0.0, STEPS, times(STEPS, off), 1000.0) == pytest.approx(trim)


def test_less_than_ten_loud_seconds_teach_nothing():
    quiet = np.concatenate([STEPS[:-1], times(STEPS, -11.0)])
    assert refined(0.5, quiet, times(quiet, -2.0), 1.0) == 0.5
    assert refined(0.5, STEPS * 0.0, STEPS, 1.0) == 0.5


def test_what_is_quiet_teaches_nothing():
    dry = np.concatenate([STEPS, times(STEPS, -11.0)])
    wet = np.concatenate([times(STEPS, -1.0), STEPS])
    assert refined(0.0, dry, wet, 1000.0) == pytest.approx(1.0)


def heard(seconds, trim=0.0, refinement=None, engine=None, gain=1.0, **values):
    """Return the trim after so many seconds of noise through a level 2 dB too low."""
    if engine is None:
        engine = engine_for(
            NetworkSpec(layers=1, kernel=1, init="dirac", activation="linear"), 20.0
        )
        voice_of(engine).level.begin_with(LevelTable(10.0 ** (-2.0 / 20.0)))
        engine.process(noise(64))
        refinement = Refinement(engine)
    aim(engine, values)
    for _ in range(round(2 * seconds)):
        engine.process(gain * noise(round(RATE / 2)))
        trim = refinement.tend(trim)
    return trim, refinement, engine


def test_while_it_is_played_the_level_comes_nearer():
    assert heard(9.0)[0] == 0.0
    trim, refinement, engine = heard(13.0)
    assert 0.5 < trim < 1.3
    # A volume rolled down, and what is not played through the network, change nothing.
    assert heard(5.0, trim, refinement, engine, gain=0.1)[0] == trim
    assert heard(5.0, trim, refinement, engine, bypass=1.0)[0] == trim
    engine.set_freeze(True, 0)
    assert heard(5.0, trim, refinement, engine, bypass=0.0)[0] == trim
