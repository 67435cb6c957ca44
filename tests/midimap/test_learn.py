"""What a control is, and how it is to be read, is told by what it sends while it is touched."""

from __future__ import annotations

import pickle

import pytest

from ronn_jack.midimap.learn import ENCODER_SECONDS, MOVING_SECONDS, QUIET_SECONDS, Learner
from ronn_jack.midimap.messages import Control, Message, Relative

R = Relative


def touched(
    *messages: bytes, presses: bool = False, programs: bool = False, apart: float = 0.005
) -> Control | None:
    """Return what is found once the control has rested as long as it may take."""
    learner = Learner(presses, programs)
    now = 10.0
    for message in messages:
        learner.hear("port", message, now)
        now += apart
    found = learner.found(now + ENCODER_SECONDS)
    return found.control if found else None


def turned(*values: int, number: int = 7) -> Control | None:
    return touched(*(bytes([0xB0, number, value]) for value in values))


def cc(number: int = 7, bits: int = 7, relative: Relative | None = None) -> Control:
    return Control(Message.CC, number, 1, bits, relative)


class TestKinds:
    @pytest.mark.parametrize(
        ("messages", "control"),
        [
            (["b2 07 10", "b2 07 11"], Control(Message.CC, 7, 3)),
            (["93 24 50", "83 24 00"], Control(Message.NOTE, 36, 4)),
            (["e8 00 41", "e8 00 42"], Control(Message.PITCH_BEND, None, 9, 14)),
            (["d0 10", "d0 20"], Control(Message.CHANNEL_PRESSURE, None, 1)),
            (["a0 3c 10", "a0 3c 20"], Control(Message.KEY_PRESSURE, 60, 1)),
            # A pad presses on after it was struck, a touched fader says so before it moves.
            (["99 24 50", "d9 10", "d9 20", "89 24 00"], Control(Message.NOTE, 36, 10)),
            (["99 24 50", "a9 24 10", "a9 24 20"], Control(Message.NOTE, 36, 10)),
            (["90 68 7f", "e0 00 41", "e0 00 42"], Control(Message.PITCH_BEND, None, 1, 14)),
            # Another pot that trembles is not meant.
            (["b0 05 40", "b0 07 10", "b0 07 11", "b0 07 12"], Control(Message.CC, 7, 1)),
        ],
    )
    def test_what_moves(self, messages: list[str], control: Control) -> None:
        assert touched(*map(bytes.fromhex, messages)) == control

    @pytest.mark.parametrize(
        ("select", "kind"),
        [(["b0 63 01", "b0 62 02"], Message.NRPN), (["b0 64 02", "b0 65 01"], Message.RPN)],
    )
    def test_parameter_numbers(self, select: list[str], kind: Message) -> None:
        null = ["b0 65 7f", "b0 64 7f"]
        coarse = [*select, "b0 06 10", *null] * 3
        fine = [*select, "b0 06 10", "b0 26 01", *null] * 3
        steps = [*select, "b0 60 00"]
        assert touched(*map(bytes.fromhex, coarse)) == Control(kind, 130, 1, 7)
        assert touched(*map(bytes.fromhex, fine)) == Control(kind, 130, 1, 14)
        assert touched(*map(bytes.fromhex, steps)) == Control(kind, 130, 1, 7)

    @pytest.mark.parametrize("number", [6, 38, *range(96, 102)])
    def test_a_plain_knob_of_such_a_number_is_a_knob(self, number: int) -> None:
        assert turned(*range(30, 60), number=number) == cc(number)

    def test_a_program_will_do_for_an_action_only(self) -> None:
        program = bytes.fromhex("c0 05")
        assert touched(program) is None
        assert touched(program, presses=True, programs=True) == Control(Message.PROGRAM, 5, 1)

    def test_for_a_switch_a_key_goes_before_what_moves(self) -> None:
        messages = map(bytes.fromhex, ["90 68 7f", "e0 00 41", "e0 00 42", "80 68 00"])
        assert touched(*messages, presses=True) == Control(Message.NOTE, 104, 1)

    def test_rubbish_is_no_control(self) -> None:
        assert touched(b"", b"\xf8", b"\xb0", b"\x40\x40\x40", b"\xf0\x01\xf7") is None


class TestPairs:
    @pytest.mark.parametrize("order", [(7, 39), (39, 7)])
    def test_both_halves_side_by_side(self, order: tuple[int, int]) -> None:
        messages = [bytes([0xB0, number, 10 + n]) for n in range(8) for number in order]
        assert touched(*messages) == cc(7, 14)

    def test_an_upper_half_that_is_sent_only_where_it_changes(self) -> None:
        lower = [bytes([0xB0, 39, 10 * n]) for n in range(1, 8)]
        assert touched(bytes([0xB0, 7, 64]), *lower) == cc(7, 14)

    def test_one_knob_after_another_is_no_pair(self) -> None:
        first = [bytes([0xB0, 7, n]) for n in range(20, 40)]
        other = [bytes([0xB0, 39, n]) for n in range(50, 60)]
        assert touched(*first, *other) == cc(7)


