"""A network run layer by layer gives what it gives as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ronn_jack.hotswap.voice_factory import make_playable
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network
from ronn_jack.pictures.shadow import MOST_BYTES, Shadow, is_light
from ronn_jack.realtime.kernels.network import process_signal
from tests import oracle
from tests.realtime.engine_driver import noise

RATE = 48_000.0
SPECS = [
    NetworkSpec(layers=4, kernel=5, channels=6, activation="tanh", bias=True),
    NetworkSpec(layers=5, kernel=3, channels=7, depthwise=True, residual=True, decay=0.2),
    NetworkSpec(layers=3, kernel=70, channels=3, activation="elu", film=(0.3, -0.5)),
    NetworkSpec(layers=3, channels=2, recipe="package", residual=True, film=(0.3, -0.5)),
]


def output_of(shadow: Shadow, x: np.ndarray) -> np.ndarray:
    """Return what comes out of the last layer."""
    for run in shadow.layers:
        x = run.process(x)
    return x


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.summary)
def test_layer_by_layer_it_gives_what_the_network_gives(spec):
    x = noise(1500)
    heard = slice(spec.receptive_field, None)
    expected = Network(spec).process(x)[:, heard]
    np.testing.assert_allclose(output_of(Shadow(spec, RATE), x)[:, heard], expected, atol=1e-5)


def test_it_follows_morph_drift_and_point():
    spec = SPECS[2]
    x = noise(1500)
    expression = replace(
        AT_REST, morph=0.4, drift_depth=0.7, seed_b=9, xy_x=-0.2, xy_y=0.8, drift_rate=1.0
    )
    playable = make_playable(spec, RATE, expression, movable=True)
    playable.pin(expression, 0.3)
    expected = np.empty_like(x)
    process_signal.ctypes(playable.address, x.ctypes.data, 1500, expected.ctypes.data, 1500, 1500)
    shadow = Shadow(spec, RATE)
    assert shadow.aim(expression, 0.3)
    assert not shadow.aim(expression, 0.3)
    # Its histories are still those of where it was.
    heard = slice(spec.receptive_field, None)
    found = output_of(shadow, x)
    np.testing.assert_allclose(found[:, heard], expected[:, heard], atol=1e-5)
    assert np.abs(expected - Network(spec).process(x)).max() > 1e-2


def test_levels_and_what_enters_are_those_of_plain_arithmetic():
    spec = SPECS[0]
    x = noise(600)
    drawn = draw(spec)
    shadow = Shadow(spec, RATE)
    shadow.hear(noise(spec.receptive_field, seed=2), watched={1})
    activity = shadow.hear(x, watched={1})
    x = np.hstack([noise(spec.receptive_field, seed=2), x])
    signal, rest = x.astype(np.float64), np.zeros(2)
    for i in range(spec.layers):
        layer = spec.layer(i)
        bias = drawn.biases[i] if drawn.biases is not None else 0.0
        past = np.repeat(rest[:, None], layer.history + 1, axis=1)
        whole = np.hstack([past, signal])
        bare = replace(layer, activation="linear")
        entered = oracle.layer_of(bare, drawn.weights[i].astype(float), bias, None, whole)
        if i == 1:
            low, high = activity.entered[1]
            assert (low, high) == pytest.approx(
                (entered[:, -600:].min(), entered[:, -600:].max()), abs=1e-5
            )
        out = oracle.activation(layer, entered)
        rest, signal = out[:, 0], out[:, 1:]
        expected = np.sqrt((signal[:, -600:] ** 2).mean(axis=1))
        np.testing.assert_allclose(activity.levels[i], expected, rtol=1e-4, atol=1e-7)
    assert activity.entered.keys() == {1}


def test_weights_are_those_that_sound():
    spec = SPECS[1]
    shadow = Shadow(spec, RATE)
    gains = spec.layer(2).frame_gain ** (spec.layer(2).dilation * np.arange(2, -1, -1))
    np.testing.assert_allclose(shadow.weights(2), Network(spec).weights[2] * gains, rtol=1e-6)
    shadow.aim(replace(AT_REST, morph=1.0, seed_b=9))
    other = Network(replace(spec, seed=9)).weights[2] * gains
    np.testing.assert_allclose(shadow.weights(2), other, rtol=1e-5)


def test_numbers_that_are_none_do_no_harm():
    spec = NetworkSpec(layers=12, channels=16, init="normal", activation="linear")
    activity = Shadow(spec, RATE).hear(np.full((2, 300), 1e38, np.float32), watched={11})
    assert all(np.isfinite(levels).all() for levels in activity.levels)


def test_a_network_of_a_minute_is_too_heavy_and_the_usual_ones_are_light():
    assert is_light(NetworkSpec(layers=9, kernel=15, channels=16))
    long = NetworkSpec(layers=6, kernel=128, channels=16, dilation=6, limit_rate=192_000)
    assert 4 * sum(long.layer(i).inputs * long.layer(i).history for i in range(6)) > MOST_BYTES
    assert not is_light(long)
