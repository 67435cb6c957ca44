"""What happens between controls, of MIDI or of surfaces, and the parameters; where they stand."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ronn_jack.control.events import Inner
from ronn_jack.parameters import Value, parameter


def in_words(values: Mapping[str, Value]) -> str:
    """Return values as they are shown: "layers = 9, activation = tanh"."""
    return ", ".join(f"{name} = {parameter(name).words(v)}" for name, v in values.items())


@dataclass(frozen=True)
class Landed:
    """Positions of controls asked for more than the machine can run, and were taken for less.

    Attributes
    ----------
    origin : str
        Whose controls they are.
    values : mapping
        The nearest values that fit, in native units.
    """

    kind: ClassVar[str] = "landed"
    level: ClassVar[int] = logging.INFO
    origin: str
    values: Mapping[str, Value]

    def lines(self) -> list[str]:
        """Return what the controls lead to."""
        return [f"{self.origin}: {in_words(self.values)}, the nearest that fits"]


@dataclass(frozen=True)
class TakeoverGap(Inner):
    """A control has yet to reach its parameter, or has just reached it.

    Attributes
    ----------
    origin : str
        The MIDI port's origin.
    control : str
        In words.
    place : float
        Where the control stands, 0–1 of its way.
    gap : float
        How far that is above the parameter's place; 0 once the control has hold of it.
    """

    kind: ClassVar[str] = "takeover"
    origin: str
    parameter: str
    control: str
    place: float
    gap: float


@dataclass(frozen=True)
class LearnStarted:
    """The next control that is moved will be bound to a parameter or action."""

    kind: ClassVar[str] = "learn"
    level: ClassVar[int] = logging.INFO
    origin: str
    parameter: str

    def lines(self) -> list[str]:
        """Return what to do."""
        return [f"learning {self.parameter}: move its control, an encoder right and then left"]


@dataclass(frozen=True)
class Learned:
    """A control was bound.

    Attributes
    ----------
    control : str
        In words: "cc 20 on channel 1".
    port : str
        Name of the MIDI port that it was heard on.
    profile : str
        Name of the profile that keeps it.
    replaced : tuple of str
        What was bound to it before, in words, and is no longer.
    """

    kind: ClassVar[str] = "learned"
    level: ClassVar[int] = logging.INFO
    origin: str
    parameter: str
    control: str
    port: str
    profile: str
    replaced: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return a line, with what the control did before."""
        before = f", in place of {', '.join(self.replaced)}" if self.replaced else ""
        return [f"learned {self.parameter}: {self.control} of {self.port}{before}"]


@dataclass(frozen=True)
class LearnCancelled:
    """A parameter or action was not learned."""

    kind: ClassVar[str] = "learn_cancelled"
    level: ClassVar[int] = logging.INFO
    parameter: str
    reason: str

    def lines(self) -> list[str]:
        """Return why."""
        return [f"{self.parameter} was not learned: {self.reason}"]


@dataclass(frozen=True)
class BindingRemoved:
    """A control no longer drives a parameter or action, as was asked for."""

    kind: ClassVar[str] = "binding_removed"
    level: ClassVar[int] = logging.INFO
    origin: str
    parameter: str
    control: str
    profile: str

    def lines(self) -> list[str]:
        """Return a line."""
        return [f"{self.parameter} is no longer bound to {self.control} ({self.profile})"]


@dataclass(frozen=True)
class LearnUndone:
    """What was learned or unlearned last was taken back."""

    kind: ClassVar[str] = "learn_undone"
    level: ClassVar[int] = logging.INFO
    origin: str
    parameter: str

    def lines(self) -> list[str]:
        """Return a line."""
        return [f"{self.parameter} is bound again as it was before"]


@dataclass(frozen=True)
class Gap:
    """How far a control stands from the parameter that it is to take over.

    Attributes
    ----------
    control : str
        In words.
    place : float
        Where the control stands, 0–1 of its way.
    gap : float
        How far that is above the parameter; 0 once the control has hold of it.
    """

    parameter: str
    control: str
    place: float
    gap: float


@dataclass
class MidiState:
    """The present state, of which the MIDI thread puts other values in place, and changes none.

    Attributes
    ----------
    bindings : tuple
        Names of parameters and actions, each with a control in words that drives it.
    waiting : tuple of Gap
        Of controls that have not reached their parameters.
    learning : str
        What the next control that is moved is bound to; "" while nothing is learned.
    """

    bindings: tuple[tuple[str, str], ...] = ()
    waiting: tuple[Gap, ...] = ()
    learning: str = ""
