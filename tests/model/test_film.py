"""Conditioning: the identity at zero in `ronn`, bounded, and drawn without side effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from tests import oracle

SPEC = NetworkSpec(layers=5, activation="tanh", film=(0.0, 0.0))


@pytest.mark.parametrize("film_dim", range(1, 9))
def test_the_zero_point_changes_nothing(film_dim: int) -> None:
    point = (0.0,) * film_dim
    film = draw(replace(SPEC, film=point, film_dim=film_dim)).film
    assert film is not None
    for scale, shift in film.condition(point):
        np.testing.assert_array_equal(scale, 1.0)
        np.testing.assert_array_equal(shift, 0.0)


@pytest.mark.parametrize("recipe", ["ronn", "package"])
def test_modulation_has_one_value_for_each_drawn_channel(recipe: str) -> None:
    spec = NetworkSpec(recipe=recipe, outputs=1, channels=4, film=(0.5, -1.0))
    film = draw(spec).film
    assert film is not None
    modulations = film.condition((0.5, -1.0))
    assert len(modulations) == spec.layers
    for i, pair in enumerate(modulations):
        for values in pair:
            assert values.shape == spec.weight_shape(i)[:1]
            assert values.dtype == np.float32


@pytest.mark.parametrize("recipe", ["ronn", "package"])
@pytest.mark.parametrize("init", ["normal", "xavier_uniform", "orthogonal"])
def test_conditioning_leaves_the_convolutions_alone(recipe: str, init: str) -> None:
    plain = NetworkSpec(recipe=recipe, init=init, inputs=1, channels=3, bias=True)
    without, with_film = draw(plain), draw(replace(plain, film=(0.2, 0.4)))
    assert without.film is None
    assert without.biases is not None
    assert with_film.biases is not None
    for one, other in zip(
        without.weights + without.biases, with_film.weights + with_film.biases, strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("layers", [1, 6, 24])
def test_no_point_scales_beyond_the_stated_bound(layers: int) -> None:
    film = draw(replace(SPEC, layers=layers, dilation=1)).film
    assert film is not None
    for point in [(1.0, 1.0), (-1.0, 1.0), (1e6, -1e6)]:
        for scale, shift in film.condition(point):
            assert np.abs(scale - 1.0).max() <= 2.0 / np.sqrt(layers)
            assert np.abs(shift).max() <= 0.5 / np.sqrt(layers)


@pytest.mark.parametrize("seed", range(4))
def test_a_corner_is_heard(seed: int) -> None:
    spec = replace(SPEC, seed=seed)
    weights = draw(spec)
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 1000))
    at_zero = oracle.network(spec, weights, x)
    at_corner = oracle.network(spec, weights, x, (1.0, 1.0))
    assert np.abs(at_corner - at_zero).std() > 0.1 * at_zero.std()
    assert 0.1 < at_corner.std() / at_zero.std() < 10.0
