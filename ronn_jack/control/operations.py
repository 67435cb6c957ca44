"""What the node can be asked for, by whom, and the change that it becomes."""

from __future__ import annotations

import dataclasses
import enum
import logging
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ronn_jack.errors import ParameterError, shown
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.units import as_number

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Set:
    """Move a parameter.

    Attributes
    ----------
    value : object
        As it came: in native units, or a position 0–1 of the range if `normalised`.
    absolute : bool
        Whether it says where a control stands, so that a later one of its kind makes it void.
    """

    name: str
    value: object
    normalised: bool = False
    absolute: bool = field(default=False, compare=False)

    @property
    def by_position(self) -> bool:
        """Whether a control's position asks for it, of which every one is to do something."""
        return self.normalised or self.absolute


@dataclass(frozen=True)
class Act:
    """Do an action.

    Attributes
    ----------
    argument : object
        As it came; None for none.
    own : bool
        Whether it is done only if who asks for it is who hears a candidate for a try.
    """

    name: str
    argument: object = None
    own: bool = False


Operation = Set | Act

_FIRES_FROM = 0.5
"""A button sends 1 when pressed and 0 when released; only the press counts."""
_WORDS = {"preset", "name", "text", "parameter"}
"""Arguments of actions that no button sends, so that none is a release."""
_NUMBERS = {"snapshot", "candidate", "pair"}


def fires(act: Act, argument: str) -> bool:
    """Tell a press from a release; of an amount, only zero is a release.

    Parameters
    ----------
    argument : str
        What the action takes, as the table names it.
    """
    if act.argument is None or argument in _WORDS:
        return True
    if argument in _NUMBERS:
        sent = as_number(act.argument)
        return sent is None or not sent < _FIRES_FROM
    number = number_in(act)
    return number != 0.0 if argument == "amount" else number >= _FIRES_FROM


def number_in(act: Act) -> float:
    """Return the number that an action is given, or raise ParameterError."""
    name, argument = act.name, act.argument
    number = as_number(argument)
    if number is None or (isinstance(number, float) and not math.isfinite(number)):
        raise ParameterError(
            f"{name} = {shown(argument)} is no finite number; use 1, or no argument"
        )
    if abs(number) >= sys.float_info.max:
        raise ParameterError(f"{name} = {shown(argument)} is out of range; use 1, or no argument")
    return float(number)


def amount_in(act: Act) -> float:
    """Return the share of a range that an action is given; without one, all of it."""
    amount = 1.0 if act.argument is None else number_in(act)
    if not 0.0 < amount <= 1.0:
        raise ParameterError(f"{act.name} = {shown(act.argument)} is out of range; use 0 to 1")
    return amount


def place_in(act: Act, most: int, what: str) -> int:
    """Return the number of a place that an action is given, 1 to `most`, or raise ParameterError.

    Parameters
    ----------
    what : str
        What is in such a place, for the error's words.
    """
    argument = act.argument
    number = None if isinstance(argument, bool) else as_number(argument)
    if number is None or number not in range(1, most + 1):
        told = "no number" if argument is None else shown(argument)
        raise ParameterError(f"{act.name} = {told} is no {what}; use 1 to {most}")
    return int(number)


class Origin(Protocol):
    """Who asked for a change, and where to say that it can't be done.

    Two origins are equal if an echo to the one is an echo to the other: a sender's address, a MIDI
    port, the command line.
    """

    @property
    def name(self) -> str:
        """Who it is, for the log: "osc 127.0.0.1:5000", "midi", "cli"."""
        ...

    def refuse(self, subject: str, reason: str) -> None:
        """[any-thread] Answer that `subject`, a parameter or action, was not done and why."""
        ...


class NamedOrigin:
    """An origin that nobody answers: what can't be done is told by the event alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, subject: str, reason: str) -> None:
        """Do nothing."""


class ClockOrigin:
    """What happens in time with a song, asked for once and for all.

    It makes no steps to undo, of which a song has thousands, and doesn't end a panic.
    """

    name = "clock"

    def __init__(self) -> None:
        self._last = ("", "")

    def refuse(self, subject: str, reason: str) -> None:
        """Log why something was not done, once for the same again and again."""
        if (subject, reason) != self._last:
            self._last = (subject, reason)
            _log.warning("%s: %s refused: %s", self.name, subject, reason)


COMMAND_LINE = NamedOrigin("start")
"""Whoever started the program, by the values and the preset given then."""
NODE = NamedOrigin("node")
"""The node itself, where it takes values back."""


class Cause(enum.Enum):
    """Why values moved."""

    OPERATION = "operation"
    PRESET = "preset"
    RECALL = "recall"
    """A whole sound was gone to: back, forward, to a snapshot, to the other of two, to a text."""
    REFUSAL = "refusal"
    """A network was refused: its rebuild parameters return to those of the one that sounds."""
    FALL_BACK = "fall_back"
    """A network that sounded had to go: they return to those of the one before."""
    ARRIVAL = "arrival"
    """A network is heard after all whose change had been taken back with a newer one."""
    STRAIN = "strain"
    """The weights can't be moved on this machine: they rest."""
    CLOCK = "clock"
    """Parameters go on in time with a song."""
    AUDITION = "audition"
    """A candidate is heard for a try, or no longer."""


@dataclass(frozen=True, eq=False)
class Change:
    """A request for a network, as it is handed to the node; the node only passes it back.

    Attributes
    ----------
    model : Model
        The network.
    values : mapping
        Accepted values of all parameters that it was asked for with.
    subject : str
        The parameter or action that a refusal names; empty for the network to begin with.
    received : float
        When it arrived, as `time.monotonic()`.
    fitted : bool
        Whether it comes from a control's position, and was predicted to fit.
    tried : bool
        Whether a candidate is heard by it for a try.
    """

    model: Model
    values: Mapping[str, Value]
    subject: str = ""
    origin: Origin = NODE
    received: float = field(default_factory=time.monotonic)
    fitted: bool = False
    tried: bool = False

    def again(self, model: Model, values: Mapping[str, Value]) -> Change:
        """Return the same request, made now, for a network by other values."""
        now = time.monotonic()
        return dataclasses.replace(self, model=model, values=values, received=now)

    @property
    def begins(self) -> bool:
        """Whether it is the network that the node begins with, which nobody asked for."""
        return not self.subject
