"""MIDI bytes become operations."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.control.midi_events import Gap
from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.decoder import plain_event
from ronn_jack.midimap.mapper import Bindings, coalesce
from ronn_jack.midimap.messages import Control, Event, Message, Relative
from ronn_jack.midimap.profile import BY_NUMBER, Binding, Follow, Press, Profile, Takeover, Toggle
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS, Curve, Value, defaults

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
    binding = Binding(Control(message, number, channel), target)
    return Bindings(Profile("test", "Test", None, (binding,)), (current or defaults()).__getitem__)


def asked(bound: Bindings, *messages: bytes) -> list[Operation]:
    return [op for message in messages for op in bound.operations(message, 0.0)]


def send(bound: Bindings, *levels: int) -> list[Operation]:
    return asked(bound, *(bytes([0xB0, 7, level]) for level in levels))


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
            ("a1 3c 40", Event(Message.KEY_PRESSURE, 2, 60, 64)),
            ("d1 40", Event(Message.CHANNEL_PRESSURE, 2, 0, 64)),
            ("e1 01 40", Event(Message.PITCH_BEND, 2, 0, 8193, 16383)),
        ],
    )
    def test_events(self, message: str, event: Event) -> None:
        assert plain_event(bytes.fromhex(message)) == event

    @pytest.mark.parametrize(
        "message",
        ["", "14 40", "b0", "b0 14", "b0 14 40 00", "b0 80 40", "b0 14 ff", "c0", "c0 01 02",
         "e0 40", "d0 10 10", "a0 10", "f8", "f0 7e 7f 06 01 f7", "f0", "f7", "ff"],
    )  # fmt: skip
    def test_the_rest_is_ignored(self, message: str) -> None:
        assert plain_event(bytes.fromhex(message)) is None
        assert asked(bindings(whole("mix")), bytes.fromhex(message)) == []

    @given(st.lists(st.binary(max_size=5), max_size=30))
    def test_nothing_that_comes_does_harm(self, messages: list[bytes]) -> None:
        folder = Path("no such folder")
        for name in ("generic", "nanokontrol2"):
            bound = Bindings(ProfileStore(user=folder).load(name), lambda name: False)
            for message in messages:
                for operation in asked(bound, message):
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
        assert asked(bound, b"\xb0\x07\x40") == asked(bound, b"\xb1\x07\x40") != []
        only = bindings(whole("layers"), channel=2)
        assert asked(only, b"\xb0\x07\x40") == []
        assert asked(only, b"\xb1\x07\x40") == [Set("layers", 13)]

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
        assert asked(bound, bytes([0xB0, number, 127])) == [Set("mix", 1.0)]

    def test_a_note_sets_by_its_velocity_and_its_release_does_nothing(self) -> None:
        bound = bindings(whole("mix"), Message.NOTE)
        assert asked(bound, b"\x90\x07\x7f") == [Set("mix", 1.0)]
        assert asked(bound, b"\x80\x07\x00") == []

    def test_a_note_holds_a_switch_on(self) -> None:
        bound = bindings(whole("freeze"), Message.NOTE)
        assert asked(bound, b"\x90\x07\x01") == [Set("freeze", True)]
        assert asked(bound, b"\x90\x07\x00") == [Set("freeze", False)]


class TestPressing:
    def test_an_action_fires_on_crossing_upwards_only(self) -> None:
        bound = bindings(Press(Act("reseed"), 64))
        fired = [len(send(bound, level)) for level in (63, 64, 127, 64, 63, 0, 127, 127, 0, 64)]
        assert fired == [0, 1, 0, 0, 0, 0, 1, 0, 0, 1]

    def test_a_note_fires_each_time_it_is_struck(self) -> None:
        bound = bindings(Press(Act("reseed"), 1), Message.NOTE)
        messages = [b"\x90\x07\x01", b"\x90\x07\x00", b"\x90\x07\x7f", b"\x80\x07\x40"]
        assert [len(asked(bound, message)) for message in messages] == [1, 0, 1, 0]

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
        assert asked(by_number, b"\xc3\x05") == [Act("preset_load", 5)]
        assert asked(by_number, b"\xc3\x05") == [Act("preset_load", 5)]
        named = bindings(Press(Act("preset_load", "fuzz"), 64), Message.PROGRAM, 9)
        assert asked(named, b"\xc0\x09") == [Act("preset_load", "fuzz")]
        assert asked(named, b"\xc0\x08") == []

    def test_a_program_with_a_binding_of_its_own_is_not_read_as_any(self) -> None:
        profile = Profile("t", "T", None, (
            Binding(Control(Message.PROGRAM), Press(BY_NUMBER, 64)),
            Binding(Control(Message.PROGRAM, 9, 1), Press(Act("reseed"), 64)),
        ))  # fmt: skip
        bound = Bindings(profile, defaults().__getitem__)
        assert asked(bound, b"\xc0\x09") == [Act("reseed")]
        assert asked(bound, b"\xc1\x09") == [Act("preset_load", 9)]


class TestOtherMessages:
    """Each kind of message moves its parameter to the ends and presses what is pressed."""

    @pytest.mark.parametrize(
        ("control", "low", "high"),
        [
            (Control(Message.PITCH_BEND), ["e0 00 00"], ["e0 7f 7f"]),
            (Control(Message.CHANNEL_PRESSURE), ["d0 00"], ["d0 7f"]),
            (Control(Message.KEY_PRESSURE, 60), ["a0 3c 00"], ["a0 3c 7f"]),
            (Control(Message.CC, 1, bits=14), ["b0 01 00", "b0 21 00"], ["b0 01 7f", "b0 21 7f"]),
            (
                Control(Message.NRPN, 300, bits=14),
                ["b0 63 02", "b0 62 2c", "b0 06 00", "b0 26 00"],
                ["b0 06 7f", "b0 26 7f"],
            ),
            (Control(Message.RPN, 1, bits=7), ["b0 65 00", "b0 64 01", "b0 06 00"], ["b0 06 7f"]),
        ],
    )
    def test_ends(self, control: Control, low: list[str], high: list[str]) -> None:
        bound = Bindings(
            Profile("test", "Test", None, (
                Binding(control, whole("xy_x")),
                Binding(control, Press(Act("reseed"), 64)),
            )),
            defaults().__getitem__,
        )  # fmt: skip
        assert asked(bound, *map(bytes.fromhex, low)) == [Set("xy_x", -1.0)]
        assert asked(bound, *map(bytes.fromhex, high)) == [Set("xy_x", 1.0), Act("reseed")]

    def test_a_pitch_wheel_at_rest_leaves_the_middle(self) -> None:
        bound = bindings(whole("xy_x"), Message.PITCH_BEND, None)
        assert asked(bound, b"\xe0\x00\x40") == [Set("xy_x", 0.0)]

    def test_steps_of_a_parameter_number_move_from_where_it_is(self) -> None:
        profile = Profile("t", "T", None, (Binding(Control(Message.NRPN, 0), whole("layers")),))
        bound = Bindings(profile, {"layers": 9}.__getitem__)
        up = asked(bound, b"\xb0\x63\x00", b"\xb0\x62\x00", b"\xb0\x60\x01")
        assert up == [Set("layers", 10)]

    def test_one_control_drives_several_with_ranges_of_their_own(self) -> None:
        control = Control(Message.CC, 7)
        profile = Profile("t", "T", None, (
            Binding(control, Follow(PARAMETERS["mix"], 0.2, 0.8, Curve.LINEAR)),
            Binding(control, Follow(PARAMETERS["drift_depth"], 1.0, 0.0, Curve.LINEAR)),
        ))  # fmt: skip
        bound = Bindings(profile, defaults().__getitem__)
        assert send(bound, 127) == [Set("mix", 0.8), Set("drift_depth", 0.0)]

    def test_a_bank_s_programs_load_presets_beyond_127(self) -> None:
        control = Control(Message.PROGRAM, bank=True)
        bound = Bindings(Profile("t", "T", None, (Binding(control, Press(BY_NUMBER, 64)),)), bool)
        assert asked(bound, b"\xb0\x20\x01", b"\xc0\x05") == [Act("preset_load", 133)]


class TestTakeover:
    def bound(self, control: Control, name: str = "mix", takeover=None) -> Bindings:
        binding = Binding(control, whole(name), takeover)
        profile = Profile("test", "Test", None, (binding,))
        return Bindings(profile, defaults().__getitem__, Takeover.PICKUP)

    @pytest.mark.parametrize(
        ("control", "name", "message"),
        [
            (Control(Message.CC, 7, motor=True), "mix", b"\xb0\x07\x00"),
            (Control(Message.CHANNEL_PRESSURE), "mix", b"\xd0\x00"),
            (Control(Message.NOTE, 7), "mix", b"\x90\x07\x20"),
            (Control(Message.CC, 7), "auto_level", b"\xb0\x07\x00"),
            (Control(Message.CC, 7, relative=Relative.TWOS_COMPLEMENT), "mix", b"\xb0\x07\x7f"),
        ],
    )
    def test_what_stands_nowhere_or_moves_by_itself_needs_none(
        self, control: Control, name: str, message: bytes
    ) -> None:
        assert len(asked(self.bound(control, name), message)) == 1

    def test_the_settings_hold_unless_the_binding_says_otherwise(self) -> None:
        control = Control(Message.CC, 7)
        assert send(self.bound(control), 0) == []
        assert send(self.bound(control, takeover=Takeover.JUMP), 0) == [Set("mix", 0.0)]

    def test_it_is_told_how_far_it_is_and_once_that_it_is_there(self) -> None:
        bound = self.bound(Control(Message.CC, 7))
        assert list(bound.gaps()) == []
        send(bound, 0, 63)
        assert list(bound.gaps()) == [Gap("mix", "cc 7", 63 / 127, 63 / 127 - 1.0)]
        assert list(bound.gaps()) == []
        send(bound, 127)
        assert list(bound.gaps()) == [Gap("mix", "cc 7", 1.0, 0.0)]
        send(bound, 126)
        assert list(bound.gaps()) == []

    @pytest.mark.parametrize("takeover", [Takeover.PICKUP, Takeover.SCALE])
    def test_it_is_told_too_when_the_parameter_goes(self, takeover: Takeover) -> None:
        values: dict[str, Value] = {"mix": 1.0}
        profile = Profile("t", "T", None, (Binding(Control(Message.CC, 7), whole("mix")),))
        bound = Bindings(profile, values.__getitem__, takeover)
        send(bound, 127)
        assert list(bound.gaps()) == []
        values["mix"] = 0.25
        assert list(bound.gaps()) == [Gap("mix", "cc 7", 1.0, 0.75)]
        values["mix"] = 1.0
        assert list(bound.gaps()) == [Gap("mix", "cc 7", 1.0, 0.0)]

    def test_two_controls_of_one_parameter_are_told_apart(self) -> None:
        profile = Profile("t", "T", None, tuple(
            Binding(Control(Message.CC, number), whole("mix")) for number in (7, 8)
        ))  # fmt: skip
        bound = Bindings(profile, defaults().__getitem__, Takeover.PICKUP)
        asked(bound, b"\xb0\x07\x00", b"\xb0\x08\x40")
        assert [gap.control for gap in bound.gaps()] == ["cc 7", "cc 8"]
        assert list(bound.gaps()) == []


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
