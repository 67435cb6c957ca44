"""What a seed means: each recipe in a module of its own, by its name in the parameter table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ronn_jack.model.recipes.package import PACKAGE
from ronn_jack.model.recipes.plugin import PLUGIN
from ronn_jack.model.recipes.recipe import Drawable, Recipe
from ronn_jack.model.recipes.ronn import RONN
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Weights

__all__ = ["BY_NAME", "Recipe", "draw"]

BY_NAME: Mapping[str, Recipe] = {recipe.name: recipe for recipe in (RONN, PLUGIN, PACKAGE)}


class Seeded(Drawable, Protocol):
    """A network's spec with its seed and what that means."""

    @property
    def seed(self) -> int:
        """Which network."""
        ...

    @property
    def recipe(self) -> str:
        """Name of what it means."""
        ...


def draw(spec: Seeded) -> Weights:
    """Return all the random numbers of a network.

    The arrays are shaped as in `spec.weight_shape`, also where the package's residual turns a
    layer's single output into several (`spec.layer(i).outputs`): each of those is that one row,
    with its bias, scale and shift.
    """
    return BY_NAME[spec.recipe].draw(spec, TorchStream(spec.seed))
