"""Memory for the audio thread: aligned, and touched before it is handed over. [control-thread]"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

CACHE_LINE = 64
"""Bytes; also the widest vector."""


class Arena:
    """One stretch of memory in which everything lies that is made within `taken_from`.

    Parameters
    ----------
    memory : ndarray of uint8
        Zeros that begin on a cache line.

    Attributes
    ----------
    used : int
        Bytes from its beginning; the rest is free.
    """

    def __init__(self, memory: NDArray[np.uint8]) -> None:
        assert memory.ctypes.data % CACHE_LINE == 0
        self._memory = memory
        self.address = memory.ctypes.data
        self.used = 0

    @property
    def taken(self) -> NDArray[np.uint8]:
        """What lies in it, in whole cache lines."""
        return self._memory[: self.used]

    def take(self, size: int) -> NDArray[np.uint8]:
        """Return the next `size` bytes; MemoryError where there is no room."""
        start = self.used
        end = start + -(-size // CACHE_LINE) * CACHE_LINE
        if end > len(self._memory):
            raise MemoryError(f"more than {len(self._memory)} bytes are needed")
        self.used = end
        return self._memory[start : start + size]


_arena: ContextVar[Arena | None] = ContextVar("_arena", default=None)


@contextmanager
def taken_from(arena: Arena | None) -> Iterator[None]:
    """Let `aligned_bytes` take what it returns from an arena, or from none, on this thread."""
    token = _arena.set(arena)
    try:
        yield
    finally:
        _arena.reset(token)


def aligned_bytes(size: int) -> NDArray[np.uint8]:
    """Return `size` zero bytes that start on a cache line.

    They are written, not just reserved, so that the audio thread never takes a page fault.
    """
    arena = _arena.get()
    if arena is not None:
        return arena.take(size)
    block = np.empty(size + CACHE_LINE, np.uint8)
    start = -block.ctypes.data % CACHE_LINE
    view = block[start : start + size]
    view.fill(0)
    return view


def record(dtype: np.dtype[Any]) -> tuple[Any, int]:
    """Return one zeroed record of a structured `dtype`, as a Python view, and its address."""
    memory = aligned_bytes(dtype.itemsize)
    return memory.view(dtype).view(np.recarray)[:1], memory.ctypes.data


def offset(dtype: np.dtype[Any], field: str) -> int:
    """Return where `field` lies in a record, in bytes."""
    assert dtype.fields is not None
    return int(dtype.fields[field][1])
