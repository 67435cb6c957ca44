"""How much of what was touched before a core's caches still hold."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

_USUAL_FIRST, _USUAL_SECOND = 32 << 10, 1 << 20
_KEPT, _LOST = 0.6, 1.6
"""Multiples of a cache's size: what was touched so many bytes ago is there, or is not."""


@dataclass(frozen=True)
class Caches:
    """A core's own caches.

    Attributes
    ----------
    first, second : int
        Bytes of the first-level data cache and of the second level.
    """

    first: int = _USUAL_FIRST
    second: int = _USUAL_SECOND

    def missing_first(self, distance: float) -> float:
        """Return the share of lines that the first level has lost after so many other bytes."""
        return min(1.0, max(0.0, (distance / self.first - _KEPT) / (_LOST - _KEPT)))

    def beyond_second(self, distance: float) -> float:
        """Return how often half the second level doubles up to a distance.

        Each doubling costs about as much: farther levels, the address translation and what other
        cores evict blur the steps.
        """
        half = self.second / 2.0
        return math.log2(distance / half) if distance > half else 0.0


@functools.cache
def caches(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> Caches:
    """Return this machine's caches, of usual sizes where it does not tell."""
    sizes = {1: _USUAL_FIRST, 2: _USUAL_SECOND}
    for index in folder.glob("index*"):
        try:
            if (index / "type").read_text().strip() == "Instruction":
                continue
            level = int((index / "level").read_text())
            size = int((index / "size").read_text().strip().removesuffix("K")) << 10
        except (OSError, ValueError):
            continue
        if size > 0:
            sizes[level] = size
    return Caches(sizes[1], sizes[2])
