"""Torch's weight initialisers, by name, on a `TorchStream`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Float32, Float64

Shape = tuple[int, ...]


class Initialiser(NamedTuple):
    """How a weight is drawn from a stream, and how the stream is left as if it had been."""

    draw: Callable[[TorchStream, Shape], Float32]
    skip: Callable[[TorchStream, Shape], None]


def fan_in(shape: Shape) -> int:
    """Return how many inputs each output sums."""
    return math.prod(shape[1:])


def fan_out(shape: Shape) -> int:
    """Return how many outputs each input reaches, as torch counts them (groups ignored)."""
    return shape[0] * math.prod(shape[2:])


def initialise(stream: TorchStream, name: str, shape: Shape) -> Float32:
    """Draw a weight.

    Parameters
    ----------
    name : str
        One of the initialisers of the parameter table.
    shape : tuple of int
        (outputs, inputs/groups, kernel) of a convolution or (outputs, inputs) of a matrix.
    """
    return BY_NAME[name].draw(stream, shape)


def skip(stream: TorchStream, name: str, shape: Shape) -> None:
    """Leave the stream where `initialise` would leave it, without making the weight."""
    BY_NAME[name].skip(stream, shape)


def bias(stream: TorchStream, weight_shape: Shape) -> Float32:
    """Draw the bias that belongs to a weight, as torch's layers do by default."""
    bound = 1.0 / math.sqrt(fan_in(weight_shape))
    return stream.uniform(weight_shape[0], -bound, bound)


def _xavier_deviation(shape: Shape) -> float:
    return math.sqrt(2.0 / (fan_in(shape) + fan_out(shape)))


def _kaiming_deviation(shape: Shape) -> float:
    return math.sqrt(2.0) / math.sqrt(fan_in(shape))


def _orthogonal(stream: TorchStream, shape: Shape) -> Float32:
    """Return the rows or columns of a random rotation (Saxe et al., 2013).

    Torch factorises in float32, so its last bits differ from these.
    """
    normals = stream.normal(math.prod(shape), 0.0, 1.0)
    matrix = normals.reshape(shape[0], -1).astype(np.float64)
    tall = matrix.shape[0] >= matrix.shape[1]
    rows = _orthonormal_rows(matrix.T if tall else matrix)
    return np.ascontiguousarray((rows.T if tall else rows).reshape(shape), np.float32)


def _orthonormal_rows(matrix: Float64) -> Float64:
    """Orthonormalise the rows of a square or wide matrix, each by those above it (A = R' Q')."""
    count, length = matrix.shape
    if length >= 2 * count:
        # Far from singular, as random rows are here, Cholesky does it several times faster.
        return np.linalg.inv(np.linalg.cholesky(matrix @ matrix.T)) @ matrix
    rotation, triangle = np.linalg.qr(matrix.T)
    rotation *= np.sign(np.diagonal(triangle))
    return rotation.T


def _dirac(_: TorchStream, shape: Shape) -> Float32:
    """Return a convolution that passes input d to output d, at the middle tap."""
    weight = np.zeros(shape, np.float32)
    passed = np.arange(min(shape[:2]))
    weight[passed, passed, shape[2] // 2] = 1.0
    return weight


def _uniform(bound: Callable[[Shape], float]) -> Initialiser:
    def draw(stream: TorchStream, shape: Shape) -> Float32:
        limit = bound(shape)
        return stream.uniform(math.prod(shape), -limit, limit).reshape(shape)

    return Initialiser(draw, lambda stream, shape: stream.skip_uniform(math.prod(shape)))


def _normal(deviation: Callable[[Shape], float]) -> Initialiser:
    def draw(stream: TorchStream, shape: Shape) -> Float32:
        return stream.normal(math.prod(shape), 0.0, deviation(shape)).reshape(shape)

    return Initialiser(draw, _skip_normal)


def _skip_normal(stream: TorchStream, shape: Shape) -> None:
    stream.skip_normal(math.prod(shape))


BY_NAME: dict[str, Initialiser] = {
    "normal": _normal(lambda shape: 1.0),
    "uniform_0.1": _uniform(lambda shape: 0.1),
    "uniform_0.25": _uniform(lambda shape: 0.25),
    "uniform_1": _uniform(lambda shape: 1.0),
    "xavier_normal": _normal(_xavier_deviation),
    "xavier_uniform": _uniform(lambda shape: math.sqrt(3.0) * _xavier_deviation(shape)),
    "kaiming_normal": _normal(_kaiming_deviation),
    "kaiming_uniform": _uniform(lambda shape: math.sqrt(3.0) * _kaiming_deviation(shape)),
    "orthogonal": Initialiser(_orthogonal, _skip_normal),
    "dirac": Initialiser(_dirac, lambda stream, shape: None),
}
