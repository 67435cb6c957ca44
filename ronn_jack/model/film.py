"""Feature-wise modulation (FiLM): a point that scales and shifts every channel.

References
----------
E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ronn_jack.model import initialisers
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import FilmGenerator, Float32, Float64

Modulation = tuple[Float32, Float32]
"""(scale, shift) of one layer, each [shape=(outputs,), float32]."""


PACKAGE_CONDITION = 128
"""Values that the package's generator hands to every layer's adaptor."""

_FEATURES = 32
_SHIFT = 0.25


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


def package_generator_shapes(film_dim: int) -> list[tuple[int, int]]:
    """Return the weight shapes of the original package's generator."""
    widths = [film_dim, film_dim**2, film_dim**4, PACKAGE_CONDITION]
    return [(outputs, inputs) for inputs, outputs in pairwise(widths)]


@dataclass(frozen=True)
class RonnFilm:
    """This program's generator: the identity at the zero point, bounded everywhere.

    Two tanh layers turn the point into 32 features; each convolution takes its scales and
    shifts from them by one more matrix, z. With d = tanh(z(point)) - tanh(z(0)), the scale is
    1 + d / sqrt(layers) and the shift 0.25 d / sqrt(layers): the root keeps the change of the
    whole network alike at any depth. The last layer isn't shifted, as no activation follows it
    and the shift would be mere DC.
    """

    features: list[Linear]
    adaptors: list[Linear]

    def condition(self, point: tuple[float, ...]) -> list[Modulation]:
        """Return (scale, shift) per layer, each [shape=(outputs,), float32]."""
        strength = 1.0 / math.sqrt(len(self.adaptors))
        modulations = []
        for value, origin in zip(self._values(point), self._origin, strict=True):
            scale, shift = np.split(strength * (value - origin), 2)
            modulations.append(
                ((1.0 + scale).astype(np.float32), (_SHIFT * shift).astype(np.float32))
            )
        modulations[-1][1][...] = 0.0
        return modulations

    @cached_property
    def _origin(self) -> list[Float64]:
        return self._values((0.0,) * self.features[0].weight.shape[1])

    def _values(self, point: tuple[float, ...]) -> list[Float64]:
        features = np.array(point, dtype=np.float64)
        for linear in self.features:
            features = np.tanh(linear(features))
        return [np.tanh(adaptor(features)) for adaptor in self.adaptors]


def draw_ronn_film(stream: TorchStream, film_dim: int, outputs: list[int]) -> RonnFilm:
    """Draw the generator for layers with these numbers of output channels."""
    features = [_linear(stream, (_FEATURES, film_dim)), _linear(stream, (_FEATURES, _FEATURES))]
    return RonnFilm(features, [_linear(stream, (2 * count, _FEATURES)) for count in outputs])


def _linear(stream: TorchStream, shape: tuple[int, int]) -> Linear:
    weight = initialisers.initialise(stream, "kaiming_uniform", shape)
    return Linear(weight, initialisers.bias(stream, shape))


def _halves(values: Float64) -> Modulation:
    scale, shift = np.split(values.astype(np.float32), 2)
    return scale, shift


def condition_between(
    own: FilmGenerator, other: FilmGenerator | None, point: tuple[float, ...], morph: float
) -> list[Modulation]:
    """Return the scales and shifts at a point on the way from one seed to another.

    Morph leads in a straight line from what the seed's generator makes of the point to what that
    of `seed_b` does.
    """
    if other is None or morph == 0.0:
        return own.condition(point)
    if morph == 1.0:
        return other.condition(point)
    share = np.float32(morph)
    rest = np.float32(1.0) - share
    return [
        (rest * scale_a + share * scale_b, rest * shift_a + share * shift_b)
        for (scale_a, shift_a), (scale_b, shift_b) in zip(
            own.condition(point), other.condition(point), strict=True
        )
    ]
