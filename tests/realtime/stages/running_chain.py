"""Stages that run over arrays, block by block."""

import numpy as np

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.memory import record
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import compiled_chain
from ronn_jack.realtime.stages.stage import PREPARE, RUN, SETTLE

RATE = 48000.0


class RunningChain:
    """Stages in a row, settled on what came before.

    Attributes
    ----------
    rest : list of float
        What comes out of each channel while `before` lasts.
    """

    def __init__(self, stages, channels, before=(0.0, 0.0)):
        chain = np.dtype([(stage.name, stage.state) for stage in stages], align=True)
        run, settle, prepare = compiled_chain([type(stage) for stage in stages], chain)

        def run_all(state, channels, rows, frames):
            run(state, channels, rows, frames)

        def settle_all(state, channel, constant):
            return settle(state, channel, constant)

        def prepare_all(state, rate):
            prepare(state, rate)

        self.channels = channels
        self._run = entry(RUN)(run_all)
        self._record, self.address = record(chain)
        for stage in stages:
            for name, value in stage.fields().items():
                self._record[0][stage.name][name] = value
        entry(PREPARE)(prepare_all).ctypes(self.address, RATE)
        settled = entry(SETTLE)(settle_all)
        self.rest = [settled.ctypes(self.address, c, before[c]) for c in range(channels)]

    def run(self, x):
        """Return what becomes of the rows of `x` [shape=(channels, frames)]."""
        parts = []
        for start in range(0, x.shape[1], MAX_BLOCK):
            frames = min(MAX_BLOCK, x.shape[1] - start)
            rows = np.zeros((self.channels, MAX_BLOCK))
            rows[:, :frames] = x[:, start : start + frames]
            self._run.ctypes(self.address, self.channels, rows.ctypes.data, frames)
            parts.append(rows[:, :frames])
        return np.concatenate(parts, axis=1)


def noise(channels, frames=5000):
    return np.random.default_rng(7).normal(size=(channels, frames))
