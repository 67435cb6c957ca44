"""Twiddles of each size of transform, and how a block's work is dealt out. [control-thread]"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.convolver.complex_vectors import LANES, TILE
from ronn_jack.realtime.convolver.fourier import RADIX
from ronn_jack.realtime.convolver.layout import SLOT

_PER_TILE = 4.0
"""Work of a tile's transforms, in passes over 16 columns."""
_PER_PARTITION = 1.0
"""Work of a partition's products in a tile."""


@dataclass(frozen=True)
class Plan:
    """One size's twiddles.

    Attributes
    ----------
    opening : ndarray of uint8
        Complex vectors [shape=(rows of tiles in a leg, 4, radix)] of the first pass, in which the
        twist is contained.
    middle : ndarray of uint8
        Those of the second pass [shape=(4, radix)].
    """

    size: int
    opening: NDArray[np.uint8]
    middle: NDArray[np.uint8]

    @property
    def tiles(self) -> int:
        """Tiles that a transform takes."""
        return self.size // TILE

    def steps(self, partitions: int) -> NDArray[np.int64]:
        """Return the first unit of work of each slot, and the number of all.

        A unit belongs to the slot in which its middle lies.
        """
        columns = units_of(self.size)
        product = _PER_TILE + _PER_PARTITION * partitions
        weights = np.array(
            [1.0] * sum(columns) + [product] * self.tiles + [1.0] * sum(columns), np.float64
        )
        middles = np.cumsum(weights) - weights / 2.0
        slots = self.size // SLOT
        borders = np.arange(slots + 1) / slots * weights.sum()
        first: NDArray[np.int64] = np.searchsorted(middles, borders).astype(np.int64)
        return first


def units_of(size: int) -> tuple[int, int]:
    """Return how many units the first and the second pass of a transform have."""
    across = size // TILE * TILE // LANES
    if size == TILE:
        return across, 0
    return across // RADIX, across // RADIX if size > TILE * RADIX else 0


@functools.cache
def plan_of(size: int) -> Plan:
    """Return the plan of a size: 64, 512 or 4096."""
    radix = 1 if size == TILE else RADIX
    leg = size // radix
    turns = np.multiply.outer(np.arange(leg), np.arange(radix) - 0.25) / size
    inner = np.multiply.outer(np.arange(TILE), np.arange(RADIX)) / (TILE * RADIX)
    return Plan(size, _vectors(turns), _vectors(inner))


def _vectors(turns: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return exp(-2πi · turns) [shape=(columns, radix)] in complex vectors of 16 columns."""
    twiddles = np.exp(-2j * np.pi * turns).reshape(-1, LANES, turns.shape[1]).transpose(0, 2, 1)
    parts = np.stack([twiddles.real, twiddles.imag], axis=2).astype(np.float32)
    memory = aligned_bytes(parts.nbytes)
    memory.view(np.float32)[:] = parts.ravel()
    return memory
