"""This program's own recipe: everything as named."""

from __future__ import annotations

from ronn_jack.model import initialisers
from ronn_jack.model.film import draw_ronn_film
from ronn_jack.model.recipes.recipe import Drawable, Recipe
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Float32, Weights


def _ronn(network: Drawable, stream: TorchStream) -> Weights:
    shapes = network.weight_shapes
    weights: list[Float32] = []
    biases: list[Float32] = []
    for shape in shapes:
        weights.append(initialisers.initialise(stream, network.init, shape))
        if network.bias:
            biases.append(initialisers.bias(stream, shape))
    # Drawn last, so that whether the network is conditioned changes nothing before it.
    film = (
        draw_ronn_film(stream, network.film_dim, [shape[0] for shape in shapes])
        if network.film is not None
        else None
    )
    return Weights(weights, biases if network.bias else None, film)


RONN = Recipe("ronn", _ronn)
