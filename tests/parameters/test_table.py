"""The parameter table holds together."""

from __future__ import annotations

from dataclasses import fields
from random import Random

import pytest

from ronn_jack.control.randomize import randomized
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Draw, Effect, Group, Kind, Parameter, defaults


def test_links_lead_both_ways():
    linked = {name: row.link_partner for name, row in PARAMETERS.items() if row.link_partner}
    assert linked
    assert all(linked[partner] == name for name, partner in linked.items())


def test_only_what_is_built_anew_is_drawn_and_ratios_are_above_zero():
    drawn = [row for row in PARAMETERS.values() if row.draw is not Draw.KEPT]
    assert all(row.effect is Effect.REBUILD for row in drawn)
    assert all(row.minimum > 0 for row in drawn if row.draw is Draw.RATIO)


@pytest.mark.parametrize("name", [f.name for f in fields(NetworkSpec) if f.name in PARAMETERS])
def test_every_value_that_a_network_is_made_of_reaches_its_spec(name):
    assert PARAMETERS[name].effect is Effect.REBUILD
    row = PARAMETERS[name]
    value = row.denormalise(0.0 if row.default != row.denormalise(0.0) else 1.0)
    values = {**defaults(), "dilation": 1, name: value}
    assert getattr(network_spec(values), name) == value != row.default


@pytest.mark.parametrize("draw", [Draw.EVEN, Draw.RATIO])
def test_a_drawn_float_stays_a_float_within_its_range_and_near(draw):
    row = Parameter(
        "stretch", "", Kind.FLOAT, 0.25, 16.0, 1.0, "", "", Group.NETWORK, Effect.REBUILD, draw=draw
    )
    table = {"stretch": row}

    def drawn(amount, seed):
        return randomized({"stretch": 1.0}, amount, Random(seed), lambda _: True, table)["stretch"]

    near, far = ([drawn(a, i) for i in range(200)] for a in (0.05, 1.0))
    assert all(type(value) is float for value in near + far)
    assert max(near) - min(near) < 1.6
    assert min(far) < 1.0 and max(far) > 12.0
    assert all(0.25 <= value <= 16.0 for value in near + far)
