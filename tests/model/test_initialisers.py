"""What the initialisers promise beyond the golden draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ronn_jack.model import initialisers
from ronn_jack.model.torch_random import TorchStream
from ronn_jack.parameters import INITIALISERS

SHAPES = [(1, 1, 1), (3, 1, 5), (8, 2, 3), (2, 8, 3), (8, 1, 7), (16, 16, 4), (5, 7, 9)]


@pytest.mark.parametrize("name", INITIALISERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_skipping_a_weight_leaves_the_stream_where_drawing_it_would(
    name: str, shape: tuple[int, ...]
) -> None:
    drawn, skipped = TorchStream(5), TorchStream(5)
    for stream in (drawn, skipped):
        stream.normal(3, 0.0, 1.0)  # leaves one number in the small normals' cache
    weight = initialisers.initialise(drawn, name, shape)
    initialisers.skip(skipped, name, shape)
    assert weight.shape == shape
    assert weight.dtype == np.float32
    for after in (3, 20):
        np.testing.assert_array_equal(
            drawn.normal(after, 0.0, 1.0), skipped.normal(after, 0.0, 1.0)
        )


@pytest.mark.parametrize("shape", [(1, 1, 4), (4, 2, 1), (6, 2, 3), (2, 8, 3), (64, 3, 7), (9, 3)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape: tuple[int, ...]) -> None:
    matrix = initialisers.initialise(TorchStream(1), "orthogonal", shape).reshape(shape[0], -1)
    if matrix.shape[0] > matrix.shape[1]:
        matrix = matrix.T
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-6)


@pytest.mark.parametrize("name, bound", [("uniform_0.1", 0.1), ("uniform_0.25", 0.25)])
def test_uniform_fills_its_range(name: str, bound: float) -> None:
    weight = initialisers.initialise(TorchStream(7), name, (64, 32, 4))
    assert 0.99 * bound < np.abs(weight).max() <= bound
    assert abs(weight.mean()) < 0.02 * bound


@pytest.mark.parametrize(
    "name, deviation",
    [
        ("normal", 1.0),
        ("xavier_normal", math.sqrt(2 / (128 + 256))),
        ("xavier_uniform", math.sqrt(2 / (128 + 256))),
        ("kaiming_normal", math.sqrt(2 / 128)),
        ("kaiming_uniform", math.sqrt(2 / 128)),
    ],
)
def test_spread_follows_the_fans(name: str, deviation: float) -> None:
    weight = initialisers.initialise(TorchStream(7), name, (64, 32, 4))
    assert weight.std() == pytest.approx(deviation, rel=0.03)


def test_dirac_passes_each_input_to_its_output_at_the_middle_tap() -> None:
    weight = initialisers.initialise(TorchStream(0), "dirac", (3, 2, 4))
    expected = np.zeros((3, 2, 4))
    expected[0, 0, 2] = expected[1, 1, 2] = 1.0
    np.testing.assert_array_equal(weight, expected)


def test_a_name_that_is_none_neither_draws_nor_skips() -> None:
    for use in (initialisers.initialise, initialisers.skip):
        with pytest.raises(KeyError, match="glorot"):
            use(TorchStream(0), "glorot", (3, 2, 4))
