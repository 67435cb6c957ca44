"""Seeds of the recipe `ronn`, frozen: a preset made today must sound the same for ever.

A failure here means that seeds changed their meaning; the data is never made anew.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.model.film import RonnFilm
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import INITIALISERS
from tests.model import golden

FROZEN = json.loads((Path(__file__).parents[2] / "data" / "ronn_seeds.json").read_text())


def arrays(spec: NetworkSpec) -> dict[str, np.ndarray]:
    """Name everything that is drawn for a spec."""
    drawn = draw(spec)
    named = {f"weight {i}": weight for i, weight in enumerate(drawn.weights)}
    for i, bias in enumerate(drawn.biases or []):
        named[f"bias {i}"] = bias
    if spec.film is not None:
        assert isinstance(drawn.film, RonnFilm)
        for part in ("features", "adaptors"):
            for i, linear in enumerate(getattr(drawn.film, part)):
                named[f"film {part} weight {i}"] = linear.weight
                named[f"film {part} bias {i}"] = linear.bias
    return named


@pytest.mark.parametrize("frozen", FROZEN["hashes"], ids=lambda frozen: json.dumps(frozen["spec"]))
def test_bits(frozen: dict) -> None:
    hashes = {name: golden.digest(a) for name, a in arrays(NetworkSpec(**frozen["spec"])).items()}
    assert hashes == frozen["sha256_16"]


@pytest.mark.parametrize("frozen", FROZEN["values"], ids=lambda frozen: json.dumps(frozen["spec"]))
def test_orthogonal_values(frozen: dict) -> None:
    # The factorisation is the machine's LAPACK's, whose last bits differ.
    named = arrays(NetworkSpec(**frozen["spec"]))
    assert named.keys() == frozen["values"].keys()
    for name, values in frozen["values"].items():
        np.testing.assert_allclose(named[name].ravel(), values, rtol=0, atol=2e-7)


@pytest.mark.parametrize("frozen", FROZEN["film"], ids=lambda frozen: json.dumps(frozen["spec"]))
def test_conditioning(frozen: dict) -> None:
    spec = NetworkSpec(**frozen["spec"])
    film = draw(spec).film
    assert film is not None
    assert spec.film is not None
    for (scale, shift), (frozen_scale, frozen_shift) in zip(
        film.condition(spec.film), frozen["modulation"], strict=True
    ):
        np.testing.assert_allclose(scale, frozen_scale, rtol=0, atol=2e-7)
        np.testing.assert_allclose(shift, frozen_shift, rtol=0, atol=2e-7)


def test_every_initialiser_is_frozen() -> None:
    frozen = {entry["spec"]["init"] for entry in FROZEN["hashes"] + FROZEN["values"]}
    assert frozen == set(INITIALISERS)


@pytest.mark.parametrize("depthwise", [False, True])
def test_kaiming_uniform_is_what_torch_draws(depthwise: bool) -> None:
    """It is the plugin's last case, the one without a fall-through, which torch confirms."""
    spec = NetworkSpec(init="kaiming_uniform", depthwise=depthwise, recipe="plugin", seed=9)
    ours = draw(replace(spec, recipe="ronn")).weights
    for one, other in zip(ours, draw(spec).weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_bias_follows_its_layer_and_changes_what_comes_after() -> None:
    spec = NetworkSpec(seed=1)
    plain, biased = draw(spec), draw(replace(spec, bias=True))
    np.testing.assert_array_equal(plain.weights[0], biased.weights[0])
    assert not np.array_equal(plain.weights[1], biased.weights[1])
    assert biased.biases is not None
    assert np.abs(biased.biases[0]).max() <= 1.0 / np.sqrt(2 * 3)


def test_the_plugin_draws_its_biases_from_the_streams_end() -> None:
    spec = NetworkSpec(seed=1, recipe="plugin")
    plain, biased = draw(spec), draw(replace(spec, bias=True))
    for one, other in zip(plain.weights, biased.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert biased.biases is not None
    assert [bias.shape for bias in biased.biases] == [(8,)] * 5 + [(2,)]
