"""A MIDI profile: which control of a device does what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ronn_jack.control.operations import Act, Set
from ronn_jack.midimap.messages import Message
from ronn_jack.parameters import Curve, Parameter

BY_NUMBER = Act("preset_load")
"""What a program change without a number asks for: the preset of the number that comes."""


@dataclass(frozen=True)
class Follow:
    """The parameter follows the control.

    Attributes
    ----------
    minimum, maximum : float
        Values at the control's ends in native units; for an enum its index, for a bool 0 or 1.
    """

    parameter: Parameter
    minimum: float
    maximum: float
    curve: Curve


@dataclass(frozen=True)
class Toggle:
    """Each press turns a parameter on or off."""

    parameter: Parameter
    threshold: int


@dataclass(frozen=True)
class Press:
    """Each press does one thing, `BY_NUMBER` according to the program."""

    operation: Set | Act
    threshold: int


@dataclass(frozen=True)
class Binding:
    """One control and what it does; None as number or channel means any."""

    message: Message
    number: int | None
    channel: int | None
    target: Follow | Toggle | Press


@dataclass(frozen=True)
class Profile:
    """A controller's bindings.

    Attributes
    ----------
    name : str
        As the user calls it: the name of its file.
    label : str
        The device's name.
    ports : re.Pattern or None
        Matches (by `search`) the names of the ports it is meant for.
    """

    name: str
    label: str
    ports: re.Pattern[str] | None
    bindings: tuple[Binding, ...]

    def matches(self, port: str) -> bool:
        """Say whether a hardware port with this name is the device the profile is for."""
        return self.ports is not None and self.ports.search(port) is not None
