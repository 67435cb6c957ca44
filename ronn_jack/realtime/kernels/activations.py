"""The activation functions on vectors. [any-thread]

Every formula stays within max(1e-6, 1.5 ulp) of the exact function on ±12, and within the
function's limits beyond. Coefficients, highest power first, are minimax fits of our own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.language import intrinsic, types

ACTIVATION_IDS = {
    name: index
    for index, name in enumerate(
        [
            "linear", "leaky_relu", "tanh", "sigmoid", "relu", "elu", "selu", "gelu", "rrelu",
            "softplus", "softshrink", "sine", "sine30", "hard_clip", "fold", "rectify", "crush",
        ]
    )
}  # fmt: skip
"""The number of each activation in a network's image."""

_TANH_LIMIT = 8.0  # tanh is 1 - 2.3e-7 there
_TANH_NUMERATOR = [-6.01996009e-09, 7.08343077e-06, 0.00268449262, 0.126997799, 0.999999046]
_TANH_DENOMINATOR = [0.000195298751, 0.0227973796, 0.460327715, 1.0]

_SOFTPLUS_LIMIT = 16.0  # log(1 + exp(-16)) is 1e-7
_SOFTPLUS_NUMERATOR = [
    -8.30478996e-07, 6.05333698e-05, -0.00180162478, 0.0274560209, -0.214906514, 0.693147182,
]  # fmt: skip
_SOFTPLUS_DENOMINATOR = [
    8.41046713e-05, 0.000338404468, 0.00535233039, 0.0356763639, 0.155981481, 0.411301434, 1.0,
]  # fmt: skip

_GELU_LIMIT = 5.4  # x · Φ(-x) is 2e-7 there
_GELU_NUMERATOR = [
    -0.000153412431, 0.00381978881, -0.0382542685, 0.192752108, -0.488991559, 0.500002623,
]  # fmt: skip
_GELU_DENOMINATOR = [
    0.000710001623, -0.001731097, 0.00654602423, 0.013309977, -0.0133410199, 0.240758836,
    -0.179945976, 1.0,
]  # fmt: skip

_EXPM1 = [0.00139517197, 0.00836959854, 0.0416661873, 0.166665122, 0.5]
_EXP_LIMIT = -87.0  # exp is 2e-38 there, the smallest normal numbers
_LN2_HIGH = 0.693145751953125  # 16 bits, so that its multiples are exact
_LN2_LOW = math.log(2.0) - _LN2_HIGH

_SELU_SCALE = 1.0507009873554805
_SELU_ALPHA = 1.6732632423543772

_SINE = [2.59975172e-06, -0.000198064794, 0.00833301526, -0.166666567]
_PI_PARTS = [3.1415927410125732, math.pi - 3.1415927410125732]  # float32's pi, and the rest
_PI_SHORT_PARTS = [3.140625, 0.0009670257568359375, 6.2770843505859375e-07]  # 9, 11, 12 bits
_PI_SHORT_PARTS.append(math.pi - sum(_PI_SHORT_PARTS))

_ROUND = 1.5 * 2.0**23
"""Added to a float32, leaves its nearest whole number in the low bits."""

_FOLD_LIMIT = 2.0**24  # float32 holds only even numbers beyond, where the triangle is 0

_CRUSHED_BITS = 21  # of the 23 of a float32's mantissa; 2 are left


def tanh(emit: Emitter, x: Any) -> Any:
    """Return tanh(x)."""
    x = emit.clamp(x, -_TANH_LIMIT, _TANH_LIMIT)
    square = emit.multiply(x, x)
    top = emit.multiply(x, emit.polynomial(square, _TANH_NUMERATOR))
    return emit.divide(top, emit.polynomial(square, _TANH_DENOMINATOR))


def sigmoid(emit: Emitter, x: Any) -> Any:
    """Return 1 / (1 + exp(-x))."""
    half = emit.constant(0.5)
    return emit.multiply_add(half, tanh(emit, emit.multiply(half, x)), half)


