"""The oracle itself, held to what torch gave in float64."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model.recipes import draw
from ronn_jack.units import decibels_to_gain
from tests import oracle
from tests.model import golden

STORED = 3e-7
"""The references are float64 results kept as float32, from weights that agree bit for bit."""


def relative_error(result: np.ndarray, expected: np.ndarray) -> float:
    assert result.shape == expected.shape
    return float(np.abs(result - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("name", golden.names("python"))
def test_network_of_the_package(name: str) -> None:
    file = golden.load(name)
    result = oracle.network(file.spec, draw(file.spec), file.arrays["x"])
    orthogonal = file.spec.init == "orthogonal"
    assert relative_error(result, file.arrays["out64"]) < (1e-6 if orthogonal else STORED)


@pytest.mark.parametrize("name", golden.names("plugin"))
def test_network_and_high_pass_of_the_plugin(name: str) -> None:
    file = golden.load(name)
    weights = draw(file.spec)
    gain = np.float32(decibels_to_gain(file.meta["input_gain_db"]))
    net = oracle.network(file.spec, weights, file.arrays["x"] * gain)
    tolerance = 2e-6 if file.spec.activation == "sine30" else STORED
    assert relative_error(net, file.arrays["net64"]) < tolerance

    late = file.meta["latency_samples"]
    before = np.repeat(oracle.silence(file.spec, weights)[:, np.newaxis], late, axis=1)
    delayed = np.hstack([before, net])[: file.meta["bus_channels"], : net.shape[1]]
    result = oracle.biquad(delayed, tuple(file.meta["hp_coefs_f32"]))
    result *= decibels_to_gain(file.meta["output_gain_db"])
    assert relative_error(result, file.arrays["plugin_out64"]) < 1e-6


def test_high_pass_has_the_coefficients_of_the_plugin() -> None:
    file = golden.load("plugin_00")
    noise = np.random.default_rng(1).standard_normal((1, 2000))
    expected = oracle.biquad(noise, tuple(file.meta["hp_coefs_f32"]))
    result = oracle.high_pass(noise, file.meta["sample_rate"], oracle.Q["plugin"])
    assert relative_error(result, expected) < 1e-4


def test_high_pass_stays_at_rest_on_the_constant_that_came_before() -> None:
    constant = np.array([0.7, -3.0])
    out = oracle.high_pass(np.full((2, 500), constant[:, np.newaxis]), 48000, 0.707, constant)
    assert np.abs(out).max() < 1e-12
