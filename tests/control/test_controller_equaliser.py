"""The equaliser's knobs, as whoever turns them meets them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from ronn_jack.control.events import Moved
from ronn_jack.control.operations import Act, ClockOrigin, Operation, Set
from ronn_jack.model.latent.playing import playing, with_bands
from ronn_jack.parameters import PARAMETERS, Value, defaults
from ronn_jack.parameters.share import share
from tests.support.recall_rig import Rig

BANDS = [name for name, row in PARAMETERS.items() if row.follows]
WARM = {"eq_x": -1.2, "eq_y": 0.5, "eq_z": 0.8}


@pytest.fixture
def rig() -> Rig:
    return Rig()


def sets(**values: Value) -> list[Operation]:
    return [Set(name, value) for name, value in values.items()]


def bands(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values[name] for name in BANDS}


def is_shown(values: Mapping[str, Value]) -> bool:
    """Say whether the bands are what plays."""
    return dict(with_bands(values)) == dict(values)


class TestShown:
    @pytest.mark.parametrize(
        "said",
        [
            WARM,
            {"eq_x": 2.0, "eq_extend": True, "eq_strength": 2.0},
            {"eq_mode": "words"},
            {"eq_mode": "words", "eq_word_b": "dark", "eq_interpolate": 0.5},
        ],
        ids=str,
    )
    def test_the_bands_move_with_what_moves_them_in_one_event(
        self, rig: Rig, said: dict[str, Value]
    ) -> None:
        before = rig.values
        rig.do(*sets(**said))
        assert bands(rig.values) == bands(with_bands({**before, **said})) != bands(before)
        (told,) = rig.told(Moved)
        assert told.values == {n: v for n, v in rig.values.items() if v != before[n]}
        assert rig.node.controls == [told.values]
        assert rig.node.rebuilds == []
        assert rig.steps == (1, 0)

    def test_nothing_else_moves_them(self, rig: Rig) -> None:
        rig.do(*sets(**WARM))
        here = bands(rig.values)
        rig.do(*sets(mix=0.5, eq=True, eq_position="pre", eq_compensate=True, eq_word_a="dark"))
        assert bands(rig.values) == here


class TestTakenOver:
    @pytest.mark.parametrize("mode", ["latent", "words"])
    @pytest.mark.parametrize("name", BANDS)
    def test_a_turn_of_one_leaves_all_others_where_they_were(
        self, rig: Rig, mode: str, name: str
    ) -> None:
        rig.do(*sets(**WARM, eq_mode=mode, eq_interpolate=0.7))
        before, row = rig.values, PARAMETERS[name]
        value = row.denormalise(0.1 if row.normalise(before[name]) > 0.5 else 0.9)
        rig.do(Set(name, value))
        assert rig.values == {**before, "eq_mode": "manual", name: value}
        rig.do(Act("undo"))
        assert rig.values == before
        rig.do(Act("redo"))
        assert rig.values == {**before, "eq_mode": "manual", name: value}

    def test_what_is_not_turned_is_not_taken_over(self, rig: Rig) -> None:
        rig.do(*sets(**WARM))
        before = rig.values
        rig.do(*(Set(name, before[name]) for name in BANDS))
        rig.do(Set("eq_low_gain", 99.0))
        assert rig.values == before
        assert rig.origin.subjects == ["eq_low_gain"]

    def test_a_sweep_is_one_step_with_the_mode(self, rig: Rig) -> None:
        rig.do(*sets(**WARM))
        before = rig.values
        for gain in (1.0, 2.0, 3.0):
            rig.do(Set("eq_mid1_gain", gain), after=0.1)
        assert rig.steps == (2, 0)
        rig.do(Act("undo"))
        assert rig.values == before

    def test_the_modes_keep_their_own_and_the_curve_stays_until_it_is_turned(
        self, rig: Rig
    ) -> None:
        rig.do(*sets(**WARM))
        shown = rig.values
        rig.do(Set("eq_mode", "manual"))
        assert rig.values == {**shown, "eq_mode": "manual"}
        assert playing(rig.values) == playing(shown)
        rig.do(Set("eq_x", 0.3))
        assert bands(rig.values) == bands(shown)
        rig.do(Set("eq_mode", "latent"))
        assert bands(rig.values) == bands(with_bands({**shown, "eq_x": 0.3})) != bands(shown)
        rig.do(Act("undo"))
        assert bands(rig.values) == bands(shown)


def outcomes(start: str, operations: Sequence[Operation]) -> list[dict[str, Value]]:
    """Return the values that every order of a message's operations leads to."""
    found = []
    for order in itertools.permutations(operations):
        rig = Rig()
        rig.do(*sets(**WARM, eq_mode=start))
        rig.do(*order)
        assert rig.origin.refusals == []
        found.append(rig.values)
    return found


