"""A network as a file of Neural Amp Modeler (NAM), where its WaveNet can be that network.

Such a file is a row of layer arrays, of which we use one for each layer. An array takes what the
one before it gives by a matrix (`rechannel`), and has one convolution with an activation on as many
channels; a further matrix (`1x1`) adds what that gives to the array's input. So that nothing is
added to what is to be left behind, an array's first channels hold the layer's input and its last
ones are 0 before its output is added to them; the next array takes those alone. The output is a sum
of what the last array's activation gives (`head_rechannel`).

An activation that NAM has not, or names without its slope, is a sum of several that it has: a
straight line, as after our last layer, is relu(x) − relu(−x).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ronn_jack import __version__
from ronn_jack.errors import SpecError
from ronn_jack.export.doors.frozen import FrozenLayer
from ronn_jack.export.doors.sound import Sound
from ronn_jack.model.spec import Layer
from ronn_jack.model.weights import Float64

VERSION = "0.5.4"
"""Of the format; every reader of it since reads this one."""
HELD = "input gain, drive, network, level and output gain"
"""What of a sound's path is in the file."""
MOST_NUMBERS = 4_000_000
"""That readers load within seconds."""


@dataclass(frozen=True)
class _Term:
    """gain · activation(sign · x + offset)."""

    sign: float
    offset: float
    gain: float


@dataclass(frozen=True)
class _Curve:
    """An activation as a sum of those of NAM."""

    name: str
    terms: tuple[_Term, ...]


_X = (_Term(1.0, 0.0, 1.0),)


def _pair(below: float, offset: float = 0.0) -> _Curve:
    """Return the lines x − offset from the offset on, and their mirror times `below`."""
    return _Curve("ReLU", (_Term(1.0, -offset, 1.0), _Term(-1.0, -offset, below)))


def _curve_of(layer: Layer) -> _Curve | None:
    """Return what NAM makes of a layer's activation; None if it can't."""
    curves = {
        "tanh": _Curve("Tanh", _X),
        "sigmoid": _Curve("Sigmoid", _X),
        "relu": _Curve("ReLU", _X),
        "hard_clip": _Curve("Hardtanh", _X),
        "linear": _pair(-1.0),
        "leaky_relu": _pair(-layer.slope),
        "rrelu": _pair(-layer.slope),
        "rectify": _pair(1.0),
        "softshrink": _pair(-1.0, 0.5),
    }
    return curves.get(layer.activation)


def nam_file(sound: Sound) -> str:
    """Return the text of a .nam file of a sound, with the gains before and after its network.

    Raises
    ------
    SpecError
        If NAM can't be that network, and why not.
    """
    layers = sound.network.layers
    _require(sound)
    sizes = [_channels(frozen, last=frozen is layers[-1]) for frozen in layers]
    count = sum(
        size * size * (frozen.layer.kernel + 2) for size, frozen in zip(sizes, layers, strict=True)
    )
    if count > MOST_NUMBERS:
        raise SpecError(
            f"a NAM file of this network has some {count} numbers, and at most {MOST_NUMBERS} are "
            "written: lower channels, kernel or layers"
        )
    arrays = [
        _Array(frozen, size, following)
        for frozen, size, following in zip(layers, sizes, [*sizes[1:], 0], strict=True)
    ]
    taken = np.array([[sound.gain_before]])
    numbers: list[float] = []
    config = []
    for array in arrays:
        config.append(array.config(taken.shape[1]))
        for part in array.numbers(taken):
            numbers += part.astype(np.float32).reshape(-1).tolist()
        taken = array.taken
    scale = float(np.float32(sound.gain_after))
    return json.dumps(
        {
            "version": VERSION,
            "architecture": "WaveNet",
            "config": {"layers": config, "head": None, "head_scale": scale},
            "weights": [*numbers, scale],
            "sample_rate": sound.rate,
            "metadata": {
                "name": sound.text,
                "modeled_by": f"ronn-jack {__version__}",
                "holds": HELD,
                "left_out": ["the high-pass at 10 Hz", *sound.left_out],
                **sound.path,
            },
        }
    )


