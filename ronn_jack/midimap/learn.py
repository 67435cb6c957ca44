"""Which control somebody has moved, and how it is to be read, told by what it sends.

The rule:

- It is decided once nothing has come for 0.5 s, or after 2 s of moving.
- What moves goes before what is pressed, so that touching a fader is not taken for its moving; for
  an action or a switch, a key goes before all else. Of several controls, that which sends most
  counts.
- (N)RPN: both halves of a number were selected and data came. 14 bits if a lower half of it came.
- 14-bit pair: controllers n and n + 32 came side by side, the lower half at least twice.
- Encoder: the same value came twice in a row, as a knob never sends it, and all values are small
  steps of one encoding. Only both directions tell the encodings apart, so that another 2 s are
  waited for the other one; what went right first is taken for up. An encoder turned one way
  alone is taken for two's complement, or binary offset if it sends values around 64.
- Everything else is a controller of 7 bits. If a high value and 0 came and nothing else, it is a
  button that was let go.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ronn_jack.midimap.decoder import (
    DATA,
    DECREMENT,
    INCREMENT,
    SELECT,
    Selection,
    plain_event,
)
from ronn_jack.midimap.messages import HIGHEST, LOWER, Control, Event, Message, Relative

QUIET_SECONDS = 0.5
"""How long nothing has to come until it is decided."""
MOVING_SECONDS = 2.0
"""How long a control is listened to that doesn't rest."""
ENCODER_SECONDS = 4.0
"""How long an encoder is listened to that has been turned one way only."""

_LOOK_SECONDS = 0.1
"""How often it is looked again while a control moves."""
_MOST = 512
"""Messages that are kept of each port; more than is needed to tell."""
_SIDE_BY_SIDE_SECONDS = 0.01
_FEWEST_STEPS = 4
_LARGEST_STEP = 15
"""Steps that an encoder tells at once, as far as it is recognised."""
_ON = 64


@dataclass(frozen=True)
class Heard:
    """A control that was moved.

    Attributes
    ----------
    momentary : bool
        Whether it was pressed and let go.
    """

    port: str
    control: Control
    momentary: bool


class Learner:
    """Listens to all ports until it knows which control was moved.

    Parameters
    ----------
    presses : bool
        Whether a button is looked for rather than what moves.
    programs : bool
        Whether a program change will do.
    """

    def __init__(self, presses: bool, programs: bool) -> None:
        self._presses = presses
        self._programs = programs
        self._ports: dict[str, list[tuple[float, Event]]] = {}
        self._first = math.inf
        self._last = math.inf
        self._look = 0.0

    def hear(self, port: str, message: bytes, now: float) -> None:
        """Take a message that came at the time `now` in s."""
        event = plain_event(message)
        if event is None or (event.message is Message.PROGRAM and not self._programs):
            return
        if event.message is Message.NOTE and not event.level:
            return  # a key let go, which may have been held since before
        events = self._ports.setdefault(port, [])
        if len(events) < _MOST:
            events.append((now, event))
        self._first, self._last = min(self._first, now), now

    def found(self, now: float) -> Heard | None:
        """Return the control, once it is known which."""
        resting = now - self._last >= QUIET_SECONDS
        if not self._ports or now < self._look:
            return None
        if not resting and now - self._first < MOVING_SECONDS:
            return None
        self._look = now + _LOOK_SECONDS
        port = max(self._ports, key=lambda name: len(self._ports[name]))
        final = now - self._first >= ENCODER_SECONDS
        return _recognised(port, self._ports[port], self._presses, final)


class _UndecidedError(Exception):
    """More has to come before it can be told."""


def _recognised(
    port: str, heard: Sequence[tuple[float, Event]], presses: bool, final: bool
) -> Heard | None:
    try:
        control = _control(heard, presses, final)
    except _UndecidedError:
        return None
    levels = {
        event.level
        for _, event in heard
        if (event.message, event.number) == (control.message, control.number)
    }
    let_go = control.message is Message.CC and len(levels) == 2 and min(levels) == 0
    pressed = let_go and max(levels) >= _ON
    return Heard(port, control, pressed or control.message is Message.NOTE)


