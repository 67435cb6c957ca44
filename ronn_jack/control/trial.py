"""A network run on this machine for nothing but its processor time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Float32, Weights
from ronn_jack.realtime.image import NetworkImage
from ronn_jack.realtime.layout import MAX_BLOCK
from ronn_jack.realtime.network import process_signal

RUNS = 5
RUN_SECONDS = 1e-3
_LEAST_BLOCKS = 2
_WARM_BLOCKS = 3
_LEVEL = 0.3


class Trial:
    """A network fed with noise in blocks of one length.

    Its weights are drawn evenly at a level that keeps the signal as loud from layer to layer: no
    draw of a recipe's changes the time, and these are quick to have.

    Parameters
    ----------
    spec : NetworkSpec
    block : int
        Frames; up to MAX_BLOCK, or a multiple of it.
    """

    def __init__(self, spec: NetworkSpec, block: int) -> None:
        step = min(block, MAX_BLOCK)
        self._cuts = block // step
        self._step = step
        self._random = np.random.default_rng(0)
        self._spec = spec
        self._image = NetworkImage(spec, self._weights(spec))
        self._image.set_step(step)
        self._blocks = _LEAST_BLOCKS
        self._reserve()

    def run(self) -> float:
        """Return the processor time in s that a block takes, the mean of one run of many."""
        frames = self._input.shape[1]
        before = time.thread_time_ns()
        process_signal.ctypes(
            self._image.address,
            self._input.ctypes.data,
            frames,
            self._output.ctypes.data,
            frames,
            frames,
        )
        return (time.thread_time_ns() - before) * 1e-9 / self._blocks

    def stretch(self, seconds: float) -> None:
        """Run the network in, and let each run take about so long from now on."""
        for _ in range(_WARM_BLOCKS):
            block = self.run()
        self._blocks = max(_LEAST_BLOCKS, round(seconds / max(block, 1e-9)))
        self._reserve()

    def _reserve(self) -> None:
        frames = self._blocks * self._cuts * self._step
        noise = self._random.uniform(-_LEVEL, _LEVEL, (self._spec.inputs, frames))
        self._input = noise.astype(np.float32)
        self._output = np.empty((self._image.outputs, frames), np.float32)

    def _weights(self, spec: NetworkSpec) -> Weights:
        shapes = [spec.weight_shape(i) for i in range(spec.layers)]
        weights = []
        for shape in shapes:
            limit = math.sqrt(3.0 / (shape[1] * shape[2]))
            drawn = self._random.random(shape, np.float32)
            weights.append((2.0 * limit * drawn - limit).astype(np.float32))
        biases = [np.zeros(shape[0], np.float32) for shape in shapes]
        modulation = None if spec.film is None else _Identity([shape[0] for shape in shapes])
        return Weights(weights, biases if spec.has_bias else None, modulation)


def time_network(spec: NetworkSpec, block: int, runs: int = RUNS) -> float:
    """Return the processor time in s that a network takes for a block: the fastest of some runs."""
    trial = Trial(spec, block)
    trial.stretch(RUN_SECONDS)
    return min(trial.run() for _ in range(runs))


@dataclass(frozen=True)
class _Identity:
    """A modulation that is computed and changes nothing."""

    outputs: list[int]

    def condition(self, point: tuple[float, ...]) -> list[tuple[Float32, Float32]]:
        """Return (ones, zeros) per layer."""
        return [(np.ones(n, np.float32), np.zeros(n, np.float32)) for n in self.outputs]
