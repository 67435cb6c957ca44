"""What a device is sent so that it shows where the parameters stand, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.midimap.decoder import plain_event
from ronn_jack.midimap.feedback import ECHO_SECONDS, INTERVAL_SECONDS, TOUCHED_SECONDS, Feedback
from ronn_jack.midimap.profile_file import read_profile
from ronn_jack.parameters import Value, defaults


class Device:
    """A device whose time the test makes."""

    def __init__(self, folder: Path, text: str) -> None:
        path = folder / "mine.toml"
        path.write_text("version = 1\n" + text, encoding="utf-8")
        self.feedback = Feedback(read_profile(path), defaults())
        self.time = 10.0

    def show(self, preset: str | None = None, **values: Value) -> list[str]:
        self.feedback.show(values, preset)
        return self.sent()

    def sent(self, after: float = 0.0) -> list[str]:
        self.time += after
        return [message.hex(" ") for message in self.feedback.due(self.time)]

    def touch(self, message: str) -> None:
        event = plain_event(bytes.fromhex(message))
        assert event is not None
        self.feedback.touch(event, self.time)


FADER = '[defaults]\nfeedback = true\n[[binding]]\nmessage = "cc"\nnumber = 7\nparameter = "mix"\n'
SWITCH = '[[binding]]\nmessage = "note"\nnumber = 36\nparameter = "bypass"\nmode = "toggle"\n'


@pytest.fixture
def fader(tmp_path: Path) -> Device:
    return Device(tmp_path, FADER)


def test_a_parameter_that_moves_moves_its_control(fader: Device) -> None:
    assert fader.show(mix=0.5) == ["b0 07 40"]
    assert fader.show(mix=0.5, morph=0.3) == []


def test_the_newest_wins_and_the_last_always_comes(fader: Device) -> None:
    sent = []
    for step in range(1, 500):
        sent += fader.show(mix=step / 500.0)
        fader.time += 0.001
    assert 14 <= len(sent) <= 0.5 / INTERVAL_SECONDS + 1
    sent += fader.sent(INTERVAL_SECONDS)
    assert sent[-1] == "b0 07 7f"
    assert fader.sent(1.0) == []


def test_a_control_that_is_touched_is_left_alone_until_it_rests(fader: Device) -> None:
    fader.touch("b0 07 20")
    assert fader.show(mix=0.9) == []
    fader.time += TOUCHED_SECONDS / 2
    fader.touch("b0 07 28")
    assert fader.sent(TOUCHED_SECONDS * 0.9) == []
    assert fader.sent(TOUCHED_SECONDS * 0.2) == ["b0 07 72"]
    assert fader.sent(1.0) == []


def test_a_control_that_stands_where_its_parameter_does_is_not_moved(tmp_path: Path) -> None:
    device = Device(tmp_path, FADER.replace("mix", "layers"))
    device.touch("b0 07 40")  # between two levels that mean 13 layers
    assert device.show(layers=13) == []
    assert device.sent(1.0) == []
    assert device.show(layers=24) == ["b0 07 7f"]


def test_a_device_that_connects_is_told_everything_its_greeting_first(tmp_path: Path) -> None:
    device = Device(tmp_path, 'greeting = ["b0 7f 00", "f0 00 20 f7"]\n' + FADER + SWITCH)
    assert device.sent() == []
    device.feedback.connect()
    assert device.sent() == ["b0 7f 00", "f0 00 20 f7", "b0 07 7f", "90 24 00"]
    device.feedback.forget()
    assert device.sent(INTERVAL_SECONDS) == ["b0 07 7f", "90 24 00"]


def test_a_device_that_connects_is_told_where_another_s_control_was_put(fader: Device) -> None:
    fader.show(mix=0.0)
    fader.touch("b0 07 40")
    fader.show(mix=64 / 127)
    fader.feedback.connect()
    assert fader.sent(TOUCHED_SECONDS) == ["b0 07 40"]


def test_a_switch_is_lit_again_after_its_device_has_put_it_out(tmp_path: Path) -> None:
    device = Device(tmp_path, "[defaults]\nfeedback = true\n" + SWITCH)
    assert device.show(bypass=True) == ["90 24 7f"]
    device.time += 1.0
    device.touch("90 24 7f")
    device.touch("80 24 00")
    assert device.sent(TOUCHED_SECONDS) == ["90 24 7f"]


@pytest.mark.parametrize(
    ("binding", "values", "messages"),
    [
        ('message = "pitch_bend"\nchannel = 9\nparameter = "mix"', {"mix": 0.5}, ["e8 00 40"]),
        ('message = "channel_pressure"\nparameter = "mix"', {"mix": 0.5}, ["d0 40"]),
        ('message = "key_pressure"\nnumber = 5\nparameter = "mix"', {"mix": 0.5}, ["a0 05 40"]),
        (
            'message = "cc"\nnumber = 1\nbits = 14\nparameter = "mix"',
            {"mix": 0.25},
            ["b0 01 20", "b0 21 00"],
        ),
        (
            'message = "nrpn"\nnumber = 130\nparameter = "mix"',
            {"mix": 0.5},
            ["b0 63 01", "b0 62 02", "b0 06 40", "b0 26 00"],
        ),
        (
            'message = "cc"\nnumber = 1\nparameter = "mix"\nminimum = 1\nmaximum = 0',
            {"mix": 0.0},
            ["b0 01 7f"],
        ),
        (
            'message = "cc"\nnumber = 16\nrelative = "sign_magnitude"\nparameter = "mix"\n'
            'feedback = { message = "cc", number = 48, off = 1, on = 11 }',
            {"mix": 0.5},
            ["b0 30 06"],
        ),
        (
            'message = "note"\nnumber = 8\nchannel = 11\nparameter = "bias"\nmode = "toggle"\n'
            "feedback = { number = 0, channel = 1, off = 0, on = 2 }",
            {"bias": True},
            ["90 00 02"],
        ),
        (
            'message = "note"\nnumber = 41\nparameter = "bias"\nmode = "toggle"\n'
            'feedback = { sysex = "f0 00 20 29 02 11 78 08 18 vv f7", off = 12, on = 60 }',
            {"bias": True},
            ["f0 00 20 29 02 11 78 08 18 3c f7"],
        ),
        (
            'message = "note"\nnumber = 1\nparameter = "activation"\nvalue = "tanh"',
            {"activation": "tanh"},
            ["90 01 7f"],
        ),
    ],
)
def test_every_kind_of_indicator(
    tmp_path: Path, binding: str, values: dict[str, Value], messages: list[str]
) -> None:
    device = Device(tmp_path, f"[defaults]\nfeedback = true\n[[binding]]\n{binding}\n")
    device.feedback.connect()
    device.sent()
    assert device.sent(INTERVAL_SECONDS) == []
    assert device.show(**values) == messages


def test_the_preset_that_plays_is_lit_until_it_is_edited(tmp_path: Path) -> None:
    text = '[defaults]\nfeedback = true\n[[binding]]\nmessage = "note"\nnumber = 1\npreset = "hall"'
    device = Device(tmp_path, text)
    assert device.show(preset="hall") == ["90 01 7f"]
    assert device.sent(1.0) == []
    assert device.show(preset=None) == ["90 01 00"]


def test_an_indicator_answers_on_the_channel_that_its_control_was_heard_on(fader: Device) -> None:
    fader.touch("b4 07 20")
    assert fader.show(mix=0.9) == []
    assert fader.sent(TOUCHED_SECONDS) == ["b4 07 72"]


def test_what_comes_back_at_once_is_an_echo_and_later_a_hand(fader: Device) -> None:
    message = bytes.fromhex("b0 07 40")
    assert not fader.feedback.is_echo(message, fader.time)
    fader.show(mix=0.5)
    assert not fader.feedback.is_echo(b"\xb0\x07\x41", fader.time)
    assert fader.feedback.is_echo(message, fader.time + ECHO_SECONDS / 2)
    assert not fader.feedback.is_echo(message, fader.time + ECHO_SECONDS / 2)
    fader.show(mix=0.0)
    fader.time += 1.0
    fader.show(mix=0.5)
    assert not fader.feedback.is_echo(message, fader.time + ECHO_SECONDS * 1.1)


def test_a_binding_may_have_no_feedback_and_a_long_press_has_none(tmp_path: Path) -> None:
    text = FADER + "feedback = false\n" + SWITCH + 'gesture = "long"\n'
    device = Device(tmp_path, text)
    device.feedback.connect()
    assert device.sent() == []
