"""A control's position that asks for too much lands on the nearest value that fits."""

from __future__ import annotations

import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.parameters import PARAMETERS, defaults
from ronn_jack.parameters.landing import landed
from tests.support.recall_rig import Rig

LAYERS = PARAMETERS["layers"]


def turned(name, value):
    """What a MIDI control asks for."""
    return Set(name, value, absolute=True)


@pytest.fixture
def rig():
    """A machine that can run 9 layers of the default width, and no more."""
    rig = Rig()
    rig.do(Set("layers", 9), Set("dilation", 1))
    rig.node.largest = rig.controller.model().parameter_count
    rig.do(Set("layers", 6))
    return rig


def told(rig):
    return [n.event for n in rig.subscription.take() if n.event.kind == "landed"]


@pytest.mark.parametrize("operation", [Set("layers", 1.0, normalised=True), turned("layers", 24)])
def test_a_position_beyond_what_fits_lands_there_and_it_is_said(rig, operation):
    rig.do(operation)
    assert rig.controller.value("layers") == 9
    assert rig.node.last_change.model.layers == 9
    assert rig.node.last_change.fitted
    assert not rig.origin.refusals
    assert rig.controller.status()["landed"] == "layers = 9"
    [event] = told(rig)
    assert event.lines() == ["test: layers = 9, the nearest that fits"]
    rig.do(Set("layers", 0.9, normalised=True))
    assert not told(rig), "a knob that stays beyond says so once"
    rig.do(Set("layers", 0.0, normalised=True))
    assert rig.controller.value("layers") == 1
    assert rig.controller.status()["landed"] == ""


def test_every_position_is_taken_and_always_for_the_same(rig):
    heard = {}
    for position in [*range(128), *reversed(range(128))]:
        rig.do(Set("layers", position / 127, normalised=True))
        value = rig.controller.value("layers")
        assert value == min(9, LAYERS.denormalise(position / 127))
        assert heard.setdefault(position, value) == value
    assert not rig.origin.refusals


@pytest.mark.parametrize("operation", [Set("layers", 24), Set("layers", "24")])
def test_a_native_value_is_tried_as_it_is(rig, operation):
    rig.do(operation)
    assert rig.node.last_change.model.layers == 24
    assert not rig.node.last_change.fitted


def test_a_preset_is_tried_as_it_is(rig):
    rig.node.largest = 1
    rig.do(Act("preset_load", "fuzz"))
    assert rig.controller.status()["landed"] == ""
    assert not rig.node.last_change.fitted


def test_of_two_positions_at_once_the_last_gives_way_first(rig):
    rig.do(Set("layers", 4 / 23, normalised=True), Set("channels", 1.0, normalised=True))
    assert rig.controller.value("layers") == 5
    assert 8 < rig.controller.value("channels") < 64
    rig.do(Set("channels", 0.0, normalised=True), Set("layers", 1.0, normalised=True))
    assert rig.controller.value("layers") == 24, "the whole bundle fits"


def test_a_position_beyond_the_longest_memory_lands_too(rig):
    rig.do(Set("dilation", 1.0, normalised=True))
    assert not rig.origin.refusals
    assert 2 < rig.controller.value("dilation") < 20


def test_a_choice_lands_on_its_neighbour():
    choices = PARAMETERS["activation"].choices
    values = {**defaults(), "activation": choices[7]}

    def fits(values):
        return choices.index(values["activation"]) in (2, 9)

    assert landed(values, ["activation"], fits) == {"activation": choices[9]}


def test_where_no_value_fits_the_position_is_refused_as_before(rig):
    rig.node.largest = 1
    rig.do(Set("layers", 1.0, normalised=True))
    assert rig.node.last_change.model.layers == 24
    assert not rig.node.last_change.fitted
    assert landed(defaults(), ["layers", "channels"], lambda values: False) == {}


def test_a_parameter_without_steps_lands_within_a_thousandth_of_its_range(rig):
    row = PARAMETERS["stretch"]
    values = {**defaults(), "stretch": 8.0}
    found = landed(values, ["stretch"], lambda values: values["stretch"] <= 3.0)["stretch"]
    assert found <= 3.0
    assert row.normalise(found) == pytest.approx(row.normalise(3.0), abs=1 / 1024)


@pytest.mark.parametrize(("fitting", "nearest"), [(26_215, 26_215), (39_999, 39_999), (50_000, 0)])
def test_of_a_value_above_and_one_below_that_fit_it_lands_on_the_nearer(fitting, nearest):
    def fits(values):
        return values["rate"] == 0 or values["rate"] >= fitting

    assert landed({**defaults(), "rate": 20_000}, ["rate"], fits) == {"rate": nearest}
