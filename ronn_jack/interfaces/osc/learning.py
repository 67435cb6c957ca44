"""Learning MIDI controls by OSC: who asks is answered when the control was touched."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from ronn_jack.control.events import Event
from ronn_jack.control.midi_events import (
    BindingRemoved,
    LearnCancelled,
    Learned,
    LearnStarted,
    LearnUndone,
    MidiState,
    TakeoverGap,
)
from ronn_jack.control.operations import Origin
from ronn_jack.errors import UsageError, shown
from ronn_jack.interfaces.osc.addresses import (
    BINDINGS,
    LEARN,
    LEARN_CANCEL,
    LEARN_CANCELLED,
    LEARN_UNDO,
    LEARN_UNDONE,
    LEARNED,
    LEARNING,
    TAKEOVER,
    TAKEOVERS,
    UNLEARN,
    UNLEARNED,
)
from ronn_jack.interfaces.osc.codec import Argument, one_line
from ronn_jack.parameters import Value
from ronn_jack.units import as_number

_FIRES_FROM = 0.5
"""A button sends 1 when pressed and 0 when released; only the press counts."""


class Learning(Protocol):
    """What binds MIDI controls. Any thread may call any method."""

    def learn(self, name: str, origin: Origin, told: Callable[[Event], None]) -> None:
        """Bind the next control that is moved; UsageError if nothing of that name can be."""
        ...

    def cancel(self) -> None:
        """Learn nothing, if something was being learned."""
        ...

    def unlearn(self, name: str, origin: Origin, told: Callable[[Event], None]) -> None:
        """Remove the bindings of a name; UsageError if there is none of that name."""
        ...

    def undo(self, origin: Origin, told: Callable[[Event], None]) -> None:
        """Take back what was learned or unlearned last."""
        ...


class Asker(Origin, Protocol):
    """Who asks, and can be answered later."""

    def answer(self, address: str, *values: int | float | bool | str) -> None:
        """[any-thread] Send one message."""
        ...

    def answer_error(self, address: str, reason: str) -> None:
        """[any-thread] Answer that something can't be done."""
        ...


def ask(
    learning: Learning | None, address: str, arguments: Sequence[Argument], asker: Asker
) -> None:
    """Do what a message to one of the addresses of learning asks for; it is answered later.

    Raises
    ------
    UsageError
        If it can't be done.
    """
    if learning is None:
        raise UsageError("there is no MIDI here")

    def told(event: Event) -> None:
        _tell(event, asker)

    if address in (LEARN, UNLEARN):
        if len(arguments) != 1 or not isinstance(arguments[0], str):
            raise UsageError("takes one text, a parameter's or action's name")
        (learning.learn if address == LEARN else learning.unlearn)(arguments[0], asker, told)
    elif _fires(arguments):
        if address == LEARN_CANCEL:
            learning.cancel()
        elif address == LEARN_UNDO:
            learning.undo(asker, told)


def message_of(event: Event) -> tuple[str, list[float | str]] | None:
    """Return the message that tells an event about a MIDI control, None for other events.

    The first of its values is a parameter's or action's name.
    """
    match event:
        case LearnStarted():
            return LEARNING, [event.parameter]
        case Learned():
            replaced = ", ".join(event.replaced)
            return LEARNED, [event.parameter, event.control, one_line(event.port), replaced]
        case LearnCancelled():
            return LEARN_CANCELLED, [event.parameter, one_line(event.reason)]
        case BindingRemoved():
            return UNLEARNED, [event.parameter, event.control]
        case LearnUndone():
            return LEARN_UNDONE, [event.parameter]
        case TakeoverGap():
            return TAKEOVER, [event.parameter, event.place, event.gap, event.control]
    return None


def state_values(address: str, state: MidiState) -> list[Value]:
    """Return what one of MIDI_STATE tells."""
    if address == BINDINGS:
        return [text for binding in state.bindings for text in binding]
    if address == TAKEOVERS:
        waiting = [(each.parameter, each.place, each.gap, each.control) for each in state.waiting]
        return list(itertools.chain.from_iterable(waiting))
    return [state.learning]


def _tell(event: Event, asker: Asker) -> None:
    """Answer who asked, unless he is only told that it has begun."""
    if isinstance(event, LearnCancelled):
        asker.answer_error(LEARN, f"{event.parameter} was not learned: {event.reason}")
    elif not isinstance(event, LearnStarted) and (message := message_of(event)):
        address, values = message
        asker.answer(address, *values)


def _fires(arguments: Sequence[Argument]) -> bool:
    if len(arguments) > 1:
        raise UsageError(f"takes one value, not {len(arguments)}")
    if not arguments or arguments[0] is None:
        return True
    number = as_number(arguments[0])
    if number is None:
        raise UsageError(f"{shown(arguments[0])} is no number; use 1, or no argument")
    return number >= _FIRES_FROM
