"""The float32 arithmetic by which torch's CPU turns uniform numbers into normal ones.

Torch uses Cephes' single-precision logarithm, sine and cosine with fused multiply-adds (by way
of avx_mathfun and sse_mathfun, © 2007 J. Pommier, 2012 G. Garberoglio, zlib licence). A fused
multiply-add rounds once; here the exact product and a float64 sum are rounded to float32. That
rounds twice, which could differ where the float64 sum falls on a tie of float32: it does so for
none of the 2^24 arguments that torch can pass to each function.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.model.weights import Float32, Float64, Int32

BLOCK = 16
"""Torch transforms uniforms in blocks of 16: eight radii, then eight angles."""

_CHUNK = 1024
"""Blocks transformed at a time, so that the scratch stays in the processor's cache."""

_SQRT_HALF_BITS = np.int32(0x3F3504F3)
"""The bits of sqrt(1/2) as float32."""
LOG_POLYNOMIAL = np.array(
    [
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ],
    np.float32,
)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
_TWO_PI = np.float32(2.0 * np.pi)
FOUR_OVER_PI = np.float32(1.27323954473516)
MINUS_QUARTER_PI = np.array(
    [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8], np.float32
)
COSINE_POLYNOMIAL = np.array(
    [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2], np.float32
)
SINE_POLYNOMIAL = np.array([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], np.float32)


def box_muller(uniforms: Float32, mean: float, std: float) -> Float32:
    """Turn blocks of uniform numbers into normal ones.

    Parameters
    ----------
    uniforms : ndarray [shape=(blocks, 16), float32]
        Multiples of 2^-24 in [0, 1).

    Returns
    -------
    ndarray [shape=(blocks, 16), float32]
    """
    out = np.empty_like(uniforms)
    half = BLOCK // 2
    for start in range(0, len(uniforms), _CHUNK):
        block = slice(start, start + _CHUNK)
        radius = np.sqrt(-2.0 * log(np.subtract(1.0, uniforms[block, :half])))
        sine, cosine = sine_cosine(_TWO_PI * uniforms[block, half:])
        out[block, :half] = radius * cosine
        out[block, half:] = radius * sine
    return fused(out, np.float32(std), np.float32(mean))


def fused(a: Float32, b: np.float32, c: np.float32) -> Float32:
    """Return a * b + c of float32 numbers, rounded once."""
    if c == 0.0:
        # The sum only turns -0 into +0, as the fused form does.
        return a * b + c
    product = np.multiply(a, b, dtype=np.float64)
    total = product + c
    # Round to odd: a sum that float64 can't hold gets an odd last bit, so that rounding it
    # again can't meet a tie. The error of the sum is exact (Knuth's two-sum).
    back = total - product
    error = (product - (total - back)) + (c - back)
    bits = total.view(np.int64)
    inexact = (error != 0.0) & (bits & 1 == 0)
    bits[inexact] += np.where((error[inexact] > 0.0) == (total[inexact] > 0.0), 1, -1)
    return total.astype(np.float32)


def log(x: Float32) -> Float32:
    """Return Cephes' logarithm of x in [2^-24, 1]."""
    # x = m 2^exponent with m in [sqrt(1/2), sqrt(2)), by whole-number arithmetic on the bits.
    bits = x.view(np.int32) - _SQRT_HALF_BITS
    exponent = (bits >> 23).astype(np.float32)
    bits &= 0x007FFFFF
    bits += _SQRT_HALF_BITS
    x = bits.view(np.float32)
    x -= np.float32(1.0)
    z = x * x
    y = _horner(LOG_POLYNOMIAL, x.astype(np.float64))
    y *= x
    wide = y.astype(np.float64)
    wide_z = z.astype(np.float64)
    wide *= wide_z
    wide += exponent * LN2_LOW
    y[...] = wide
    wide_z *= 0.5
    np.subtract(y, wide_z, out=wide)
    y[...] = wide
    x += y
    wide[...] = exponent
    wide *= float(LN2_HIGH)
    wide += x
    return wide.astype(np.float32)


def sine_cosine(angle: Float32) -> tuple[Float32, Float32]:
    """Return Cephes' (sine, cosine) of an angle in [0, 2 pi]."""
    octant = (angle * FOUR_OVER_PI).astype(np.int32)
    octant += 1
    octant &= ~1
    turns = octant.astype(np.float64)
    x = angle.copy()
    wide_x = angle.astype(np.float64)
    for part in MINUS_QUARTER_PI.tolist():
        wide_x += turns * part
        x[...] = wide_x
        wide_x[...] = x
    z = x * x
    wide_z = z.astype(np.float64)
    cosine = _horner(COSINE_POLYNOMIAL, wide_z)
    cosine *= z
    wide = cosine.astype(np.float64)
    wide *= wide_z
    wide -= 0.5 * wide_z
    cosine[...] = wide
    cosine += np.float32(1.0)
    sine = _horner(SINE_POLYNOMIAL, wide_z)
    sine *= z
    wide[...] = sine
    wide *= wide_x
    wide += wide_x
    sine[...] = wide
    _swap_and_sign(octant, sine.view(np.int32), cosine.view(np.int32))
    return sine, cosine


def _swap_and_sign(octant: Int32, sine: Int32, cosine: Int32) -> None:
    """Turn the values of the first octant into those of each octant, by their bits."""
    swapped = octant & 2
    swapped >>= 1
    np.negative(swapped, out=swapped)
    swapped &= sine ^ cosine
    sine ^= swapped
    cosine ^= swapped
    # Bit 2 of the octant, moved to float32's sign bit.
    sine ^= (octant & 4) << 29
    octant -= 2
    cosine ^= (~octant & 4) << 29


def _horner(coefficients: Float32, x: Float64) -> Float32:
    """Evaluate a polynomial, highest power first, by fused multiply-adds."""
    y = np.empty(x.shape, np.float32)
    first, *others = coefficients.tolist()
    wide = x * first
    for coefficient in others[:-1]:
        wide += coefficient
        y[...] = wide
        wide[...] = y
        wide *= x
    wide += others[-1]
    y[...] = wide
    return y
