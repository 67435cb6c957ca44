"""What MIDI messages ask for, by a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.profile import (
    BY_NUMBER,
    Binding,
    Curve,
    Follow,
    Message,
    Press,
    Profile,
    Toggle,
)
from ronn_jack.parameters import Kind, Value

HIGHEST = 127
"""The largest value that a MIDI data byte can have."""
PLAY = 2
"""Steps by which a control has to turn back before a stepped parameter follows it."""

_NOTE_OFF = 0x80
_NOTE_ON = 0x90
_CONTROL_CHANGE = 0xB0
_PROGRAM_CHANGE = 0xC0
_SYSTEM = 0xF0
_LENGTHS = {_NOTE_OFF: 3, _NOTE_ON: 3, _CONTROL_CHANGE: 3, _PROGRAM_CHANGE: 2}


@dataclass(frozen=True)
class Event:
    """A message that can be bound.

    Attributes
    ----------
    channel : int
        1 to 16.
    number, level : int
        0 to 127. The level is a controller's value or a note's velocity, 0 at its release; a
        program change counts as pressed fully.
    """

    message: Message
    channel: int
    number: int
    level: int


def decode(message: bytes) -> Event | None:
    """Return the event that a whole MIDI message carries.

    None stands for what can't be bound (system messages, pitch bend, pressure) and for what is no
    whole message: without a status byte, too short or too long, or with a status byte inside.
    """
    if not message or not 0x80 <= message[0] < _SYSTEM:
        return None
    status, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    if len(message) != _LENGTHS.get(status) or max(message[1:]) > HIGHEST:
        return None
    number = message[1]
    if status == _PROGRAM_CHANGE:
        return Event(Message.PROGRAM, channel, number, HIGHEST)
    if status == _CONTROL_CHANGE:
        return Event(Message.CC, channel, number, message[2])
    return Event(Message.NOTE, channel, number, message[2] if status == _NOTE_ON else 0)


def coalesce(operations: Iterable[Operation]) -> list[Operation]:
    """Leave out each setting that a later one of the same parameter overrides.

    An action may use what was set before it, so that only settings between two actions override
    each other; the actions keep their order and number.
    """
    kept: list[Operation] = []
    latest: dict[str, Set] = {}
    for operation in operations:
        if isinstance(operation, Set):
            latest.pop(operation.name, None)
            latest[operation.name] = operation
        else:
            kept += [*latest.values(), operation]
            latest = {}
    return [*kept, *latest.values()]


class Bindings:
    """Turns one device's messages into operations; remembers where its controls stand.

    Parameters
    ----------
    current : callable
        Returns a parameter's present value, for bindings that toggle.

    Attributes
    ----------
    ignored : int
        Number of messages that `decode` made nothing of.
    """

    def __init__(self, profile: Profile, current: Callable[[str], Value]) -> None:
        self._current = current
        self._bindings: dict[tuple[Message, int | None], list[Binding]] = {}
        for binding in profile.bindings:
            self._bindings.setdefault((binding.message, binding.number), []).append(binding)
        self._controls: dict[tuple[int, int], _Control] = {}
        self.ignored = 0

    def operations(self, message: bytes) -> list[Operation]:
        """Return what one MIDI message asks for; nothing if it is not bound."""
        event = decode(message)
        if event is None:
            self.ignored += 1
            return []
        operations = []
        for number in (event.number, None):
            for binding in self._bindings.get((event.message, number), ()):
                if binding.channel in (None, event.channel):
                    operation = self._operation(binding, event)
                    if operation is not None:
                        operations.append(operation)
        return operations

    def _operation(self, binding: Binding, event: Event) -> Operation | None:
        control = self._controls.setdefault((id(binding), event.channel), _Control())
        target = binding.target
        if isinstance(target, Follow):
            level = event.level
            if event.message is Message.NOTE:
                if target.parameter.kind is Kind.BOOL:
                    level = HIGHEST if level else 0
                elif not level:
                    return None
            return control.follow(target, level)
        if not control.pressed(event, target.threshold):
            return None
        if isinstance(target, Toggle):
            return Set(target.parameter.name, not self._current(target.parameter.name))
        return _pressed(target, event)


def _pressed(press: Press, event: Event) -> Operation:
    operation = press.operation
    if operation == BY_NUMBER:
        return Act(operation.name, event.number)
    return operation


class _Control:
    """Where one control stands on one channel."""

    def __init__(self) -> None:
        self._level: int | None = None
        self._held: int | None = None
        self._rising: bool | None = None
        self._value: Value | None = None

    def pressed(self, event: Event, threshold: int) -> bool:
        """Say whether the event is a press: a note struck, or a crossing upwards."""
        before, self._level = self._level or 0, event.level
        crossing = event.message is not Message.CC or before < threshold
        return crossing and event.level >= threshold

    def follow(self, target: Follow, level: int) -> Set | None:
        """Return the setting for a new level, None if the value stays.

        A level that is sent twice in a row asks for its value again: the parameter may have been
        moved by something else in between, and a control that merely trembles never does that.
        """
        repeated, self._level = level == self._level, level
        stepped = target.parameter.kind is not Kind.FLOAT
        value = _value(target, self._with_play(level) if stepped else level)
        if value == self._value and stepped and not repeated:
            return None
        self._value = value
        return Set(target.parameter.name, value)

    def _with_play(self, level: int) -> int:
        """Return the level that counts: a small turn back is ignored, as with the play of a gear.

        A control that trembles between two levels, or by one either way, thus changes a value at
        most once, while one that is swept passes through every value. The ends always count.
        """
        held, rising = self._held, self._rising
        if held is None:
            self._held = level
        elif level in (0, HIGHEST):
            self._held, self._rising = level, level == HIGHEST
        elif level > held and (rising is not False or level > held + PLAY):
            self._held, self._rising = level, True
        elif level < held and (rising is not True or level < held - PLAY):
            self._held, self._rising = level, False
        assert self._held is not None
        return self._held


def _value(target: Follow, level: int) -> Value:
    low, high = target.minimum, target.maximum
    way = level / HIGHEST
    if level in (0, HIGHEST):
        number = high if level else low
    elif target.curve is Curve.EXPONENTIAL:
        number = low * (high / low) ** way
    else:
        power = {Curve.LINEAR: 1.0, Curve.SQUARE: 2.0, Curve.ROOT: 0.5}[target.curve]
        number = low + (high - low) * way**power
    kind = target.parameter.kind
    if kind is Kind.FLOAT:
        return float(number)
    if kind is Kind.BOOL:
        return number >= 0.5
    return target.parameter.choices[round(number)] if kind is Kind.ENUM else round(number)
