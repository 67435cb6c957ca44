"""A sound that is frozen is as loud as what it is given, if that is noise at −18 dBFS."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.export.level import frozen_level
from ronn_jack.export.sound import freeze
from ronn_jack.loudness.auto_level import noise
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import Value, defaults
from ronn_jack.render import offline_engine
from ronn_jack.units import gain_to_decibels

RATE = 48_000.0


def gain_db(**values: Value) -> float:
    wanted = {**defaults(), **values}
    return gain_to_decibels(frozen_level(network_spec(wanted, rate=RATE), wanted, RATE).gain)


@pytest.mark.parametrize(
    "values", [{}, {"input_gain": 12.0, "drive": 18.0, "activation": "linear"}]
)
def test_it_makes_the_network_as_loud_as_its_input(values: dict[str, Value]) -> None:
    wanted = {**defaults(), **values}
    spec = network_spec(wanted, rate=RATE)
    level = frozen_level(spec, wanted, RATE)
    engine = offline_engine(spec, wanted, RATE, level=level.gain)
    x = noise(2, RATE, 96_000)
    heard = engine.process(x)[:, 48_000:]
    # By the ear, which is not the power: pink noise that was coloured is off by a decibel or two.
    assert gain_to_decibels(np.std(heard) / np.std(x)) == pytest.approx(0.0, abs=4.0)


def test_without_auto_level_drive_alone_is_made_up_for() -> None:
    assert gain_db(auto_level=False, input_gain=6.0) == 0.0
    driven = gain_db(auto_level=False, activation="linear", drive=18.0)
    assert driven == pytest.approx(-18.0, abs=0.01)


def test_an_equaliser_before_the_network_is_heard() -> None:
    flat = gain_db()
    equaliser: dict[str, Value] = {"eq": True, "eq_position": "pre", "eq_mode": "manual"}
    boosted = gain_db(**equaliser, eq_low_gain=12.0)
    assert abs(boosted - flat) > 1.0


def test_a_plugin_has_the_same_level() -> None:
    values = {**defaults(), "auto_level": False, "activation": "tanh", "drive": 18.0}
    assert gain_to_decibels(freeze(values).level.gain) == gain_db(**values)
    assert gain_db(**values) < -1.0
