"""Measured responses against what is known of a network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ronn_jack.model.expression import AT_REST
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network
from ronn_jack.pictures.responses import FLOOR_DB, INPUT_LEVELS_DB, whole

RATE = 48_000.0
LINEAR = NetworkSpec(layers=4, kernel=4, channels=5, activation="linear")
BENT = NetworkSpec(layers=3, kernel=2, channels=4, activation="tanh", bias=True)


def test_an_impulse_response_ends_where_the_receptive_field_does():
    found = whole(BENT, RATE, AT_REST)
    field = BENT.receptive_field
    assert found.whole
    assert np.abs(found.impulse[:field]).max() > 1e-3
    assert np.abs(found.impulse[field:]).max() < 1e-6
    assert found.impulse.size == found.step.size > field


def test_the_impulse_response_of_a_linear_network_is_its_own_and_the_step_its_sum():
    found = whole(LINEAR, RATE, AT_REST)
    click = np.zeros((2, found.impulse.size), np.float32)
    click[:, 0] = 1.0
    np.testing.assert_allclose(found.impulse, Network(LINEAR).process(click)[0], atol=1e-6)
    np.testing.assert_allclose(found.step, np.cumsum(found.impulse), atol=1e-5)


def test_a_linear_network_has_no_harmonics_and_a_straight_curve():
    found = whole(LINEAR, RATE, AT_REST)
    assert found.harmonics[0] == 0.0
    assert found.harmonics[1:].max() < -80.0
    slopes = np.diff(found.levels) / np.diff(INPUT_LEVELS_DB)
    assert slopes == pytest.approx(1.0, abs=0.01)


def test_what_rectifies_has_the_even_harmonics_that_are_known():
    spec = NetworkSpec(layers=2, kernel=1, channels=1, activation="rectify")
    found = whole(spec, RATE, AT_REST)
    # |sin|: 4/π · 1/(4k² − 1) at 2k, so that 4 stands 5 below 2, 6 by 35/3.
    assert found.harmonics[1] == 0.0
    assert found.harmonics[0] < -80.0
    assert found.harmonics[3] == pytest.approx(-20 * np.log10(5.0), abs=0.1)
    assert found.harmonics[5] == pytest.approx(-20 * np.log10(35.0 / 3.0), abs=0.1)


def test_what_saturates_bends_the_curve_and_gain_moves_it():
    spec = NetworkSpec(layers=2, kernel=1, channels=1, activation="hard_clip", init="dirac")
    plain, driven = whole(spec, RATE, AT_REST), whole(spec, RATE, AT_REST, gain=10.0)
    assert plain.levels == pytest.approx(INPUT_LEVELS_DB, abs=0.05)
    assert driven.levels[0] == pytest.approx(INPUT_LEVELS_DB[0] + 20.0, abs=0.05)
    assert driven.levels[-1] == pytest.approx(20 * np.log10(np.sqrt(2)), abs=0.3)


def test_it_is_measured_where_the_network_is():
    moved = whole(BENT, RATE, replace(AT_REST, morph=1.0, seed_b=7))
    other = whole(replace(BENT, seed=7), RATE, AT_REST)
    np.testing.assert_allclose(moved.impulse, other.impulse, atol=1e-5)


def test_a_network_of_which_too_much_would_be_heard_is_cut_short():
    long = NetworkSpec(layers=6, kernel=9, channels=4)
    found = whole(long, RATE, AT_REST, most_work=1e5)
    assert not found.whole
    assert found.impulse.size < long.receptive_field
    assert np.isfinite(found.levels).all()


def test_silence_is_at_the_floor():
    spec = NetworkSpec(layers=2, kernel=1, channels=1, activation="softshrink", init="uniform_0.1")
    found = whole(spec, RATE, AT_REST)
    assert (found.harmonics == FLOOR_DB).all()
    assert (found.levels == FLOOR_DB).all()
