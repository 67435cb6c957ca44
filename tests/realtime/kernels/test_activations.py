"""Every curve, against float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.parameters import ACTIVATIONS
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS, activate_rows
from tests import oracle

SLOPE = 0.2


@entry("void(int64, float32, int64, int64, int64, int64)")
def _activate(kind: int, slope: float, rows: int, y: int, stride: int, frames: int) -> None:
    activate_rows(kind, slope, rows, y, stride, frames)


def activated(name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
    y = np.zeros(x.size + 16, np.float32)
    y[: x.size] = x
    _activate.ctypes(ACTIVATION_IDS[name], SLOPE, 1, y.ctypes.data, 0, x.size)
    return y[: x.size]


def exact(name: str, x: NDArray[np.float32]) -> NDArray[np.float64]:
    layer = Layer(1, 1, 1, 1, 1, name, SLOPE, None)
    return oracle.activation(layer, x.astype(np.float64))


def test_every_curve_of_the_table_has_a_number() -> None:
    assert list(ACTIVATION_IDS) == ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_error_on_twelve(name: str) -> None:
    x = np.linspace(-12.0, 12.0, 400_001).astype(np.float32)
    wanted = exact(name, x)
    ulp = np.spacing(np.abs(wanted).astype(np.float32))
    error = np.abs(activated(name, x) - wanted)
    assert (error / np.maximum(1e-6, 1.5 * ulp)).max() <= 1.0


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n not in ("sigmoid", "softplus")])
def test_small_signals_keep_their_precision(name: str) -> None:
    x = np.geomspace(1e-9, 1e-3, 1000).astype(np.float32)
    x = np.concatenate([x, -x])
    wanted = exact(name, x)
    np.testing.assert_allclose(activated(name, x), wanted, rtol=6e-6, atol=1e-38)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("size", [50.0, 1e3, 1e4, 1e10, 1e30, 3e38, math.inf])
def test_limits_far_out(name: str, size: float) -> None:
    x = np.array([size, -size], np.float32)
    y = activated(name, x)
    if name.startswith("sine"):
        if size * 30 < (1e6 if VECTOR.fused else 5e4):
            np.testing.assert_allclose(y, exact(name, x), atol=2e-6)
        elif size < 1e30:
            assert (np.abs(y) <= 1.0).all()
        return
    with np.errstate(invalid="ignore"):
        wanted = exact(name, x)
    if name == "gelu":
        wanted[1] = 0.0
    if name == "fold" and math.isinf(size):
        wanted[:] = 0.0
    np.testing.assert_allclose(y, wanted, rtol=2e-7, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_not_a_number_does_no_harm_to_its_neighbours(name: str) -> None:
    x = np.linspace(-3.0, 3.0, 16).astype(np.float32)
    clean = activated(name, x)
    x[5] = np.nan
    dirty = activated(name, x)
    np.testing.assert_array_equal(np.delete(dirty, 5), np.delete(clean, 5))


@pytest.mark.parametrize("name", ["hard_clip", "fold", "rectify", "crush"])
def test_what_needs_no_approximation_is_exact_for_every_number(name: str) -> None:
    # All exponents, down to where numbers lose their precision; far more mantissas than steps.
    bits = np.random.default_rng(1).integers(0x00800000, 0x7F700000, 300_000, np.uint32)
    x = bits.view(np.float32)
    near = np.random.default_rng(2).uniform(0.0, 40.0, 100_000).astype(np.float32)
    x = np.concatenate([x, near, np.arange(0.0, 64.0, 0.125, np.float32)])
    x = np.concatenate([x, -x])
    np.testing.assert_array_equal(activated(name, x), exact(name, x).astype(np.float32))


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("hard_clip", {0.0: 0.0, 0.3: 0.3, 1.0: 1.0, 1.5: 1.0, 7.0: 1.0}),
        ("fold", {0.3: 0.3, 1.0: 1.0, 1.5: 0.5, 2.0: 0.0, 3.0: -1.0, 3.75: -0.25, 5.0: 1.0}),
        (
            "crush",
            {0.0: 0.0, 1.0: 1.0, 1.12: 1.0, 1.125: 1.25, 1.3: 1.25, 1.4: 1.5, 1.87: 1.75,
             1.875: 2.0, 2.2: 2.0, 2.25: 2.5, 0.001: 0.0009765625, 1000.0: 1024.0},
        ),
    ],
)  # fmt: skip
def test_odd_curves_go_through_their_points(name: str, points: dict[float, float]) -> None:
    x = np.array(list(points), np.float32)
    wanted = np.array(list(points.values()), np.float32)
    np.testing.assert_array_equal(activated(name, x), wanted)
    np.testing.assert_array_equal(activated(name, -x), -wanted)


def test_crush_has_four_steps_in_each_octave() -> None:
    for octave in (2.0**-100, 1.0, 2.0**100):
        x = (octave * np.linspace(1.0, 2.0, 10_000, endpoint=False)).astype(np.float32)
        steps = np.unique(activated("crush", x)) / octave
        np.testing.assert_array_equal(steps, [1.0, 1.25, 1.5, 1.75, 2.0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_numbers_below_the_normal_ones_stay_below_them(name: str) -> None:
    x = np.array([1, 0x1FFFFF, 0x7FFFFF], np.uint32).view(np.float32)
    x = np.concatenate([x, -x])
    np.testing.assert_allclose(activated(name, x), activated(name, 0 * x), rtol=0, atol=4e-37)


def test_rows_lie_a_stride_apart() -> None:
    x = np.full((3, 32), -1.0, np.float32)
    _activate.ctypes(ACTIVATION_IDS["relu"], 0.0, 3, x.ctypes.data, x.strides[0], 16)
    assert not x[:, :16].any()
    assert (x[:, 16:] == -1.0).all()
