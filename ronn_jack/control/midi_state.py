"""How MIDI controls stand to what they drive, for all who tell of it."""

from __future__ import annotations

from dataclasses import dataclass


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
