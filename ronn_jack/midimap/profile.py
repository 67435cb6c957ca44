"""A MIDI profile: which control of a device does what."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from pathlib import Path

from ronn_jack.control.operations import Act, Set
from ronn_jack.midimap.messages import HIGHEST, HIGHEST_14_BIT, Control, Message
from ronn_jack.parameters import Curve, Parameter, Value

BY_NUMBER = Act("preset_load")
"""What a program change without a number asks for: the preset of the number that comes."""


class Takeover(enum.Enum):
    """What a control does that does not stand where its parameter does."""

    JUMP = "jump"
    """The parameter jumps to where the control is."""
    PICKUP = "pickup"
    """The control does nothing until it passes the parameter's place."""
    SCALE = "scale"
    """The parameter goes the same way, faster or slower, so that both reach the end together."""


@dataclass(frozen=True)
class Follow:
    """The parameter follows the control.

    Attributes
    ----------
    minimum, maximum : float
        Values at the control's ends in native units; for an enum its index, for a bool 0 or 1.
    detents : int or None
        Steps of an encoder that the whole way takes; None for what suits the parameter.
    """

    parameter: Parameter
    minimum: float
    maximum: float
    curve: Curve
    detents: int | None = None

    def value(self, place: float) -> Value:
        """Return the value at a place of the control, 0–1."""
        return self.parameter.from_number(self.curve.between(self.minimum, self.maximum, place))

    def place(self, value: Value) -> float:
        """Return where a value lies, 0–1; beyond the limits, at the nearer end."""
        return self.curve.place(self.minimum, self.maximum, self.parameter.to_number(value))


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
class Indicator:
    """What shows on a device where a parameter stands: a motor fader, a ring of lights, a light.

    Attributes
    ----------
    control : Control
        What moves it; no channel is that of the binding's control.
    off, on : int
        Levels at the ends, or of a light that is off or on.
    sysex : tuple of bytes, optional
        What comes before and after the level, where it takes system exclusive.
    """

    control: Control
    off: int
    on: int
    sysex: tuple[bytes, bytes] | None = None

    def level(self, place: float) -> int:
        """Return the level for a place 0–1 of its way."""
        return self.off + round(place * (self.on - self.off))


def highest(control: Control) -> int:
    """Return the highest level that a control takes."""
    wide = control.bits > 7 or control.message is Message.PITCH_BEND
    return HIGHEST_14_BIT if wide else HIGHEST


@dataclass(frozen=True)
class Binding:
    """One control and what it does.

    Attributes
    ----------
    takeover : Takeover or None
        None is that of the node's settings.
    long : bool
        Whether it is the long press that does it.
    indicator : Indicator or None
        What shows on the device where its target stands.
    """

    control: Control
    target: Follow | Toggle | Press
    takeover: Takeover | None = None
    long: bool = False
    indicator: Indicator | None = None

    @property
    def name(self) -> str:
        """The parameter or action that it drives."""
        target = self.target
        return target.operation.name if isinstance(target, Press) else target.parameter.name


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
    path : Path or None
        The file that it was read from.
    greeting : tuple of bytes
        Messages that the device is sent when it is connected, such as one that chooses its mode.
    copy_of : str or None
        Of a copy, the mark of the profile that it was made of.
    """

    name: str
    label: str
    ports: re.Pattern[str] | None
    bindings: tuple[Binding, ...]
    path: Path | None = None
    greeting: tuple[bytes, ...] = ()
    copy_of: str | None = None

    @property
    def answers(self) -> bool:
        """Whether the device is sent anything."""
        return bool(self.greeting) or any(each.indicator for each in self.bindings)

    def matches(self, port: str) -> bool:
        """Say whether a hardware port with this name is the device the profile is for."""
        return self.ports is not None and self.ports.search(port) is not None
