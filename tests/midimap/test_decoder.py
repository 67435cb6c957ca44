"""Pairs of controllers, parameter numbers and banks, by their bytes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.midimap.decoder import PAIR_SECONDS, Decoder
from ronn_jack.midimap.messages import Control, Event, Message, Relative, position

MSB, LSB = b"\xb0\x01\x40", b"\xb0\x21\x05"
WHOLE = Event(Message.CC, 1, 1, 64 << 7 | 5, 16383)
LATE = 2 * PAIR_SECONDS


def pair() -> Decoder:
    return Decoder([Control(Message.CC, 1, bits=14)])


def numbered(kind: Message = Message.NRPN, number: int = 130, bits: int = 14) -> Decoder:
    return Decoder([Control(kind, number, bits=bits)])


def heard(decoder: Decoder, *messages: bytes, channel: int = 1, now: float = 0.0) -> list[Event]:
    """Return what controllers say: each message is number and value."""
    status = bytes([0xB0 + channel - 1])
    return [event for each in messages for event in decoder.events(status + each, now)]


def levels(events: list[Event]) -> list[int]:
    return [event.level for event in events]


class TestPairs:
    @pytest.mark.parametrize("order", [(MSB, LSB), (LSB, MSB)])
    def test_halves_in_either_order_become_one_event(self, order: tuple[bytes, bytes]) -> None:
        decoder = pair()
        assert decoder.events(order[0], 0.0) == []
        assert decoder.wakes == PAIR_SECONDS
        assert decoder.events(order[1], 0.0015) == [WHOLE]
        assert decoder.due(LATE) == []
        assert decoder.wakes == math.inf

    def test_a_sweep_of_upper_halves_first_never_jumps(self) -> None:
        decoder = pair()
        swept = list(range(0, 16384, 37))
        events = [
            event
            for n in swept
            for half in (b"\xb0\x01" + bytes([n >> 7]), b"\xb0\x21" + bytes([n & 127]))
            for event in decoder.events(half, 0.0)
        ]
        assert levels(events) == swept

    def test_an_upper_half_alone_counts_after_a_while_with_a_lower_of_zero(self) -> None:
        decoder = pair()
        decoder.events(MSB, 0.0)
        decoder.events(LSB, 0.0)
        assert decoder.events(b"\xb0\x01\x41", 1.0) == []
        assert decoder.due(1.0 + PAIR_SECONDS / 2) == []
        assert levels(decoder.due(1.0 + LATE)) == [65 << 7]

    def test_a_lower_half_alone_goes_with_the_upper_one_that_was(self) -> None:
        decoder = pair()
        assert decoder.events(LSB, 0.0) == []
        assert decoder.due(LATE) == [], "without any upper half it says nothing"
        decoder.events(MSB, 1.0)
        decoder.events(LSB, 1.0)
        assert decoder.events(b"\xb0\x21\x06", 2.0) == []
        assert levels(decoder.due(2.0 + LATE)) == [64 << 7 | 6]

    def test_only_what_the_profile_pairs_is_paired(self) -> None:
        decoder = Decoder([Control(Message.CC, 1, 2, bits=14), Control(Message.CC, 3)])
        assert levels(heard(decoder, b"\x01\x40")) == [64], "another channel"
        assert heard(decoder, b"\x01\x40", channel=2) == []
        assert levels(heard(decoder, b"\x03\x40", b"\x23\x41", channel=2)) == [64, 65]


class TestParameterNumbers:
    @pytest.mark.parametrize(
        ("kind", "select"),
        [
            (Message.NRPN, (b"\x63\x01", b"\x62\x02")),
            (Message.NRPN, (b"\x62\x02", b"\x63\x01")),
            (Message.RPN, (b"\x65\x01", b"\x64\x02")),
            (Message.RPN, (b"\x64\x02", b"\x65\x01")),
        ],
    )
    @pytest.mark.parametrize("data", [(b"\x06\x40", b"\x26\x05"), (b"\x26\x05", b"\x06\x40")])
    def test_number_and_value_come_in_any_order(
        self, kind: Message, select: tuple[bytes, bytes], data: tuple[bytes, bytes]
    ) -> None:
        decoder = numbered(kind)
        whole = Event(kind, 1, 130, 64 << 7 | 5, 16383)
        assert heard(decoder, *select, *data) == [whole]
        assert heard(decoder, *data) == [whole], "the number stays selected"

    def test_seven_bits_need_no_lower_half(self) -> None:
        decoder = numbered(bits=7)
        assert heard(decoder, b"\x63\x01", b"\x62\x02", b"\x06\x40", b"\x26\x05") == [
            Event(Message.NRPN, 1, 130, 64)
        ]

    def test_an_upper_half_alone_counts_after_a_while(self) -> None:
        decoder = numbered()
        assert heard(decoder, b"\x63\x01", b"\x62\x02", b"\x06\x40") == []
        assert levels(decoder.due(LATE)) == [64 << 7]

    def test_what_waits_counts_when_another_number_is_selected(self) -> None:
        decoder = Decoder(
            [Control(Message.NRPN, 130, bits=14), Control(Message.NRPN, 131, bits=14)]
        )
        events = heard(
            decoder, b"\x63\x01", b"\x62\x02", b"\x06\x40", b"\x62\x03", b"\x06\x10", b"\x26\x01"
        )
        assert [(event.number, event.level) for event in events] == [
            (130, 64 << 7),
            (131, 16 << 7 | 1),
        ]

    def test_steps_up_and_down_whatever_their_value(self) -> None:
        events = heard(numbered(), b"\x63\x01", b"\x62\x02", b"\x60\x00", b"\x61\x7f")
        assert [(event.number, event.steps) for event in events] == [(130, 1), (130, -1)]

    @pytest.mark.parametrize(
        "deselecting", [(b"\x65\x7f", b"\x64\x7f"), (b"\x63\x7f", b"\x62\x7f"), (b"\x65\x00",)]
    )
    def test_after_null_or_another_kind_data_says_nothing(
        self, deselecting: tuple[bytes, ...]
    ) -> None:
        decoder = numbered(bits=7)
        heard(decoder, b"\x63\x01", b"\x62\x02", *deselecting)
        assert heard(decoder, b"\x06\x40", b"\x60\x00") == []

    def test_each_channel_has_its_own_selection(self) -> None:
        decoder = numbered(bits=7)
        heard(decoder, b"\x63\x01", b"\x62\x02", channel=1)
        assert heard(decoder, b"\x06\x40", channel=2) == []
        assert heard(decoder, b"\x06\x40", channel=1) != []

    def test_half_a_number_selects_nothing(self) -> None:
        assert heard(numbered(number=128, bits=7), b"\x63\x01", b"\x06\x40") == []


class TestBanks:
    @pytest.mark.parametrize(
        ("selecting", "number"),
        [
            ([], 5),
            ([b"\x00\x02"], 2 * 128 + 5),
            ([b"\x20\x02"], 2 * 128 + 5),
            ([b"\x00\x00", b"\x20\x03"], 3 * 128 + 5),
            ([b"\x00\x01", b"\x20\x03"], 131 * 128 + 5),
        ],
    )
    def test_programs_go_on_from_bank_to_bank(self, selecting: list[bytes], number: int) -> None:
        decoder = Decoder([Control(Message.PROGRAM, bank=True)])
        assert heard(decoder, *selecting) == []
        (event,) = decoder.events(b"\xc0\x05", 0.0)
        assert event.number == number
        (other,) = decoder.events(b"\xc1\x05", 0.0)
        assert other.number == 5, "each channel has its own bank"

    def test_without_it_they_are_knobs(self) -> None:
        decoder = Decoder([Control(Message.PROGRAM)])
        assert levels(heard(decoder, b"\x00\x02", b"\x20\x03")) == [2, 3]
        assert decoder.events(b"\xc0\x05", 0.0)[0].number == 5


@pytest.mark.parametrize(
    ("relative", "values"),
    [
        (Relative.TWOS_COMPLEMENT, {1: 1, 3: 3, 63: 63, 127: -1, 125: -3, 64: -64, 0: 0}),
        (Relative.BINARY_OFFSET, {65: 1, 67: 3, 127: 63, 63: -1, 61: -3, 0: -64, 64: 0}),
        (Relative.SIGN_MAGNITUDE, {1: 1, 3: 3, 63: 63, 65: -1, 67: -3, 127: -63, 0: 0, 64: 0}),
        (Relative.SIGN_MAGNITUDE_INVERTED, {65: 1, 67: 3, 1: -1, 3: -3, 63: -63, 0: 0, 64: 0}),
    ],
)
def test_steps_of_an_encoder(relative: Relative, values: dict[int, int]) -> None:
    assert {value: relative.steps(value) for value in values} == values


def test_a_pitch_wheel_at_rest_lies_in_the_middle() -> None:
    places = [position(Message.PITCH_BEND, level, 16383) for level in (0, 8192, 16383)]
    assert places == [0.0, 0.5, 1.0]


_CONTROLLERS = st.sampled_from([0, 1, 32, 33, 6, 38, *range(96, 102)])
_MEANT = st.tuples(st.sampled_from([0xB0, 0xBF]), _CONTROLLERS, st.integers(0, 127)).map(bytes)


@given(st.lists(st.one_of(st.binary(max_size=4), _MEANT), max_size=200))
def test_nothing_that_comes_makes_it_fail_or_say_what_is_out_of_range(
    messages: list[bytes],
) -> None:
    decoder = Decoder(
        [
            Control(Message.CC, 1, bits=14),
            Control(Message.NRPN, 0, bits=14),
            Control(Message.RPN, 0, bits=7),
            Control(Message.PROGRAM, bank=True),
        ]
    )
    for number, message in enumerate(messages):
        now = number / 1000.0
        for event in [*decoder.due(now), *decoder.events(message, now)]:
            assert 0 <= event.level <= event.highest
            assert 0 <= event.coarse <= 127
    decoder.due(math.inf)
    assert decoder.wakes == math.inf
