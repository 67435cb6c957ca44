"""What moves beside a parameter, and what only shows what is playing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ronn_jack.parameters import PARAMETERS, Kind, Value, defaults
from ronn_jack.parameters.companions import companions, follows, taken_over

BANDS = [row for row in PARAMETERS.values() if row.follows]
GAIN = PARAMETERS["eq_low_gain"]
NUMBERS = [row for row in BANDS if row.kind is Kind.FLOAT]


def values(mode: str, **moved: Value) -> dict[str, Value]:
    return {**defaults(), "eq_mode": mode, **moved}


def test_the_eighteen_bands_values_follow_all_modes_but_manual() -> None:
    assert len(BANDS) == 18
    for mode in PARAMETERS["eq_mode"].choices:
        followers = {row.name for row in PARAMETERS.values() if follows(row, values(mode))}
        assert followers == (set() if mode == "manual" else {row.name for row in BANDS})


@pytest.mark.parametrize("mode", ["latent", "words"])
def test_turning_one_takes_over_unless_the_mode_was_said(mode: str) -> None:
    assert companions(GAIN, 3.0, values(mode), ()) == {"eq_mode": "manual"}
    assert companions(GAIN, 3.0, values(mode), {"eq_mode"}) == {}
    assert companions(GAIN, 3.0, values("manual"), ()) == {}


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.name)
def test_an_echo_in_float32_is_no_turn_and_the_least_step_of_a_control_is(row) -> None:
    for place in (0.1, 1 / 3, 0.77):
        shown = row.denormalise(place)
        here = values("latent", **{row.name: shown})
        assert companions(row, row.parse(float(np.float32(shown))), here, ()) == {}
        assert companions(row, row.denormalise(float(np.float32(place))), here, ()) == {}
        assert companions(row, row.denormalise(place + 1 / 16383), here, ()) != {}
        assert not math.isclose(row.normalise(shown), place + 1 / 16383, abs_tol=1e-6)


def test_naming_a_band_and_no_mode_means_manual() -> None:
    assert taken_over(["mix", "eq_low_gain", "eq_high"]) == {"eq_mode": "manual"}
    assert taken_over(["eq_low_gain", "eq_mode"]) == {}
    assert taken_over(["eq_x", "layers", "no_such"]) == {}


def test_a_linked_gain_moves_its_partner_and_zero_has_no_sign() -> None:
    linked = {**defaults(), "link": True}
    moved = companions(PARAMETERS["input_gain"], 0.0, linked, ())
    assert moved == {"output_gain": 0.0}
    assert math.copysign(1.0, float(moved["output_gain"])) == 1.0
    assert companions(PARAMETERS["input_gain"], 3.0, defaults(), ()) == {}
