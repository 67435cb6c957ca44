"""A network's numbers at one place of all that moves it, layer by layer."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.drift import draw_sources
from ronn_jack.model.expression import Expression
from ronn_jack.model.film import Modulation, condition_between
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.model.weights import Float32, Float64, LayerSources, Weights
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal
from ronn_jack.realtime.motion.moving_weights import Motion


@dataclass(frozen=True)
class FrozenLayer:
    """A layer and its numbers.

    Its output is activation(scale · (weight * input + bias) + shift), to which the input may be
    added.

    Attributes
    ----------
    layer : Layer
    weight : ndarray [shape=(outputs, inputs/groups, kernel), float32]
        As in torch's Conv1d: the last tap is the present frame's. What decay leaves of them.
    bias, scale, shift : ndarray [shape=(outputs,), float32] or None
        None where it has none, as if they were 0, 1 and 0.
    """

    layer: Layer
    weight: Float32
    bias: Float32 | None
    scale: Float32 | None
    shift: Float32 | None

    def folded(self) -> tuple[Float64, Float64]:
        """Return weights and biases that scale and shift are part of."""
        bias = np.zeros(self.layer.outputs) if self.bias is None else self.bias.astype(np.float64)
        weight = self.weight.astype(np.float64)
        if self.scale is not None and self.shift is not None:
            weight = weight * self.scale[:, np.newaxis, np.newaxis]
            bias = bias * self.scale + self.shift
        return weight, bias

    def dense(self) -> tuple[Float64, Float64]:
        """Return those of `folded`, with a weight for every input, of whatever group."""
        layer = self.layer
        weight, bias = self.folded()
        dense = np.zeros((layer.outputs, layer.inputs, layer.kernel))
        inputs, outputs = layer.inputs // layer.groups, layer.outputs // layer.groups
        for group in range(layer.groups):
            rows = slice(group * outputs, (group + 1) * outputs)
            dense[rows, group * inputs : (group + 1) * inputs] = weight[rows]
        return dense, bias

    def activate(self, x: Float64) -> Float32:
        """Return what the activation makes of some numbers, by the kernel that runs live."""
        single = dataclasses.replace(
            self.layer, inputs=1, outputs=1, groups=1, kernel=1, dilation=1, residual_delay=None,
            frame_gain=1.0,
        )  # fmt: skip
        ones = Weights([np.ones((1, 1, 1), np.float32)], None, None)
        given: Float32 = _run(_Single(single), ones, x[np.newaxis])[0]
        return given


@dataclass(frozen=True)
class FrozenNetwork:
    """A network whose numbers stay.

    Attributes
    ----------
    spec : NetworkSpec
    weights : Weights
        In the shapes of the spec.
    """

    spec: NetworkSpec
    weights: Weights

    @classmethod
    def of(cls, spec: NetworkSpec, expression: Expression) -> FrozenNetwork:
        """Return a network where an expression has it, with drift at rest."""
        own = draw(spec)
        if expression.morph == 0.0:
            return cls(spec, own)
        other = draw(dataclasses.replace(spec, seed=expression.seed_b))
        sources = draw_sources(spec.seed, own, other)
        motion = Motion(NetworkImage(spec, own), sources, spec.rate)
        motion.aim(expression.morph, 0.0, 0.0)
        motion.settle(0)
        mixed = [_mixed(layer, share) for layer, share in zip(sources, motion.shares, strict=True)]
        film = None
        if own.film is not None and spec.film is not None:
            film = _Found(condition_between(own.film, other.film, spec.film, expression.morph))
        biases = [bias for _, bias in mixed if bias is not None]
        return cls(spec, Weights([weight for weight, _ in mixed], biases or None, film))

    @property
    def layers(self) -> list[FrozenLayer]:
        """All layers in their order."""
        weights, spec = self.weights, self.spec
        film: list[Modulation] | None = None
        if spec.film is not None and weights.film is not None:
            film = weights.film.condition(spec.film)
        layers = []
        for i, weight in enumerate(weights.weights):
            layer = spec.layer(i)
            bias = None if weights.biases is None else weights.biases[i]
            scale, shift = (None, None) if film is None else film[i]
            wide = [_widened(layer, numbers) for numbers in (bias, scale, shift)]
            whole = _widened(layer, layer.decayed(weight))
            assert whole is not None
            layers.append(FrozenLayer(layer, whole, *wide))
        return layers

    @property
    def is_linear(self) -> bool:
        """Whether no layer bends anything."""
        spec = self.spec
        return all(spec.layer(i).activation == "linear" for i in range(spec.layers))

    def process(self, x: Float32) -> Float32:
        """Return the output [shape=(outputs, frames)] for a signal after endless silence."""
        return _run(self.spec, self.weights, x)


@dataclass(frozen=True)
class _Single:
    """A network of one layer, as an image is made from it."""

    only: Layer
    film: None = None
    layers: int = 1

    def layer(self, index: int) -> Layer:
        return self.only


@dataclass(frozen=True)
class _Found:
    """Scales and shifts that were found already."""

    modulations: list[Modulation]

    def condition(self, point: tuple[float, ...]) -> list[Modulation]:
        return self.modulations


def _mixed(sources: LayerSources, shares: Float32) -> tuple[Float32, Float32 | None]:
    """Return the weights and biases that are a weighted sum of the sources."""

    def mixed(rows: list[Float32]) -> Float32:
        total: Float32 = np.tensordot(shares.astype(np.float64), np.stack(rows), 1)
        return total.astype(np.float32)

    return mixed(sources.weights), None if sources.biases is None else mixed(sources.biases)


def _widened(layer: Layer, numbers: Float32 | None) -> Float32 | None:
    """Return a row for each output, where recipe package has one for all of them."""
    if numbers is None or len(numbers) == layer.outputs:
        return numbers
    return np.repeat(numbers, layer.outputs, axis=0)


def _run(network: NetworkSpec | _Single, weights: Weights, x: Float64 | Float32) -> Float32:
    image = NetworkImage(network, weights)
    source = np.ascontiguousarray(x, np.float32)
    frames = source.shape[1]
    target = np.empty((image.outputs, frames), np.float32)
    process_signal.ctypes(
        image.address, source.ctypes.data, frames, target.ctypes.data, frames, frames
    )
    return target
