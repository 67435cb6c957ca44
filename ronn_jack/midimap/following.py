"""How a parameter follows a control: at once, when the control has reached it, or step by step.

References
----------
Ableton Live's and Deluge's manuals name the ways to take over a parameter as here.
"""

from __future__ import annotations

from collections.abc import Callable

from ronn_jack.control.operations import Set
from ronn_jack.midimap.messages import HIGHEST, Event, position
from ronn_jack.midimap.profile import Follow, Takeover
from ronn_jack.parameters import Kind, Value

PLAY = 2
"""Steps of 7 bits by which a control has to turn back before a stepped parameter follows it."""
FINE_PLAY = 32
"""The same of 14 bits: more than a converter's noise, less than a step of 7 bits."""
DETENTS = 100
"""Steps of an encoder that take a parameter without steps through its range."""

_NEAR = 1.0 / HIGHEST
"""Distance within which a control has reached its parameter."""
_TOGETHER = 1e-9


class Follower:
    """A parameter that follows one control on one channel.

    Parameters
    ----------
    current : callable
        Returns the parameter's present value.

    Attributes
    ----------
    parameter : str
        Its name.
    place : float or None
        Where the control stands, 0–1, as far as it has told.
    """

    def __init__(self, target: Follow, takeover: Takeover, current: Callable[[], Value]) -> None:
        self.parameter = target.parameter.name
        self._target = target
        self._current = current
        self._takeover = takeover
        self._stepped = target.parameter.kind is not Kind.FLOAT
        self._play = _Play()
        self._level: int | None = None
        self._value: Value | None = None
        """What this control has set last: anything else has come from somewhere else."""
        self._held = 0.0
        """Place of that value, finer than the value's steps."""
        self._caught = False
        self.place: float | None = None

    @property
    def gap(self) -> float:
        """How far it stands above the parameter that it has to reach; 0 once it has hold of it."""
        if self.place is None or self._takeover is Takeover.JUMP:
            return 0.0
        current = self._current()
        if self._caught and current == self._value:
            return 0.0
        scales = self._takeover is Takeover.SCALE
        gap = self.place - (self._place_of(current) if scales else self._target.place(current))
        return gap if abs(gap) > _NEAR and self._target.value(self.place) != current else 0.0

    def move(self, event: Event) -> Set | None:
        """Return the setting for where the control stands now, None if the value stays.

        Where the parameter jumps to the control, a level that is sent twice in a row asks for its
        value again: the parameter may have been moved by something else in between, and a control
        that merely trembles never does that.
        """
        repeated, self._level = event.level == self._level, event.level
        level = self._play.level(event) if self._stepped else event.level
        before, self.place = self.place, position(event.message, level, event.highest)
        if self._takeover is Takeover.SCALE:
            return self._scale(before, self.place)
        value = self._target.value(self.place)
        if self._takeover is Takeover.PICKUP and not self._catches(before, value):
            return None
        if value == self._value and self._stepped and not repeated:
            return None
        return self._set(value)

    def step(self, steps: int) -> Set | None:
        """Return the setting for steps of an encoder, None if the value stays."""
        target, current = self._target, self._current()
        if target.detents is None and self._stepped:
            low, high = sorted((target.minimum, target.maximum))
            upwards = steps if target.maximum >= target.minimum else -steps
            number = target.parameter.to_number(current) + upwards * target.parameter.step
            value = target.parameter.from_number(min(high, max(low, number)))
        else:
            held = self._place_of(current) + steps / (target.detents or DETENTS)
            self._held = min(1.0, max(0.0, held))
            value = target.value(self._held)
        if value == current:
            self._value = value
            return None
        return self._set(value)

    def _catches(self, before: float | None, value: Value) -> bool:
        """Say whether the control has hold of the parameter, which nothing else may have moved."""
        assert self.place is not None
        current = self._current()
        if self._caught and current == self._value:
            return True
        there = self._target.place(current)
        self._caught = (
            value == current
            or abs(self.place - there) <= _NEAR
            or (before is not None and (before - there) * (self.place - there) <= 0.0)
        )
        return self._caught

    def _scale(self, before: float | None, place: float) -> Set | None:
        current = self._current()
        held = self._place_of(current)
        if before is not None:
            held = _scaled(held, before, place)
            self._held = held
        value = self._target.value(held)
        if before is None or value == current:
            self._value = current
            return None
        return self._set(value)

    def _place_of(self, current: Value) -> float:
        if current != self._value:
            self._held = self._target.place(current)
        return self._held

    def _set(self, value: Value) -> Set:
        self._value = value
        # A switch has a threshold: it is pressed and released, and what it does in between counts.
        absolute = self._target.parameter.kind is not Kind.BOOL
        return Set(self._target.parameter.name, value, absolute=absolute)


def _scaled(held: float, before: float, place: float) -> float:
    """Return where a parameter goes that shares out the way that is left to the nearer end."""
    if place == before:
        return held
    if place in (0.0, 1.0) or abs(held - before) < _TOGETHER:
        return place
    if place > before:
        return held + (place - before) * (1.0 - held) / (1.0 - before)
    return held + (place - before) * held / before


class _Play:
    """Ignores a small turn back, as gears do.

    A control that trembles between two levels, or by one either way, thus changes a value at most
    once, while one that is swept passes through every value. The ends always count.
    """

    def __init__(self) -> None:
        self._held: int | None = None
        self._rising: bool | None = None

    def level(self, event: Event) -> int:
        """Return the level that counts."""
        level, play = event.level, PLAY if event.highest == HIGHEST else FINE_PLAY
        held, rising = self._held, self._rising
        if held is None:
            held = level
        elif level in (0, event.highest):
            held, self._rising = level, level > 0
        elif level > held and (rising is not False or level > held + play):
            held, self._rising = level, True
        elif level < held and (rising is not True or level < held - play):
            held, self._rising = level, False
        self._held = held
        return held
