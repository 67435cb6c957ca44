"""[any-thread] Memory and texts of C, read and written by compiled code."""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import inlined, native
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint8, void

malloc = external("malloc", int64(int64))
free = external("free", void(int64))
memcpy = external("memcpy", int64(int64, int64, int64))
memset = external("memset", int64(int64, int32, int64))

_UPPER_A, _UPPER_Z, _TO_LOWER = 65, 90, 32


@inlined
def byte_at(address: int) -> int:
    """Return the byte at an address, as int64."""
    return int64(carray(pointer(address), (1,), np.uint8)[0])


@inlined
def put_byte(address: int, value: int) -> None:
    """Store a byte."""
    carray(pointer(address), (1,), np.uint8)[0] = uint8(value)


@inlined
def word_at(address: int) -> int:
    """Return the int64 at an address."""
    return carray(pointer(address), (1,), np.int64)[0]


@native(int64(int64))
def lower(character: int) -> int:
    """Return an ASCII letter in lower case."""
    if _UPPER_A <= character <= _UPPER_Z:
        return character + _TO_LOWER
    return character


@native(int64(int64, int64))
def same_text(a: int, b: int) -> int:
    """Return 1 if two texts that end with 0 are the same, letter by letter, else 0."""
    i = 0
    while byte_at(a + i) == byte_at(b + i):
        if byte_at(a + i) == 0:
            return 1
        i += 1
    return 0


@native(int64(int64, int64, int64))
def copy_text(target: int, capacity: int, source: int) -> int:
    """Copy a text with its 0, cut off where there is no more room; return its bytes without."""
    i = 0
    while i < capacity - 1 and byte_at(source + i) != 0:
        put_byte(target + i, byte_at(source + i))
        i += 1
    if capacity > 0:
        put_byte(target + i, 0)
    return i
