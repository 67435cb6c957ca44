"""What is known of the network that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from ronn_jack.errors import SpecError
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value, defaults
from ronn_jack.pictures import portrait as module
from ronn_jack.pictures.portrait import SHARE, Portrait
from ronn_jack.pictures.shadow import Shadow
from tests.support.packets import unpacked
from tests.support.played import RATE, Played

NOTHING = {"network": "", "weights": "", "responses": ""}


ShadowOf = Callable[[Model, float], Shadow | None]


class Turned:
    """A portrait of values that a hand turns, looked at by a made-up clock."""

    def __init__(self, shadow_of: ShadowOf = Shadow.of, **values: Value) -> None:
        self.values: Mapping[str, Value] = {**defaults(), **values}
        self.played = Played()
        self.now = 100.0
        self.spent = 0.0
        self.portrait = Portrait(
            lambda values: model_of(values, rate=RATE),
            lambda: self.values,
            clock=lambda: self.now,
            processor_clock=lambda: self.spent,
            shadow_of=shadow_of,
        )

    def turn(self, **values: Value) -> None:
        self.values = {**self.values, **values}

    def look(self, frames: int = 1, watched: tuple[int, ...] = ()) -> None:
        for _ in range(frames):
            self.now += 1 / 30
            self.portrait.look(RATE, self.played.recent(4800), watched)

    def kinds(self, layer: int = 0, **has: str) -> list[str]:
        packets = self.portrait.news({**NOTHING, **has}, layer)
        return [unpacked(packet)["kind"] for packet in packets]

    def keys(self, layer: int = 0) -> dict[str, str]:
        """Return the keys of all that a page has after the next frame."""
        found = [unpacked(packet) for packet in self.portrait.news(NOTHING, layer)]
        return {each["kind"]: each["key"] for each in found}


def test_a_network_is_told_at_once_and_what_takes_time_once_it_rests():
    turned = Turned()
    turned.look()
    assert turned.kinds() == ["network"]
    turned.look(60)
    assert set(turned.kinds()) == {"network", "weights", "responses"}
    assert turned.kinds(**turned.keys()) == [], "it has all of it"
    turned.turn(layers=7)
    turned.look()
    assert turned.kinds(**turned.keys()) == []
    (packet, *_) = turned.portrait.news(NOTHING, 0)
    assert len(unpacked(packet)["layers"]) == 7


def test_another_layer_s_weights_are_other_weights():
    turned = Turned(channels=5)
    turned.look(60)
    has = turned.keys()
    assert turned.kinds(layer=3, **has) == ["weights"]
    weights = unpacked(turned.portrait.news({**has, "weights": ""}, 3)[0])
    assert (weights["layer"], weights["shape"]) == (3, [5, 5, 3])
    assert turned.kinds(layer=99, **has) == []


def test_a_knob_that_only_moves_the_network_makes_no_other_one():
    turned = Turned()
    turned.look(60)
    has = turned.keys()
    turned.turn(morph=0.5)
    turned.look(60)
    assert set(turned.kinds(**has)) == {"weights", "responses"}
    has = turned.keys()
    turned.turn(mix=0.5)
    turned.look(60)
    assert turned.kinds(**has) == []


def test_what_is_refused_changes_nothing():
    turned = Turned()
    turned.look(60)
    has = turned.keys()
    with pytest.raises(SpecError):
        model_of({**turned.values, "layers": 24, "dilation": 20}, rate=RATE)
    turned.turn(layers=24, dilation=20)
    turned.look(5)
    assert turned.kinds(**has) == []


def test_activity_is_that_of_the_input_as_much_of_it_as_may_be_heard():
    class Costly(Shadow):
        def hear(self, driven, watched):
            turned.spent += driven.shape[1] * 5e-6  # a quarter of a core
            return super().hear(driven, watched)

    turned = Turned(Costly.of, activation="tanh")
    turned.look(300, watched=(1,))
    activity = turned.portrait.activity
    assert activity is not None
    assert [levels.size for levels in activity.levels] == [8, 8, 8, 8, 8, 2]
    assert all(levels.min() > 0.0 for levels in activity.levels)
    low, high = activity.entered[1]
    assert low < 0.0 < high
    assert turned.spent <= SHARE * (300 / 30 + module._SAVED_SECONDS) * 1.1
    assert turned.spent >= SHARE * 300 / 30 * 0.7
    assert turned.portrait.heard == pytest.approx(SHARE / 0.24, rel=0.5)


def test_a_light_network_is_heard_whole():
    turned = Turned(layers=2, channels=2)
    turned.look(30)
    assert turned.portrait.heard == pytest.approx(1.0)


def test_one_that_is_too_large_is_drawn_but_not_looked_into():
    turned = Turned(lambda model, rate: None)
    turned.look(20)
    assert turned.portrait.activity is None
    assert set(turned.kinds()) == {"network", "responses"}


def test_a_node_that_is_silent_or_began_anew_is_no_trouble():
    turned = Turned()
    turned.look(20)
    turned.played.silent = True
    turned.look(5)
    turned.played.silent, turned.played.position = False, 0
    turned.look(5)
    assert turned.portrait.activity is not None
    assert np.isfinite(np.concatenate(turned.portrait.activity.levels)).all()


def test_what_was_measured_is_not_measured_anew_for_a_page_that_comes_later():
    turned = Turned()
    turned.look(60)
    has = turned.keys()
    turned.portrait.forget()
    turned.look()
    assert turned.kinds(**{**has, "network": ""}) == ["network"]
    turned.look(30)
    assert turned.keys()["responses"] == has["responses"]


def test_a_page_that_is_ahead_of_what_is_known_gets_nothing_for_it():
    turned = Turned()
    turned.look()
    assert turned.kinds(responses="7") == ["network"]
