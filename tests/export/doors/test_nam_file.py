"""What Neural Amp Modeler plays is the network, where it can be."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ronn_jack.errors import SpecError
from ronn_jack.export.doors.nam_file import nam_file
from ronn_jack.network import Network
from ronn_jack.parameters import Value
from tests.export.doors.sounds import noise, off_by, sound
from tests.support.nam_player import play_nam

CURVES = (
    "tanh", "sigmoid", "relu", "hard_clip", "linear", "leaky_relu", "rrelu", "rectify",
    "softshrink",
)  # fmt: skip
SOUNDS: list[dict[str, Value]] = [
    *({"activation": curve, "init": "normal", "channels": 4} for curve in CURVES),
    {"activation": "tanh", "bias": True, "residual": True},
    {"activation": "leaky_relu", "bias": True, "depthwise": True, "stretch": 3.3},
    {"activation": "relu", "xy": True, "xy_x": 0.7, "decay": 0.05},
    {"recipe": "package", "activation": "tanh"},
    {"channels": 1, "residual": True},
    {"layers": 1, "residual": True},
    {"layers": 1, "kernel": 1, "bias": True},
]


@pytest.mark.parametrize("values", SOUNDS)
def test_it_plays_the_network(values: dict[str, Value]) -> None:
    written = sound(1, 1, **values)
    x = noise(1)
    meant = Network(written.spec).process(x)[0]
    assert off_by(play_nam(nam_file(written), x[0]), meant) < 3e-5


def test_the_gains_before_and_after_the_network_are_in_the_file() -> None:
    written = sound(1, 1, activation="tanh", input_gain=12.0, drive=6.0, output_gain=-3.0)
    assert written.level_db < -2.0  # drive is made up for
    x = noise(1)
    driven = (x * np.float32(10.0 ** (18.0 / 20.0))).astype(np.float32)
    gain = 10.0 ** ((written.level_db - 3.0) / 20.0)
    meant = Network(written.spec).process(driven)[0] * gain
    text = nam_file(written)
    assert off_by(play_nam(text, x[0]), meant) < 3e-5
    told = json.loads(text)["metadata"]
    assert told["level_db"] == written.level_db
    assert told["left_out"] == ["the high-pass at 10 Hz"]


@pytest.mark.parametrize(
    ("channels", "values", "reason"),
    [
        ((2, 1), {}, "1 input and 1 output, not 2 and 1"),
        ((1, 2), {}, "1 input and 1 output, not 1 and 2"),
        ((1, 1), {"activation": "gelu"}, "no activation = gelu: use tanh"),
        ((1, 1), {"recipe": "package", "residual": True, "channels": 1}, "turn residual off"),
        (
            (1, 1),
            {"recipe": "package", "residual": True, "channels": 1, "kernel": 1},
            "last layer .* turn residual off",
        ),
        ((1, 1), {"channels": 64, "kernel": 128}, "at most 4000000 .* lower channels"),
    ],
)
def test_what_it_can_t_be_is_said(
    channels: tuple[int, int], values: dict[str, Value], reason: str
) -> None:
    with pytest.raises(SpecError, match=reason):
        nam_file(sound(*channels, **values))
