"""A drawn architecture is as near as asked, fits, and can be any that does."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.control.operations import Act, Set
from ronn_jack.control.randomize import DRAWN as NAMES
from ronn_jack.control.randomize import randomized
from ronn_jack.errors import SpecError
from ronn_jack.model.architecture import REBUILD, network_spec
from ronn_jack.parameters import PARAMETERS, Kind, defaults
from tests.support.recording import RecordingNode, RecordingOrigin, controller_of

KEPT = {"recipe", "stretch", "decay", "rate", "sync"}
DRAWN = [*(name for name in REBUILD if name not in KEPT), "drive"]


def always(_: object) -> bool:
    return True


@given(amount=st.floats(0.0, 1.0, exclude_min=True), entropy=st.integers())
def test_only_parameters_that_may_be_drawn_move_and_stay_in_range(amount, entropy):
    before = {**defaults(), "recipe": "package"}
    after = randomized(before, amount, Random(entropy), always)
    for name, value in after.items():
        assert PARAMETERS[name].parse(value) == value
        assert type(value) is type(PARAMETERS[name].default)
        assert name in DRAWN or value == before[name]


def test_everything_can_come_from_anywhere_at_amount_one():
    random = Random(1)
    start = {**defaults(), "layers": 1, "kernel": 128, "channels": 64, "dilation": 1}
    draws = [randomized(start, 1.0, random, always) for _ in range(4000)]
    for name in DRAWN:
        row = PARAMETERS[name]
        seen = {draw[name] for draw in draws}
        if name.startswith("seed"):
            assert len(seen) > 3990
        elif row.kind is Kind.INT:
            assert seen == set(range(int(row.minimum), int(row.maximum) + 1))
        elif row.kind is Kind.FLOAT:
            low, high = row.minimum, row.maximum
            assert min(seen) < low + 0.01 * (high - low) and max(seen) > high - 0.01 * (high - low)
        else:
            assert seen == (set(row.choices) if row.choices else {False, True})


def test_a_small_amount_stays_near_but_takes_a_new_seed():
    random = Random(1)
    start = {**defaults(), "layers": 12, "kernel": 64, "channels": 32, "dilation": 10}
    for _ in range(300):
        draw = randomized(start, 0.02, random, always)
        assert draw["seed"] != start["seed"]
        for name, span in {"layers": 1, "kernel": 7, "channels": 3, "dilation": 1}.items():
            assert abs(int(draw[name]) - int(start[name])) <= span
    kept = sum(randomized(start, 0.02, random, always)["activation"] == "relu" for _ in range(500))
    assert kept > 450


@pytest.mark.parametrize("recipe", ["ronn", "plugin", "package"])
def test_what_comes_fits_the_limits_and_the_machine(recipe):
    node, origin = RecordingNode(largest=20_000), RecordingOrigin()
    controller = controller_of(node)
    controller.apply([Set("recipe", recipe)], origin)
    for _ in range(60):
        controller.apply([Act("randomize")], origin)
    assert origin.refusals == []
    specs = [spec for spec, _ in node.rebuilds]
    assert len(specs) == 61 - (recipe == "ronn")
    assert all(spec.recipe == recipe and spec.parameter_count <= 20_000 for spec in specs)
    assert len({spec.layers for spec in specs}) > 5


def test_where_nothing_fits_only_the_seeds_are_new():
    before = defaults()
    after = randomized(before, 1.0, Random(1), lambda _: False)
    assert {name for name in after if after[name] != before[name]} == {"seed", "seed_b"}


def test_where_little_fits_it_comes_nearer_until_something_does():
    def like_now(values):
        return abs(int(values["layers"]) - 6) <= 1 and int(values["kernel"]) <= 4

    draws = [randomized(defaults(), 1.0, Random(i), like_now) for i in range(20)]
    assert all(map(like_now, draws))
    assert len({(draw["layers"], draw["kernel"]) for draw in draws}) > 3


def test_a_spec_takes_every_rebuild_parameter_that_it_has_a_field_for():
    spec = network_spec({**defaults(), "layers": 9, "bias": True}, 1, 2, 48000.0)
    assert (spec.inputs, spec.outputs, spec.layers, spec.bias, spec.film) == (1, 2, 9, True, None)


def test_receptive_fields_are_drawn_evenly_on_a_log_scale():
    random = Random(2)

    def fits(values):
        try:
            network_spec(values, rate=48000.0)
        except SpecError:
            return False
        return True

    draws = [randomized(defaults(), 1.0, random, fits) for _ in range(600)]
    fields = np.array([network_spec(draw, rate=48000.0).receptive_field for draw in draws])
    decades = np.histogram(np.log10(fields), np.arange(8))[0]  # up to 60 s, 2.9 million frames
    assert decades.sum() == 600
    assert decades[:6].min() > 50, decades


@settings(max_examples=15)
@given(amount=st.floats(0.0, 1.0, exclude_min=True), locks=st.sets(st.sampled_from(NAMES)))
def test_locked_parameters_stay_whatever_fits(amount, locks):
    for fits in (always, lambda _: False):
        after = randomized(defaults(), amount, Random(4), fits, locks=locks)
        assert all(after[name] == defaults()[name] for name in locks)