def leaky_relu(emit: Emitter, x: Any, slope: Any) -> Any:
    """Return x above zero, slope · x below."""
    return emit.where_positive(x, x, emit.multiply(slope, x))


def relu(emit: Emitter, x: Any) -> Any:
    """Return x above zero, zero below."""
    return emit.maximum(emit.constant(0.0), x)


def elu(emit: Emitter, x: Any) -> Any:
    """Return x above zero, exp(x) - 1 below."""
    return emit.where_positive(x, x, _expm1_of_negative(emit, x))


def selu(emit: Emitter, x: Any) -> Any:
    """Return the scaled elu whose outputs normalise themselves."""
    above = emit.multiply(x, emit.constant(_SELU_SCALE))
    below = emit.multiply(_expm1_of_negative(emit, x), emit.constant(_SELU_SCALE * _SELU_ALPHA))
    return emit.where_positive(x, above, below)


def gelu(emit: Emitter, x: Any) -> Any:
    """Return x · Φ(x), as max(x, 0) - |x| · Φ(-|x|)."""
    size = emit.minimum(emit.constant(_GELU_LIMIT), emit.absolute(x))
    top = emit.multiply(size, emit.polynomial(size, _GELU_NUMERATOR))
    tail = emit.divide(top, emit.polynomial(size, _GELU_DENOMINATOR))
    return emit.subtract(relu(emit, x), tail)


def softplus(emit: Emitter, x: Any) -> Any:
    """Return log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|))."""
    size = emit.minimum(emit.constant(_SOFTPLUS_LIMIT), emit.absolute(x))
    tail = emit.divide(
        emit.polynomial(size, _SOFTPLUS_NUMERATOR), emit.polynomial(size, _SOFTPLUS_DENOMINATOR)
    )
    return emit.add(relu(emit, x), tail)


def softshrink(emit: Emitter, x: Any) -> Any:
    """Return x drawn towards zero by 0.5."""
    return emit.subtract(x, emit.clamp(x, -0.5, 0.5))


def sine(emit: Emitter, x: Any) -> Any:
    """Return sin(x): to 1e-6 up to |x| = 1e6 where multiply-adds are fused and to 5e4 elsewhere.

    Beyond, it stays within ±1.
    """
    # x = n · pi + r; the sine of r changes its sign with every n.
    shifted = emit.multiply_add(x, emit.constant(1.0 / math.pi), emit.constant(_ROUND))
    n = emit.subtract(shifted, emit.constant(_ROUND))
    r = x
    # Rounded in between, a product is only exact with few bits of pi.
    for part in _PI_PARTS if emit.vector.fused else _PI_SHORT_PARTS:
        r = emit.multiply_add(n, emit.constant(-part), r)
    r = emit.clamp(r, -math.pi / 2, math.pi / 2)
    square = emit.multiply(r, r)
    cube = emit.multiply(r, square)
    y = emit.multiply_add(cube, emit.polynomial(square, _SINE), r)
    sign = emit.builder.shl(emit.bits(shifted), emit.integers(31))
    return emit.floats(emit.builder.xor(emit.bits(y), sign))


def sine30(emit: Emitter, x: Any) -> Any:
    """Return the sine of the float32 product 30 · x."""
    return sine(emit, emit.multiply(x, emit.constant(30.0)))


def hard_clip(emit: Emitter, x: Any) -> Any:
    """Return x limited to ±1."""
    return emit.clamp(x, -1.0, 1.0)


def fold(emit: Emitter, x: Any) -> Any:
    """Return the triangle wave of period 4 that is x on ±1: exactly, for every number.

    It is 0 at infinity, as it is from 2^24 on.
    """
    x = emit.clamp(x, -_FOLD_LIMIT, _FOLD_LIMIT)
    # x = 4 · n + r with r on ±2; beyond ±1 it goes back as it came.
    shifted = emit.multiply_add(x, emit.constant(0.25), emit.constant(_ROUND))
    n = emit.subtract(shifted, emit.constant(_ROUND))
    r = emit.multiply_add(n, emit.constant(-4.0), x)
    return emit.multiply_add(emit.constant(2.0), hard_clip(emit, r), emit.builder.fneg(r))


