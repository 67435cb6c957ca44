"""Memory that networks have left is given back to the system."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable

_SETTLED_SECONDS = 0.5
"""Time without new networks after which nobody is in a hurry."""
_KEPT_BYTES = 4 * 2**20
"""Free memory that a thread may keep at the end of its own; larger blocks are the system's."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt


class Heap:
    """Gives memory back once no network has come or gone for a while.

    Left to itself glibc keeps up to 64 MB for each thread, the more the larger the networks were
    that have gone. Other systems' libraries give memory back by themselves.

    Parameters
    ----------
    clock : callable
        Returns the time in s.
    trim : callable, optional
        Gives back what is free beyond so many bytes; by default the C library's, where it can.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        trim: Callable[[int], object] | None = None,
    ) -> None:
        libc = ctypes.CDLL(None)
        self._clock = clock
        self._trim = trim or getattr(libc, "malloc_trim", None)
        self._due: float | None = None
        if hasattr(libc, "mallopt"):
            # What is free at the end of a thread's memory is out of `malloc_trim`'s reach.
            for threshold in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
                libc.mallopt(threshold, _KEPT_BYTES)

    def used(self) -> None:
        """Note that a network has come or gone."""
        self._due = self._clock() + _SETTLED_SECONDS

    def tend(self) -> None:
        """Give back what is due; called often."""
        if self._due is not None and self._clock() >= self._due:
            self._due = None
            if self._trim is not None:
                self._trim(0)
