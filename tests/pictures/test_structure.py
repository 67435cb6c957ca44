"""What a network is drawn from."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network
from ronn_jack.pictures.structure import structure, taps

SPECS = [
    NetworkSpec(),
    NetworkSpec(layers=9, kernel=15, channels=6, depthwise=True),
    NetworkSpec(layers=4, kernel=5, residual=True, recipe="package", channels=2, stretch=1.6),
    NetworkSpec(inputs=1, outputs=1, layers=1, kernel=1),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.summary)
def test_layers_reach_as_far_as_the_receptive_field(spec):
    found = msgspec.json.decode(msgspec.json.encode(structure(spec, 44_100.0)))
    layers = found["layers"]
    assert 1 + sum((each["kernel"] - 1) * each["dilation"] for each in layers) == (
        spec.receptive_field
    )
    assert (found["receptive_field"], found["rate"]) == (spec.receptive_field, 44_100.0)
    assert [(each["outputs"], each["inputs"] // each["groups"]) for each in layers] == [
        shape[:2] for shape in spec.weight_shapes
    ]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.summary)
def test_taps_are_the_frames_that_a_click_comes_back_from(spec):
    rows = taps([spec.layer(i) for i in range(spec.layers)], apart=1.0)
    assert len(rows) == spec.layers + 1
    assert rows[-1][-1] == spec.receptive_field - 1
    linear = replace(spec, activation="linear", seed=5)
    click = np.zeros((spec.inputs, spec.receptive_field), np.float32)
    network = Network(linear)
    rest = network.process(click)
    network.reset()
    click[:, 0] = 1.0
    heard = np.abs(network.process(click) - rest).sum(axis=0)
    assert set(np.flatnonzero(heard)) <= set(rows[-1].tolist())
    assert np.flatnonzero(heard)[-1] == rows[-1][-1]


def test_of_taps_that_nobody_can_tell_apart_few_are_left():
    spec = NetworkSpec(layers=9, kernel=15, channels=6)
    rows = taps([spec.layer(i) for i in range(9)], apart=10.0)
    assert rows[-1][-1] == 7154
    assert max(row.size for row in rows) <= 718