class TestEncoders:
    @pytest.mark.parametrize(
        ("values", "relative"),
        [
            ([1, 1, 2, 1, 127, 127, 126], R.TWOS_COMPLEMENT),
            ([127, 127, 1, 1], R.TWOS_COMPLEMENT),
            ([65, 65, 66, 65, 63, 63, 62], R.BINARY_OFFSET),
            ([63, 63, 65, 65], R.BINARY_OFFSET),
            ([1, 1, 2, 1, 65, 65, 66], R.SIGN_MAGNITUDE),
            ([65, 65, 66, 65, 1, 1, 2], R.SIGN_MAGNITUDE_INVERTED),
            ([1, 2, 4, 7, 7, 9, 5, 2, 1, 65, 66, 68, 70, 66], R.SIGN_MAGNITUDE),
            ([1, 1, 1, 1, 2], R.TWOS_COMPLEMENT),
            ([65, 65, 65, 65], R.BINARY_OFFSET),
            ([63, 63, 63, 62], R.BINARY_OFFSET),
        ],
    )
    def test_steps(self, values: list[int], relative: Relative) -> None:
        assert turned(*values) == cc(relative=relative)

    @pytest.mark.parametrize(
        "values",
        [
            list(range(128)),
            list(range(127, -1, -1)),
            list(range(1, 15)),
            list(range(113, 128)),
            list(range(60, 70)),
            [64, 65, 64, 65, 64],
            [64, 63, 64, 65, 64, 65],
            [0, 1, 0, 1, 0],
            [127],
            [127, 127, 127, 127],
            [127, 0, 127, 0],
            [1],
            [1, 2, 3],
            [65, 63],
        ],
    )
    def test_no_steps(self, values: list[int]) -> None:
        assert turned(*values) == cc()


class TestTime:
    def test_it_is_found_when_the_control_rests(self) -> None:
        learner = Learner(False, False)
        for n in range(10):
            learner.hear("port", bytes([0xB0, 7, 30 + n]), n / 100)
        assert learner.found(0.09 + QUIET_SECONDS / 2) is None
        assert learner.found(0.1 + QUIET_SECONDS) is not None

    def test_it_is_found_though_the_control_does_not_rest(self) -> None:
        learner = Learner(False, False)
        now = 0.0
        while learner.found(now) is None:
            now += 0.01
            learner.hear("port", bytes([0xB0, 7, int(now * 50) % 128]), now)
        assert now == pytest.approx(MOVING_SECONDS, abs=0.2)

    def test_an_encoder_is_given_time_to_be_turned_back(self) -> None:
        learner = Learner(False, False)
        for n in range(5):
            learner.hear("port", b"\xb0\x07\x01", n / 10)
        assert learner.found(1.5) is None
        for n in range(5):
            learner.hear("port", b"\xb0\x07\x41", 1.6 + n / 10)
        found = learner.found(2.6)
        assert found is not None
        assert found.control.relative is R.SIGN_MAGNITUDE

    def test_nothing_is_found_where_nothing_is_touched(self) -> None:
        assert Learner(False, False).found(1000.0) is None


@pytest.mark.parametrize(
    ("messages", "momentary"),
    [
        (["b0 07 7f", "b0 07 00"], True),
        (["b0 07 7f"], False),
        (["b0 07 00"], False),
        (["b0 07 10", "b0 07 00"], False),
        (["b0 07 00", "b0 07 40", "b0 07 7f"], False),
        (["90 24 50", "80 24 00"], True),
    ],
)
def test_a_button_that_is_let_go_is_told_from_one_that_stays(
    messages: list[str], momentary: bool
) -> None:
    learner = Learner(True, False)
    for message in messages:
        learner.hear("port", bytes.fromhex(message), 0.0)
    found = learner.found(10.0)
    assert found is not None
    assert found.momentary is momentary


def test_the_port_that_sends_most_is_meant_and_little_is_kept() -> None:
    learner = Learner(False, False)
    learner.hear("other", b"\xb0\x01\x10", 0.0)
    for n in range(5000):
        learner.hear("mine", bytes([0xB0, 7, n % 128]), n / 10_000)
    found = learner.found(10.0)
    assert found is not None
    assert found.port == "mine"
    assert len(pickle.dumps(learner)) < 50_000, "not all 5000"
