"""From levels to MIDI bytes: what `decoder` reads, written."""

from __future__ import annotations

from ronn_jack.midimap.messages import Control, Message
from ronn_jack.midimap.profile import Indicator

_STATUS = {
    Message.NOTE: 0x90,
    Message.KEY_PRESSURE: 0xA0,
    Message.CC: 0xB0,
    Message.PROGRAM: 0xC0,
    Message.CHANNEL_PRESSURE: 0xD0,
    Message.PITCH_BEND: 0xE0,
}
_SELECT = {Message.NRPN: (99, 98), Message.RPN: (101, 100)}
_DATA = (6, 38)
_LOWER = 32


def messages(control: Control, level: int, channel: int) -> list[bytes]:
    """Return the messages by which a control tells a level on a channel, 1–16."""
    place, number = channel - 1, control.number or 0
    status = _STATUS.get(control.message, 0xB0) | place
    upper, lower = level >> 7, level & 0x7F
    if control.message is Message.PITCH_BEND:
        return [bytes([status, lower, upper])]
    if control.message is Message.CHANNEL_PRESSURE:
        return [bytes([status, level])]
    if control.message.parameter_number:
        data = (upper, lower) if control.bits > 7 else (level,)
        numbers = (*_SELECT[control.message], *_DATA[: len(data)])
        values = (number >> 7, number & 0x7F, *data)
        return [bytes([status, n, v]) for n, v in zip(numbers, values, strict=True)]
    if control.bits > 7:
        return [bytes([status, number, upper]), bytes([status, number + _LOWER, lower])]
    return [bytes([status, number, level])]


def indication(indicator: Indicator, level: int, channel: int) -> list[bytes]:
    """Return the messages that move an indicator to a level."""
    if indicator.sysex is not None:
        before, after = indicator.sysex
        return [before + bytes([level]) + after]
    return messages(indicator.control, level, channel)
