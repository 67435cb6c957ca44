"""A network as an ONNX graph, whose past goes in and comes out with every block.

Every layer works on what differs from endless silence: where biases or an activation let a layer
rest at something else than 0, its resting value is taken away before the next one and is part of
that one's bias. So the state of endless silence is zeros, whatever the network.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

from ronn_jack import __version__
from ronn_jack.export.doors.frozen import FrozenLayer
from ronn_jack.export.doors.sound import Sound
from ronn_jack.model.spec import Layer
from ronn_jack.model.weights import Float32, Float64

OPSET, IR_VERSION = 17, 8
"""Old enough for runtimes of years ago."""
_TO_THE_END = 2**63 - 1
_TINY = 1e-30


class _Graph:
    """Nodes and constants in the making."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, operator: str, inputs: Iterable[str], output: str = "", **how: Any) -> str:
        """Add a node and return the name of what it gives."""
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **how))
        return name

    def constant(self, values: object, kind: type[np.generic] = np.float32) -> str:
        """Add a constant and return its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def named(self, name: str, values: Float32) -> str:
        """Add a constant of a name."""
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def past(self, x: str, start: int, end: int, output: str = "") -> str:
        """Return the frames from `start` to `end`, both counted as in Python."""
        places = [self.constant([place], np.int64) for place in (start, end, 2)]
        return self.add("Slice", [x, *places], output)


def onnx_file(sound: Sound) -> bytes:
    """Return a file that holds a sound's network, without gains, high-pass and level.

    Its inputs are `input` [shape=(batch, inputs, frames)] and a `state_i` [shape=(batch, inputs of
    layer i, its history)] for each layer with a history, its outputs `output` and each
    `next_state_i`, all float32.
    """
    written: bytes = _model(sound).SerializeToString(deterministic=True)
    return written


def _model(sound: Sound) -> ModelProto:
    layers = sound.network.layers
    graph = _Graph()
    states = [(i, each.layer) for i, each in enumerate(layers) if each.layer.history]
    signal, rest = "input", np.zeros(sound.inputs)
    for index, frozen in enumerate(layers):
        signal, rest = _add_layer(graph, index, frozen, signal, rest)
    if rest.any():
        signal = graph.add("Add", [signal, graph.constant(rest[:, np.newaxis])])
    graph.add("Identity", [signal], "output")

    def tensor(name: str, channels: int, frames: int | str) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", channels, frames])

    made = helper.make_graph(
        graph.nodes,
        "network",
        [
            tensor("input", sound.inputs, "frames"),
            *(tensor(f"state_{i}", layer.inputs, layer.history) for i, layer in states),
        ],
        [
            tensor("output", layers[-1].layer.outputs, "frames"),
            *(tensor(f"next_state_{i}", layer.inputs, layer.history) for i, layer in states),
        ],
        graph.constants,
    )
    model: ModelProto = helper.make_model(
        made,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="ronn-jack",
        producer_version=__version__,
    )
    facts = {
        "sound": sound.text,
        "sample_rate": sound.rate,
        "path": sound.path,
        "left_out": sound.left_out,
    }
    helper.set_model_props(
        model, {k: v if isinstance(v, str) else json.dumps(v) for k, v in facts.items()}
    )
    checker.check_model(model)
    return model


def _add_layer(
    graph: _Graph, index: int, frozen: FrozenLayer, signal: str, rest: Float64
) -> tuple[str, Float64]:
    """Add a layer and return what it gives, and where that rests.

    Parameters
    ----------
    signal : str
        What differs from `rest`.
    """
    layer = frozen.layer
    if layer.history:
        signal = graph.add("Concat", [f"state_{index}", signal], axis=2)
        graph.past(signal, -layer.history, _TO_THE_END, f"next_state_{index}")
    weight, bias = frozen.folded()
    dense, _ = frozen.dense()
    resting = dense.sum(axis=2) @ rest + bias
    inputs = [signal, graph.named(f"layer_{index}.weight", weight.astype(np.float32))]
    if resting.any():
        inputs.append(graph.named(f"layer_{index}.bias", resting.astype(np.float32)))
    given = graph.add(
        "Conv", inputs, dilations=[layer.dilation], group=layer.groups, kernel_shape=[layer.kernel]
    )
    if layer.activation != "linear":
        given = _CURVES[layer.activation](graph, given, layer)
    after = frozen.activate(resting).astype(np.float64)
    if after.any():
        given = graph.add("Sub", [given, graph.constant(after[:, np.newaxis])])
    if layer.residual_delay is None:
        return given, after
    late = layer.residual_delay
    if layer.history:
        signal = graph.past(signal, layer.history - late, -late or _TO_THE_END)
    if layer.residual_gain != 1.0:
        signal = graph.add("Mul", [signal, graph.constant(layer.residual_gain)])
    return graph.add("Add", [given, signal]), after + layer.residual_gain * rest


def _plain(operator: str, **how: Any) -> Callable[[_Graph, str, Layer], str]:
    """Return an activation that is an operator of ONNX."""
    return lambda graph, x, layer: graph.add(operator, [x], **how)


def _leaky(graph: _Graph, x: str, layer: Layer) -> str:
    return graph.add("LeakyRelu", [x], alpha=layer.slope)


def _gelu(graph: _Graph, x: str, layer: Layer) -> str:
    half = graph.add("Mul", [x, graph.constant(0.5)])
    root = graph.add("Mul", [x, graph.constant(math.sqrt(0.5))])
    error = graph.add("Erf", [root])
    return graph.add("Mul", [half, graph.add("Add", [error, graph.constant(1.0)])])


def _sine30(graph: _Graph, x: str, layer: Layer) -> str:
    return graph.add("Sin", [graph.add("Mul", [x, graph.constant(30.0)])])


def _hard_clip(graph: _Graph, x: str, layer: Layer) -> str:
    return graph.add("Clip", [x, graph.constant(-1.0), graph.constant(1.0)])


def _fold(graph: _Graph, x: str, layer: Layer) -> str:
    periods = graph.add("Round", [graph.add("Mul", [x, graph.constant(0.25)])])
    within = graph.add("Sub", [x, graph.add("Mul", [periods, graph.constant(4.0)])])
    clipped = _hard_clip(graph, within, layer)
    return graph.add("Sub", [graph.add("Add", [clipped, clipped]), within])


def _crush(graph: _Graph, x: str, layer: Layer) -> str:
    # A logarithm that is a little off doesn't matter: the steps of neighbouring octaves meet.
    size = graph.add("Max", [graph.add("Abs", [x]), graph.constant(_TINY)])
    octaves = graph.add("Div", [graph.add("Log", [size]), graph.constant(math.log(2.0))])
    octave = graph.add("Pow", [graph.constant(2.0), graph.add("Floor", [octaves])])
    quarters = graph.add("Mul", [graph.add("Div", [size, octave]), graph.constant(4.0)])
    stepped = graph.add("Floor", [graph.add("Add", [quarters, graph.constant(0.5)])])
    crushed = graph.add("Mul", [graph.add("Div", [stepped, graph.constant(4.0)]), octave])
    return graph.add("Mul", [crushed, graph.add("Sign", [x])])


_CURVES: dict[str, Callable[[_Graph, str, Layer], str]] = {
    "leaky_relu": _leaky,
    "rrelu": _leaky,
    "tanh": _plain("Tanh"),
    "sigmoid": _plain("Sigmoid"),
    "relu": _plain("Relu"),
    "elu": _plain("Elu"),
    "selu": _plain("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "gelu": _gelu,
    "softplus": _plain("Softplus"),
    "softshrink": _plain("Shrink", lambd=0.5, bias=0.5),
    "sine": _plain("Sin"),
    "sine30": _sine30,
    "hard_clip": _hard_clip,
    "fold": _fold,
    "rectify": _plain("Abs"),
    "crush": _crush,
}
