"""The claim that rounding by way of float64 is a fused multiply-add wherever torch needs one."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model import torch_float32 as arithmetic

ARGUMENTS = 2**24
"""Torch's uniforms are multiples of 2^-24, so each function has this many arguments at most."""
SAMPLED = 64
"""Of so many portions, interleaved, one is tried by default."""


def fused(a: np.ndarray, b: np.ndarray | np.float32, c: np.ndarray | np.float32) -> np.ndarray:
    """Round a * b + c once: the sum is made odd where float64 can't hold it."""
    product = np.multiply(a, b, dtype=np.float64)
    total = product + c
    back = total - product
    error = (product - (total - back)) + (c - back)
    even = (error != 0) & (total.view(np.int64) & 1 == 0)
    toward = np.where(error > 0, np.inf, -np.inf)
    return np.where(even, np.nextafter(total, toward), total).astype(np.float32)


def polynomial(coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
    y = np.full(x.shape, coefficients[0])
    for coefficient in coefficients[1:]:
        y = fused(y, x, coefficient)
    return y


def log(x: np.ndarray) -> np.ndarray:
    mantissa, power = np.frexp(x)
    small = mantissa < np.float32(0.707106781186547524)
    exponent = (power - small).astype(np.float32)
    x = np.where(small, mantissa + mantissa, mantissa) - np.float32(1)
    z = x * x
    y = polynomial(arithmetic.LOG_POLYNOMIAL, x) * x
    y = fused(y, z, exponent * arithmetic.LN2_LOW)
    y = fused(-z, np.float32(0.5), y)
    return fused(exponent, arithmetic.LN2_HIGH, x + y)


def sine_cosine(angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    octant = ((angle * arithmetic.FOUR_OVER_PI).astype(np.int32) + 1) & ~1
    x = angle
    for part in arithmetic.MINUS_QUARTER_PI:
        x = fused(octant.astype(np.float32), part, x)
    z = x * x
    c = polynomial(arithmetic.COSINE_POLYNOMIAL, z) * z
    c = fused(c, z, np.float32(-0.5) * z) + np.float32(1)
    s = polynomial(arithmetic.SINE_POLYNOMIAL, z) * z
    s = fused(s, x, x)
    straight = octant & 2 == 0
    sine, cosine = np.where(straight, s, c), np.where(straight, c, s)
    sine = np.where(octant & 4, -sine, sine)
    return sine, np.where(~(octant - 2) & 4, -cosine, cosine)


@pytest.mark.parametrize(
    "start", [0, *(pytest.param(i, marks=pytest.mark.soak) for i in range(1, SAMPLED))]
)
def test_every_argument_gives_the_bits_of_the_fused_form(start: int) -> None:
    uniforms = (np.arange(start, ARGUMENTS, SAMPLED) * 2.0**-24).astype(np.float32)
    radicand, angle = np.float32(1) - uniforms, np.float32(2 * np.pi) * uniforms
    for result, expected in zip(
        (arithmetic.log(radicand), *arithmetic.sine_cosine(angle)),
        (log(radicand), *sine_cosine(angle)),
        strict=True,
    ):
        np.testing.assert_array_equal(result.view(np.int32), expected.view(np.int32))


def test_fused_rounds_once_where_rounding_twice_would_differ() -> None:
    # The exact sum lies 2^-70 below a tie of float32, which is too little for float64 to hold.
    a = np.float32([2.0**-24 * (1 + 2.0**-23)])
    b, c = np.float32(1 - 2.0**-23), np.float32(1 + 2.0**-23)
    rounded_twice = (a.astype(np.float64) * b + c).astype(np.float32)
    assert arithmetic.fused(a, b, c)[0] == c
    assert rounded_twice[0] > c