def rectify(emit: Emitter, x: Any) -> Any:
    """Return |x|."""
    return emit.absolute(x)


def crush(emit: Emitter, x: Any) -> Any:
    """Return x with its mantissa rounded to 2 bits: four steps in each octave, at any level.

    What lies halfway goes away from zero: 1.125 becomes 1.25, and 1.875 becomes 2. Infinity stays,
    and so does the not-a-number that arithmetic makes; one with other bits may become infinity or
    0. From 1.875 · 2^127 on, the last eighth of the range, the nearest step is infinity.
    """
    half = emit.integers(1 << (_CRUSHED_BITS - 1))
    rounded = emit.builder.add(emit.bits(x), half)
    return emit.floats(emit.builder.and_(rounded, emit.integers(-1 << _CRUSHED_BITS)))


def _expm1_of_negative(emit: Emitter, x: Any) -> Any:
    """Return exp(x) - 1 for x <= 0, precise near zero too; anything finite above."""
    x = emit.clamp(x, _EXP_LIMIT, 0.0)
    # x = n · ln 2 + r, so that exp(x) - 1 = 2^n · (exp(r) - 1) + (2^n - 1).
    shifted = emit.multiply_add(x, emit.constant(1.0 / math.log(2.0)), emit.constant(_ROUND))
    n = emit.subtract(shifted, emit.constant(_ROUND))
    r = emit.multiply_add(n, emit.constant(-_LN2_HIGH), x)
    r = emit.multiply_add(n, emit.constant(-_LN2_LOW), r)
    expm1 = emit.multiply_add(emit.multiply(r, r), emit.polynomial(r, _EXPM1), r)
    exponent = emit.builder.add(emit.bits(shifted), emit.integers(127))
    power = emit.floats(emit.builder.shl(exponent, emit.integers(23)))
    return emit.multiply_add(power, expm1, emit.subtract(power, emit.constant(1.0)))


_CURVES: dict[str, Callable[[Emitter, Any], Any]] = {
    "tanh": tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "softplus": softplus,
    "softshrink": softshrink,
    "sine": sine,
    "sine30": sine30,
    "hard_clip": hard_clip,
    "fold": fold,
    "rectify": rectify,
    "crush": crush,
}


@intrinsic
def activate_rows(
    typing_context: Any, activation: Any, slope: Any, rows: Any, y: Any, y_stride: Any, frames: Any
) -> Any:
    """Replace rows by their activation; up to a vector less one frame beyond `frames` too.

    Parameters
    ----------
    activation : int64
        One of ACTIVATION_IDS.
    slope : float32
        Below zero, for leaky_relu and rrelu.
    rows : int64
        Number of rows.
    y, y_stride : int64
        Address of the first row, bytes from row to row.
    frames : int64
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        activation, slope, rows, y, y_stride, frames = arguments
        emit = Emitter(builder)
        slopes = emit.splat(slope)

        def sloped(emit: Emitter, x: Any) -> Any:
            return leaky_relu(emit, x, slopes)

        curves = {**_CURVES, "leaky_relu": sloped, "rrelu": sloped}
        vectors = emit.vectors(frames)
        done = builder.append_basic_block("activated")
        choice = builder.switch(activation, done)
        for name, curve in curves.items():
            block = builder.append_basic_block(name)
            choice.add_case(INT64(ACTIVATION_IDS[name]), block)
            with builder.goto_block(block):
                with emit.repeat(rows) as row, emit.repeat(vectors) as v:
                    start = builder.add(y, builder.mul(row, y_stride))
                    address = emit.offset(start, v, 4 * emit.lanes)
                    emit.store(curve(emit, emit.load(address)), address)
                builder.branch(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    integer = types.int64
    return types.void(integer, types.float32, *[integer] * 4), codegen
