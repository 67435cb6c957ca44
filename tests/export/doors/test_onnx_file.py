"""A network in onnxruntime is what it is here, in whatever blocks it comes."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

from ronn_jack.export.doors.onnx_file import onnx_file  # noqa: E402
from ronn_jack.export.doors.sound import Sound  # noqa: E402
from ronn_jack.network import Network  # noqa: E402
from ronn_jack.parameters import PARAMETERS, Value  # noqa: E402
from tests.export.doors.sounds import noise, off_by, sound  # noqa: E402

BLOCKS = (1, 3, 64, 333, 599)
LOUD = {"activation": "softshrink", "init": "normal"}
"""What is below 0.5 in all layers would be silence."""


def session(written: Sound) -> runtime.InferenceSession:
    return runtime.InferenceSession(onnx_file(written), providers=["CPUExecutionProvider"])


def played(written: Sound, x: np.ndarray) -> np.ndarray:
    """Return what comes out for a signal in BLOCKS, each with the state that the last one left."""
    opened = session(written)
    states = {
        each.name: np.zeros([1, *each.shape[1:]], np.float32) for each in opened.get_inputs()[1:]
    }
    names = [each.name for each in opened.get_outputs()]
    given, begin = [], 0
    for frames in BLOCKS:
        block = x[np.newaxis, :, begin : begin + frames]
        found = dict(zip(names, opened.run(None, {"input": block, **states}), strict=True))
        given.append(found.pop("output")[0])
        states = {name.removeprefix("next_"): state for name, state in found.items()}
        begin += frames
    return np.concatenate(given, axis=1)


@pytest.mark.parametrize("activation", PARAMETERS["activation"].choices)
def test_every_activation_is_the_same_there(activation: str) -> None:
    # Layers upon layers of sine30 make everything of the last bit.
    few = {"layers": 2, "init": "uniform_0.1"} if activation == "sine30" else {}
    loud = LOUD if activation == "softshrink" else {}
    written = sound(**{"activation": activation, **few, **loud})
    x = noise(2, sum(BLOCKS))
    assert off_by(played(written, x), Network(written.spec).process(x)) < 1e-5


SOUNDS: list[dict[str, Value]] = [
    {"bias": True, "activation": "sigmoid", "layers": 12},
    {"bias": True, "depthwise": True, "activation": "tanh"},
    {"residual": True, "bias": True, "activation": "softplus"},
    {"recipe": "package", "residual": True, "channels": 2, "kernel": 4, "decay": 0.2},
    {"xy": True, "xy_x": 0.5, "xy_y": 0.9, "activation": "tanh"},
    {"kernel": 1},
    {"stretch": 3.3, "kernel": 9},
]


@pytest.mark.parametrize("values", SOUNDS)
@pytest.mark.parametrize("inputs", [1, 2])
def test_every_kind_of_layer_is_the_same_there(values: dict[str, Value], inputs: int) -> None:
    written = sound(inputs=inputs, **values)
    x = noise(inputs, sum(BLOCKS))
    assert off_by(played(written, x), Network(written.spec).process(x)) < 1e-5


def test_a_network_that_was_moved_is_there_where_it_was() -> None:
    written = sound(morph=0.4)
    x = noise(2, sum(BLOCKS))
    assert off_by(played(written, x), written.network.process(x)) < 1e-5


def test_zeros_are_the_state_of_endless_silence() -> None:
    written = sound(bias=True, activation="sigmoid")
    silence = np.zeros((2, sum(BLOCKS)), np.float32)
    heard = played(written, silence)
    assert np.ptp(heard, axis=1) == pytest.approx(0.0, abs=1e-5)
    assert np.abs(heard).max() > 0.01


def test_several_signals_run_side_by_side() -> None:
    written = sound()
    opened = session(written)
    x = np.stack([noise(2, 100), -noise(2, 100)])
    states = {e.name: np.zeros([2, *e.shape[1:]], np.float32) for e in opened.get_inputs()[1:]}
    found = opened.run(["output"], {"input": x, **states})[0]
    for signal, given in zip(x, found, strict=True):
        assert off_by(given, Network(written.spec).process(signal)) < 1e-5


def test_the_file_says_what_it_is() -> None:
    written = sound(drive=12.0, reverb=True)
    facts = session(written).get_modelmeta().custom_metadata_map
    assert facts["sound"] == written.text
    assert json.loads(facts["path"])["drive_db"] == 12.0
    assert json.loads(facts["left_out"]) == ["the reverb"]