def _control(heard: Sequence[tuple[float, Event]], presses: bool, final: bool) -> Control:
    events = [event for _, event in heard]
    note = next((e for e in events if e.message is Message.NOTE and e.level), None)
    if presses and note is not None:
        return Control(Message.NOTE, note.number, note.channel)
    numbered = _parameter_number(events)
    if numbered is not None:
        return numbered
    leading = _leading(events, Message.CC, Message.PITCH_BEND)
    if leading is not None and leading.message is Message.CC:
        return _controller(heard, leading, final)
    if leading is None:
        pressures = (Message.KEY_PRESSURE, Message.CHANNEL_PRESSURE)
        leading = note or _leading(events, *pressures) or events[0]
    number = leading.number if leading.message.numbered else None
    return Control(
        leading.message, number, leading.channel, 7 if leading.highest == HIGHEST else 14
    )


def _leading(events: Sequence[Event], *kinds: Message) -> Event | None:
    """Return an event of the control that sent most of some kinds, the first of them if equal."""
    count: dict[tuple[Message, int, int], int] = {}
    first: dict[tuple[Message, int, int], Event] = {}
    for event in events:
        if event.message in kinds:
            key = (event.message, event.channel, event.number)
            count[key] = count.get(key, 0) + 1
            first.setdefault(key, event)
    return first[max(count, key=lambda key: count[key])] if count else None


def _parameter_number(events: Sequence[Event]) -> Control | None:
    """Return the last parameter number that was selected and given data."""
    found = None
    selections: dict[int, Selection] = {}
    for event in events:
        if event.message is not Message.CC:
            continue
        selection = selections.setdefault(event.channel, Selection())
        if event.number in SELECT:
            selection.select(*SELECT[event.number], event.level)
        elif event.number in (*DATA, INCREMENT, DECREMENT) and selection.selected:
            kind, number = selection.selected
            fine = event.number == DATA[1] or (
                found is not None
                and found.bits > 7
                and (found.message, found.number) == (kind, number)
            )
            found = Control(kind, number, event.channel, 14 if fine else 7)
    return found


def _controller(heard: Sequence[tuple[float, Event]], leading: Event, final: bool) -> Control:
    channel, number = leading.channel, leading.number
    same = [
        (time, event)
        for time, event in heard
        if event.message is Message.CC and event.channel == channel
    ]
    first = number % LOWER if number < 2 * LOWER else number
    if number < 2 * LOWER and _is_pair(same, first):
        return Control(Message.CC, first, channel, 14)
    values = [event.level for _, event in same if event.number == number]
    return Control(Message.CC, number, channel, relative=_encoding(values, final))


def _is_pair(heard: Sequence[tuple[float, Event]], first: int) -> bool:
    """Say whether a controller and the one 32 above it carry two halves of one value."""
    halves = [
        (time, event.number) for time, event in heard if event.number in (first, first + LOWER)
    ]
    upper = [time for time, number in halves if number == first]
    lower = [time for time, number in halves if number != first]
    return (
        bool(upper)
        and len(lower) > 1
        and all(min(abs(time - each) for each in lower) <= _SIDE_BY_SIDE_SECONDS for time in upper)
    )


def _encoding(values: Sequence[int], final: bool) -> Relative | None:
    """Return how an encoder tells its steps; None for a control that tells where it stands.

    Raises
    ------
    _UndecidedError
        If it takes more values to tell.
    """
    zones = [_zone(value) for value in values]
    if "" in zones:
        return None
    repeats = sum(one == other for one, other in itertools.pairwise(values))
    directions = set(zones)
    both = {
        frozenset({"low", "high"}): Relative.TWOS_COMPLEMENT,
        frozenset({"above", "below"}): Relative.BINARY_OFFSET,
        frozenset({"low", "above"}): (
            Relative.SIGN_MAGNITUDE if zones[0] == "low" else Relative.SIGN_MAGNITUDE_INVERTED
        ),
    }.get(frozenset(directions))
    enough = bool(repeats) and len(values) >= _FEWEST_STEPS
    if both is not None and enough:
        return both
    # A button sends its one value at each press.
    if set(values) == {HIGHEST} or (both is None and len(directions) > 1):
        return None
    if not final:
        raise _UndecidedError
    if not enough:
        return None
    around_centre = directions <= {"above", "below"}
    return Relative.BINARY_OFFSET if around_centre else Relative.TWOS_COMPLEMENT


def _zone(value: int) -> str:
    """Return which small steps a value can stand for; empty if it can't."""
    if 1 <= value <= _LARGEST_STEP:
        return "low"
    if 0 < value - _ON <= _LARGEST_STEP:
        return "above"
    if 0 < _ON - value <= _LARGEST_STEP:
        return "below"
    return "high" if value > HIGHEST - _LARGEST_STEP else ""
