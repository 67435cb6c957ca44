"""OSC datagrams to messages and back.

Strict where python-osc's own packet reader is lenient: a truncated float, a negative element
size, an unknown type tag or bundles nested without end are faults to be answered, not guesses,
warnings or loops. The types themselves are read and written by python-osc.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pythonosc.parsing import osc_types

from ronn_jack.parameters.share import MOST_CHARACTERS

Argument = int | float | bool | str | None

MAXIMUM_ADDRESS_BYTES = 255
MAXIMUM_TEXT_BYTES = MOST_CHARACTERS
"""As long as a sound's text may be, the longest that is sent."""
MAXIMUM_TAGS_BYTES = 1024
MAXIMUM_DEPTH = 32
"""Bundles in bundles; a datagram has room for thousands, which nobody sends in earnest."""

IMMEDIATELY = 1
"""The time tag of what is meant for now."""

_LONGEST_TEXT = 500
_ALIGNMENT = 4
_BUNDLE = b"#bundle\0"
_BUNDLE_HEADER_BYTES = 16
_INT32_MAXIMUM = 2**31 - 1

_SIZED: dict[str, tuple[int, Callable[[bytes, int], tuple[Argument, int]]]] = {
    "i": (4, osc_types.get_int),
    "f": (4, osc_types.get_float),
    "h": (8, osc_types.get_int64),
    "d": (8, osc_types.get_double),
}
_SIZELESS: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": None}
"""Nil and Infinitum carry nothing: a message with one of them is like one without argument."""
_TEXTS = "sS"
"""Strings and symbols, which some senders tell apart."""


@dataclass(frozen=True, slots=True)
class Message:
    """An address, or a pattern of addresses, with its arguments."""

    address: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that can't be understood; the address is empty where even that can't be read."""

    address: str
    reason: str


class _MalformedError(Exception):
    """The bytes break the rules of OSC; the text says which."""


def decode(datagram: bytes) -> list[Message | Fault]:
    """Return a datagram's messages in order, those of nested bundles included, without their times.

    A bundle whose structure is broken gives one fault and no messages, as part of a change is not
    what its sender asked for.
    """
    return [item for _, item in decode_timed(datagram)]


def decode_timed(datagram: bytes) -> list[tuple[int, Message | Fault]]:
    """Return a datagram's messages as `decode` does, each with the time tag that it is meant for.

    A message that is in no bundle is meant for IMMEDIATELY, and one in nested bundles for the
    latest of their times, as no bundle may be done before the one that it is in.
    """
    try:
        if not datagram:
            raise _MalformedError("empty packet")
        if len(datagram) % _ALIGNMENT:
            raise _MalformedError(f"packet of {len(datagram)} bytes is no multiple of 4")
        if not datagram.startswith(_BUNDLE):
            return [(IMMEDIATELY, _message(datagram))]
        elements = _elements(datagram)
    except _MalformedError as error:
        return [(IMMEDIATELY, Fault("", str(error)))]
    return [(time_tag, _message(element)) for time_tag, element in elements]


def encode(
    address: str, arguments: Sequence[int | float | bool | str], flags: bool = False
) -> bytes:
    """Return a message; whole numbers beyond 31 bits are sent as int64.

    Booleans are sent as 0 and 1, or as T and F if `flags`.
    """
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags += "s"
            data += osc_types.write_string(argument)
        elif isinstance(argument, float):
            tags += "f"
            data += osc_types.write_float(argument)
        elif flags and isinstance(argument, bool):
            tags += "T" if argument else "F"
        elif argument > _INT32_MAXIMUM:
            tags += "h"
            data += osc_types.write_int64(argument)
        else:
            tags += "i"
            data += osc_types.write_int(argument)
    # Not by python-osc's builder, which reads each message again that it has written.
    return bytes(osc_types.write_string(address) + osc_types.write_string(tags) + data)


def one_line(text: str) -> str:
    """Return what can be shown in one line: a long value is cut, the remedy at the end kept."""
    shown = text
    if not text.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in text)
    if len(shown) <= _LONGEST_TEXT:
        return shown
    half = _LONGEST_TEXT // 2
    return f"{shown[:half]}…{shown[-half:]}"


def bundle(messages: Sequence[bytes]) -> bytes:
    """Return a bundle of messages, meant for now."""
    sized = (len(each).to_bytes(4, "big") + each for each in messages)
    return _BUNDLE + IMMEDIATELY.to_bytes(8, "big") + b"".join(sized)


def _elements(datagram: bytes) -> list[tuple[int, bytes]]:
    """Return a bundle's messages with their times, walking down nested ones without recursion."""
    elements: list[tuple[int, bytes]] = []
    open_bundles = [(0, len(datagram), IMMEDIATELY)]
    _enter_bundle(datagram, open_bundles)
    while open_bundles:
        position, end, time_tag = open_bundles.pop()
        if position == end:
            continue
        start = position + 4
        size = int.from_bytes(datagram[position:start], "big", signed=True)
        if size <= 0 or size % _ALIGNMENT or start + size > end:
            raise _MalformedError(f"bundle element of {size} bytes in the {end - start} left")
        open_bundles.append((start + size, end, time_tag))
        if datagram.startswith(_BUNDLE, start):
            open_bundles.append((start, start + size, time_tag))
            _enter_bundle(datagram, open_bundles)
        else:
            elements.append((time_tag, datagram[start : start + size]))
    return elements


