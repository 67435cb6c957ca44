"""A network's random numbers: what a recipe draws and the kernels consume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]


class FilmGenerator(Protocol):
    """Turns a conditioning point into what each layer does with it (feature-wise modulation)."""

    def condition(self, point: tuple[float, ...]) -> list[tuple[Float32, Float32]]:
        """Return (scale, shift) per layer, each [shape=(outputs,), float32]."""
        ...


@dataclass(frozen=True)
class Weights:
    """All of a network's numbers.

    Shapes are those of `NetworkSpec.weight_shape`. Where a layer's `Layer.outputs` is larger (the
    package's residual, broadcast over several channels), each output is the one row there is,
    with its bias, scale and shift.

    Attributes
    ----------
    weights : list of ndarray [shape=(outputs, inputs/groups, kernel), float32]
    biases : list of ndarray [shape=(outputs,), float32] or None
    film : FilmGenerator or None
        None where the spec has no conditioning point.
    """

    weights: list[Float32]
    biases: list[Float32] | None
    film: FilmGenerator | None


@dataclass(frozen=True)
class LayerSources:
    """What a layer's moving weights are a weighted sum of; weights and biases share the factors.

    Attributes
    ----------
    weights : list of ndarray [shape=(outputs, inputs/groups, kernel), float32]
        The seed's, those of `seed_b`, and two directions to drift in.
    biases : list of ndarray [shape=(outputs,), float32] or None
        Likewise.
    products : ndarray [shape=(4, 4), float64]
        Of the sources with each other, each taken as one vector of weights and biases.
    swing : ndarray [shape=(2, 4), float64]
        What each of four oscillators adds to each direction; the rows are orthonormal.
    """

    weights: list[Float32]
    biases: list[Float32] | None
    products: Float64
    swing: Float64
