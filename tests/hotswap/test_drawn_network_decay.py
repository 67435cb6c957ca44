"""Networks that decay: a linear one's response is the undecayed one's times an exponential."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack import Network, NetworkSpec
from ronn_jack.errors import SpecError
from ronn_jack.hotswap.drawn_network import drawn_network
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.recipes import draw
from ronn_jack.realtime.kernels.network import process_signal
from tests import oracle

RATE = 44100.0
T60 = 0.05
SHAPES = [
    {"layers": 8, "kernel": 5},
    {"layers": 3, "kernel": 40, "channels": 12, "depthwise": True},
    {"layers": 5, "kernel": 9, "channels": 33, "outputs": 1, "residual": True},
    {"layers": 2, "kernel": 100, "channels": 7, "dilation": 9, "bias": True},
    {"layers": 7, "kernel": 4, "recipe": "package"},
    {"layers": 9, "kernel": 5, "channels": 2, "recipe": "package", "residual": True},
    {"layers": 4, "kernel": 30, "film": (0.7, -0.4)},
]
"""Every form of layers and every residual."""
MOVED = replace(AT_REST, seed_b=9, morph=0.3, drift_depth=0.6)


def linear(**shape: object) -> NetworkSpec:
    return NetworkSpec(**{"activation": "linear", "rate": RATE, **shape})


def response(spec: NetworkSpec, moved: bool) -> NDArray[np.float64]:
    """Return what an impulse in the first input adds to the outputs."""
    network = drawn_network(spec, RATE, MOVED if moved else AT_REST, moved)
    frames = spec.receptive_field + 100
    heard = []
    for height in (1.0, 0.0):
        x = np.zeros((spec.inputs, frames), np.float32)
        x[0, 0] = height
        y = np.empty((network.outputs, frames), np.float32)
        network.start_at(0)
        process_signal.ctypes(network.address, x.ctypes.data, frames, y.ctypes.data, frames, frames)
        heard.append(y.astype(np.float64))
    return heard[0] - heard[1]


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_linear_network_decays_by_the_exponential(shape: dict[str, object], moved: bool) -> None:
    plain = response(linear(**shape), moved)
    decayed = response(linear(**shape, decay=T60), moved)
    wanted = plain * 10.0 ** (-3.0 * np.arange(plain.shape[1]) / RATE / T60)
    # So long that the exponential shows.
    assert np.abs(plain - wanted).max() > 1e-2 * np.abs(plain).max()
    assert np.abs(decayed - wanted).max() < 1e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("shape", SHAPES)
def test_with_curves_it_is_what_the_oracle_says(shape: dict[str, object]) -> None:
    spec = linear(**shape, activation="tanh", decay=T60)
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (2, 900)).astype(np.float32)
    wanted = oracle.network(spec, draw(spec), x)
    y = Network(spec).process(x)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


def test_weights_stay_as_drawn_and_a_long_decay_is_none() -> None:
    for mine, drawn in zip(Network(linear(decay=0.1)).weights, draw(linear()).weights, strict=True):
        np.testing.assert_array_equal(mine, drawn)
    silence = Network(linear(layers=12, kernel=30, dilation=2, decay=0.05, bias=True))
    assert np.isfinite(silence.process(np.ones((2, 3000)))).all()


def test_decay_is_in_seconds() -> None:
    slow, fast = (linear(decay=decay, rate=rate) for decay, rate in ((0.4, 24e3), (0.2, 48e3)))
    x = np.eye(2, 500, dtype=np.float32)
    np.testing.assert_array_equal(Network(slow).process(x), Network(fast).process(x))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"decay": 0.02}, r"decay = 0.02 is out of range; use 0 \(off\), 0.05 to 60 s"),
        ({"decay": -1.0}, "decay = -1.0 is out of range"),
        ({"rate": 0.0}, "rate = 0.0 is out of range; use a number above 0"),
        ({"rate": float("nan")}, "rate = nan is out of range"),
        ({"rate": "fast"}, "rate = 'fast' is no number"),
    ],
)
def test_what_is_no_time_is_refused_in_words(fault: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        NetworkSpec(**fault)
