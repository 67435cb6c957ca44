"""Twiddles of each size of transform, and how many units of work its passes have.

Of all sizes they lie in one stretch of memory, by addresses that are the same in all.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, taken_from
from ronn_jack.realtime.convolver.complex_vectors import LANES, TILE
from ronn_jack.realtime.convolver.fourier import RADIX
from ronn_jack.realtime.convolver.layout import SIZES

_COMPLEX = 8
"""Bytes of a complex number."""
_SMALL, _MIDDLING, _LARGE = (_COMPLEX * size for size in SIZES)
PLANS_BYTES = _SMALL + _MIDDLING + _LARGE + _COMPLEX * TILE * RADIX


@native(void(int64, int64, int64, float64, int64))
def _write_twiddles(target: int, columns: int, radix: int, ahead: float, size: int) -> None:
    """Write exp(-2πi · column · (leg − ahead) / size) in complex vectors of LANES columns."""
    vectors = carray(pointer(target), (columns // LANES, radix, 2, LANES), np.float32)
    for column in range(columns):
        for leg in range(radix):
            angle = -2.0 * math.pi * (column * (leg - ahead) / size)
            vectors[column // LANES, leg, 0, column % LANES] = np.float32(math.cos(angle))
            vectors[column // LANES, leg, 1, column % LANES] = np.float32(math.sin(angle))


@native(void(int64))
def write_plans(plans: int) -> None:
    """[control-thread] Write the twiddles of all sizes to PLANS_BYTES."""
    _write_twiddles(plans, TILE, 1, 0.25, SIZES[0])
    for size in SIZES[1:]:
        _write_twiddles(opening_of(plans, size), size // RADIX, RADIX, 0.25, size)
    _write_twiddles(middle_of(plans), TILE, RADIX, 0.0, TILE * RADIX)


@native(int64(int64, int64))
def opening_of(plans: int, size: int) -> int:
    """[any-thread] Return the address of a size's twiddles of the first pass."""
    if size == SIZES[0]:
        return plans
    return plans + _SMALL if size == SIZES[1] else plans + _SMALL + _MIDDLING


@native(int64(int64))
def middle_of(plans: int) -> int:
    """[any-thread] Return the address of the twiddles of the second pass."""
    return plans + _SMALL + _MIDDLING + _LARGE


@native(int64(int64))
def opens_of(size: int) -> int:
    """[any-thread] Return how many units the first pass of a transform has."""
    return size // LANES if size == TILE else size // LANES // RADIX


@native(int64(int64))
def splits_of(size: int) -> int:
    """[any-thread] Return how many units the second pass of a transform has."""
    return size // LANES // RADIX if size > TILE * RADIX else 0


@entry(void(int64))
def _write(plans: int) -> None:
    write_plans(plans)


@functools.cache
def _plans() -> NDArray[np.uint8]:
    with taken_from(None):  # they outlive whatever is made at the moment
        memory = aligned_bytes(PLANS_BYTES)
    _write.ctypes(memory.ctypes.data)
    return memory


def shared_plans() -> int:
    """[control-thread] Return the address of twiddles that stay."""
    return _plans().ctypes.data
