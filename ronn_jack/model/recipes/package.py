"""The recipe of the original Python package and its notebook."""

from __future__ import annotations

from ronn_jack.model import initialisers
from ronn_jack.model.film import (
    PACKAGE_CONDITION,
    Linear,
    PackageFilm,
    package_generator_shapes,
)
from ronn_jack.model.initialisers import Shape
from ronn_jack.model.recipes.recipe import ORIGINAL_ACTIVATIONS, Drawable, Recipe
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Weights


def _package(network: Drawable, stream: TorchStream) -> Weights:
    generator = package_generator_shapes(network.film_dim)
    layers: list[Shape] = []
    for weight in network.weight_shapes:
        layers += [weight, (2 * weight[0], PACKAGE_CONDITION)]
    shapes = [*generator, *layers]
    biases = []
    for shape in shapes:
        # Torch's default weight, which the second pass overwrites.
        initialisers.skip(stream, "kaiming_uniform", shape)
        biases.append(initialisers.bias(stream, shape))
    if network.film is not None:
        weights = [initialisers.initialise(stream, network.init, shape) for shape in shapes]
        linears = [Linear(w, b) for w, b in zip(weights, biases, strict=True)]
        start = len(generator)
        film = PackageFilm(linears[:start], linears[start + 1 :: 2])
        return Weights(weights[start::2], biases[start::2], film)
    for shape in generator:
        initialisers.skip(stream, network.init, shape)
    convolutions = []
    for convolution, adaptor in zip(layers[::2], layers[1::2], strict=True):
        convolutions.append(initialisers.initialise(stream, network.init, convolution))
        initialisers.skip(stream, network.init, adaptor)
    return Weights(convolutions, biases[len(generator) :: 2], None)


PACKAGE = Recipe(
    "package",
    _package,
    initialisers=(
        "normal", "uniform_0.1", "xavier_uniform", "xavier_normal", "kaiming_uniform",
        "orthogonal",
    ),
    activations=ORIGINAL_ACTIVATIONS,
    has_depthwise=False,
    always_biased=True,
    activates_last=True,
    crops_residual=True,
    leaky_slope=0.01,
)  # fmt: skip
