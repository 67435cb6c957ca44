"""What MIDI messages ask for, by a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.messages import HIGHEST, Event, Message, decode
from ronn_jack.midimap.profile import BY_NUMBER, Binding, Follow, Press, Profile, Toggle
from ronn_jack.parameters import Kind, Value

PLAY = 2
"""Steps by which a control has to turn back before a stepped parameter follows it."""


def coalesce(operations: Iterable[Operation]) -> list[Operation]:
    """Leave out each setting of an absolute control that a later one makes void.

    Everything else keeps its order and number, as it may use what was set before it: an action, a
    press, a switch. Only settings between two of these make each other void.
    """
    kept: list[Operation] = []
    latest: dict[str, Set] = {}
    for operation in operations:
        if isinstance(operation, Set) and operation.absolute:
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
        place = (self._with_play(level) if stepped else level) / HIGHEST
        number = target.curve.between(target.minimum, target.maximum, place)
        value = target.parameter.from_number(number)
        if value == self._value and stepped and not repeated:
            return None
        self._value = value
        # A switch has a threshold: it is pressed and released, and what it does in between counts.
        return Set(target.parameter.name, value, absolute=target.parameter.kind is not Kind.BOOL)

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
