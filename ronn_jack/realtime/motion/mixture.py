"""How much of each source a layer's moving weights are. [audio-thread]

Spherical interpolation between the sources of `seed` and `seed_b`, to which the directions of
drift are added; the sum is scaled back to the length that it had before.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float32, float64, int64, void
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.kernels.vectors import MIXED

OSCILLATORS = 4
"""As many as `model.drift` draws swings for, which a layer's record would not hold otherwise.

No import, since the kernel cache watches the sources of this package alone.
"""
FREQUENCIES = tuple(1.3247179572447460**-i for i in range(OSCILLATORS))
"""Of the oscillators that drift swings by, as factors of its rate.

Powers of the plastic number: no two come close to a simple ratio, so that the way is long.
"""
_PARALLEL = 1e-3
"""Sine of an angle below which two sources are mixed in a straight line."""
_MOST_STRETCH = 8.0
"""Most that a sum is scaled up by, where sources cancel each other."""

LAYER = np.dtype(
    [
        ("begin", "i8"),  # place in a source, in floats: the packed weights, then the biases
        ("biases", "i8"),  # where those begin
        ("end", "i8"),
        ("shares", "f4", MIXED),
        ("length_a", "f8"),  # of the vector of weights and biases of `seed`
        ("length_b", "f8"),
        ("angle", "f8"),  # between the two
        ("products", "f8", MIXED * MIXED),  # of the sources, as vectors
        ("swing", "f8", 2 * OSCILLATORS),  # of each direction by each oscillator
    ],
    align=True,
)
SHARES = offset(LAYER, "shares")


@native(void(float64, int64))
def find_swings(cycles: float, swings: int) -> None:
    """Write what the oscillators give after so many cycles of the fastest.

    Parameters
    ----------
    swings : int64
        Address of float64 [shape=(OSCILLATORS,)].
    """
    out = carray(pointer(swings), (OSCILLATORS,), np.float64)
    for i in range(OSCILLATORS):
        out[i] = math.sin(2.0 * math.pi * (cycles * FREQUENCIES[i] % 1.0))


@native(void(int64, float64, float64, int64))
def find_shares(layer: int, morph: float, depth: float, swings: int) -> None:
    """Write how much of each source a layer's weights are.

    Parameters
    ----------
    layer : int64
        Address of a LAYER.
    morph, depth : float64
        0 to 1; with no depth, 0 and 1 of morph are a source to the bit.
    swings : int64
        Address of float64 [shape=(OSCILLATORS,)].
    """
    own = carray(pointer(layer), (1,), LAYER)[0]
    swing = carray(pointer(swings), (OSCILLATORS,), np.float64)
    sine = math.sin(own.angle)
    a, b = 1.0 - morph, morph
    if sine > _PARALLEL:
        length = a * own.length_a + b * own.length_b
        a = length / own.length_a * (math.sin(a * own.angle) / sine)
        b = length / own.length_b * (math.sin(b * own.angle) / sine)
    c = d = 0.0
    if depth > 0.0 and own.length_a > 0.0:
        length = math.sqrt(max(0.0, _square(layer, a, b, 0.0, 0.0)))
        for i in range(OSCILLATORS):
            c += own.swing[i] * swing[i]
            d += own.swing[OSCILLATORS + i] * swing[i]
        c *= depth * length / own.length_a
        d *= depth * length / own.length_a
        if length > 0.0:
            stretched = math.sqrt(max(0.0, _square(layer, a, b, c, d)))
            scale = length / max(stretched, length / _MOST_STRETCH)
            a, b, c, d = a * scale, b * scale, c * scale, d * scale
    own.shares[0] = float32(a)
    own.shares[1] = float32(b)
    own.shares[2] = float32(c)
    own.shares[3] = float32(d)


@native(float64(int64, float64, float64, float64, float64))
def _square(layer: int, a: float, b: float, c: float, d: float) -> float:
    """Return the squared length of a weighted sum of the sources."""
    p = carray(pointer(layer), (1,), LAYER)[0].products
    total: float = (
        a * (a * p[0] + 2.0 * (b * p[1] + c * p[2] + d * p[3]))
        + b * (b * p[5] + 2.0 * (c * p[6] + d * p[7]))
        + c * (c * p[10] + 2.0 * d * p[11])
        + d * d * p[15]
    )
    return total
