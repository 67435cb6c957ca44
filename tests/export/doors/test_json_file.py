"""A network that is read back from JSON is the one that was written."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ronn_jack.export.doors.json_file import json_file
from ronn_jack.export.doors.sound import Sound
from ronn_jack.model.spec import Layer
from ronn_jack.network import Network
from ronn_jack.parameters import Value
from ronn_jack.parameters.share import read_shared
from tests import oracle
from tests.export.doors.sounds import noise, off_by, sound

SOUNDS: list[dict[str, Value]] = [
    {},
    {"bias": True, "depthwise": True, "activation": "sine"},
    {"residual": True, "activation": "leaky_relu", "decay": 0.1},
    {"recipe": "package", "residual": True, "decay": 0.05, "channels": 2, "kernel": 4},
    {"xy": True, "xy_x": 0.5, "xy_y": -0.7, "bias": True, "activation": "tanh"},
    {"layers": 1, "kernel": 1},
]


def read(written: Sound) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_file(written))
    return found


@pytest.mark.parametrize("values", SOUNDS)
def test_the_numbers_are_those_of_the_network_to_the_bit(values: dict[str, Value]) -> None:
    written = sound(**{**values, "decay": 0.0})
    layers, net = read(written)["layers"], Network(written.spec)
    for layer, weight in zip(layers, net.weights, strict=True):
        assert (np.array(layer["weight"], np.float32) == weight).all()
    assert [layer["bias"] is not None for layer in layers] == [net.biases is not None] * len(layers)
    for layer, bias in zip(layers, net.biases or (), strict=net.biases is not None):
        assert (np.array(layer["bias"], np.float32) == bias).all()


@pytest.mark.parametrize("values", SOUNDS)
@pytest.mark.parametrize("inputs", [1, 2])
def test_it_can_be_run_by_what_the_file_says_alone(values: dict[str, Value], inputs: int) -> None:
    written = sound(inputs=inputs, **values)
    found = read(written)
    x = noise(inputs, 200)
    signal = np.hstack([np.zeros((inputs, found["receptive_field_frames"])), x])
    for said in found["layers"]:
        signal = run(said, signal)
    assert off_by(signal[:, -200:], Network(written.spec).process(x)) < 1e-5
    assert found["outputs"] == len(signal)


def run(said: dict[str, Any], x: oracle.Float64) -> oracle.Float64:
    """Return what a layer gives for all frames, with zeros or what was there before them."""
    layer = Layer(
        **{name: said[name] for name in Layer.__dataclass_fields__ if name in said},
        frame_gain=said["residual_gain"] ** (1.0 / (said["residual_delay"] or 1)),
    )
    bias = np.zeros(layer.outputs) if said["bias"] is None else np.array(said["bias"])
    modulation = (
        None if said["scale"] is None else (np.array(said["scale"]), np.array(said["shift"]))
    )
    past = np.repeat(x[:, :1], layer.history, axis=1)
    return oracle.layer_of(layer, np.array(said["weight"]), bias, modulation, np.hstack([past, x]))


def test_it_says_which_sound_it_is_and_what_is_around_the_network() -> None:
    written = sound(drive=6.0, output_gain=-3.0, eq=True, mix=0.5, recipe="plugin")
    found = read(written)
    assert read_shared(found["sound"])["drive"] == 6.0
    path = found["path"]
    assert (path["drive_db"], path["output_gain_db"], path["mix"]) == (6.0, -3.0, 0.5)
    assert (path["high_pass_hz"], path["high_pass_q"]) == (10.0, 10.0)
    assert path["level_db"] == written.level_db
    assert found["left_out"] == ["the equaliser", "the dry signal"]
