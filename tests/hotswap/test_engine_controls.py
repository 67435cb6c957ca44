"""What an engine is told of the equaliser, whoever drives it, and what is heard of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.latent.equaliser import EqSettings, response
from ronn_jack.model.latent.playing import makeup, playing
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.render import offline_engine
from tests.support.desk import desk

RATE = 48000.0
WARM: dict[str, Value] = {"eq_x": -1.2, "eq_y": 0.5, "eq_z": 0.8}
BY_HAND: dict[str, Value] = {
    "eq_mode": "manual",
    "eq_low_gain": 9.0,
    "eq_low_freq": 90.0,
    "eq_mid1_gain": -12.0,
    "eq_mid1_q": 4.0,
    "eq_mid2": False,
    "eq_mid2_gain": 24.0,
    "eq_mid3_gain": 3.0,
    "eq_mid3_freq": 6000.0,
    "eq_high_gain": -5.0,
}
SETTINGS = [
    WARM,
    {**WARM, "eq_strength": -1.0, "eq_compensate": True},
    {"eq_mode": "words", "eq_word_b": "dark", "eq_interpolate": 0.4},
    BY_HAND,
    {**BY_HAND, "eq_compensate": True},
]


class ToldEngine(Engine):
    """Writes down what its equaliser is told."""

    def __init__(self) -> None:
        self.told: list[tuple[EqSettings, float, str | None]] = []
        super().__init__(2, 2, RATE, 1.0)

    def equalise(self, settings: EqSettings, makeup_db: float, position: Any) -> None:
        self.told.append((settings, makeup_db, position))


@pytest.mark.parametrize("said", SETTINGS, ids=str)
@pytest.mark.parametrize("position", ["pre", "post"])
def test_an_engine_is_told_what_plays_and_where(position: str, said: dict[str, Value]) -> None:
    values = {**defaults(), **said, "eq": True, "eq_position": position}
    engine = ToldEngine()
    aim(engine, values)
    assert engine.told == [(playing(values), makeup(values, RATE), position)]
    aim(engine, {"eq": False}, {**values, "eq": False})
    assert engine.told[1:] == [(playing(values), makeup(values, RATE), None)]


def test_it_is_told_again_only_if_something_of_the_equaliser_moves() -> None:
    engine = ToldEngine()
    aim(engine, {"mix": 0.5, "input_gain": 3.0}, {**defaults(), "mix": 0.5, "eq": True})
    assert engine.told == []


def curve(said: dict[str, Value]) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies, and how much of each a node gives more than without its equaliser."""
    plain = {**defaults(), "layers": 1, "kernel": 1, "activation": "linear", "auto_level": False}
    click = np.zeros((2, 65536), np.float32)
    click[:, 0] = 1e-3
    heard = []
    for values in ({**plain, **said}, plain):
        engine = offline_engine(network_spec(values, 2, 2, RATE), values, RATE)
        heard.append(np.abs(np.fft.rfft(engine.process(click)[0].astype(float))))
    frequencies = np.fft.rfftfreq(click.shape[1], 1 / RATE)
    audible = (frequencies >= 20) & (frequencies <= 20000)
    return frequencies[audible], 20 * np.log10(heard[0] / heard[1])[audible]


@pytest.mark.parametrize("said", SETTINGS, ids=str)
@pytest.mark.parametrize("position", ["pre", "post"])
def test_what_is_heard_is_the_curve_of_the_settings(position: str, said: dict[str, Value]) -> None:
    said = {**said, "eq": True, "eq_position": position}
    values = {**defaults(), **said}
    frequencies, heard = curve(said)
    meant = response(playing(values), frequencies, RATE) + makeup(values, RATE)
    assert np.abs(meant).max() > 1.0
    assert np.abs(heard - meant).max() < 0.01


def test_switched_off_it_is_not_heard_to_the_bit() -> None:
    _, heard = curve(WARM)
    assert not heard.any()


def test_a_live_node_follows_from_its_start_on_and_through_a_new_engine() -> None:
    with desk() as d:
        d.turn(eq=True, **WARM)
        told: list[Any] = []
        d.audio.engine.equalise = lambda *curve: told.append(curve)
        d.turn(eq_x=0.4)
        values = {**defaults(), **WARM, "eq": True, "eq_x": 0.4}
        assert told == [(playing(values), 0.0, "post")]
        d.turn(mix=0.4)
        assert len(told) == 1
        d.node.detach()
        d.node.attach(d.audio)
        assert told[1:] == told[:1]


def test_the_mixture_of_a_reverb_that_is_off_stays_as_its_tail_has_it() -> None:
    engine = Engine(2, 2, RATE, history_seconds=1.0)
    values = {**defaults(), "reverb": True, "reverb_mix": 0.5}

    def aimed(**moved: Value) -> float:
        values.update(moved)
        aim(engine, moved, values)
        return engine.target(Control.REVERB_MIX)

    assert aimed(reverb=True) == 0.5
    assert aimed(reverb=False, reverb_mix=0.3) == 0.5
    assert aimed(reverb_mix=0.2) == 0.5
    assert aimed(reverb=True) == 0.2
    assert aimed(reverb_mix=0.9) == 0.9
