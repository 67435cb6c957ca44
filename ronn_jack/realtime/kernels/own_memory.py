"""What the forms of layers keep, placed in compiled code. [control-thread]

As `Form.memory` does it, for an image that is laid out for any sample rate.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels.depthwise_ahead import ring_slots_of
from ronn_jack.realtime.kernels.forms import depthwise_ahead as ahead
from ronn_jack.realtime.kernels.forms import minimal_halves as halves
from ronn_jack.realtime.kernels.forms import transposed
from ronn_jack.realtime.kernels.forms.dense import DENSE
from ronn_jack.realtime.kernels.forms.depthwise import DEPTHWISE
from ronn_jack.realtime.kernels.forms.form import ALWAYS
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.layout import (
    CHUNK,
    DILATION,
    FORM,
    KERNEL,
    LAYER_WORDS,
    OUTER,
    ROWS,
    ROWS_OUT,
)

_LANES = VECTOR.lanes
_DENSE, _DEPTHWISE, _TRANSPOSED, _HALVES, _AHEAD = (
    FORMS.index(form)
    for form in (
        DENSE,
        DEPTHWISE,
        transposed.TRANSPOSED,
        halves.MINIMAL_HALVES,
        ahead.DEPTHWISE_AHEAD,
    )
)


@native(int64(int64))
def vectors(frames: int) -> int:
    """Return `frames` rounded up to whole vectors of the widest kind."""
    return -(-frames // 16) * 16


@native(int64(int64))
def odd_lines(frames: int) -> int:
    """Return bytes for a row of `frames`: an odd number of lines, so that rows differ in set."""
    size: int = CACHE_LINE * (-(-4 * frames // CACHE_LINE) | 1)
    return size


@native(int64(int64))
def lines(size: int) -> int:
    """Return bytes rounded up to whole lines."""
    return -(-size // CACHE_LINE) * CACHE_LINE


@native(int64(int64))
def table_entries(layer: int) -> int:
    """Return how many entries a layer's own tap table has, where there is no ring."""
    w = carray(pointer(layer), (LAYER_WORDS,), np.int64)
    by_table = w[FORM] == _DENSE or w[FORM] == _DEPTHWISE or w[FORM] == _TRANSPOSED
    entries: int = w[OUTER] if by_table else int64(0)
    return entries


@native(int64(int64, int64))
def place_own(layer: int, size: int) -> int:
    """Write where lies what a layer's form keeps; return where the image goes on."""
    w = carray(pointer(layer), (LAYER_WORDS,), np.int64)
    if w[FORM] == _TRANSPOSED:
        w[transposed.SUMS_RING] = vectors((w[KERNEL] - 1) * w[DILATION] + CHUNK)
        w[transposed.SUMS_STRIDE] = odd_lines(w[transposed.SUMS_RING])
        w[transposed.SUMS] = size
        size += lines(w[ROWS_OUT] * w[transposed.SUMS_STRIDE])
        w[transposed.ZEROS] = size
        size += lines(4 * w[ROWS])
    elif w[FORM] == _HALVES:
        w[halves.LEFT_STRIDE] = odd_lines(w[DILATION] + CHUNK)
        w[halves.LEFT] = size
        w[halves.RESTING] = ALWAYS
        size += lines(w[ROWS] * w[halves.LEFT_STRIDE])
    elif w[FORM] == _AHEAD:
        w[ahead.SLOTS] = ring_slots_of(w[KERNEL])
        w[ahead.PAST_STRIDE] = odd_lines(w[DILATION] * w[ahead.SLOTS])
        w[ahead.PAST] = size
        w[ahead.RESTING] = ALWAYS
        size += lines(w[ROWS] * w[ahead.PAST_STRIDE] + 4 * _LANES * w[ahead.SLOTS])
    return size


@native(void(int64, int64))
def move_own(layer: int, image: int) -> None:
    """Turn the places of what a layer's form keeps into addresses within an image."""
    w = carray(pointer(layer), (LAYER_WORDS,), np.int64)
    if w[FORM] == _TRANSPOSED:
        w[transposed.SUMS] += image
        w[transposed.ZEROS] += image
    elif w[FORM] == _HALVES:
        w[halves.LEFT] += image
    elif w[FORM] == _AHEAD:
        w[ahead.PAST] += image
