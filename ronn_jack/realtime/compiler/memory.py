"""Memory for the audio thread: aligned, and touched before it is handed over. [control-thread]"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CACHE_LINE = 64
"""Bytes; also the widest vector."""


def aligned_bytes(size: int) -> NDArray[np.uint8]:
    """Return `size` zero bytes that start on a cache line.

    They are written, not just reserved, so that the audio thread never takes a page fault.
    """
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
