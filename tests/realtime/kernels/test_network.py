"""Whole networks and single layers through the kernel, against float64."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.model.recipes import BY_NAME, draw
from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.parameters import ACTIVATIONS
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import CELL, MAX_BLOCK
from tests import oracle
from tests.realtime.kernels.images import RNG_FRAMES, OneLayer, header_words, noise, run


@st.composite
def any_layer(draw_from: st.DrawFn) -> Layer:
    """A layer as a network can have, and some that none has."""
    inputs = draw_from(st.integers(1, 40))
    depthwise = inputs > 1 and draw_from(st.booleans())
    outputs = inputs if depthwise else draw_from(st.integers(1, 40))
    kernel = draw_from(st.integers(1, 24))
    dilation = draw_from(st.sampled_from([1, 2, 3, 4, 7, 8, 16, 20, 64, 125]))
    delay = None
    if inputs in (1, outputs) and draw_from(st.booleans()):
        delay = draw_from(st.integers(0, (kernel - 1) * dilation))
    activation = draw_from(st.sampled_from(ACTIVATIONS))
    groups = inputs if depthwise else 1
    return Layer(inputs, outputs, groups, kernel, dilation, activation, 0.2, delay)


@settings(max_examples=60)
@given(any_layer(), st.booleans(), st.integers(0, 99), st.sampled_from([64, 256]))
def test_any_layer_agrees_with_a_float64_convolution(
    layer: Layer, bias: bool, seed: int, step: int
) -> None:
    rng = np.random.default_rng(seed)
    shape = (layer.outputs, layer.inputs // layer.groups, layer.kernel)
    weight = (rng.standard_normal(shape) / np.sqrt(shape[1] * shape[2])).astype(np.float32)
    biases = rng.standard_normal(layer.outputs).astype(np.float32)
    spec = OneLayer(layer)
    weights = Weights([weight], [biases] if bias else None, None)
    x = noise(layer.inputs, 700, seed)
    image = NetworkImage(spec, weights, step)  # type: ignore[arg-type]
    wanted = oracle.network(spec, weights, x)  # type: ignore[arg-type]
    # Sine30 magnifies the rounding of its argument thirty times.
    tolerance = 3e-4 if layer.activation == "sine30" else 1e-5
    sure = between_steps(layer, weights, x)
    y = run(image, x)
    np.testing.assert_allclose(y[sure], wanted[sure], rtol=0, atol=tolerance * abs(wanted).max())
    image.reset()
    cuts = [int(n) for n in rng.integers(1, 300, 700)]
    np.testing.assert_array_equal(run(image, x, cuts), run_fresh(image, x))


def between_steps(layer: Layer, weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return where rounding can't move a layer's sum across a step of its curve."""
    if layer.activation != "crush":
        return np.full((layer.outputs, x.shape[1]), True)
    straight = OneLayer(replace(layer, activation="linear", residual_delay=None))
    sums = oracle.network(straight, weights, x)  # type: ignore[arg-type]
    margin = 1e-5 * abs(sums).max()
    low, high = (oracle.activation(layer, sums + side) for side in (-margin, margin))
    sure: np.ndarray = low == high
    assert sure.mean() > 0.9
    return sure


def run_fresh(image: NetworkImage, x: np.ndarray) -> np.ndarray:
    image.reset()
    return run(image, x)


@st.composite
def any_spec(draw_from: st.DrawFn) -> NetworkSpec:
    """A small network of any kind that streams."""
    recipe = draw_from(st.sampled_from(["ronn", "plugin", "package"]))
    residual = recipe == "ronn" and draw_from(st.booleans())
    film = draw_from(st.sampled_from([None, (0.4, -0.7)])) if recipe != "plugin" else None
    activations = [name for name in ACTIVATIONS if name in BY_NAME[recipe].activations]
    return NetworkSpec(
        inputs=draw_from(st.integers(1, 2)),
        outputs=draw_from(st.integers(1, 2)),
        layers=draw_from(st.integers(1, 5)),
        kernel=draw_from(st.integers(1, 17)),
        channels=draw_from(st.integers(1, 20)),
        dilation=draw_from(st.integers(1, 5)),
        activation=draw_from(st.sampled_from(activations)),
        bias=draw_from(st.booleans()),
        depthwise=recipe != "package" and draw_from(st.booleans()),
        residual=residual,
        seed=draw_from(st.integers(0, 2**32 - 1)),
        recipe=recipe,
        film=film,
    )


@settings(max_examples=40)
@given(spec=any_spec(), data=st.data())
def test_any_split_into_blocks_gives_the_same_bits(spec: NetworkSpec, data: st.DataObject) -> None:
    blocks = data.draw(st.lists(st.integers(1, 8192), min_size=1, max_size=40))
    blocks = [*blocks[:8], *(1 + b % 90 for b in blocks[8:])]
    x = noise(spec.inputs, sum(blocks), spec.seed)
    image = NetworkImage(spec, draw(spec))
    whole = run(image, x)
    image.reset()
    assert run(image, x, blocks).tobytes() == whole.tobytes()


