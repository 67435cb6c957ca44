"""Feature-wise modulation (FiLM): a point that scales and shifts every channel.

References
----------
E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ronn_jack.model import initialisers
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Float32, Float64

Modulation = tuple[Float32, Float32]
"""(scale, shift) of one layer, each [shape=(outputs,), float32]."""


@dataclass(frozen=True)
class Linear:
    """A matrix and a bias, as torch's Linear.

    Attributes
    ----------
    weight : ndarray [shape=(outputs, inputs), float32]
    bias : ndarray [shape=(outputs,), float32]
    """

    weight: Float32
    bias: Float32

    def __call__(self, x: Float64) -> Float64:
        """Apply to a vector in float64."""
        product: Float64 = self.weight.astype(np.float64) @ x
        return product + self.bias


def package_generator_shapes(film_dim: int) -> list[tuple[int, int]]:
    """Return the weight shapes of the original package's generator."""
    widths = [film_dim, film_dim**2, film_dim**4, PACKAGE_CONDITION]
    return [(wide, narrow) for narrow, wide in pairwise(widths)]


PACKAGE_CONDITION = 128
"""Values that the package's generator hands to every layer's adaptor."""


@dataclass(frozen=True)
class PackageFilm:
    """The original package's generator: three ReLU layers, then one adaptor per convolution.

    It is not the identity anywhere in particular, least of all at the zero point.
    """

    generator: list[Linear]
    adaptors: list[Linear]

    def condition(self, point: tuple[float, ...]) -> list[Modulation]:
        """Return (scale, shift) per layer, each [shape=(outputs,), float32]."""
        condition = np.array(point, dtype=np.float64)
        for linear in self.generator:
            condition = np.maximum(linear(condition), 0.0)
        return [_halves(adaptor(condition)) for adaptor in self.adaptors]


class RonnFilm:
    """This program's generator: the identity at the zero point, bounded everywhere.

    Two tanh layers turn the point into 32 features; each convolution takes its scales and
    shifts from them by one more matrix, z. With d = tanh(z(point)) - tanh(z(0)), the scale is
    1 + d / sqrt(layers) and the shift 0.25 d / sqrt(layers): the root keeps the change of the
    whole network alike at any depth. The last layer isn't shifted, as no activation follows it
    and the shift would be mere DC.

    Parameters
    ----------
    stream : TorchStream
        Where the convolutions' draws ended.
    film_dim : int
    outputs : list of int
        Output channels of each layer.
    """

    def __init__(self, stream: TorchStream, film_dim: int, outputs: list[int]) -> None:
        self._features = [
            _linear(stream, (_FEATURES, film_dim)),
            _linear(stream, (_FEATURES, _FEATURES)),
        ]
        self._adaptors = [_linear(stream, (2 * count, _FEATURES)) for count in outputs]
        self._strength = 1.0 / math.sqrt(len(outputs))
        self._origin = self._raw((0.0,) * film_dim)

    def condition(self, point: tuple[float, ...]) -> list[Modulation]:
        """Return (scale, shift) per layer, each [shape=(outputs,), float32]."""
        modulations = []
        for raw, origin in zip(self._raw(point), self._origin, strict=True):
            scale, shift = np.split(self._strength * (raw - origin), 2)
            modulations.append(
                ((1.0 + scale).astype(np.float32), (_SHIFT * shift).astype(np.float32))
            )
        modulations[-1][1][...] = 0.0
        return modulations

    def _raw(self, point: tuple[float, ...]) -> list[Float64]:
        features = np.array(point, dtype=np.float64)
        for linear in self._features:
            features = np.tanh(linear(features))
        return [np.tanh(adaptor(features)) for adaptor in self._adaptors]


_FEATURES = 32
_SHIFT = 0.25


def _linear(stream: TorchStream, shape: tuple[int, int]) -> Linear:
    weight = initialisers.initialise(stream, "kaiming_uniform", shape)
    return Linear(weight, initialisers.bias(stream, shape))


def _halves(values: Float64) -> Modulation:
    scale, shift = np.split(values.astype(np.float32), 2)
    return scale, shift
