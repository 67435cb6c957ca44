"""What MIDI controls say, and how a device's control is told from its others."""

from __future__ import annotations

import enum
from dataclasses import dataclass

HIGHEST = 127
"""The largest value that a MIDI data byte can have."""
HIGHEST_14_BIT = 16383
"""The largest value of two data bytes together."""
LOWER = 32
"""From a controller to that which carries the lower half of its value."""
MOST_PROGRAMS = 2**21
"""Programs in all banks together."""

_PITCH_CENTRE = 8192


class Message(enum.Enum):
    """The kinds of MIDI message that can be bound."""

    CC = "cc"
    NOTE = "note"
    PROGRAM = "program"
    NRPN = "nrpn"
    RPN = "rpn"
    PITCH_BEND = "pitch_bend"
    CHANNEL_PRESSURE = "channel_pressure"
    KEY_PRESSURE = "key_pressure"

    @property
    def numbered(self) -> bool:
        """Whether a device can have several of them on a channel."""
        return self not in (Message.PITCH_BEND, Message.CHANNEL_PRESSURE)

    @property
    def parameter_number(self) -> bool:
        """Whether it is made of several controllers: select, then data."""
        return self in (Message.NRPN, Message.RPN)

    @property
    def rests(self) -> bool:
        """Whether a control that sends it stays where it was left, so that it can be taken over."""
        return self in (Message.CC, Message.NRPN, Message.RPN, Message.PITCH_BEND)


class Relative(enum.Enum):
    """How an encoder that knows no position tells its steps in a controller's value."""

    TWOS_COMPLEMENT = "twos_complement"
    BINARY_OFFSET = "binary_offset"
    SIGN_MAGNITUDE = "sign_magnitude"
    SIGN_MAGNITUDE_INVERTED = "sign_magnitude_inverted"

    def steps(self, value: int) -> int:
        """Return the steps that a controller's value, 0–127, stands for; upwards is positive."""
        if self is Relative.TWOS_COMPLEMENT:
            return value if value < 64 else value - 128
        if self is Relative.BINARY_OFFSET:
            return value - 64
        up = (value < 64) is (self is Relative.SIGN_MAGNITUDE)
        return (1 if up else -1) * (value & 0x3F)


@dataclass(frozen=True)
class Event:
    """What a control says.

    Attributes
    ----------
    channel : int
        1 to 16.
    number : int
        Of the controller, note, program or parameter number; 0 where there is but one.
    level : int
        Where it stands, 0 to `highest`: a controller's value or a note's velocity, 0 at its
        release; a program change counts as pressed fully.
    steps : int
        By how much it was moved, where it tells no position.
    """

    message: Message
    channel: int
    number: int
    level: int
    highest: int = HIGHEST
    steps: int = 0

    @property
    def coarse(self) -> int:
        """The level as one data byte, 0 to 127."""
        return self.level >> 7 if self.highest > HIGHEST else self.level


def position(message: Message, level: float, highest: int) -> float:
    """Return where a level lies, 0–1; a pitch bend at rest lies in the middle exactly."""
    if message is Message.PITCH_BEND and level <= _PITCH_CENTRE:
        return level / _PITCH_CENTRE / 2.0
    if message is Message.PITCH_BEND:
        return 1.0 - (highest - level) / (highest - _PITCH_CENTRE) / 2.0
    return level / highest


@dataclass(frozen=True)
class Control:
    """A control of a device: what it sends, and how that is to be read.

    Attributes
    ----------
    number : int or None
        None is any program, or goes without saying.
    channel : int or None
        1 to 16; None is any.
    bits : int
        7 or 14, of a controller or a parameter number.
    relative : Relative or None
        How it tells steps, if it is an encoder without a position.
    bank : bool
        Whether a program's number goes on from bank to bank.
    motor : bool
        Whether it is moved to where its parameter stands, as a fader with a motor is.
    """

    message: Message
    number: int | None = None
    channel: int | None = None
    bits: int = 7
    relative: Relative | None = None
    bank: bool = False
    motor: bool = False

    @property
    def can_have_14_bits(self) -> bool:
        """Whether 7 or 14 bits are a matter of choice."""
        first_half = self.number is None or self.number < LOWER
        paired = self.message is Message.CC and first_half and self.relative is None
        return paired or self.message.parameter_number

    def meets(self, other: Control) -> bool:
        """Say whether a message could come from both."""
        same = (self.message, self.number) == (other.message, other.number)
        return same and (self.channel == other.channel or None in (self.channel, other.channel))

    @property
    def words(self) -> str:
        """What it is called: "cc 20 on channel 1", "14-bit cc 1"."""
        text = self.message.value.replace("_", " ")
        if self.number is not None:
            text += f" {self.number}"
        elif self.message is Message.PROGRAM:
            text = "any program"
        if self.bits > 7 and not self.message.parameter_number:
            text = f"{self.bits}-bit {text}"
        if self.relative is not None:
            text += f" ({self.relative.value})"
        return text if self.channel is None else f"{text} on channel {self.channel}"
