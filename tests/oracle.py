"""Slow and plain float64 renderings of what the kernels compute, for tests to hold them to."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.film import Modulation
from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.model.weights import Weights

Float64 = NDArray[np.float64]

CUTOFF_HZ = 10.0
Q = {"ronn": math.sqrt(0.5), "package": math.sqrt(0.5), "plugin": 10.0}

_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717
_erf = np.vectorize(math.erf, otypes=[np.float64])


def network(
    spec: NetworkSpec,
    weights: Weights,
    x: NDArray[np.floating],
    film: tuple[float, ...] | None = None,
) -> Float64:
    """Return a network's output after endless silence.

    Parameters
    ----------
    x : ndarray [shape=(inputs, frames)]
    film : tuple of float, optional
        The conditioning point, instead of the spec's.

    Returns
    -------
    ndarray [shape=(outputs, frames)]
    """
    return _run(spec, weights, x, film)[0]


def silence(spec: NetworkSpec, weights: Weights, film: tuple[float, ...] | None = None) -> Float64:
    """Return the constant that a network puts out for endless silence, [shape=(outputs,)]."""
    return _run(spec, weights, np.zeros((spec.inputs, 0)), film)[1]


def activation(layer: Layer, x: Float64) -> Float64:
    """Return a layer's curve; overflow of the branch not taken is no fault."""
    with np.errstate(over="ignore"):
        return _activation(layer.activation, layer.slope, x)


def high_pass(x: Float64, rate: float, q: float, before: Float64 | float = 0.0) -> Float64:
    """Return the second-order high-pass at 10 Hz, [shape=(channels, frames)].

    `before` is the constant that entered the filter for ever before the first frame.
    """
    n = math.tan(math.pi * CUTOFF_HZ / rate)
    c = 1.0 / (1.0 + n / q + n * n)
    return biquad(x, (c, -2 * c, c, 2 * c * (n * n - 1), c * (1 - n / q + n * n)), before)


def biquad(x: Float64, coefficients: tuple[float, ...], before: Float64 | float = 0.0) -> Float64:
    """Return a high-pass with coefficients (b0, b1, b2, a1, a2), transposed direct form II."""
    b0, b1, b2, a1, a2 = coefficients
    out = np.empty(x.shape)
    for channel, constant in enumerate(np.broadcast_to(before, len(x)).tolist()):
        # A high-pass answers a constant by 0: the states that keep it there.
        first, second = -b0 * constant, b2 * constant
        for t, value in enumerate(x[channel].tolist()):
            result = b0 * value + first
            first = b1 * value - a1 * result + second
            second = b2 * value - a2 * result
            out[channel, t] = result
    return out


def _run(
    spec: NetworkSpec,
    weights: Weights,
    x: NDArray[np.floating],
    film: tuple[float, ...] | None,
) -> tuple[Float64, Float64]:
    """Return (output, response to endless silence), layer by layer."""
    point = spec.film if film is None else film
    modulations: list[Modulation | None] = [None] * spec.layers
    if point is not None and weights.film is not None:
        modulations = list(weights.film.condition(point))
    signal, rest = x.astype(np.float64), np.zeros(spec.inputs)
    for i, modulation in enumerate(modulations):
        layer = spec.layer(i)
        weight = weights.weights[i] * _gains(spec, layer)
        bias = np.zeros(len(weight)) if weights.biases is None else weights.biases[i]
        # The past is the constant response to silence; one more frame of it gives the next.
        past = np.repeat(rest[:, np.newaxis], layer.history + 1, axis=1)
        signal = layer_of(layer, weight, bias, modulation, np.hstack([past, signal]))
        rest, signal = signal[:, 0], signal[:, 1:]
    return signal, rest


def layer_of(
    layer: Layer,
    weight: Float64,
    bias: NDArray[np.floating],
    modulation: Modulation | None,
    x: Float64,
) -> Float64:
    """Return the output of one layer for the frames that have their whole history in `x`."""
    frames = x.shape[1] - layer.history
    groups = weight.reshape(layer.groups, -1, *weight.shape[1:])
    grouped = x.reshape(layer.groups, -1, x.shape[1])
    total = np.zeros((layer.groups, groups.shape[1], frames))
    for k in range(layer.kernel):
        start = k * layer.dilation
        total += groups[..., k] @ grouped[..., start : start + frames]
    out = total.reshape(-1, frames) + bias[:, np.newaxis]
    if modulation is not None:
        scale, shift = modulation
        out = scale[:, np.newaxis].astype(np.float64) * out + shift[:, np.newaxis]
    out = activation(layer, out)
    if layer.residual_delay is not None:
        start = layer.history - layer.residual_delay
        out = out + layer.residual_gain * x[:, start : start + frames]
    return out


def _gains(spec: NetworkSpec, layer: Layer) -> Float64:
    """Return what decay leaves of each tap."""
    delays = layer.dilation * np.arange(layer.kernel)[::-1] / spec.rate
    return 10.0 ** (-3.0 * delays / (spec.decay or math.inf))


def _activation(name: str, slope: float, x: Float64) -> Float64:
    match name:
        case "linear":
            return x
        case "leaky_relu" | "rrelu":
            return np.where(x > 0, x, slope * x)
        case "tanh":
            return np.tanh(x)
        case "sigmoid":
            return 1.0 / (1.0 + np.exp(-x))
        case "relu":
            return np.maximum(x, 0.0)
        case "elu":
            return np.where(x > 0, x, np.expm1(x))
        case "selu":
            return _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(x))
        case "gelu":
            return 0.5 * x * (1.0 + _erf(x / math.sqrt(2.0)))
        case "softplus":
            return np.where(x > 20.0, x, np.log1p(np.exp(x)))
        case "softshrink":
            return np.sign(x) * np.maximum(np.abs(x) - 0.5, 0.0)
        case "sine":
            return np.sin(x)
        case "sine30":
            # Torch's product is float32, and only then taken for exact.
            return np.sin(np.float32(30.0) * x.astype(np.float32), dtype=np.float64)
        case "hard_clip":
            return np.clip(x, -1.0, 1.0)
        case "fold":
            r = np.fmod(x, 4.0)
            back, next_period = 2.0 * np.sign(r) - r, r - 4.0 * np.sign(r)
            return np.where(np.abs(r) <= 1, r, np.where(np.abs(r) <= 3, back, next_period))
        case "rectify":
            return np.abs(x)
        case "crush":
            # The mantissa lies in [0.5, 1), so that its 2 bits count eighths.
            mantissa, exponent = np.frexp(x)
            eighths = np.sign(mantissa) * np.floor(np.abs(mantissa) * 8.0 + 0.5)
            return np.ldexp(eighths / 8.0, exponent)
    raise ValueError(name)
