"""What a profile's file says of the messages that a device is sent."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.errors import shown
from ronn_jack.files import Fields
from ronn_jack.midimap.decoder import split
from ronn_jack.midimap.messages import HIGHEST, Control, Message
from ronn_jack.midimap.profile import Indicator, highest

LONGEST = 15
"""Bytes of a message: as many as a place of the outgoing ring holds."""
MOST_GREETINGS = 256
"""Messages at once, which leave room in that ring for what is shown."""

_SYSEX, _SYSEX_END = 0xF0, 0xF7
_VALUE = "vv"
_EXAMPLE = f"write bytes like 'f0 00 20 29 02 11 78 08 18 {_VALUE} f7'"


def read_indicator(
    fields: Fields, control: Control, usual: bool, faults: list[str], where: str
) -> Indicator | None:
    """Take a binding's `feedback`: whether its control is moved, or else what is.

    Parameters
    ----------
    usual : bool
        Whether the control is moved where the binding says nothing.
    """
    given = fields.raw("feedback")
    if isinstance(given, Mapping):
        return _read_other(Fields(given, faults, f"{where}feedback: "), control)
    if given is not None and not isinstance(given, bool):
        fields.fault(f"feedback = {shown(given)} is not true, false or a table; write true")
        return None
    moved = usual if given is None else given
    if not moved or control.message is Message.PROGRAM:
        if given:
            fields.fault("feedback can't be had of a program change; leave it out")
        return None
    return Indicator(control, 0, highest(control))


def read_greeting(fields: Fields) -> tuple[bytes, ...]:
    """Take the messages that a device is sent when it is connected."""
    given = fields.raw("greeting")
    if given is None:
        return ()
    if not isinstance(given, list):
        fields.fault(f'greeting = {shown(given)} is no list of messages; write ["b0 7f 00"]')
        return ()
    if len(given) > MOST_GREETINGS:
        fields.fault(f"greeting has {len(given)} messages; use up to {MOST_GREETINGS}")
        return ()
    messages = [_bytes_of(text) for text in given]
    for text, message in zip(given, messages, strict=True):
        if message is None or not (split(message) or _is_sysex(message)):
            fields.fault(
                f"greeting: {shown(text)} is no channel message and no system exclusive of up to "
                f"{LONGEST} bytes; write bytes like 'b0 7f 00'"
            )
    return tuple(message for message in messages if message is not None)


def _read_other(fields: Fields, control: Control) -> Indicator:
    """Return what another message than the control's own moves."""
    sysex = None
    if fields.has("sysex"):
        sysex = _read_sysex(fields)
        moved = Control(Message.CC)
        for key in ("message", "number", "channel"):
            if fields.raw(key) is not None:
                fields.fault(f"{key} is for what is no sysex; leave it out")
    else:
        moved = _read_moved(fields, control)
    most = highest(moved)
    off, on = fields.within("off", 0, most) or 0, fields.within("on", 0, most)
    on = most if on is None else on
    if off == on:
        fields.fault(f"off and on are both {on}; write two different levels")
    fields.finish()
    return Indicator(moved, off, on, sysex)


def _read_moved(fields: Fields, control: Control) -> Control:
    usual = "note" if control.message is Message.NOTE else "cc"
    kinds = [each.value for each in Message if not each.parameter_number]
    kinds.remove(Message.PROGRAM.value)
    message = Message(fields.one_of("message", kinds) or usual)
    channel = fields.within("channel", 1, 16) or control.channel
    if not message.numbered:
        if fields.raw("number") is not None:
            fields.fault(f"{message.value} has no number; leave it out")
        return Control(message, None, channel)
    number = control.number
    if fields.has("number"):
        number = fields.within("number", 0, HIGHEST)
    elif number is None or number > HIGHEST:
        fields.fault(f"number is missing; write number = 0 to {HIGHEST}")
    return Control(message, number, channel)


def _read_sysex(fields: Fields) -> tuple[bytes, bytes] | None:
    text = fields.optional("sysex", str)
    if text is None:
        return None
    before, found, after = text.lower().partition(_VALUE)
    parts = _bytes_of(before), _bytes_of(after)
    whole = None if None in parts else (parts[0] or b"") + b"\0" + (parts[1] or b"")
    if not found or whole is None or not _is_sysex(whole):
        fields.fault(
            f"sysex = {shown(text)} is no system exclusive of up to {LONGEST} bytes with a place "
            f"{_VALUE} for the value; {_EXAMPLE}"
        )
        return None
    return parts[0] or b"", parts[1] or b""


def _bytes_of(text: object) -> bytes | None:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_sysex(message: bytes) -> bool:
    framed = message[:1] == bytes([_SYSEX]) and message[-1:] == bytes([_SYSEX_END])
    return framed and 2 <= len(message) <= LONGEST and max(message[1:-1], default=0) <= HIGHEST
