"""What a device is sent, so that its faders, rings and lights stand where the parameters do.

A control is left alone while it is touched, or a motor would fight the hand. What comes back at
once, as through a loop in the wiring or from a fader that tells its own motor's way, is told from
what the player does, or it would move the parameter by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ronn_jack.control.operations import Act, Set
from ronn_jack.midimap.encoder import indication
from ronn_jack.midimap.messages import Event, position
from ronn_jack.midimap.profile import Binding, Follow, Indicator, Press, Profile, Toggle, highest
from ronn_jack.parameters import PARAMETERS, Kind, Value

TOUCHED_SECONDS = 0.3
"""How long a control counts as touched after it was moved."""
INTERVAL_SECONDS = 1.0 / 30.0
"""Shortest time between two levels for one indicator."""
ECHO_SECONDS = 0.05
"""Within which a message that comes back as it was sent is an echo."""

_MOST_ECHOES = 512


class Feedback:
    """The indicators of one device.

    Parameters
    ----------
    profile : Profile
    values : mapping
        Accepted values of all parameters.
    preset : str or None
        The preset that sounds, if it is not edited.
    """

    def __init__(
        self, profile: Profile, values: Mapping[str, Value], preset: str | None = None
    ) -> None:
        self._values = dict(values)
        self._preset = preset
        shown: dict[object, _Shown] = {}
        for binding in profile.bindings:
            if binding.indicator is not None:
                # Where several bindings share an indicator it shows the first.
                shown.setdefault(_address(binding.indicator), _Shown(binding, binding.indicator))
        self._shown = list(shown.values())
        self._greeting = profile.greeting
        self._greets = False
        self._pending: dict[_Shown, None] = {}
        self._echoes: dict[bytes, float] = {}

    def connect(self) -> None:
        """Send everything anew, to a device of which nothing is known."""
        self._greets = True
        for each in self._shown:
            each.held = None
        self.forget()

    def forget(self) -> None:
        """Send every level anew, as some may not have arrived."""
        for each in self._shown:
            each.sent = None
        self._pending.update(dict.fromkeys(self._shown))

    def show(self, values: Mapping[str, Value], preset: str | None) -> None:
        """Take new values of some or all parameters, and the preset that sounds unedited."""
        moved = {name for name, value in values.items() if self._values.get(name) != value}
        self._values.update(values)
        pressed = preset != self._preset
        self._preset = preset
        for each in self._shown:
            if each.binding.name in moved or (pressed and each.of_preset):
                self._pending[each] = None

    def touch(self, event: Event, now: float) -> None:
        """Note that a control was moved or pressed."""
        for each in self._shown:
            if each.touched_by(event):
                each.touch(event, now)
                self._pending[each] = None

    def is_echo(self, message: bytes, now: float) -> bool:
        """Say, once for each message sent, whether one that has come is that."""
        return now - self._echoes.pop(message, -math.inf) <= ECHO_SECONDS

    def due(self, now: float) -> list[bytes]:
        """Return what is to be sent now: for each indicator the newest level, in its turn."""
        sent: list[bytes] = []
        if self._greets:
            sent += self._greeting
            self._greets = False
        for each in list(self._pending):
            if each.free_at <= now:
                del self._pending[each]
                sent += each.take(self._values, self._preset, now)
        if len(self._echoes) > _MOST_ECHOES:
            ends = now - ECHO_SECONDS
            self._echoes = {m: at for m, at in self._echoes.items() if at >= ends}
        self._echoes.update(dict.fromkeys(sent, now))
        return sent


class _Shown:
    """An indicator, and where it stands as far as is known."""

    def __init__(self, binding: Binding, indicator: Indicator) -> None:
        self.binding = binding
        self.free_at = -math.inf
        self.sent: int | None = None
        """Level at which it stands; None if that is not known."""
        self.held: Value | None = None
        """Value for which the control itself stands, as it was moved last."""
        self._indicator = indicator
        control, target = binding.control, binding.target
        self._channel = indicator.control.channel or control.channel or 1
        follows = isinstance(target, Follow) and target.parameter.kind is not Kind.BOOL
        own = indicator.control == control and indicator.sysex is None
        self._tells_place = follows and own and control.message.rests and control.relative is None

    @property
    def of_preset(self) -> bool:
        """Whether it shows a preset."""
        return isinstance(self.binding.target, Press) and self.binding.name == "preset_load"

    def touched_by(self, event: Event) -> bool:
        """Say whether an event comes from the control that it belongs to."""
        control = self.binding.control
        number = control.number if control.message.numbered else event.number
        if (control.message, control.channel or event.channel) != (event.message, event.channel):
            return False
        return number in (None, event.number)

    def touch(self, event: Event, now: float) -> None:
        """Note where the control stands now, and leave it alone for a while.

        A light that the device puts on and out by itself may stand anywhere.
        """
        self.free_at = max(self.free_at, now + TOUCHED_SECONDS)
        self.sent, self.held = None, None
        if self._indicator.control.channel is None:
            self._channel = event.channel
        target = self.binding.target
        if self._tells_place and isinstance(target, Follow) and not event.steps:
            self.sent = event.level if event.highest == highest(self.binding.control) else None
            self.held = target.value(position(event.message, event.level, event.highest))

    def take(self, values: Mapping[str, Value], preset: str | None, now: float) -> list[bytes]:
        """Return the messages for the present level, none if it stands there."""
        target = self.binding.target
        if isinstance(target, Follow) and self.held == values[target.parameter.name]:
            return []
        level = self._level(values, preset)
        if level == self.sent:
            return []
        self.sent, self.held, self.free_at = level, None, now + INTERVAL_SECONDS
        return indication(self._indicator, level, self._channel)

    def _level(self, values: Mapping[str, Value], preset: str | None) -> int:
        target, indicator = self.binding.target, self._indicator
        match target:
            case Follow():
                return indicator.level(target.place(values[target.parameter.name]))
            case Toggle():
                lit = bool(values[target.parameter.name])
            case Press(operation=Set(name=name, value=value)):
                lit = values[name] == PARAMETERS[name].parse(value)
            case Press(operation=Act(name="preset_load", argument=str(wanted))):
                lit = preset == wanted
            case _:
                lit = False
        return indicator.on if lit else indicator.off


def _address(indicator: Indicator) -> object:
    return indicator.sysex or indicator.control
