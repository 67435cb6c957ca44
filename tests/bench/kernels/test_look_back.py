"""The original's way, which has to compute the same as ours to be compared with it."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.kernels.look_back import NumpyLookBack, TorchLookBack, can_look_back
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network

SPECS = [
    NetworkSpec(layers=3, kernel=4, channels=5, dilation=3, activation="tanh"),
    NetworkSpec(layers=4, kernel=3, channels=6, activation="relu", depthwise=True, bias=True),
    NetworkSpec(inputs=1, outputs=1, layers=1, kernel=7, activation="linear"),
]


def looked_back(way, spec, x, frames):
    network = way(spec, frames)
    blocks = [network.process(x[:, i : i + frames]) for i in range(0, x.shape[1], frames)]
    return np.concatenate(blocks, axis=1)


@pytest.mark.parametrize("way", [NumpyLookBack, TorchLookBack])
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.activation)
def test_it_gives_what_the_streaming_network_gives(way, spec):
    if way is TorchLookBack:
        pytest.importorskip("torch")
    x = np.random.default_rng(1).uniform(-1, 1, (spec.inputs, 96)).astype(np.float32)
    # Before the first frame its history is zeros in every layer: biases would have filled ours.
    lead = np.zeros((spec.inputs, -(-spec.receptive_field // 32) * 32), np.float32)
    x = np.concatenate([lead, x], axis=1)
    expected = Network(spec).process(x)
    found = looked_back(way, spec, x, 32)
    assert np.allclose(found, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize(
    "values", [{"residual": True}, {"film": (0.1, 0.2)}, {"activation": "gelu"}], ids=str
)
def test_what_it_does_not_know_is_not_compared(values):
    assert can_look_back(SPECS[0])
    assert not can_look_back(NetworkSpec(**values))
