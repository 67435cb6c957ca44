"""What Neural Amp Modeler makes of a file, after the published format of its WaveNet.

In numpy and whole signals at once; the past is silence for as long as the network remembers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

_ACTIVATIONS: dict[str, Callable[[Float64], Float64]] = {
    "Tanh": np.tanh,
    "Sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "ReLU": lambda x: np.maximum(x, 0.0),
    "Hardtanh": lambda x: np.clip(x, -1.0, 1.0),
}


class _Numbers:
    """The row of numbers of a file, taken from its beginning."""

    def __init__(self, numbers: list[float]) -> None:
        self._rest = np.array(numbers)

    def take(self, *shape: int) -> Float64:
        count = int(np.prod(shape))
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken.reshape(shape)

    @property
    def left(self) -> int:
        return len(self._rest)


def play_nam(text: str, x: NDArray[np.floating]) -> Float64:
    """Return what a player puts out for a signal [shape=(frames,)]."""
    model = json.loads(text)
    assert (model["architecture"], model["config"]["head"]) == ("WaveNet", None)
    layers = model["config"]["layers"]
    past = sum((a["kernel_size"] - 1) * d for a in layers for d in a["dilations"])
    condition = np.concatenate([np.zeros(past), x.astype(np.float64)])[np.newaxis]
    numbers = _Numbers(model["weights"])
    signal, head = condition, None
    for array in layers:
        signal, head = _array(array, numbers, signal, head, condition)
    scale = numbers.take(1)[0]
    assert numbers.left == 0
    assert scale == model["config"]["head_scale"]
    assert head is not None and head.shape[0] == 1
    return scale * head[0, past:]


def _array(
    config: dict[str, Any],
    numbers: _Numbers,
    signal: Float64,
    head: Float64 | None,
    condition: Float64,
) -> tuple[Float64, Float64]:
    size, kernel = config["channels"], config["kernel_size"]
    assert config["input_size"] == signal.shape[0]
    assert not config["gated"] and not config["head_bias"]
    signal = numbers.take(size, signal.shape[0]) @ signal
    head = np.zeros_like(signal) if head is None else head
    assert head.shape == signal.shape
    for dilation in config["dilations"]:
        weight, bias = numbers.take(size, size, kernel), numbers.take(size, 1)
        mixed = numbers.take(size, config["condition_size"]) @ condition
        for k in range(kernel):
            late = (kernel - 1 - k) * dilation
            mixed += weight[..., k] @ np.pad(signal, ((0, 0), (late, 0)))[:, : signal.shape[1]]
        activated = _ACTIVATIONS[config["activation"]](mixed + bias)
        head = head + activated
        signal = signal + numbers.take(size, size) @ activated + numbers.take(size, 1)
    return signal, numbers.take(config["head_size"], size) @ head
