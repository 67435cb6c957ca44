"""A network's random numbers: what a recipe draws and the kernels consume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


class FilmGenerator(Protocol):
    """Turns a conditioning point into what each layer does with it (feature-wise modulation)."""

    def condition(self, point: tuple[float, ...]) -> list[tuple[Float32, Float32]]:
        """Return (scale, shift) per layer, each [shape=(outputs,), float32]."""
        ...


@dataclass(frozen=True)
class Weights:
    """All of a network's numbers.

    Attributes
    ----------
    weights : list of ndarray [shape=(outputs, inputs/groups, kernel), float32]
    biases : list of ndarray [shape=(outputs,), float32] or None
    film : FilmGenerator or None
        Present in the recipes that can be conditioned.
    """

    weights: list[Float32]
    biases: list[Float32] | None
    film: FilmGenerator | None
