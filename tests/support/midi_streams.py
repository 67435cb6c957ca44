"""Streams of MIDI bytes: by the specification, from public test files, whole and cut anywhere.

`tests/data/test-midi-files.tar.xz` holds the files of up to 20 kB of
https://github.com/jazz-soft/test-midi-files (1b27755), with their licence, MIT.

References
----------
MIDI 1.0 Detailed Specification, 4.2, "Running Status", "System Real Time Messages", "System
Exclusive"; Standard MIDI Files 1.0, "Track Chunks".
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

FILES = Path(__file__).parents[1] / "data" / "test-midi-files.tar.xz"
NUMBERS = (0, 1, 6, 7, 20, 26, 32, 33, 36, 38, 64, 80, 81, 82, *range(96, 102), 120, 127)
"""Of controllers and notes, most of which mean something to somebody."""

_CHANNEL = (0x80, 0x90, 0xA0, 0xB0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0)
_SIZES = {0xC0: 1, 0xD0: 1, 0xF1: 1, 0xF3: 1, **dict.fromkeys(range(0xF4, 0x100), 0)}
"""Data bytes after a status; others have two."""
_REALTIME = range(0xF8, 0x100)
_SYSEX, _SYSEX_END = 0xF0, 0xF7
_META = 0xFF


def stream(random: Random, messages: int) -> bytes:
    """Return messages with running status, with real-time ones inside, exclusive ones cut off."""
    out, running = bytearray(), 0
    for _ in range(messages):
        if random.random() < 0.1:
            message, running = _system(random), 0
        else:
            status = random.choice(_CHANNEL) | random.choice((0, 0, 0, 9))
            data = [random.choice((*NUMBERS, 63, 65, 126)) for _ in range(_size(status))]
            message = bytes(data) if status == running else bytes((status, *data))
            running = status
        for byte in message:
            if random.random() < 0.05:
                out.append(random.choice(_REALTIME))
            out.append(byte)
    return bytes(out)


def _system(random: Random) -> bytes:
    status = random.randrange(0xF0, 0xF8)
    if status == _SYSEX:
        data = random.choices(range(128), k=random.choice((0, 1, 2, 8, 300)))
        return bytes((_SYSEX, *data, *random.choice(((), (_SYSEX_END,)))))
    return bytes((status, *random.choices(range(128), k=_size(status))))


def _size(status: int) -> int:
    return _SIZES.get(status if status >= _SYSEX else status & 0xF0, 2)


def cut(random: Random, stream: bytes, longest: int = 9) -> Iterator[bytes]:
    """Yield a stream in pieces of up to `longest` bytes that respect no message."""
    place = 0
    while place < len(stream):
        end = place + min(longest, random.choice((1, 1, 2, 3, 3, 3, 4, 9)))
        yield stream[place:end]
        place = end


def whole(stream: bytes) -> Iterator[bytes]:
    """Yield the messages of a stream, as a driver does that knows running status.

    What has no status or no end is left out, and an undefined message comes without data.
    """
    message, running = bytearray(), 0
    for byte in stream:
        if byte in _REALTIME:
            yield bytes((byte,))
        elif byte == _SYSEX_END and message[:1] == bytes((_SYSEX,)):
            yield bytes((*message, byte))
            message.clear()
        elif byte >= 0x80:
            message[:] = (byte,)
            running = byte if byte < _SYSEX else 0
        elif message or running:
            message += bytes((byte,)) if message else bytes((running, byte))
        if message and message[0] != _SYSEX and len(message) == 1 + _size(message[0]):
            yield bytes(message)
            message.clear()


def files() -> dict[str, bytes]:
    """Return the public test files by their names."""
    with tarfile.open(FILES) as archive:
        return {
            member.name: found.read()
            for member in archive
            if member.name.endswith(".mid") and (found := archive.extractfile(member))
        }


def played(file: bytes) -> bytes:
    """Return the bytes that a player sends of a MIDI file, as far as that can be read."""
    out, place = bytearray(), 0
    while place + 8 <= len(file):
        kind, size = file[place : place + 4], int.from_bytes(file[place + 4 : place + 8], "big")
        if kind == b"MTrk":
            out += _track(file[place + 8 : place + 8 + size])
        place += 8 + size
    return bytes(out)


def _track(track: bytes) -> bytes:
    out, rest, running = bytearray(), iter(track), 0
    try:
        while True:
            _number(rest)  # how long it waits
            byte = next(rest)
            if byte == _META:
                next(rest)
                _taken(rest, _number(rest))
            elif byte in (_SYSEX, _SYSEX_END):
                out += bytes((byte,) if byte == _SYSEX else ()) + _taken(rest, _number(rest))
            elif byte >= 0x80:
                running = byte if byte < _SYSEX else running
                out += bytes((byte,)) + _taken(rest, _size(byte))
            else:
                out += bytes((running, byte)) + _taken(rest, _size(running) - 1)
    except StopIteration:
        return bytes(out)


def _taken(rest: Iterator[int], count: int) -> bytes:
    return bytes([next(rest) for _ in range(count)])


def _number(rest: Iterator[int]) -> int:
    """Take a quantity of a variable number of bytes."""
    value = 0
    while (byte := next(rest)) >= 0x80:
        value = value << 7 | byte & 0x7F
    return value << 7 | byte
