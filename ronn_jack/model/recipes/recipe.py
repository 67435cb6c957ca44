"""What a recipe is: all that the meaning of a seed decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Weights
from ronn_jack.parameters import ACTIVATIONS, INITIALISERS

ORIGINAL_ACTIVATIONS = (
    "linear", "leaky_relu", "tanh", "sigmoid", "relu", "elu", "selu", "gelu", "rrelu", "softplus",
    "softshrink", "sine", "sine30",
)  # fmt: skip
"""Those that the original plugin or package had."""


class Drawable(Protocol):
    """A network's spec, as far as drawing its numbers needs it."""

    @property
    def outputs(self) -> int:
        """Audio outputs."""
        ...

    @property
    def init(self) -> str:
        """Name of the initialiser."""
        ...

    @property
    def bias(self) -> bool:
        """Whether biases are asked for."""
        ...

    @property
    def film(self) -> tuple[float, ...] | None:
        """The point that conditions it, or None."""
        ...

    @property
    def film_dim(self) -> int:
        """Size of that point."""
        ...

    @property
    def weight_shapes(self) -> Sequence[tuple[int, int, int]]:
        """(outputs, inputs/groups, kernel) of each layer."""
        ...


@dataclass(frozen=True)
class Recipe:
    """What a seed means.

    Attributes
    ----------
    draw : callable
        Draws a network's numbers from the seed's stream.
    initialisers, activations : sequence of str
        Those that it has.
    has_residual, has_film, has_depthwise : bool
        What a network can be asked to have.
    always_biased : bool
        Whether every layer has biases, asked for or not.
    activates_last : bool
        Whether the last layer has its activation too.
    crops_residual : bool
        Whether a residual is the input cropped at its centre, late by half the layer's field, and
        spread over all outputs; otherwise it is undelayed and needs as many outputs as inputs.
    leaky_slope : float
        Slope of LeakyReLU below zero.
    high_pass_q : float
        Quality of the high-pass after the network.
    settling_seconds : float
        Input before the receptive field that this high-pass needs to forget how it started.
    """

    name: str
    draw: Callable[[Drawable, TorchStream], Weights]
    initialisers: Sequence[str] = tuple(INITIALISERS)
    activations: Sequence[str] = tuple(ACTIVATIONS)
    has_residual: bool = True
    has_film: bool = True
    has_depthwise: bool = True
    always_biased: bool = False
    activates_last: bool = False
    crops_residual: bool = False
    leaky_slope: float = 0.2
    high_pass_q: float = math.sqrt(0.5)
    settling_seconds: float = 0.35
