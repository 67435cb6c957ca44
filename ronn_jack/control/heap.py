"""Memory that networks have left is given back to the system."""

from __future__ import annotations

import ctypes
import time

_SETTLED_SECONDS = 0.5
"""Time without new networks after which nobody is in a hurry."""


class Heap:
    """Gives memory back once no network has come or gone for a while.

    What is freed stays with the process otherwise: the larger the networks that were there, the
    more, as glibc takes ever larger blocks for such as will soon be wanted again.
    """

    def __init__(self) -> None:
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        """Of glibc alone; others give memory back by themselves."""
        self._due: float | None = None

    def used(self) -> None:
        """Note that a network has come or gone."""
        self._due = time.monotonic() + _SETTLED_SECONDS

    def tend(self) -> None:
        """Give back what is due; called often."""
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            if self._trim is not None:
                self._trim(0)
