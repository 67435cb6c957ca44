"""A network or a stage run on this machine for nothing but its processor time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Float32, Weights
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.kernels.network import process_signal
from ronn_jack.realtime.stages.chain import CHANNELS, StageChain
from ronn_jack.realtime.stages.stage import Stage

RUNS = 5
RUN_SECONDS = 1e-3
_LEAST_BLOCKS = 2
_WARM_RUNS = 2
_GROWTH = 8
_MOST_FRAMES = 1 << 15
"""Longer signals would come from farther than a callback's buffers do."""
_LEVEL = 0.3
_RATE = 48_000.0


class TimedNetwork:
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
        self._block = block
        self._random = np.random.default_rng(0)
        self._spec = spec
        self._image = NetworkImage(spec, self._weights(spec))
        self._image.set_step(step)
        self._calls = 1
        self._reserve(_LEAST_BLOCKS)

    def run(self) -> float:
        """Return the processor time in s that a block takes, the mean of one run of many."""
        frames = self._input.shape[1]
        before = time.thread_time_ns()
        for _ in range(self._calls):
            process_signal.ctypes(
                self._image.address,
                self._input.ctypes.data,
                frames,
                self._output.ctypes.data,
                frames,
                frames,
            )
        seconds = (time.thread_time_ns() - before) * 1e-9
        return float(seconds * self._block / (self._calls * frames))

    def stretch(self, seconds: float) -> None:
        """Run the network in, and let each run take about so long from now on."""
        blocks = 0
        wanted = _LEAST_BLOCKS
        # A short run is mostly the call, so the number of blocks is approached from below.
        while wanted > 2 * blocks:
            blocks = min(wanted, max(_LEAST_BLOCKS, _GROWTH * blocks))
            self._calls = math.ceil(blocks * self._block / _MOST_FRAMES)
            self._reserve(math.ceil(blocks / self._calls))
            wanted = round(seconds / max(min(self.run() for _ in range(_WARM_RUNS)), 1e-9))

    def _reserve(self, blocks: int) -> None:
        shape = (self._spec.inputs, blocks * self._block)
        self._input = self._random.uniform(-_LEVEL, _LEVEL, shape).astype(np.float32)
        self._output = np.empty((self._image.outputs, shape[1]), np.float32)

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


class TimedStage:
    """A stage fed with noise in blocks of one length, which does all that it can.

    Parameters
    ----------
    stage : Stage
    block : int
        Frames, up to MAX_BLOCK.

    Attributes
    ----------
    chain : StageChain
        In which it stands alone.
    """

    def __init__(self, stage: Stage, block: int) -> None:
        self.chain = StageChain([stage], _RATE)
        stage.exert(self.chain.state(stage))
        rows = np.random.default_rng(0).uniform(-_LEVEL, _LEVEL, (CHANNELS, MAX_BLOCK))
        self._rows = rows
        self._block = block
        self._blocks = _LEAST_BLOCKS

    def run(self) -> float:
        """Return the processor time in s that a block takes, the mean of one run of many."""
        before = time.thread_time_ns()
        _run_blocks.ctypes(
            self.chain.run,
            self.chain.address,
            CHANNELS,
            self._rows.ctypes.data,
            self._block,
            self._blocks,
        )
        return (time.thread_time_ns() - before) * 1e-9 / self._blocks

    def stretch(self, seconds: float) -> None:
        """Let each run take about so long from now on."""
        for _ in range(_WARM_RUNS):
            self._blocks = max(_LEAST_BLOCKS, round(seconds / max(self.run(), 1e-9)))


@entry("void(int64, int64, int64, int64, int64, int64)")
def _run_blocks(run: int, state: int, channels: int, rows: int, frames: int, blocks: int) -> None:
    mode = set_flush_to_zero()
    for _ in range(blocks):
        call_entry(run, state, channels, rows, frames, 0, 0)
    restore_float_mode(mode)


def time_network(spec: NetworkSpec, block: int, runs: int = RUNS) -> float:
    """Return the processor time in s that a network takes for a block: the fastest of some runs."""
    trial = TimedNetwork(spec, block)
    trial.stretch(RUN_SECONDS)
    return min(trial.run() for _ in range(runs))


@dataclass(frozen=True)
class _Identity:
    """A modulation that is computed and changes nothing."""

    outputs: list[int]

    def condition(self, point: tuple[float, ...]) -> list[tuple[Float32, Float32]]:
        """Return (ones, zeros) per layer."""
        return [(np.ones(n, np.float32), np.zeros(n, np.float32)) for n in self.outputs]
