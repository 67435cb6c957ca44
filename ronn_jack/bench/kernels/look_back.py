"""The original's way to stream: compute the whole receptive field anew for every block.

The RONN plugin keeps its recent input and runs the plain network over it, of which only the last
block is new. Here that is done by numpy and, where it is installed, by torch.

References
----------
C. J. Steinmetz and J. D. Reiss, "Randomized Overdrive Neural Networks", NeurIPS 2020 Workshop on
Machine Learning for Creativity and Design; `plugin/src/PluginProcessor.cpp` of its source.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec

Signal = NDArray[np.float32]

ACTIVATIONS: dict[str, Callable[[Signal], Signal]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0, out=x),
    "tanh": lambda x: np.tanh(x, out=x),
}
"""The curves that both ways know; they are those that are measured."""


class LookBack(Protocol):
    """A network that looks back."""

    def process(self, x: Signal) -> Signal:
        """Return the next block.

        Parameters
        ----------
        x : ndarray [shape=(inputs, frames), float32]

        Returns
        -------
        ndarray [shape=(outputs, frames), float32]
        """
        ...


def can_look_back(spec: NetworkSpec) -> bool:
    """Tell whether both ways know everything that a network is made of."""
    return (
        spec.activation in ACTIVATIONS
        and not spec.residual
        and spec.film is None
        and spec.recipe != "package"
    )


def torch_installed() -> bool:
    """Tell whether torch can be imported."""
    return importlib.util.find_spec("torch") is not None


class _Memory:
    """The recent input, a block longer than the field has to be."""

    def __init__(self, spec: NetworkSpec, frames: int) -> None:
        self._recent = np.zeros((spec.inputs, spec.receptive_field - 1 + frames), np.float32)

    def push(self, x: Signal) -> Signal:
        frames = x.shape[1]
        self._recent[:, :-frames] = self._recent[:, frames:].copy()
        self._recent[:, -frames:] = x
        return self._recent


class NumpyLookBack:
    """Convolutions as one matrix product per tap, each over the whole field.

    Parameters
    ----------
    spec : NetworkSpec
        One that `can_look_back`.
    frames : int
        Frames in a block.
    """

    def __init__(self, spec: NetworkSpec, frames: int) -> None:
        self._spec = spec
        self._memory = _Memory(spec, frames)
        self._weights = draw(spec)

    def process(self, x: Signal) -> Signal:
        """Return the next block."""
        signal = self._memory.push(x)
        for index, weight in enumerate(self._weights.weights):
            layer = self._spec.layer(index)
            length = signal.shape[1] - layer.history
            total = np.zeros((layer.outputs, length), np.float32)
            for tap in range(layer.kernel):
                start = tap * layer.dilation
                past = signal[:, start : start + length]
                total += weight[:, :, tap] * past if layer.groups > 1 else weight[:, :, tap] @ past
            if self._weights.biases is not None:
                total += self._weights.biases[index][:, None]
            signal = ACTIVATIONS[layer.activation](total)
        return signal


class TorchLookBack:
    """The network as the original builds it, of torch's own convolutions, on one thread.

    Parameters
    ----------
    spec : NetworkSpec
        One that `can_look_back`.
    frames : int
        Frames in a block.
    """

    def __init__(self, spec: NetworkSpec, frames: int) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch = torch
        self._memory = _Memory(spec, frames)
        drawn = draw(spec)
        parts: list[object] = []
        for index, weight in enumerate(drawn.weights):
            layer = spec.layer(index)
            convolution = torch.nn.Conv1d(
                layer.inputs,
                layer.outputs,
                layer.kernel,
                dilation=layer.dilation,
                groups=layer.groups,
                bias=drawn.biases is not None,
            )
            convolution.weight.data = torch.from_numpy(weight.copy())
            if drawn.biases is not None:
                convolution.bias.data = torch.from_numpy(drawn.biases[index].copy())
            parts.append(convolution)
            if layer.activation != "linear":
                parts.append({"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[layer.activation]())
        self._network = torch.nn.Sequential(*parts)

    def process(self, x: Signal) -> Signal:
        """Return the next block."""
        with self._torch.no_grad():
            recent = self._torch.from_numpy(self._memory.push(x)[None])
            result: Signal = self._network(recent)[0].numpy()
        return result
