"""MIDI messages that can be bound, and how they are decoded from bytes."""

from __future__ import annotations

import enum
from dataclasses import dataclass

HIGHEST = 127
"""The largest value that a MIDI data byte can have."""

_NOTE_OFF = 0x80
_NOTE_ON = 0x90
_CONTROL_CHANGE = 0xB0
_PROGRAM_CHANGE = 0xC0
_SYSTEM = 0xF0
_LENGTHS = {_NOTE_OFF: 3, _NOTE_ON: 3, _CONTROL_CHANGE: 3, _PROGRAM_CHANGE: 2}


class Message(enum.Enum):
    """The kinds of MIDI message that can be bound."""

    CC = "cc"
    NOTE = "note"
    PROGRAM = "program"


@dataclass(frozen=True)
class Event:
    """A message that can be bound.

    Attributes
    ----------
    channel : int
        1 to 16.
    number, level : int
        0 to 127. The level is a controller's value or a note's velocity, 0 at its release; a
        program change counts as pressed fully.
    """

    message: Message
    channel: int
    number: int
    level: int


def decode(message: bytes) -> Event | None:
    """Return the event that a whole MIDI message carries.

    None stands for what can't be bound (system messages, pitch bend, pressure) and for what is no
    whole message: without a status byte, too short or too long, or with a status byte inside.
    """
    if not message or not 0x80 <= message[0] < _SYSTEM:
        return None
    status, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    if len(message) != _LENGTHS.get(status) or max(message[1:]) > HIGHEST:
        return None
    number = message[1]
    if status == _PROGRAM_CHANGE:
        return Event(Message.PROGRAM, channel, number, HIGHEST)
    if status == _CONTROL_CHANGE:
        return Event(Message.CC, channel, number, message[2])
    return Event(Message.NOTE, channel, number, message[2] if status == _NOTE_ON else 0)
