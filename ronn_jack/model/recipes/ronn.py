"""What a seed means: the order in which each recipe draws a network's numbers."""

from __future__ import annotations

from collections.abc import Callable

from ronn_jack.model import initialisers
from ronn_jack.model.film import (
    PACKAGE_CONDITION,
    Linear,
    PackageFilm,
    draw_ronn_film,
    package_generator_shapes,
)
from ronn_jack.model.initialisers import Shape
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Float32, Weights

_PLUGIN_ORDER = (
    "normal", "uniform_0.25", "uniform_1", "xavier_normal", "xavier_uniform",
    "kaiming_normal", "kaiming_uniform",
)  # fmt: skip
"""The plugin's initialisers in the order of its switch, whose cases lack a break."""
_PLUGIN_OUTPUTS = 2


def draw(spec: NetworkSpec) -> Weights:
    """Return all the random numbers of a network.

    The arrays are shaped as in `spec.weight_shape`, also where the package's residual turns a
    layer's single output into several (`spec.layer(i).outputs`): each of those is that one row,
    with its bias, scale and shift.
    """
    return _RECIPES[spec.recipe](spec, TorchStream(spec.seed))


def _ronn(spec: NetworkSpec, stream: TorchStream) -> Weights:
    shapes = _convolutions(spec)
    weights: list[Float32] = []
    biases: list[Float32] = []
    for shape in shapes:
        weights.append(initialisers.initialise(stream, spec.init, shape))
        if spec.bias:
            biases.append(initialisers.bias(stream, shape))
    # Drawn last, so that whether the network is conditioned changes nothing before it.
    film = (
        draw_ronn_film(stream, spec.film_dim, [shape[0] for shape in shapes])
        if spec.film is not None
        else None
    )
    return Weights(weights, biases if spec.bias else None, film)


def _plugin(spec: NetworkSpec, stream: TorchStream) -> Weights:
    # The plugin's network always has two outputs; on a mono bus the first is heard.
    shapes = _convolutions(spec)
    shapes[-1] = (_PLUGIN_OUTPUTS, *shapes[-1][1:])
    *overwritten, last = _PLUGIN_ORDER[_PLUGIN_ORDER.index(spec.init) :]
    weights = []
    for shape in shapes:
        for init in overwritten:
            initialisers.skip(stream, init, shape)
        weights.append(initialisers.initialise(stream, last, shape))
    biases = [initialisers.bias(stream, shape) for shape in shapes] if spec.bias else None
    weights[-1] = weights[-1][: spec.outputs]
    if biases is not None:
        biases[-1] = biases[-1][: spec.outputs]
    return Weights(weights, biases, None)


def _package(spec: NetworkSpec, stream: TorchStream) -> Weights:
    generator = package_generator_shapes(spec.film_dim)
    layers: list[Shape] = []
    for convolution in _convolutions(spec):
        layers += [convolution, (2 * convolution[0], PACKAGE_CONDITION)]
    shapes = [*generator, *layers]
    biases = []
    for shape in shapes:
        # Torch's default weight, which the second pass overwrites.
        initialisers.skip(stream, "kaiming_uniform", shape)
        biases.append(initialisers.bias(stream, shape))
    if spec.film is not None:
        weights = [initialisers.initialise(stream, spec.init, shape) for shape in shapes]
        linears = [Linear(w, b) for w, b in zip(weights, biases, strict=True)]
        start = len(generator)
        film = PackageFilm(linears[:start], linears[start + 1 :: 2])
        return Weights(weights[start::2], biases[start::2], film)
    for shape in generator:
        initialisers.skip(stream, spec.init, shape)
    convolutions = []
    for convolution, adaptor in zip(layers[::2], layers[1::2], strict=True):
        convolutions.append(initialisers.initialise(stream, spec.init, convolution))
        initialisers.skip(stream, spec.init, adaptor)
    return Weights(convolutions, biases[len(generator) :: 2], None)


def _convolutions(spec: NetworkSpec) -> list[Shape]:
    return [spec.weight_shape(i) for i in range(spec.layers)]


_RECIPES: dict[str, Callable[[NetworkSpec, TorchStream], Weights]] = {
    "ronn": _ronn,
    "plugin": _plugin,
    "package": _package,
}
