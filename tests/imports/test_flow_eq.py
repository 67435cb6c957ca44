"""flowEQ's decoder means here what it meant in its plugin."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.flow_eq import flow_eq, flow_eq_in
from ronn_jack.imports.keras import layers_in
from ronn_jack.model.latent.curve_search import FREQUENCIES, decoded_curves, errors
from ronn_jack.model.latent.decoders import REACH
from ronn_jack.model.latent.equaliser import EqModel
from tests.support.foreign_files import flow_eq_layers, hdf5_file

HIGHEST = np.array([12, 1000, 12, 3900, 10, 12, 4700, 10, 12, 10000, 10, 12, 20000.0])
LOWEST = np.array([-12, 22, -12, 82, 0.1, -12, 180, 0.1, -12, 220, 0.1, -12, 580.0])


def weights(dims: int = 2) -> dict[str, NDArray[np.float64]]:
    random = np.random.default_rng(dims)
    return {
        "W1": random.normal(size=(dims, 1024)), "b1": random.normal(size=(1, 1024)),
        "W2": random.normal(0, 0.02, (1024, 13)), "b2": random.normal(0, 0.5, (1, 13)),
    }  # fmt: skip


def as_in_the_plugin(
    w: dict[str, NDArray[np.float64]], z: NDArray[np.float64]
) -> NDArray[np.float64]:
    y = 1 / (1 + np.exp(-(np.maximum(z @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"])))
    return (y * (HIGHEST - LOWEST) + LOWEST)[0]


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_a_point_gives_the_thirteen_settings_of_the_plugin(dims: int) -> None:
    model = EqModel(flow_eq(weights(dims)))
    point = [0.5, -1.5, 2.0]
    wanted = as_in_the_plugin(weights(dims), np.array([point[:dims]]))
    found = model.decode(point, dims, "less")
    np.testing.assert_allclose(found.gains, wanted[[0, 2, 5, 8, 11]], atol=1e-9)
    np.testing.assert_allclose(found.frequencies, wanted[[1, 3, 6, 9, 12]], rtol=1e-9)
    np.testing.assert_allclose(found.qs[1:4], wanted[[4, 7, 10]], rtol=1e-9)


def test_turned_matrices_are_the_same_model() -> None:
    turned = {name: array.T for name, array in weights().items()}
    assert EqModel(flow_eq(turned)).decode([1, 1], 2, "less") == EqModel(flow_eq(weights())).decode(
        [1, 1], 2, "less"
    )


@pytest.mark.parametrize(
    "path", ["dense_3/dense_3", "decoder/dense_3", "model_weights/a/b/dense_3"]
)
def test_keras_layers_are_found_wherever_they_stand(path: str) -> None:
    layers = flow_eq_layers(weights(), path)
    # As in a file of the whole autoencoder, the encoder's stand beside them.
    layers["encoder/dense/kernel:0"] = np.ones((13, 1024), np.float32)
    layers["encoder/dense/bias:0"] = np.ones(1024, np.float32)
    found = flow_eq_in(layers_in(hdf5_file(layers)))
    assert found is not None
    np.testing.assert_allclose(found["W2"], weights()["W2"], rtol=1e-6)


def test_words_are_where_curves_are_like_ours_and_codes_are_told_apart() -> None:
    found = flow_eq(weights())[2, "less"]
    assert found.words.keys() == EqModel.ours().decoder(3, "less").words.keys()
    tilt = np.linspace(-1, 1, FREQUENCIES.size)
    codes = np.random.default_rng(3).normal(size=(3, 4, 6, 3))
    for exchanged in (codes, codes[:, :, [3, 4, 5, 0, 1, 2]]):
        coded = flow_eq({**weights(), "codes": exchanged})[2, "less"].words
        points = np.stack([coded["warm"], coded["bright"]])
        assert {*map(tuple, points)} == {*map(tuple, codes[1, 1, [1, 4], :2])}
        warm, bright = decoded_curves(flow_eq(weights())[2, "less"], points) @ tilt
        assert warm < bright


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_words_lie_where_a_knob_reaches(dims: int) -> None:
    codes = np.full((3, 4, 6, 3), 3.5)
    codes[:, :, :3] = -3.0
    model = weights(dims)
    # So flat that all curves of ours are nearest to its very ends.
    model["W1"] *= 0.05
    found = flow_eq({**model, "codes": codes})[dims, "less"]
    points = np.stack(list(found.words.values()))
    assert np.abs(points).max() <= REACH
    far = np.array([[-3.0] * dims, [3.5] * dims])
    tilt = np.linspace(-1, 1, FREQUENCIES.size)
    meant = decoded_curves(found, far)
    order = np.argsort(meant @ tilt)
    best = errors(found, np.stack([found.words["warm"], found.words["bright"]]), meant[order])
    assert (best <= errors(found, far.clip(-REACH, REACH)[order], meant[order]) + 1e-9).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"W1": np.ones((4, 1024))}, "layers of 4 × 1024"),
        ({"W2": np.ones((1024, 12)), "b2": np.ones(12)}, "n × 13"),
        ({"b1": np.ones(3)}, "do not fit"),
        ({"b2": np.full(13, np.nan)}, "no finite number"),
        ({"b2": np.full(13, np.inf)}, "no finite number"),
        ({"b2": np.full(13, 1e7)}, "weights of 1e\\+07; 1e\\+06 is the most"),
        ({"W1": np.full((2, 1024), -1e300)}, "weights of 1e\\+300; 1e\\+06 is the most"),
        ({"codes": np.full((3, 4, 6, 3), 1e300)}, "codes of 1e\\+300; 1e\\+06 is the most"),
        ({"codes": np.ones((2, 2))}, "codes are not 3 × 4 × 6 × 3"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, NDArray[np.float64]], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        flow_eq({**weights(), **change})