@pytest.mark.parametrize("start", ["latent", "words", "manual"])
class TestMessages:
    @pytest.mark.parametrize("mode", ["latent", "words", "manual"])
    def test_the_mode_that_a_message_says_is_obeyed_in_any_order(
        self, start: str, mode: str
    ) -> None:
        message = sets(eq_mode=mode, eq_low_gain=7.5, eq_high=False, eq_x=1.5)
        first, *others = outcomes(start, message)
        assert all(other == first for other in others)
        assert first["eq_mode"] == mode and first["eq_x"] == 1.5 and is_shown(first)
        if mode == "manual":
            assert (first["eq_low_gain"], first["eq_high"]) == (7.5, False)
        else:
            assert first["eq_low_gain"] != 7.5 and first["eq_high"] is True

    def test_one_that_says_none_is_a_turn_in_any_order(self, start: str) -> None:
        first, *others = outcomes(start, sets(eq_low_gain=7.5, eq_high=False, eq_x=1.5))
        assert all(other == first for other in others)
        assert first["eq_mode"] == "manual"
        assert (first["eq_low_gain"], first["eq_high"], first["eq_x"]) == (7.5, False, 1.5)


def test_after_a_preset_in_a_message_a_turn_takes_over_from_it(rig: Rig) -> None:
    rig.store.presets["warm"] = {**defaults(), **WARM}
    rig.do(Set("eq_mode", "manual"), Act("preset_load", "warm"), Set("eq_low_gain", 3.0))
    assert rig.values == {
        **with_bands({**defaults(), **WARM}), "eq_mode": "manual", "eq_low_gain": 3.0
    }  # fmt: skip


class TestWholeSounds:
    @pytest.mark.parametrize("mode", ["latent", "words", "manual"])
    def test_each_way_back_obeys_the_mode_that_it_carries(self, rig: Rig, mode: str) -> None:
        rig.do(*sets(**WARM, eq_mode=mode, eq_interpolate=0.3))
        if mode == "manual":
            rig.do(*sets(eq_low_gain=7.5, eq_mid2=False))
        sound, text = rig.values, rig.controller.share()
        rig.do(Act("snapshot_save", 1), Act("preset_save", "mine"))
        ways = [
            Act("snapshot_load", 1),
            Act("preset_load", "mine"),
            Act("load_text", text),
            Act("ab"),
        ]
        rig.do(Act("ab"))
        for away in (sets(eq_mode="manual", eq_high_gain=-5.0), sets(eq_mode="latent", eq_x=2.0)):
            for way in ways:
                rig.do(*away)
                rig.do(way)
                assert {**rig.values, "rate": 0} == {**sound, "rate": 0}, way
                rig.do(Act("undo"))
                assert is_shown(rig.values) and rig.value("eq_mode") == [away[0].value]
        assert rig.origin.refusals == []

    def test_a_preset_that_does_not_say_the_bands_shows_and_is_what_it_plays(
        self, rig: Rig
    ) -> None:
        rig.store.presets["warm"] = {**defaults(), **WARM}
        rig.do(Act("preset_load", "warm"))
        assert rig.values == with_bands({**defaults(), **WARM})
        assert not rig.controller.edited
        rig.do(Set("eq_x", 0.1))
        assert rig.controller.edited
        rig.do(Set("eq_x", WARM["eq_x"]))
        assert not rig.controller.edited
        rig.do(Set("eq_low_gain", 3.0))
        assert rig.controller.edited

    def test_a_node_begins_with_bands_that_are_shown(self) -> None:
        rig = Rig(values=WARM)
        assert rig.values == with_bands({**defaults(), **WARM})
        assert rig.steps == (0, 0)

    def test_what_is_left_of_a_refused_preset_and_a_turn_since_is_what_plays(
        self, rig: Rig
    ) -> None:
        rig.store.presets["hand"] = {**defaults(), "layers": 9, "eq_mode": "manual"}
        rig.do(*sets(**WARM))
        rig.ask(Act("preset_load", "hand"))
        rig.ask(Set("eq_low_gain", 7.5))
        rig.refuse()
        assert rig.value("eq_mode", "layers") == ["latent", 6]
        assert is_shown(rig.values)


def test_two_sweeps_side_by_side_are_two_steps_and_lead_back_each(rig: Rig) -> None:
    begin = rig.values
    for place in (0.3, 0.6, 0.9):
        rig.do(Set("eq_x", place), after=0.05)
        rig.do(Set("eq_y", -place), after=0.05)
    assert rig.steps == (2, 0)
    rig.do(Act("undo"))
    assert rig.value("eq_x", "eq_y") == [0.9, 0.0] and is_shown(rig.values)
    rig.do(Act("undo"))
    assert rig.values == begin


def test_a_sweep_that_comes_back_leaves_no_step(rig: Rig) -> None:
    rig.do(Set("eq_x", 0.5), after=0.05)
    rig.do(Set("eq_y", 0.5), after=0.05)
    rig.do(Set("eq_x", 0.0), after=0.05)
    assert rig.steps == (1, 0)


def test_what_a_clock_has_moved_since_is_shown_after_an_undo(rig: Rig) -> None:
    rig.do(Set("eq_low_gain", 7.5))
    rig.controller.apply([Set("eq_x", 1.5)], ClockOrigin())
    rig.do(Act("undo"))
    assert rig.value("eq_mode", "eq_x") == ["latent", 1.5]
    assert is_shown(rig.values) and rig.value("eq_low_gain") != [0.0]


def test_a_shared_sound_does_not_say_what_follows(rig: Rig) -> None:
    rig.do(*sets(eq=True, **WARM))
    text = rig.controller.share()
    assert not any(f"{name}=" in text for name in BANDS)
    assert len(text) < 100
    rig.do(Set("eq_low_gain", 3.0))
    assert "eq_low_gain=3.0" in share(rig.values) and "eq_mode=manual" in share(rig.values)
