"""A button whose long press does something else than its short one."""

from __future__ import annotations

import pytest

from ronn_jack.control.operations import Act, Operation
from ronn_jack.midimap.mapper import LONG_SECONDS, Bindings
from ronn_jack.midimap.messages import Control, Message
from ronn_jack.midimap.profile import Binding, Press, Profile
from ronn_jack.parameters import defaults


class TestLongPresses:
    """A button whose long press does something else than its short one."""

    @pytest.fixture(params=[Message.CC, Message.NOTE])
    def button(self, request: pytest.FixtureRequest) -> Button:
        return Button(request.param)

    def test_a_short_press_counts_when_it_ends(self, button: Button) -> None:
        assert button.press(0.0) == []
        assert button.wait(LONG_SECONDS - 0.1) == []
        assert button.release(LONG_SECONDS - 0.05) == [Act("reseed")]
        assert button.wait(10.0) == []

    def test_a_long_press_counts_while_it_is_held_and_once(self, button: Button) -> None:
        button.press(1.0)
        assert button.bound.wakes == pytest.approx(1.0 + LONG_SECONDS)
        assert button.wait(1.0 + LONG_SECONDS) == [Act("preset_save", "mine")]
        assert button.wait(10.0) == []
        assert button.release(11.0) == []
        assert button.press(12.0) == []
        assert button.release(12.1) == [Act("reseed")]

    def test_a_button_with_a_long_press_alone_does_nothing_on_a_short_one(self) -> None:
        button = Button(Message.CC, short=False)
        assert button.press(0.0) + button.release(0.1) == []

    def test_channels_are_held_apart(self) -> None:
        button = Button(Message.NOTE)
        button.press(0.0)
        assert list(button.bound.operations(b"\x91\x07\x7f", 0.3)) == []
        assert button.wait(0.7) == [Act("preset_save", "mine")]
        assert button.wait(0.9) == [Act("preset_save", "mine")]

    def test_nothing_is_pressed_by_a_release_alone(self, button: Button) -> None:
        assert button.release(0.0) == []


class Button:
    def __init__(self, message: Message, short: bool = True) -> None:
        control = Control(message, 7)
        bindings = [Binding(control, Press(Act("preset_save", "mine"), 64), long=True)]
        if short:
            bindings.append(Binding(control, Press(Act("reseed"), 64)))
        self.bound = Bindings(Profile("test", "Test", None, tuple(bindings)), defaults().get)
        self._status = {Message.CC: b"\xb0\x07", Message.NOTE: b"\x90\x07"}[message]

    def press(self, now: float) -> list[Operation]:
        return list(self.bound.operations(self._status + b"\x7f", now))

    def release(self, now: float) -> list[Operation]:
        return list(self.bound.operations(self._status + b"\x00", now))

    def wait(self, now: float) -> list[Operation]:
        return list(self.bound.due(now)) if self.bound.wakes <= now else []
