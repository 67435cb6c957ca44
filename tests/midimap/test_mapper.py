"""MIDI bytes become operations."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.mapper import Bindings, coalesce
from ronn_jack.midimap.messages import Event, Message, decode
from ronn_jack.midimap.profile import BY_NUMBER, Binding, Follow, Press, Profile, Toggle
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS, Curve, Value

STEPPED = ["layers", "kernel", "channels", "dilation", "activation", "init", "bias", "seed"]


def whole(name: str, curve: Curve = Curve.LINEAR) -> Follow:
    parameter = PARAMETERS[name]
    return Follow(parameter, parameter.minimum, parameter.maximum, curve)


def bindings(
    target: Follow | Toggle | Press,
    message: Message = Message.CC,
    number: int | None = 7,
    channel: int | None = None,
    current: dict[str, Value] | None = None,
) -> Bindings:
    profile = Profile("test", "Test", None, (Binding(message, number, channel, target),))
    return Bindings(profile, (current or {}).__getitem__)


def send(bound: Bindings, *levels: int) -> list[Operation]:
    return [op for level in levels for op in bound.operations(bytes([0xB0, 7, level]))]


def values(bound: Bindings, *levels: int) -> list[object]:
    return [op.value for op in send(bound, *levels) if isinstance(op, Set)]


class TestDecoding:
    @pytest.mark.parametrize(
        ("message", "event"),
        [
            ("b0 14 40", Event(Message.CC, 1, 20, 64)),
            ("bf 00 7f", Event(Message.CC, 16, 0, 127)),
            ("92 3c 01", Event(Message.NOTE, 3, 60, 1)),
            ("92 3c 00", Event(Message.NOTE, 3, 60, 0)),
            ("82 3c 40", Event(Message.NOTE, 3, 60, 0)),
            ("c0 05", Event(Message.PROGRAM, 1, 5, 127)),
        ],
    )
    def test_events(self, message: str, event: Event) -> None:
        assert decode(bytes.fromhex(message)) == event

    @pytest.mark.parametrize(
        "message",
        ["", "14 40", "b0", "b0 14", "b0 14 40 00", "b0 80 40", "b0 14 ff", "c0", "c0 01 02",
         "e0 00 40", "d0 10", "a0 10 10", "f8", "f0 7e 7f 06 01 f7", "f0", "f7", "ff"],
    )  # fmt: skip
    def test_the_rest_is_ignored_and_counted(self, message: str) -> None:
        bound = bindings(whole("mix"))
        assert bound.operations(bytes.fromhex(message)) == []
        assert bound.ignored == 1

    @given(st.lists(st.binary(max_size=5), max_size=30))
    def test_nothing_that_comes_does_harm(self, messages: list[bytes]) -> None:
        folder = Path("no such folder")
        for name in ("generic", "nanokontrol2"):
            bound = Bindings(ProfileStore(user=folder).load(name), lambda name: False)
            for message in messages:
                for operation in bound.operations(message):
                    if isinstance(operation, Set):
                        PARAMETERS[operation.name].parse(operation.value)


class TestFollowing:
    @pytest.mark.parametrize("name", [n for n in PARAMETERS if n != "recipe"])
    def test_the_ends_are_the_exact_limits(self, name: str) -> None:
        parameter = PARAMETERS[name]
        low, high = values(bindings(whole(name)), 0, 127)
        assert low == parameter.denormalise(0.0)
        assert high == parameter.denormalise(1.0)
        assert values(bindings(whole(name)), 127, 0) == [high, low]

    @pytest.mark.parametrize("name", STEPPED)
    @pytest.mark.parametrize("step", [1, -1])
    def test_a_sweep_passes_every_value_in_its_place(self, name: str, step: int) -> None:
        bound = bindings(whole(name))
        present: object = None
        for level in range(128)[::step]:
            present = (values(bound, level) or [present])[0]
            assert present == PARAMETERS[name].denormalise(level / 127)

    @pytest.mark.parametrize("name", STEPPED)
    @given(
        st.integers(0, 127),
        st.lists(st.integers(-1, 1), max_size=40),
        st.lists(st.integers(0, 127), max_size=3),
    )
    def test_a_trembling_control_never_goes_back_and_forth(
        self, name: str, centre: int, tremble: list[int], before: list[int]
    ) -> None:
        bound = bindings(whole(name))
        send(bound, *before, 0 if centre > 63 else 127, centre)
        levels = [min(127, max(0, centre + offset)) for offset in tremble]
        moved = [level for i, level in enumerate(levels) if level != ([centre, *levels])[i]]
        numbers = [
            PARAMETERS[name].normalise(value)  # type: ignore[arg-type]
            for value in values(bound, *moved)
        ]
        assert numbers == sorted(numbers) or numbers == sorted(numbers, reverse=True)
        assert len(numbers) <= 2

    @pytest.mark.parametrize("name", ["layers", "kernel"])
    def test_an_edge_is_crossed_once(self, name: str) -> None:
        parameter = PARAMETERS[name]
        at = [parameter.denormalise(level / 127) for level in range(128)]
        edge = next(level for level in range(60, 127) if at[level] != at[level - 1])
        assert len(values(bindings(whole(name)), *[edge - 1, edge] * 20)) == 2

    def test_a_jump_lands_exactly(self) -> None:
        assert values(bindings(whole("kernel")), 100, 10, 60, 0, 40) == [101, 11, 61, 1, 41]

    def test_an_unchanged_value_is_not_sent_again(self) -> None:
        assert values(bindings(whole("layers")), 0, 1, 2, 3) == [1, 2]

    def test_a_level_that_is_repeated_asks_again(self) -> None:
        assert values(bindings(whole("layers")), 64, 64) == [13, 13]

    def test_channels_are_told_apart(self) -> None:
        bound = bindings(whole("layers"))
        assert bound.operations(b"\xb0\x07\x40") == bound.operations(b"\xb1\x07\x40") != []
        only = bindings(whole("layers"), channel=2)
        assert only.operations(b"\xb0\x07\x40") == []
        assert only.operations(b"\xb1\x07\x40") == [Set("layers", 13)]

    @pytest.mark.parametrize(
        ("curve", "middle"),
        [(Curve.LINEAR, 5.04), (Curve.SQUARE, 2.54), (Curve.ROOT, 7.1)],
    )
    def test_curves(self, curve: Curve, middle: float) -> None:
        low, value, high = values(bindings(whole("drift_rate", curve)), 0, 64, 127)
        assert (low, high) == (0.0, 10.0)
        assert value == pytest.approx(middle, abs=0.01)

    def test_exponential_steps_are_equal_ratios(self) -> None:
        swept = values(bindings(whole("fade_ms", Curve.EXPONENTIAL)), *range(128))
        ratios = [b / a for a, b in itertools.pairwise(swept)]  # type: ignore[operator]
        assert ratios == pytest.approx([1000 ** (1 / 127)] * 127)

    def test_limits_turned_round(self) -> None:
        target = Follow(PARAMETERS["mix"], 1.0, 0.25, Curve.LINEAR)
        assert values(bindings(target), 0, 127) == [1.0, 0.25]

    @pytest.mark.parametrize("number", [0, 6, 32, 38, *range(96, 102)])
    def test_controllers_with_a_meaning_elsewhere_are_knobs_here(self, number: int) -> None:
        bound = bindings(whole("mix"), number=number)
        assert bound.operations(bytes([0xB0, number, 127])) == [Set("mix", 1.0)]

    def test_a_note_sets_by_its_velocity_and_its_release_does_nothing(self) -> None:
        bound = bindings(whole("mix"), Message.NOTE)
        assert bound.operations(b"\x90\x07\x7f") == [Set("mix", 1.0)]
        assert bound.operations(b"\x80\x07\x00") == []

    def test_a_note_holds_a_switch_on(self) -> None:
        bound = bindings(whole("freeze"), Message.NOTE)
        assert bound.operations(b"\x90\x07\x01") == [Set("freeze", True)]
        assert bound.operations(b"\x90\x07\x00") == [Set("freeze", False)]


class TestPressing:
    def test_an_action_fires_on_crossing_upwards_only(self) -> None:
        bound = bindings(Press(Act("reseed"), 64))
        fired = [len(send(bound, level)) for level in (63, 64, 127, 64, 63, 0, 127, 127, 0, 64)]
        assert fired == [0, 1, 0, 0, 0, 0, 1, 0, 0, 1]

    def test_a_note_fires_each_time_it_is_struck(self) -> None:
        bound = bindings(Press(Act("reseed"), 1), Message.NOTE)
        messages = [b"\x90\x07\x01", b"\x90\x07\x00", b"\x90\x07\x7f", b"\x80\x07\x40"]
        assert [len(bound.operations(message)) for message in messages] == [1, 0, 1, 0]

    def test_a_toggle_turns_what_is(self) -> None:
        current: dict[str, Value] = {"bypass": False}
        bound = bindings(Toggle(PARAMETERS["bypass"], 64), current=current)
        assert send(bound, 127) == [Set("bypass", True)]
        current["bypass"] = True
        assert send(bound, 0, 127) == [Set("bypass", False)]

    def test_a_value_is_set_by_a_press(self) -> None:
        assert send(bindings(Press(Set("mix", 0.5), 64)), 127, 0) == [Set("mix", 0.5)]

    def test_programs(self) -> None:
        by_number = bindings(Press(BY_NUMBER, 64), Message.PROGRAM, None)
        assert by_number.operations(b"\xc3\x05") == [Act("preset_load", 5)]
        assert by_number.operations(b"\xc3\x05") == [Act("preset_load", 5)]
        named = bindings(Press(Act("preset_load", "fuzz"), 64), Message.PROGRAM, 9)
        assert named.operations(b"\xc0\x09") == [Act("preset_load", "fuzz")]
        assert named.operations(b"\xc0\x08") == []


class TestCoalescing:
    def test_a_sweep_becomes_its_latest_value(self) -> None:
        sweep = [stands("layers", n) for n in range(1, 20)]
        assert coalesce([*sweep, stands("mix", 0.1), stands("layers", 3)]) == [
            Set("mix", 0.1),
            Set("layers", 3),
        ]

    def test_actions_stay_and_keep_what_they_build_on(self) -> None:
        operations = [
            stands("mix", 0.1), stands("mix", 0.2), Act("preset_save", "a"), stands("mix", 0.3),
            Act("reseed"), Act("reseed"), stands("mix", 0.4),
        ]  # fmt: skip
        assert coalesce(operations) == operations[1:]

    def test_presses_stay_and_keep_what_they_build_on(self) -> None:
        operations = [
            stands("input_gain", 1.0), Set("link", True), stands("input_gain", 2.0),
            Set("link", False), Set("mix", 0.5), Set("mix", 0.5), stands("input_gain", 3.0),
        ]  # fmt: skip
        assert coalesce(operations) == operations

    def test_what_follows_a_control_can_be_left_out_but_no_switch(self) -> None:
        operations = [
            *send(bindings(Follow(PARAMETERS["mix"], 0, 1, Curve.LINEAR)), 10, 20, 30),
            *send(bindings(Follow(PARAMETERS["freeze"], 0, 1, Curve.LINEAR)), 127, 0, 127),
            *send(
                bindings(Toggle(PARAMETERS["bypass"], 64), current={"bypass": False}), 127, 0, 127
            ),
            *send(bindings(Press(Set("mix", 0.5), 64)), 127, 0, 127),
        ]
        assert coalesce(operations) == operations[2:]


def stands(name: str, value: Value) -> Set:
    return Set(name, value, absolute=True)
