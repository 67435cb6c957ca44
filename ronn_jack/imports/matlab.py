"""The numeric arrays of a MATLAB 5 file, one after the other as they come.

A file may be larger than memory and a compressed array larger than the file: no more is read than
is asked for, and an array is read a column at a time.

References
----------
The MathWorks, "MAT-File Format", R2023b, section "Level 5 MAT-Files".
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import IO, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.words import printable

HEADER_BYTES = 128
NEWER = b"MATLAB 7.3 MAT-file"
"""Begins a file that is HDF5 after its header."""

_BYTE_ORDERS: dict[bytes, Literal["little", "big"]] = {
    b"\x00\x01IM": "little",
    b"\x01\x00MI": "big",
}
"""Version and mark at the header's end, as they are written in either order."""
_MATRIX, _COMPRESSED = 14, 15
"""Types of elements."""
_TYPES = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
"""How numbers are written, by the types that hold them."""
_FLAGS, _SHAPE, _NAME = 6, 5, 1
"""Types of an array's first three elements."""
_NUMERIC = range(6, 16)
"""Classes of arrays: double, single and whole numbers."""
_COMPLEX = 0x0800
_MOST_RANK = 8
_MOST_NAME = 256
_MOST_ARRAYS = 1000
_MOST_COLUMN = 1 << 20
"""Numbers in a column: an impulse response of five seconds at 192 kHz."""
_PIECE = 1 << 16


def is_matlab(head: bytes) -> bool:
    """Say whether a file that begins so is MATLAB's."""
    return head[124:128] in _BYTE_ORDERS or head.startswith(NEWER)


class Array:
    """An array that is still to be read.

    Attributes
    ----------
    name : str
    shape : tuple of int
    """

    def __init__(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], source: _Source):
        self.name, self.shape = name, shape
        self._dtype, self._source = dtype, source

    def columns(self) -> Iterator[NDArray[np.float64]]:
        """Yield what goes along the first axis, for all others in turn, the second one fastest."""
        rows = self.shape[0]
        if rows > _MOST_COLUMN:
            raise ModelError(f"its {self.name} has {rows} rows; {_MOST_COLUMN} are read at most")
        for _ in range(math.prod(self.shape[1:])):
            column = self._source.read(rows * self._dtype.itemsize)
            yield np.frombuffer(column, self._dtype).astype(np.float64)

    def values(self, most: int) -> NDArray[np.float64]:
        """Return all of it, if it is no more than `most` numbers."""
        if math.prod(self.shape) > most:
            shape = " × ".join(map(str, self.shape))
            raise ModelError(f"its {self.name} has {shape} numbers; {most} are read at most")
        whole = self._source.read(math.prod(self.shape) * self._dtype.itemsize)
        values = np.frombuffer(whole, self._dtype).astype(np.float64)
        return values.reshape(self.shape, order="F")


def arrays_of(stream: IO[bytes]) -> Iterator[Array]:
    """Yield the real numeric arrays of a file; each is to be read before the next one is asked for.

    Raises
    ------
    ModelError
        If it is damaged, or written in another way.
    """
    head = stream.read(HEADER_BYTES)
    if head.startswith(NEWER):
        raise ModelError("is a MATLAB 7.3 file; save it anew with -v7")
    if (order := _BYTE_ORDERS.get(head[124:128])) is None:
        raise ModelError("is no MATLAB 5 file")
    for _ in range(_MOST_ARRAYS):
        tag = stream.read(8)
        if not tag:
            return
        kind, size = (int.from_bytes(tag[at : at + 4], order) for at in (0, 4))
        begin = stream.tell()
        if kind == _MATRIX and size:
            yield from _numeric(_Source(_Plain(stream, size), order))
        elif kind == _COMPRESSED:
            source = _Source(_Inflated(_Plain(stream, size)), order)
            if source.tag()[0] == _MATRIX:
                yield from _numeric(source)
        # An array may have been read in part; they are not padded.
        stream.seek(begin + size)
    raise ModelError(f"has more than {_MOST_ARRAYS} arrays")


def _numeric(source: _Source) -> Iterator[Array]:
    """Yield the array that a source begins with, if it is one of real numbers."""
    flags = source.number(source.element(_FLAGS, 8)[:4])
    if flags & 255 not in _NUMERIC:
        return
    dimensions = source.element(_SHAPE, 4 * _MOST_RANK)
    shape = tuple(source.number(dimensions[at : at + 4]) for at in range(0, len(dimensions), 4))
    name = printable(source.element(_NAME, _MOST_NAME))
    kind, size, _ = source.tag()
    if flags & _COMPLEX or kind not in _TYPES or len(shape) < 2 or not math.prod(shape):
        return
    dtype = np.dtype(_TYPES[kind]).newbyteorder("<" if source.order == "little" else ">")
    if math.prod(shape) * dtype.itemsize != size:
        raise ModelError(f"is a damaged MATLAB file: {name or 'an array'} has not its size")
    yield Array(name, shape, dtype, source)


class _Bytes(Protocol):
    def read(self, count: int) -> bytes:
        """Return so many bytes, or fewer if there are no more."""
        ...


class _Plain:
    """A part of a file."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, count: int) -> bytes:
        part = self._stream.read(min(count, self._left))
        self._left -= len(part)
        return part


class _Inflated:
    """A part of a file that is compressed; what was not asked for is never unpacked."""

    def __init__(self, packed: _Plain) -> None:
        self._packed, self._rest = packed, b""
        self._inflate = zlib.decompressobj()

    def read(self, count: int) -> bytes:
        parts, missing = [], count
        while missing and not self._inflate.eof:
            self._rest = self._rest or self._packed.read(_PIECE)
            try:
                part = self._inflate.decompress(self._rest, missing)
            except zlib.error:
                raise ModelError("is a damaged MATLAB file: an array can't be unpacked") from None
            if not part and not self._rest:
                break
            self._rest = self._inflate.unconsumed_tail
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


class _Source:
    """Elements of an array, as they follow each other."""

    def __init__(self, stream: _Bytes, order: Literal["little", "big"]) -> None:
        self._bytes, self.order = stream, order

    def read(self, count: int) -> bytes:
        part = self._bytes.read(count)
        if len(part) < count:
            raise ModelError("is a damaged MATLAB file: it is cut off")
        return part

    def number(self, part: bytes) -> int:
        return int.from_bytes(part, self.order)

    def tag(self) -> tuple[int, int, bool]:
        """Return an element's type and size, and whether 4 bytes hold all of it."""
        word = self.number(self.read(4))
        if word >> 16:
            return word & 0xFFFF, word >> 16, True
        return word, self.number(self.read(4)), False

    def element(self, kind: int, most: int) -> bytes:
        """Return an element of a type that is no larger than `most`."""
        found, size, small = self.tag()
        if found != kind or size > (4 if small else most):
            raise ModelError("is a damaged MATLAB file: an array has no readable head")
        whole = self.read(4 if small else -(-size // 8) * 8)
        return whole[:size]
