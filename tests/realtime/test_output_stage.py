import numpy as np
import pytest

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.output_stage import widen_finite
from ronn_jack.realtime.stages.stage import RUN, SETTLE, Stage
from tests.realtime.engine_driver import RATE, play

BROKEN = np.dtype([("value", "f8")])


@entry("int64(int64, int64, int64, int64)")
def _widen(channels, source, result, frames):
    return widen_finite(channels, source, result, frames)


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_that_are_not_finite_count_as_silence_and_are_counted_once(channels):
    x = np.random.default_rng(7).normal(size=(channels, MAX_BLOCK)).astype(np.float32)
    x[0, [3, 100, 201]] = np.inf, -np.inf, np.nan
    x[-1, 250] = np.nan
    y = np.full((channels, MAX_BLOCK), 7.0)
    assert _widen.ctypes(channels, x.ctypes.data, y.ctypes.data, MAX_BLOCK - 1) == 4
    expected = np.where(np.isfinite(x), x, 0.0)
    assert np.array_equal(y[:, :-1], expected[:, :-1])
    assert (y[:, -1] == 7.0).all()


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
def test_what_a_broken_stage_gives_comes_out_as_silence_or_full_scale(value, bypass):
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
