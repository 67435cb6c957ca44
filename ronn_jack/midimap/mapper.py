"""What MIDI messages ask for, by a profile."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ronn_jack.control.midi_events import Gap
from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.decoder import Decoder, Selected
from ronn_jack.midimap.following import Follower
from ronn_jack.midimap.messages import HIGHEST, Event, Message
from ronn_jack.midimap.profile import BY_NUMBER, Binding, Follow, Press, Profile, Takeover, Toggle
from ronn_jack.parameters import Kind, Value

LONG_SECONDS = 0.6
"""How long a button is held for a long press."""


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
        Returns a parameter's present value, with all that was asked for before.
    takeover : Takeover, optional
        For bindings that name none.
    selected : Selected, optional
        What the device has selected before.
    heard : callable, optional
        Told of each control that is moved or pressed, and when.
    """

    def __init__(
        self,
        profile: Profile,
        current: Callable[[str], Value],
        takeover: Takeover = Takeover.JUMP,
        selected: Selected | None = None,
        heard: Callable[[Event, float], None] = lambda event, now: None,
    ) -> None:
        self._heard = heard
        self._current = current
        self._takeover = takeover
        self._decoder = Decoder((binding.control for binding in profile.bindings), selected)
        self._bindings: dict[tuple[Message, int | None], list[_Bound]] = {}
        long = [binding.control for binding in profile.bindings if binding.long]
        for binding in profile.bindings:
            control = binding.control
            late = not binding.long and any(control.meets(other) for other in long)
            bound = _Bound(binding, late, {}, {})
            self._bindings.setdefault((control.message, control.number), []).append(bound)
        self._held: dict[_Button, _Bound] = {}
        self._resting: list[tuple[Follower, str]] = []
        """Those that can stand elsewhere than their parameter, with their control's name."""
        self._told: dict[Follower, tuple[float, float]] = {}

    @property
    def selected(self) -> Selected:
        """What the device has selected so far."""
        return self._decoder.selected

    @property
    def wakes(self) -> float:
        """When `due` wants to be called; infinite if nothing waits."""
        ends = (button.pressed_at + LONG_SECONDS for button in self._held)
        return min(self._decoder.wakes, min(ends, default=math.inf))

    def operations(self, message: bytes, now: float) -> Iterator[Operation]:
        """Yield what one MIDI message asks for, that came at the time `now` in s."""
        for event in self._decoder.events(message, now):
            yield from self._event(event, now)

    def due(self, now: float) -> Iterator[Operation]:
        """Yield what is asked for by time alone: a value's second half missing, a button held."""
        for event in self._decoder.due(now):
            yield from self._event(event, now)
        for button, bound in list(self._held.items()):
            if now - button.pressed_at >= LONG_SECONDS:
                del self._held[button]
                yield self._pressed(bound.binding.target, 0)

    def gaps(self) -> Iterator[Gap]:
        """Yield how far each control is from its parameter, where it was not told so last."""
        for follower, control in self._resting:
            place, gap = follower.place or 0.0, follower.gap
            if (place, gap) != self._told.get(follower, (place, 0.0)):
                yield Gap(follower.parameter, control, place, gap)
            if gap:
                self._told[follower] = (place, gap)
            else:
                self._told.pop(follower, None)

    @property
    def waiting(self) -> Iterator[Gap]:
        """Those that `gaps` has told and that are still there."""
        for follower, control in self._resting:
            if follower in self._told:
                yield Gap(follower.parameter, control, *self._told[follower])

    def _event(self, event: Event, now: float) -> Iterator[Operation]:
        self._heard(event, now)
        for bound in self._bound(event, event.number) or self._bound(event, None):
            operation = self._operation(bound, event, now)
            if operation is not None:
                yield operation

    def _bound(self, event: Event, number: int | None) -> list[_Bound]:
        bound = self._bindings.get((event.message, number), ())
        return [each for each in bound if each.binding.control.channel in (None, event.channel)]

    def _operation(self, bound: _Bound, event: Event, now: float) -> Operation | None:
        target = bound.binding.target
        if isinstance(target, Follow):
            return self._follow(bound, target, event)
        button = bound.buttons.setdefault(event.channel, _Button())
        if event.steps:
            return None
        pressed, held = button.move(event, target.threshold), button.pressed_at
        if pressed:
            button.pressed_at = now
            if bound.binding.long:
                self._held[button] = bound
        elif event.coarse < target.threshold:
            self._held.pop(button, None)
            if bound.late and button.released() and now - held < LONG_SECONDS:
                return self._pressed(target, event.number)
        if not pressed or bound.late or bound.binding.long:
            return None
        return self._pressed(target, event.number)

    def _follow(self, bound: _Bound, target: Follow, event: Event) -> Set | None:
        control = bound.binding.control
        follower = bound.followers.get(event.channel)
        if follower is None:
            takeover = self._takeover_of(bound.binding, target)
            name = target.parameter.name
            follower = Follower(target, takeover, lambda: self._current(name))
            bound.followers[event.channel] = follower
            if takeover is not Takeover.JUMP:
                self._resting.append((follower, control.words))
        if control.relative is not None or event.steps:
            steps = control.relative.steps(event.level) if control.relative else event.steps
            return follower.step(steps) if steps else None
        if event.message is Message.NOTE:
            if target.parameter.kind is Kind.BOOL:
                event = Event(
                    event.message, event.channel, event.number, HIGHEST * bool(event.level)
                )
            elif not event.level:
                return None
        return follower.move(event)

    def _takeover_of(self, binding: Binding, target: Follow) -> Takeover:
        """Return how a control takes over; one that can't be left anywhere has nothing to do so."""
        control = binding.control
        if (
            control.motor
            or control.relative
            or not control.message.rests
            or target.parameter.kind is Kind.BOOL
        ):
            return Takeover.JUMP
        return binding.takeover or self._takeover

    def _pressed(self, target: Follow | Toggle | Press, number: int) -> Operation:
        if isinstance(target, Press):
            operation = target.operation
            return Act(operation.name, number) if operation == BY_NUMBER else operation
        return Set(target.parameter.name, not self._current(target.parameter.name))


@dataclass(frozen=True, eq=False)
class _Bound:
    """A binding, and where its control stands on each channel.

    Attributes
    ----------
    late : bool
        Whether a press counts at its end only, as a long one does something else.
    """

    binding: Binding
    late: bool
    followers: dict[int, Follower]
    buttons: dict[int, _Button]


class _Button:
    """A control that is pressed, on one channel."""

    def __init__(self) -> None:
        self._level = 0
        self._down = False
        self.pressed_at = -math.inf

    def move(self, event: Event, threshold: int) -> bool:
        """Say whether the event is a press: a note struck, a program, or a crossing upwards."""
        before, self._level = self._level, event.coarse
        struck = event.message in (Message.NOTE, Message.PROGRAM) or before < threshold
        pressed = struck and event.coarse >= threshold
        self._down = self._down or pressed
        return pressed

    def released(self) -> bool:
        """Say, once, whether it had been pressed."""
        down, self._down = self._down, False
        return down