def _enter_bundle(datagram: bytes, open_bundles: list[tuple[int, int, int]]) -> None:
    """Step over the header of the innermost bundle, and take note of its time."""
    start, end, outer = open_bundles.pop()
    if end - start < _BUNDLE_HEADER_BYTES:
        raise _MalformedError(f"bundle of {end - start} bytes is shorter than its header")
    if len(open_bundles) >= MAXIMUM_DEPTH:
        raise _MalformedError(f"bundles nested deeper than {MAXIMUM_DEPTH}")
    time_tag = int.from_bytes(datagram[start + len(_BUNDLE) : start + _BUNDLE_HEADER_BYTES], "big")
    open_bundles.append((start + _BUNDLE_HEADER_BYTES, end, max(outer, time_tag)))


def _message(element: bytes) -> Message | Fault:
    if not element.startswith(b"/"):
        return Fault("", "a message starts with '/', a bundle with '#bundle'")
    try:
        address, position = _text(element, 0, MAXIMUM_ADDRESS_BYTES)
    except _MalformedError as error:
        return Fault("", f"address: {error}")
    try:
        return Message(address, _arguments(element, position))
    except _MalformedError as error:
        return Fault(address, str(error))


def _arguments(element: bytes, position: int) -> tuple[Argument, ...]:
    if position == len(element):
        return ()  # Senders older than OSC 1.0 leave out the type tags of a bare message.
    tags, position = _text(element, position, MAXIMUM_TAGS_BYTES)
    if not tags.startswith(","):
        raise _MalformedError("type tags must start with ','")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        argument: Argument
        if tag in _SIZED:
            size, read = _SIZED[tag]
            if position + size > len(element):
                raise _MalformedError(f"truncated: no room for an argument of type '{tag}'")
            argument, position = read(element, position)
        elif tag in _TEXTS:
            argument, position = _text(element, position, MAXIMUM_TEXT_BYTES)
        elif tag in _SIZELESS:
            argument = _SIZELESS[tag]
        else:
            raise _MalformedError(f"type tag '{tag}' has no meaning here; use i f s h d T F")
        arguments.append(argument)
    if position != len(element):
        raise _MalformedError(f"{len(element) - position} bytes beyond the last argument")
    return tuple(arguments)


def _text(element: bytes, start: int, longest: int) -> tuple[str, int]:
    """Return a string and where the next item starts."""
    end = element.find(b"\0", start)
    if end < 0:
        raise _MalformedError("truncated: text without its end")
    if end - start > longest:
        raise _MalformedError(f"text of {end - start} bytes is too long; use {longest} at most")
    try:
        text = element[start:end].decode("utf-8")
    except UnicodeDecodeError:
        raise _MalformedError("text is not UTF-8") from None
    return text, (end // _ALIGNMENT + 1) * _ALIGNMENT
