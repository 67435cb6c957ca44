import numpy as np
import pytest

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.output_stage import widen_finite


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
