"""The float32 arithmetic by which torch's CPU turns uniform numbers into normal ones.

Torch uses Cephes' single-precision logarithm, sine and cosine with fused multiply-adds (by way
of avx_mathfun and sse_mathfun, © 2007 J. Pommier, 2012 G. Garberoglio, zlib licence). A fused
multiply-add rounds once; here the exact product and a float64 sum are rounded to float32. That
rounds twice, which could differ where the float64 sum falls on a tie of float32: it does so for
none of the 2^24 arguments that torch can pass to each function.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.model.weights import Float32, Float64

BLOCK = 16
"""Torch transforms uniforms in blocks of 16: eight radii, then eight angles."""

_CHUNK = 512
"""Blocks transformed at a time, so that the scratch stays in the processor's cache."""

_SQRT_HALF = np.float32(0.707106781186547524)
_LOG_POLYNOMIAL = np.array(
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
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
_TWO_PI = np.float32(2.0 * np.pi)
_FOUR_OVER_PI = np.float32(1.27323954473516)
_MINUS_QUARTER_PI = np.array(
    [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8], np.float32
)
_COSINE_POLYNOMIAL = np.float32([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])
_SINE_POLYNOMIAL = np.array([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], np.float32)


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
    bits = x.view(np.int32)
    exponent = ((bits >> 23) - 126).astype(np.float32)
    mantissa = ((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)
    small = mantissa < _SQRT_HALF
    exponent -= small
    x = mantissa - np.float32(1.0)
    np.add(x, mantissa, out=x, where=small)
    wide = x.astype(np.float64)
    z = x * x
    y = _horner(_LOG_POLYNOMIAL, wide) * x
    y = _round(y.astype(np.float64) * z + exponent * _LN2_LOW)
    y = _round(y - 0.5 * z.astype(np.float64))
    x = x + y
    return _round(exponent * np.float64(_LN2_HIGH) + x)


def sine_cosine(angle: Float32) -> tuple[Float32, Float32]:
    """Return Cephes' (sine, cosine) of an angle in [0, 2 pi]."""
    octant = (angle * _FOUR_OVER_PI).astype(np.int32)
    octant += 1
    octant &= ~1
    turns = octant.astype(np.float64)
    x = angle
    for part in _MINUS_QUARTER_PI:
        x = _round(turns * np.float64(part) + x)
    z = x * x
    wide_x, wide_z = x.astype(np.float64), z.astype(np.float64)
    c = _horner(_COSINE_POLYNOMIAL, wide_z) * z
    c = _round(c * wide_z - 0.5 * wide_z)
    c += np.float32(1.0)
    s = _horner(_SINE_POLYNOMIAL, wide_z) * z
    s = _round(s * wide_x + wide_x)
    straight = (octant & 2) == 0
    sine, cosine = np.where(straight, s, c), np.where(straight, c, s)
    # Bit 2 of the octant, moved to float32's sign bit.
    sine.view(np.int32)[...] ^= (octant & 4) << 29
    cosine.view(np.int32)[...] ^= (~(octant - 2) & 4) << 29
    return sine, cosine


def _horner(coefficients: Float32, x: Float64) -> Float32:
    """Evaluate a polynomial, highest power first, by fused multiply-adds."""
    y = np.full(x.shape, coefficients[0])
    wide = np.empty_like(x)
    for coefficient in coefficients[1:]:
        wide[...] = y
        wide *= x
        wide += coefficient
        y[...] = wide
    return y


def _round(x: Float64) -> Float32:
    return x.astype(np.float32)
