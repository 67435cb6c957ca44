"""Whatever goes wrong in a stage, nothing but finite samples within full scale leaves the node."""

import numpy as np
import pytest
from numba import carray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.stage import RUN, SETTLE, Stage
from tests.realtime.engine_driver import RATE, play

BROKEN = np.dtype([("value", "f8")])


@native(RUN)
def _break(state, channels, rows, frames):
    s = carray(pointer(state), (1,), BROKEN)[0]
    y = carray(pointer(rows), (2, MAX_BLOCK), np.float64)
    for channel in range(channels):
        y[channel, 0] = s.value


@native(SETTLE)
def _settle(state, channel, constant):
    return constant


class Broken(Stage):
    """Gives a number of its own in the first frame of each block."""

    name = "broken"
    state = BROKEN
    run = _break
    settle = _settle

    def __init__(self, value):
        self.value = value

    def work(self):
        return {"filter": 4.0}

    def coefficients(self, rate):
        return {"value": self.value}

    def memory_frames(self, rate):
        return 0


@pytest.mark.parametrize("bypass", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("value", [np.nan, -np.nan, np.inf, -np.inf, 1e300])
def test_it_comes_out_as_silence_or_as_full_scale(value, bypass):
    engine = Engine(2, 2, RATE, history_seconds=1.0, stages=[Broken(value)])
    engine.set(Control.MASTER, 1.0)
    engine.set(Control.MIX, 0.5)
    engine.set(Control.BYPASS, bypass)
    engine.settle()
    x = np.full((2, 640), 0.25, np.float32)
    y = play(engine, x, 64)
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= 1.0
    assert np.isfinite([engine.level_out, engine.true_peak]).all()
    assert y[:, 1:64].all(), "what is well is heard"