@pytest.mark.parametrize("blocks", [[1] * 700, [8192] * 2, [63, 64, 65, 255, 256, 257, 1] * 3])
@pytest.mark.parametrize(
    "shape",
    [
        {"layers": 4, "channels": 9, "kernel": 20, "dilation": 3},
        {"layers": 3, "channels": 64, "kernel": 40, "dilation": 6, "depthwise": True},
        {"layers": 2, "channels": 30, "kernel": 33, "dilation": 20, "outputs": 1},
    ],
)
def test_regular_and_awkward_blocks_give_the_same_bits(shape: dict, blocks: list[int]) -> None:
    spec = NetworkSpec(activation="tanh", bias=True, **shape)
    x = noise(2, sum(blocks))
    image = NetworkImage(spec, draw(spec))
    whole = run(image, x)
    image.reset()
    assert run(image, x, blocks).tobytes() == whole.tobytes()


@pytest.mark.parametrize("init", ["xavier_uniform", "kaiming_normal"])
@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu", "rrelu", "tanh"])
@pytest.mark.parametrize("form", ["dense", "depthwise", "residual", "film"])
def test_networks_agree_with_float64(form: str, activation: str, init: str) -> None:
    spec = NetworkSpec(
        layers=5,
        kernel=9,
        channels=14,
        dilation=3,
        activation=activation,
        init=init,
        bias=True,
        depthwise=form == "depthwise",
        residual=form == "residual",
        film=(0.3, -0.8) if form == "film" else None,
    )
    weights = draw(spec)
    x = noise(2)
    wanted = oracle.network(spec, weights, x)
    y = run(NetworkImage(spec, weights), x)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
