"""The parameter table holds together."""

from __future__ import annotations

from dataclasses import fields
from random import Random

import pytest

from ronn_jack.control.randomize import randomized
from ronn_jack.errors import ParameterError, UsageError
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Draw, Effect, Group, Kind, Parameter, defaults


def test_links_lead_both_ways():
    linked = {name: row.link_partner for name, row in PARAMETERS.items() if row.link_partner}
    assert linked
    assert all(linked[partner] == name for name, partner in linked.items())


def test_only_what_is_built_anew_or_drives_it_is_drawn_and_ratios_are_above_zero():
    drawn = [row for row in PARAMETERS.values() if row.draw is not Draw.KEPT]
    assert all(row.effect is Effect.REBUILD or row.name == "drive" for row in drawn)
    assert all(row.minimum > 0 for row in drawn if row.draw is Draw.RATIO)


# A spec's rate is the one that it runs at.
REACHING = [f.name for f in fields(NetworkSpec) if f.name in PARAMETERS and f.name != "rate"]


@pytest.mark.parametrize("name", REACHING)
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


@pytest.mark.parametrize(
    "text", ["9" * 400, "9" * 5000, "-" + "9" * 5000, "9" * 400 + ".5", "1e999"]
)
def test_a_number_of_any_length_is_out_of_range_and_clamped_where_others_are(text):
    row = PARAMETERS["layers"]
    with pytest.raises(ParameterError, match="is out of range; use 1 to 24") as error:
        row.parse(text)
    assert len(str(error.value)) < 120
    assert row.parse_normalised(text) == (1 if text.startswith("-") else 24)


@pytest.mark.parametrize("fault", [{"film": [10**400]}, {"inputs": 10**5000}, {"seed": 10**5000}])
def test_a_spec_of_a_huge_number_is_refused_in_words(fault):
    with pytest.raises(UsageError, match="is out of range; use") as error:
        NetworkSpec(**fault)
    assert len(str(error.value)) < 120


@pytest.mark.parametrize(
    ("value", "words"),
    [(20_000.0, "20000 Hz"), (12_345.6, "12350 Hz"), (8200.0, "8200 Hz"), (579.96, "580 Hz")],
)
def test_a_large_number_is_shown_in_four_digits_and_written_in_full(value, words):
    assert PARAMETERS["reverb_high_cut"].words(value) == words
