"""The arrays of an HDF5 file, as Keras writes it through h5py.

What is read is what such files consist of: superblock 0, groups as symbol tables, and plain
floating-point arrays in one piece. Whatever an address or a size in the file says, nothing is read
outside of it, and nothing is copied.

References
----------
The HDF Group, "HDF5 File Format Specification Version 2.0", sections II to IV.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.words import printable

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAXIMUM_BYTES = 64 << 20

_ROOT_HEADER = 64
"""Where the address of the root group's header stands."""
_SIZES = 13
"""Where the sizes of addresses and lengths stand, which are 8 bytes each."""
_DATASPACE, _DATATYPE, _LAYOUT, _FILTERS, _CONTINUATION, _SYMBOLS = 1, 3, 8, 11, 16, 17
"""Messages of an object header."""
_FLOAT = 1
"""Class of a datatype."""
_CONTIGUOUS = 1
"""Class of a layout."""
_MOST_PIECES = 5000
"""Headers, nodes and messages of a file; a model of a hundred layers has fewer."""
_MOST_DEPTH = 16
_MOST_RANK = 8
_MOST_NAME = 128


def arrays_in(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the floating-point arrays of a file by their paths, such as "a/b/kernel:0".

    Raises
    ------
    ModelError
        If it is damaged, or written in another way.
    """
    if content[:8] != SIGNATURE:
        raise ModelError("is no HDF5")
    file = _File(content)
    try:
        if file.number(8, 1) != 0 or file.number(_SIZES, 2) != 0x0808:
            raise ModelError("is HDF5 of a newer form; write it anew with libver='earliest'")
        return dict(file.below(file.number(_ROOT_HEADER, 8), "", 0))
    except _DamagedError as fault:
        raise ModelError(f"is damaged HDF5: {fault}") from None


class _DamagedError(Exception):
    """Says in words what is wrong."""


class _File:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._pieces = 0

    def below(self, header: int, path: str, depth: int) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the arrays in or below an object by their paths."""
        if depth > _MOST_DEPTH:
            raise _DamagedError("groups are nested too deeply")
        messages = self._messages(header)
        if _SYMBOLS in messages:
            at = messages[_SYMBOLS][0]
            for name, child in self._members(self.number(at, 8), self.number(at + 8, 8)):
                yield from self.below(child, f"{path}/{name}" if path else name, depth + 1)
        elif _LAYOUT in messages and (array := self._array(messages, path)) is not None:
            yield path, array

    def number(self, at: int, size: int) -> int:
        """Return a whole number."""
        return int.from_bytes(self._part(at, size), "little")

    def _part(self, at: int, size: int) -> bytes:
        if at + size > len(self._content):
            raise _DamagedError("it is cut off, or an address lies outside of it")
        return self._content[at : at + size]

    def _count(self) -> None:
        self._pieces += 1
        if self._pieces > _MOST_PIECES:
            raise _DamagedError("it has too many parts, or goes round in a circle")

    def _messages(self, header: int) -> dict[int, tuple[int, int]]:
        """Return where each kind of message of an object header begins, and its size."""
        if self.number(header, 1) != 1:
            raise _DamagedError("an object header is of another version")
        found: dict[int, tuple[int, int]] = {}
        blocks = [(header + 16, self.number(header + 8, 4))]
        while blocks:
            at, left = blocks.pop()
            while left >= 8:
                self._count()
                kind, size = self.number(at, 2), self.number(at + 2, 2)
                if kind == _CONTINUATION:
                    blocks.append((self.number(at + 8, 8), self.number(at + 16, 8)))
                else:
                    found.setdefault(kind, (at + 8, size))
                at, left = at + 8 + size, left - 8 - size
        return found

    def _members(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """Yield the names in a group with the addresses of their headers."""
        names, size = self.number(heap + 24, 8), self.number(heap + 8, 8)
        nodes = [tree]
        while nodes:
            node = nodes.pop()
            self._count()
            mark, used = self._part(node, 4), self.number(node + 6, 2)
            if mark == b"TREE":
                for child in range(node + 32, node + 32 + 16 * used, 16):
                    self._count()
                    nodes.append(self.number(child, 8))
            elif mark == b"SNOD":
                for entry in range(node + 8, node + 8 + 40 * used, 40):
                    self._count()
                    offset = self.number(entry, 8)
                    if offset >= size:
                        raise _DamagedError("a name lies outside of its heap")
                    yield self._name(names + offset), self.number(entry + 8, 8)
            else:
                raise _DamagedError("a group has no tree")

    def _name(self, at: int) -> str:
        end = self._content.find(b"\0", at, at + _MOST_NAME)
        if end < 0:
            raise _DamagedError("a name has no end")
        return printable(self._content[at:end])

    def _array(self, messages: dict[int, tuple[int, int]], path: str) -> NDArray[Any] | None:
        """Return an array in place, None for one that does not hold floating-point numbers."""
        if _DATATYPE not in messages or _DATASPACE not in messages:
            raise _DamagedError(f"{path} has no type or no shape")
        kind, order, size = (
            self.number(messages[_DATATYPE][0] + at, length)
            for at, length in ((0, 1), (1, 1), (4, 4))
        )
        if kind & 15 != _FLOAT or size not in (4, 8):
            return None
        shape = self._shape(messages[_DATASPACE][0], path)
        layout = messages[_LAYOUT][0]
        if _FILTERS in messages or self.number(layout, 2) != 3 | _CONTIGUOUS << 8:
            raise ModelError(
                f"is HDF5 whose {path} is compressed or in pieces; write it anew without"
            )
        at, count = self.number(layout + 2, 8), math.prod(shape)
        if not count:
            return None
        if at + count * size > len(self._content):
            raise _DamagedError(f"{path} is cut off")
        dtype = f"{'>' if order & 1 else '<'}f{size}"
        return np.frombuffer(self._content, dtype, count, at).reshape(shape)

    def _shape(self, at: int, path: str) -> tuple[int, ...]:
        version, rank = self.number(at, 1), self.number(at + 1, 1)
        if version not in (1, 2) or rank > _MOST_RANK:
            raise _DamagedError(f"{path} has no readable shape")
        first = at + (8 if version == 1 else 4)
        return tuple(self.number(first + 8 * axis, 8) for axis in range(rank))
