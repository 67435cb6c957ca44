"""What the equaliser plays by the values, and how its bands show it."""

from __future__ import annotations

import pytest

from ronn_jack.model.latent.equaliser import BANDS, FLAT, EqModel, loudness_loss
from ronn_jack.model.latent.playing import EQUALISER, makeup, playing, with_bands
from ronn_jack.parameters import PARAMETERS, Kind, Value, defaults

POINTS: list[dict[str, Value]] = [
    {"eq_x": 1.3, "eq_y": -0.4, "eq_z": 0.9},
    {"eq_x": -2.0, "eq_extend": True, "eq_strength": 2.0, "eq_dims": 1},
    {"eq_x": 2.0, "eq_y": 2.0, "eq_z": 2.0, "eq_extend": True, "eq_strength": -1.0},
    {"eq_mode": "words", "eq_interpolate": 0.25, "eq_word_a": "dark", "eq_word_b": "air"},
    {"eq_mode": "words", "eq_beta": "more", "eq_dims": 2, "eq_strength": 0.5},
]


@pytest.mark.parametrize("said", POINTS, ids=str)
def test_the_bands_show_what_plays_and_play_the_same_when_taken_over(
    said: dict[str, Value],
) -> None:
    values = {**defaults(), **said}
    shown = with_bands(values)
    assert playing(values) == EqModel.ours().at(values) != FLAT
    assert playing({**shown, "eq_mode": "manual"}) == playing(values)
    assert {n: v for n, v in shown.items() if not PARAMETERS[n].follows} == {
        n: v for n, v in values.items() if not PARAMETERS[n].follows
    }
    for name, value in shown.items():
        row = PARAMETERS[name]
        assert row.parse(value) == value and type(row.parse(value)) is type(value)
    assert with_bands(shown) is shown


def test_at_its_defaults_it_is_flat_and_shows_its_defaults() -> None:
    assert playing(defaults()) == FLAT
    values = defaults()
    assert with_bands(values) is values
    assert with_bands({**values, "eq_low_gain": 3.0, "eq_mid1": False}) == values
    assert playing({**values, "eq_mode": "manual"}) == FLAT


def test_by_hand_each_value_is_its_band_s_and_a_switched_off_band_is_flat() -> None:
    values: dict[str, Value] = {**defaults(), "eq_mode": "manual"}
    for i, band in enumerate(BANDS):
        gain, frequency, q = f"eq_{band.name}_gain", f"eq_{band.name}_freq", f"eq_{band.name}_q"
        values |= {gain: 3.0 + i, frequency: 900.0 + i}
        assert playing(values).gains[i] == 3.0 + i
        assert playing(values).frequencies[i] == 900.0 + i
        assert (q in values) == (band.form == "bell")
        if q in values:
            values[q] = 2.0 + i
            assert playing(values).qs[i] == 2.0 + i
        off = playing({**values, f"eq_{band.name}": False})
        assert off.gains == (*playing(values).gains[:i], 0.0, *playing(values).gains[i + 1 :])
    assert with_bands(values) is values


def test_the_table_s_ranges_are_the_bands() -> None:
    for band in BANDS:
        frequency = PARAMETERS[f"eq_{band.name}_freq"]
        assert (frequency.minimum, frequency.maximum) == (band.lowest, band.highest)
        assert frequency.default == band.frequency
        if band.form == "bell":
            q = PARAMETERS[f"eq_{band.name}_q"]
            assert (q.minimum, q.maximum, q.default) == (band.lowest_q, band.highest_q, band.q)


def test_the_table_names_the_model_s_words() -> None:
    for name in ("eq_word_a", "eq_word_b"):
        assert PARAMETERS[name].choices == tuple(EqModel.ours().words(3, "less"))


def test_everything_of_the_equaliser_is_heard_by_its_stage_alone() -> None:
    heard = set()
    base: dict[str, Value] = {**defaults(), "eq_x": 0.7, "eq_y": 0.3, "eq_z": -0.6}
    by_hand = {**with_bands(base), "eq_mode": "manual"}
    for start in (base, {**base, "eq_mode": "words", "eq_interpolate": 0.4}, by_hand):
        for name in EQUALISER:
            row = PARAMETERS[name]
            others = row.choices if row.kind is Kind.ENUM else map(row.denormalise, (0.0, 0.9))
            if any(playing({**start, name: value}) != playing(start) for value in others):
                heard.add(name)
    assert heard == EQUALISER - {"eq", "eq_position", "eq_compensate", "eq_model"}


def test_the_loudness_that_the_curve_takes_is_made_up_for_where_asked() -> None:
    values = {**defaults(), "eq_x": -1.5}
    assert makeup(values, 48000.0) == 0.0
    asked = makeup({**values, "eq_compensate": True}, 48000.0)
    assert asked == loudness_loss(playing(values), 48000.0) != 0.0
