import numpy as np
import pytest
from numba import float64, int64

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.memory import record
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.output_stage import (
    HIGH_PASS,
    high_pass_coefficients,
    run_high_pass,
    settle_high_pass,
)
from tests import oracle

RATE = 48000.0


@entry(int64(int64, int64, int64, int64, int64))
def _run(state, channels, source, result, frames):
    return run_high_pass(state, channels, source, result, frames)


@entry("void(int64, int64, float64)")
def _settle(state, channel, constant):
    settle_high_pass(state, channel, float64(constant))


class HighPass:
    def __init__(self, channels, q=oracle.Q["ronn"], before=(0.0, 0.0)):
        self.channels = channels
        self._record, self.address = record(HIGH_PASS)
        fields = self._record
        fields.b0, fields.a1, fields.a2 = high_pass_coefficients(RATE, q)
        for channel in range(channels):
            _settle.ctypes(self.address, channel, before[channel])

    def run(self, x):
        """Return the filtered rows of `x` [shape=(channels, frames)], and what was not finite."""
        parts, overflows = [], 0
        for start in range(0, x.shape[1], MAX_BLOCK):
            frames = min(MAX_BLOCK, x.shape[1] - start)
            source = np.zeros((self.channels, MAX_BLOCK), np.float32)
            source[:, :frames] = x[:, start : start + frames]
            result = np.zeros((self.channels, MAX_BLOCK))
            overflows += _run.ctypes(
                self.address, self.channels, source.ctypes.data, result.ctypes.data, frames
            )
            parts.append(result[:, :frames])
        return np.concatenate(parts, axis=1), overflows


def noise(channels, frames=5000):
    return np.random.default_rng(7).normal(size=(channels, frames)).astype(np.float32)


@pytest.mark.parametrize("recipe", ["ronn", "plugin"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_high_pass_is_the_oracle_s(recipe, channels):
    before = np.array([0.25, -0.5])[:channels]
    x = noise(channels) + before.astype(np.float32)[:, np.newaxis]
    y, overflows = HighPass(channels, oracle.Q[recipe], before).run(x)
    expected = oracle.high_pass(x, RATE, oracle.Q[recipe], before)
    assert overflows == 0
    assert np.abs(y - expected).max() < 1e-9 * np.abs(expected).max()


def test_a_channel_is_filtered_as_if_it_were_alone():
    x = noise(2)
    both, _ = HighPass(2).run(x)
    for channel in range(2):
        alone, _ = HighPass(1).run(x[channel : channel + 1])
        assert np.array_equal(alone[0], both[channel])


def test_the_constant_that_came_before_is_silent_to_the_bit():
    before = (np.float32(0.3), np.float32(-0.7))
    x = np.repeat(np.array([before]).T, 1000, axis=1)
    y, _ = HighPass(2, before=before).run(x)
    assert not y.any()


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_that_are_not_finite_count_as_silence_and_are_counted_once(channels):
    x = noise(channels)
    x[0, [3, 400, 401]] = np.inf, -np.inf, np.nan
    x[-1, 900] = np.nan
    y, overflows = HighPass(channels).run(x)
    assert overflows == 4
    expected, _ = HighPass(channels).run(np.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0))
    assert np.array_equal(y, expected)