def _require(sound: Sound) -> None:
    """Raise SpecError if NAM can't be a sound's network."""
    spec = sound.spec
    if (sound.inputs, sound.outputs) != (1, 1):
        raise SpecError(
            f"a NAM file has 1 input and 1 output, not {sound.inputs} and {sound.outputs}: leave "
            "--inputs and --outputs out"
        )
    layers = [spec.layer(i) for i in range(spec.layers)]
    if any(layer.residual_delay for layer in layers):
        raise SpecError(
            f"NAM adds no input that is late, as recipe {spec.recipe} does: turn residual off"
        )
    if any(_curve_of(layer) is None for layer in layers):
        raise SpecError(
            f"NAM has no activation = {spec.activation}: use tanh, sigmoid, relu, leaky_relu, "
            "rrelu, linear, hard_clip, rectify or softshrink"
        )
    if layers[-1].residual_delay is not None and layers[-1].activation != "linear":
        raise SpecError(
            "NAM can't add its input to a last layer that has an activation: turn residual off"
        )


def _channels(frozen: FrozenLayer, last: bool) -> int:
    """Return how many channels the array of a layer has."""
    layer, curve = frozen.layer, _curve_of(frozen.layer)
    assert curve is not None
    kept = layer.inputs if last else layer.inputs + layer.outputs
    return max(kept, len(curve.terms) * layer.outputs)


class _Array:
    """A layer as a layer array.

    Parameters
    ----------
    frozen : FrozenLayer
    size : int
        Channels.
    following : int
        Channels of the next array; 0 after the last.
    """

    def __init__(self, frozen: FrozenLayer, size: int, following: int) -> None:
        curve = _curve_of(frozen.layer)
        assert curve is not None
        self._frozen = frozen
        self._curve = curve
        self._size = size
        self._following = following

    def config(self, inputs: int) -> dict[str, object]:
        """Return what a file says of an array that takes so many channels."""
        layer = self._frozen.layer
        return {
            "input_size": inputs,
            "condition_size": 1,
            "head_size": self._following or layer.outputs,
            "channels": self._size,
            "kernel_size": layer.kernel,
            "dilations": [layer.dilation],
            "activation": self._curve.name,
            "gated": False,
            "head_bias": False,
        }

    def numbers(self, taken: Float64) -> Iterator[Float64]:
        """Yield the array's matrices in the file's order.

        Parameters
        ----------
        taken : ndarray [shape=(the layer's inputs, what the array before gives)]
        """
        layer, size = self._frozen.layer, self._size
        rechannel = np.zeros((size, taken.shape[1]))
        rechannel[: layer.inputs] = taken
        yield rechannel
        yield from self._convolution()
        yield np.zeros((size, 1))  # of the condition, which is NAM's own input once more
        total = self._total()
        one = np.zeros((size, size))
        if self._following:
            one[size - layer.outputs :] = total
        yield one
        yield np.zeros(size)
        yield np.zeros((self._following, size)) if self._following else total

    @property
    def taken(self) -> Float64:
        """What the next layer takes of this array's channels."""
        layer, size = self._frozen.layer, self._size
        taken = np.zeros((layer.outputs, size))
        taken[:, size - layer.outputs :] = np.eye(layer.outputs)
        if layer.residual_delay is not None:
            taken[:, : layer.inputs] += np.ones((layer.outputs, 1)) * np.eye(layer.inputs)
        return taken

    def _convolution(self) -> Iterator[Float64]:
        """Yield weights [shape=(size, size, kernel)] and biases [shape=(size,)]."""
        layer = self._frozen.layer
        weight, bias = self._frozen.dense()
        if not self._following and layer.residual_delay is not None:
            weight[..., -1] += np.eye(layer.outputs)
        weights = np.zeros((self._size, self._size, layer.kernel))
        biases = np.zeros(self._size)
        for term, rows in self._terms():
            weights[rows, : layer.inputs] = term.sign * weight
            biases[rows] = term.sign * bias + term.offset
        yield weights
        yield biases

    def _total(self) -> Float64:
        """Return the sum of the terms [shape=(the layer's outputs, size)]."""
        total = np.zeros((self._frozen.layer.outputs, self._size))
        for term, rows in self._terms():
            total[:, rows] = term.gain * np.eye(self._frozen.layer.outputs)
        return total

    def _terms(self) -> Iterator[tuple[_Term, slice]]:
        """Yield each term with its channels."""
        count = self._frozen.layer.outputs
        for index, term in enumerate(self._curve.terms):
            yield term, slice(index * count, (index + 1) * count)
