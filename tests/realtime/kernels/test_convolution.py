"""The tiles alone, against numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.kernels.convolution import (
    DENSE_ROWS,
    DEPTHWISE_ROWS,
    convolve_dense,
    convolve_depthwise,
)
from ronn_jack.realtime.kernels.layout import CHUNK

FRAMES = [1, 16, 17, 32, 47, CHUNK]
PAST = 40
SLACK = 16


@entry(
    "void(int64, int64, int64, int64, int64, int64, int64, int64, int64, float32, int64, int64,"
    "int64)",
)
def _dense(  # type: ignore[no-untyped-def]
    rows, taps, kernel, x, x_stride, inputs, far, weights, bias, lower, y, y_stride, frames
):
    convolve_dense(
        rows, taps, kernel, x, x_stride, inputs, far, weights, bias, lower, y, y_stride, frames
    )


@entry(
    "void(int64, int64, int64, int64, int64, int64, int64, float32, int64, int64, int64)",
)
def _depthwise(  # type: ignore[no-untyped-def]
    rows, taps, kernel, x, x_stride, weights, bias, lower, y, y_stride, frames
):
    convolve_depthwise(
        rows, taps, kernel, x, x_stride, 1, 0, weights, bias, lower, y, y_stride, frames
    )


def rows_of(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, PAST + CHUNK + SLACK)).astype(np.float32)


@pytest.mark.parametrize("frames", FRAMES)
@pytest.mark.parametrize("rows", range(1, DENSE_ROWS + 1))
@pytest.mark.parametrize("far", [0, 1])
def test_dense(rows: int, frames: int, far: int) -> None:
    starts = np.array([0, 7, PAST], np.int64)  # frames at which each tap begins to read
    x = rows_of(5, 1)
    rng = np.random.default_rng(rows)
    weights = rng.standard_normal((3, 5, rows)).astype(np.float32)
    bias = rng.standard_normal(rows).astype(np.float32)
    y = np.full((rows + 1, CHUNK + SLACK), 9.0, np.float32)
    taps = 4 * starts
    _dense.ctypes(
        rows, taps.ctypes.data, 3, x.ctypes.data, x.strides[0], 5, far, weights.ctypes.data,
        bias.ctypes.data, -math.inf, y.ctypes.data, y.strides[0], frames,
    )  # fmt: skip
    wanted = bias[:, None].astype(np.float64)
    for k, start in enumerate(starts):
        wanted = wanted + weights[k].T.astype(np.float64) @ x[:, start : start + frames]
    np.testing.assert_allclose(y[:rows, :frames], wanted, rtol=0, atol=1e-5)
    assert (y[rows] == 9.0).all(), "wrote into the next row"
    assert (y[:, CHUNK:] == 9.0).all(), "wrote beyond the chunk"


@pytest.mark.parametrize("frames", FRAMES)
@pytest.mark.parametrize("rows", range(1, DEPTHWISE_ROWS + 1))
def test_depthwise(rows: int, frames: int) -> None:
    starts = np.array([1, 20, PAST], np.int64)
    x = rows_of(rows, 2)
    rng = np.random.default_rng(rows)
    weights = rng.standard_normal((3, rows)).astype(np.float32)
    bias = rng.standard_normal(rows).astype(np.float32)
    y = np.full((rows + 1, CHUNK + SLACK), 9.0, np.float32)
    taps = 4 * starts
    _depthwise.ctypes(
        rows, taps.ctypes.data, 3, x.ctypes.data, x.strides[0], weights.ctypes.data,
        bias.ctypes.data, -math.inf, y.ctypes.data, y.strides[0], frames,
    )  # fmt: skip
    wanted = bias[:, None].astype(np.float64)
    for k, start in enumerate(starts):
        wanted = wanted + weights[k][:, None].astype(np.float64) * x[:, start : start + frames]
    np.testing.assert_allclose(y[:rows, :frames], wanted, rtol=0, atol=1e-5)
    assert (y[rows] == 9.0).all()


def test_a_lower_limit_of_zero_rectifies() -> None:
    x = rows_of(2, 3)
    weights = np.array([[1.0], [-1.0]], np.float32)
    bias = np.zeros(1, np.float32)
    y = np.zeros(CHUNK, np.float32)
    taps = np.zeros(1, np.int64)
    _dense.ctypes(
        1, taps.ctypes.data, 1, x.ctypes.data, x.strides[0], 2, 0, weights.ctypes.data,
        bias.ctypes.data, 0.0, y.ctypes.data, 4 * CHUNK, CHUNK,
    )  # fmt: skip
    np.testing.assert_allclose(y, np.maximum(x[0] - x[1], 0.0)[:CHUNK], rtol=0, atol=1e-6)


def test_not_a_number_passes() -> None:
    x = rows_of(1, 4)
    x[0, 3] = np.nan
    y = np.zeros(CHUNK, np.float32)
    one, zero, taps = np.ones(1, np.float32), np.zeros(1, np.float32), np.zeros(1, np.int64)
    _dense.ctypes(
        1, taps.ctypes.data, 1, x.ctypes.data, x.strides[0], 1, 0, one.ctypes.data,
        zero.ctypes.data, -math.inf, y.ctypes.data, 4 * CHUNK, CHUNK,
    )  # fmt: skip
    assert np.isnan(y[3])
    assert np.isfinite(np.delete(y, 3)).all()