@pytest.mark.parametrize(
    ("rows", "groups", "dilation"), [(9, 9, 3), (9, 1, 3), (20, 1, 4), (20, 1, 2 * CELL)]
)
def test_weights_that_move_are_blended_before_the_curve(
    activation: str, rows: int, groups: int, dilation: int
) -> None:
    spec = OneLayer(Layer(rows, rows, groups, 6, dilation, activation, 0.2, None))
    rng = np.random.default_rng(7)
    ends = [
        Weights(
            [rng.standard_normal((rows, rows // groups, 6)).astype(np.float32)],
            [rng.standard_normal(rows).astype(np.float32)],
            None,
        )
        for _ in range(2)
    ]
    x = noise(rows, 7 * CELL)
    moving, arrived = (NetworkImage(spec, end) for end in ends)  # type: ignore[arg-type]
    scratch = np.zeros((rows, CELL), np.float32)
    words = moving.layer_words(0)
    pairs = (layout.WEIGHTS, layout.NEXT_WEIGHTS), (layout.BIAS, layout.NEXT_BIAS)
    for word, next_word in pairs:
        words[next_word] = arrived.layer_words(0)[word]
    words[layout.BLEND] = scratch.ctypes.data
    header_words(moving)[layout.MOVED] = 0
    straight = OneLayer(Layer(rows, rows, groups, 6, dilation, "linear", 0.2, None))
    first, last = (oracle.network(straight, end, x) for end in ends)  # type: ignore[arg-type]
    up = (np.arange(CELL) + 1) / CELL
    way = np.concatenate([up, 1.0 - up, np.zeros(x.shape[1] - 2 * CELL)])
    wanted = oracle.activation(spec.only, first + way * (last - first))
    y = [run(moving, x[:, :CELL])]
    for word, next_word in pairs:
        words[word], words[next_word] = words[next_word], words[word]
    y.append(run(moving, x[:, CELL : 2 * CELL]))
    # What was left for later frames while they moved serves none once they rest.
    header_words(moving)[layout.MOVED] = -1
    for word, next_word in pairs:
        words[word] = words[next_word]
    y.append(run(moving, x[:, 2 * CELL :]))
    result = np.concatenate(y, axis=1)
    np.testing.assert_allclose(result, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


@pytest.mark.parametrize("dilation", [1, 2, 4, 8, 16, 20, 48, 257])
@pytest.mark.parametrize("kernel", [3, 8, 37])
def test_pairs_of_frames_lie_where_they_are_numbered_however_blocks_are_cut(
    kernel: int, dilation: int
) -> None:
    spec = OneLayer(Layer(17, 23, 1, kernel, dilation, "tanh", 0.2, None))
    rng = np.random.default_rng(kernel)
    weight = rng.standard_normal((23, 17, kernel)).astype(np.float32) / np.float32(kernel)
    weights = Weights([weight], [rng.standard_normal(23).astype(np.float32)], None)
    x = noise(17, 700)
    wanted = oracle.network(spec, weights, x)  # type: ignore[arg-type]
    for first in (0, 1, dilation, 3 * dilation, 2**40 + 2 * dilation - 1):
        results = []
        for blocks in ([700], [1] * 700, [63, 64, 65, 1, 255, 100, 256], [32] * 30):
            image = NetworkImage(spec, weights)  # type: ignore[arg-type]
            image.rejoin_at(first, silent=True)
            results.append(run(image, x, blocks))
        np.testing.assert_allclose(results[0], wanted, rtol=0, atol=1e-5 * abs(wanted).max())
        for result in results[1:]:
            assert result.tobytes() == results[0].tobytes()


@pytest.mark.parametrize("dilation", [1, 16, 48])
def test_going_on_from_elsewhere_changes_nothing_but_rounding(dilation: int) -> None:
    spec = OneLayer(Layer(16, 16, 1, 6, dilation, "linear", 0.2, None))
    rng = np.random.default_rng(3)
    weights = Weights([rng.standard_normal((16, 16, 6)).astype(np.float32)], None, None)
    x = noise(16)
    wanted = oracle.network(spec, weights, x)  # type: ignore[arg-type]
    image = NetworkImage(spec, weights)  # type: ignore[arg-type]
    parts = []
    for begin, number in ((0, 0), (300, 7_000_001), (620, 48)):
        image.rejoin_at(number)
        parts.append(run(image, x[:, begin : {0: 300, 300: 620}.get(begin, RNG_FRAMES)]))
    y = np.concatenate(parts, axis=1)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


def test_a_package_residual_can_widen_the_output() -> None:
    spec = NetworkSpec(
        inputs=1, outputs=1, layers=3, channels=4, kernel=6, recipe="package", residual=True,
        activation="tanh",
    )  # fmt: skip
    weights = draw(spec)
    x = noise(1)
    image = NetworkImage(spec, weights)
    wanted = oracle.network(spec, weights, x)
    assert image.outputs == len(wanted) == 4
    np.testing.assert_allclose(run(image, x), wanted, rtol=0, atol=1e-5 * abs(wanted).max())


@settings(max_examples=40)
@given(spec=any_spec())
def test_silence_is_a_fixed_point_bit_for_bit(spec: NetworkSpec) -> None:
    weights = draw(spec)
    image = NetworkImage(spec, weights)
    y = run(image, np.zeros((spec.inputs, 3 * MAX_BLOCK + spec.receptive_field % 1000)))
    assert (y == y[:, :1]).all()
    if spec.activation not in ("sine", "sine30", "crush"):
        wanted = oracle.silence(spec, weights)
        np.testing.assert_allclose(y[:, 0], wanted, rtol=1e-3, atol=1e-4)


def test_reset_forgets_everything() -> None:
    spec = NetworkSpec(layers=4, kernel=30, dilation=5, channels=5, bias=True)
    image = NetworkImage(spec, draw(spec))
    x = noise(2)
    first = run(image, x)
    assert not np.array_equal(run(image, x), first)
    image.reset()
    np.testing.assert_array_equal(run(image, x), first)


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"depthwise": True},
        {"residual": True, "outputs": 1},
        {"channels": 24},
        {"channels": 24, "dilation": 6, "layers": 4},
    ],
)
@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sine", "softshrink"])
def test_an_impulse_lasts_exactly_the_receptive_field(shape: dict, activation: str) -> None:
    usual: dict = {"inputs": 1, "layers": 3, "kernel": 7, "dilation": 4, "channels": 6}
    spec = NetworkSpec(init="uniform_1", activation=activation, **(usual | shape))
    x = np.zeros((1, spec.receptive_field + 500), np.float32)
    x[0, 0] = 100.0 if activation == "softshrink" else 1.0
    y = run(NetworkImage(spec, draw(spec)), x)
    if activation not in ("relu", "softshrink"):
        assert (y[:, spec.receptive_field - 1] != 0.0).all()
    assert not y[:, spec.receptive_field :].any()


@pytest.mark.parametrize(("channels", "dilation"), [(8, 3), (16, 2), (16, 8)])
def test_not_a_number_leaves_with_the_receptive_field(channels: int, dilation: int) -> None:
    spec = NetworkSpec(
        layers=4, kernel=9, dilation=dilation, channels=channels, bias=True, outputs=1
    )
    x = noise(2, spec.receptive_field + 1000)
    clean = run(NetworkImage(spec, draw(spec)), x)
    x[0, 100], x[1, 101] = np.nan, np.inf
    image = NetworkImage(spec, draw(spec))
    dirty = run(image, x, [64] * -(-x.shape[1] // 64))
    assert np.isnan(dirty).any()
    after = 101 + spec.receptive_field
    np.testing.assert_array_equal(dirty[:, after:], clean[:, after:])


def test_an_image_is_aligned_and_says_its_size() -> None:
    spec = NetworkSpec(layers=3)
    image = NetworkImage(spec, draw(spec))
    assert image.address % 64 == 0
    assert 0 < image.nbytes < 1 << 20
    assert image.outputs == 2
