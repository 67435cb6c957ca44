"""The public network."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack import Network, NetworkSpec
from ronn_jack.errors import UsageError
from ronn_jack.model.recipes import draw
from tests import oracle

SPEC = NetworkSpec(layers=3, kernel=5, channels=6, bias=True)


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)


def test_it_is_what_the_oracle_says(x: np.ndarray) -> None:
    y = Network(SPEC).process(x)
    assert y.dtype == np.float32
    assert y.shape == (2, 1000)
    wanted = oracle.network(SPEC, draw(SPEC), x)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


@pytest.mark.parametrize("stretch", [0.3, 1.37, 7.0])
@pytest.mark.parametrize(
    "shape",
    [
        {"layers": 5, "kernel": 5, "bias": True},
        {"layers": 4, "kernel": 9, "channels": 20, "depthwise": True, "dilation": 3},
        {"layers": 3, "kernel": 11, "channels": 16, "dilation": 1, "residual": True},
        {"layers": 4, "kernel": 5, "recipe": "package", "channels": 2, "residual": True},
    ],
)
def test_stretched_it_is_what_the_oracle_says(
    x: np.ndarray, shape: dict[str, object], stretch: float
) -> None:
    spec = NetworkSpec(**shape, stretch=stretch)
    y = Network(spec).process(x)
    wanted = oracle.network(spec, draw(spec), x)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


def test_weights_and_biases_are_there_to_read() -> None:
    network = Network(SPEC)
    assert [w.shape for w in network.weights] == [SPEC.weight_shape(i) for i in range(3)]
    assert network.biases is not None
    assert [b.shape for b in network.biases] == [(6,), (6,), (2,)]
    assert all(w.dtype == np.float32 for w in [*network.weights, *network.biases])
    assert Network(NetworkSpec()).biases is None


def test_it_streams_and_forgets_on_reset(x: np.ndarray) -> None:
    network = Network(SPEC)
    whole = network.process(x)
    network.reset()
    halves = [network.process(x[:, :333]), network.process(x[:, 333:])]
    np.testing.assert_array_equal(np.hstack(halves), whole)
    assert not np.array_equal(network.process(x), whole)


def test_networks_share_nothing(x: np.ndarray) -> None:
    one, other = Network(SPEC), Network(SPEC)
    first = one.process(x)
    one.process(x)
    np.testing.assert_array_equal(other.process(x), first)


@pytest.mark.parametrize(
    "convert",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: x.astype(np.float64),
        lambda x: x.tolist(),
    ],
    ids=["transposed", "strided", "float64", "list"],
)
def test_whatever_holds_the_same_numbers_will_do(x: np.ndarray, convert) -> None:
    np.testing.assert_array_equal(Network(SPEC).process(convert(x)), Network(SPEC).process(x))


def test_the_input_is_left_as_it_was(x: np.ndarray) -> None:
    before = x.copy()
    Network(SPEC).process(x)
    np.testing.assert_array_equal(x, before)


def test_no_frames_give_no_frames() -> None:
    assert Network(SPEC).process(np.zeros((2, 0), np.float32)).shape == (2, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.zeros(8, np.float32), r"shape \(8,\)"),
        (np.zeros((1, 8), np.float32), r"shape \(1, 8\); use \(inputs, frames\) = \(2, frames\)"),
        (np.zeros((2, 8, 1), np.float32), "shape"),
        (np.zeros((2, 8), np.complex64), "complex64"),
        (np.array([["a"], ["b"]]), "dtype"),
        ([[1.0], [1.0, 2.0]], "rows of unequal length"),
        (None, "dtype"),
    ],
)
def test_anything_else_is_refused_in_words(wrong, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refusal:
        Network(SPEC).process(wrong)
    assert "\n" not in str(refusal.value)
