"""The recipes' numbers, held to those of the original programs bit for bit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ronn_jack.model.film import PackageFilm
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Weights
from tests.model import golden

pytestmark = pytest.mark.slow

HASHES = json.loads((golden.FOLDER / "weight_hashes.json").read_text())

ORTHOGONAL_TOLERANCE = 2e-6
"""Torch factorises in float32, and moves by 2e-7 between its own variants."""


def package_tensors(drawn: Weights) -> dict[str, np.ndarray]:
    """Name a conditioned network's numbers as the original package does."""
    assert isinstance(drawn.film, PackageFilm)
    assert drawn.biases is not None
    named = {}
    for i, linear in enumerate(drawn.film.generator):
        named[f"generator.layers.{i}.0.weight"] = linear.weight
        named[f"generator.layers.{i}.0.bias"] = linear.bias
    for i, adaptor in enumerate(drawn.film.adaptors):
        named[f"blocks.{i}.conv.weight"] = drawn.weights[i]
        named[f"blocks.{i}.conv.bias"] = drawn.biases[i]
        named[f"blocks.{i}.adpt.weight"] = adaptor.weight
        named[f"blocks.{i}.adpt.bias"] = adaptor.bias
    return named


@pytest.mark.parametrize("name", golden.names("python"))
def test_package_weights(name: str) -> None:
    file = golden.load(name)
    dim = file.meta["params"]["film_dim"]
    spec = golden.package_spec(file.meta["params"], [0.0] * dim)
    named = package_tensors(draw(spec))
    expected = {key[2:]: array for key, array in file.arrays.items() if key.startswith("w:")}
    assert named.keys() == expected.keys()
    for key, array in expected.items():
        if spec.init == "orthogonal" and key.endswith("weight"):
            np.testing.assert_allclose(named[key], array, rtol=0, atol=ORTHOGONAL_TOLERANCE)
        else:
            np.testing.assert_array_equal(named[key].view(np.int32), array.view(np.int32), key)


@pytest.mark.parametrize("name", golden.names("plugin"))
def test_plugin_weights(name: str) -> None:
    file = golden.load(name)
    weights = draw(file.spec).weights
    assert len(weights) == file.spec.layers
    for i, weight in enumerate(weights):
        expected = file.arrays[f"w:conv{i}.weight"]
        np.testing.assert_array_equal(weight.view(np.int32), expected.view(np.int32))


@pytest.mark.parametrize("model", HASHES["python"], ids=lambda model: str(model["params"]["seed"]))
def test_package_hashes(model: dict) -> None:
    params = model["params"]
    conditioned = golden.package_spec(params, [0.0] * params["film_dim"])
    named = package_tensors(draw(conditioned))
    assert {key: golden.digest(array) for key, array in named.items()} == model["sha256_16"]


@pytest.mark.parametrize("model", HASHES["plugin"], ids=lambda model: str(model["params"]["seed"]))
def test_plugin_hashes(model: dict) -> None:
    weights = draw(golden.plugin_spec(model["params"])).weights
    assert [golden.digest(weight) for weight in weights] == model["sha256_16"]


@pytest.mark.parametrize("model", HASHES["python"][:40], ids=lambda m: str(m["params"]["seed"]))
def test_leaving_the_conditioning_out_keeps_the_convolutions(model: dict) -> None:
    weights = draw(golden.package_spec(model["params"], None))
    assert weights.film is None
    assert weights.biases is not None
    expected = model["sha256_16"]
    for i, (weight, bias) in enumerate(zip(weights.weights, weights.biases, strict=True)):
        assert golden.digest(weight) == expected[f"blocks.{i}.conv.weight"]
        assert golden.digest(bias) == expected[f"blocks.{i}.conv.bias"]


@pytest.mark.parametrize("init", ["uniform_0.25", "xavier_normal", "kaiming_uniform"])
def test_the_plugin_s_mono_bus_hears_the_first_of_two_outputs(init: str) -> None:
    stereo, mono = (
        draw(NetworkSpec(outputs=outputs, recipe="plugin", init=init, bias=True, seed=5))
        for outputs in (2, 1)
    )
    assert stereo.biases is not None
    assert mono.biases is not None
    for all_of_it, first in zip(stereo.weights, mono.weights, strict=True):
        assert np.array_equal(all_of_it[: len(first)], first)
    assert np.array_equal(stereo.biases[-1][:1], mono.biases[-1])
