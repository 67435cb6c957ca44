"""The released C++ plugin's recipe."""

from __future__ import annotations

from ronn_jack.model import initialisers
from ronn_jack.model.recipes.recipe import ORIGINAL_ACTIVATIONS, Drawable, Recipe
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.model.weights import Weights

_ORDER = (
    "normal", "uniform_0.25", "uniform_1", "xavier_normal", "xavier_uniform",
    "kaiming_normal", "kaiming_uniform",
)  # fmt: skip
"""The initialisers in the order of the plugin's switch, whose cases lack a break."""
_OUTPUTS = 2


def _plugin(network: Drawable, stream: TorchStream) -> Weights:
    # The plugin's network always has two outputs; on a mono bus the first is heard.
    shapes = list(network.weight_shapes)
    shapes[-1] = (_OUTPUTS, *shapes[-1][1:])
    *overwritten, last = _ORDER[_ORDER.index(network.init) :]
    weights = []
    for shape in shapes:
        for init in overwritten:
            initialisers.skip(stream, init, shape)
        weights.append(initialisers.initialise(stream, last, shape))
    biases = [initialisers.bias(stream, shape) for shape in shapes] if network.bias else None
    weights[-1] = weights[-1][: network.outputs]
    if biases is not None:
        biases[-1] = biases[-1][: network.outputs]
    return Weights(weights, biases, None)


PLUGIN = Recipe(
    "plugin",
    _plugin,
    initialisers=_ORDER,
    activations=ORIGINAL_ACTIVATIONS,
    has_residual=False,
    has_film=False,
    # It rings at 10 Hz, and belongs to the plugin's sound.
    high_pass_q=10.0,
    settling_seconds=4.5,
)
