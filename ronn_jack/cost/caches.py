"""How much of what was touched before a core's caches still hold."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

_USUAL_FIRST, _USUAL_SECOND, _USUAL_LAST = 32 << 10, 1 << 20, 8 << 20
_KEPT, _LOST = 0.6, 1.6
"""Multiples of a cache's size: what was touched so many bytes ago is there, or is not."""
_SHARED = 4.0
"""Parts of the last level of which a core may have but one, as others use it too."""


@dataclass(frozen=True)
class Caches:
    """A core's caches.

    Attributes
    ----------
    first, second, last : int
        Bytes of the first-level data cache, of the second level, and of the last before memory.
    """

    first: int = _USUAL_FIRST
    second: int = _USUAL_SECOND
    last: int = _USUAL_LAST

    def missing_first(self, distance: float) -> float:
        """Return the share of lines that the first level has lost after so many other bytes."""
        return min(1.0, max(0.0, (distance / self.first - _KEPT) / (_LOST - _KEPT)))

    def beyond_second(self, distance: float) -> float:
        """Return how often half the second level doubles up to a distance within the last level.

        Each doubling costs about as much: farther levels, the address translation and what other
        cores evict blur the steps.
        """
        half = self.second / 2.0
        return math.log2(min(distance, self.last) / half) if distance > half else 0.0

    def missing_last(self, distance: float) -> float:
        """Return the share of lines that the last level has lost after so many other bytes."""
        part = self.last / _SHARED
        return min(1.0, math.log2(distance / part) / math.log2(_SHARED)) if distance > part else 0.0


@functools.cache
def caches(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> Caches:
    """Return this machine's caches, of usual sizes where it does not tell."""
    sizes = {}
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
    # Where the system tells of no third level, the second is the last.
    farthest = max(sizes, default=1)
    return Caches(
        sizes.get(1, _USUAL_FIRST),
        sizes.get(2, _USUAL_SECOND),
        sizes[farthest] if farthest > 1 else _USUAL_LAST,
    )
