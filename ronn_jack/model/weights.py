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
