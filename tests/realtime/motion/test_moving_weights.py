"""Weights that move under a running network, against networks made with the weights they pass."""

import ctypes
import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.hotswap.drawn_network import DrawnNetwork
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.realtime.compiler.memory import Arena, aligned_bytes, taken_from
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.layout import (
    BLEND,
    CELL,
    CHUNK,
    MOVED,
    ROWS,
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.motion.moving_weights import GLIDE_SECONDS
from ronn_jack.realtime.voice import Voice
from tests.realtime.engine_driver import RATE, engine_for, noise, play

SEED, SEED_B = 3, 9
GLIDE = round(GLIDE_SECONDS * RATE) + 3 * CELL
QUIET = {"output_gain": -24.0}
SHAPES = [
    {"activation": "tanh", "kernel": 5},
    {"activation": "leaky_relu", "bias": True, "channels": 19, "residual": True},
    {"activation": "tanh", "channels": 16, "dilation": 8, "layers": 4, "kernel": 4},
    {"activation": "sine", "depthwise": True, "bias": True, "channels": 12, "kernel": 30},
    {"activation": "elu", "bias": True, "layers": 2, "kernel": 100, "init": "orthogonal"},
    {"activation": "tanh", "recipe": "plugin", "bias": True, "channels": 5},
    {"activation": "tanh", "recipe": "package", "kernel": 5, "film": (0.3, -0.6)},
    {"activation": "selu", "recipe": "package", "channels": 2, "residual": True},
    {"activation": "tanh", "layers": 1, "kernel": 1},
    {"activation": "tanh", "init": "dirac"},
]
"""Every form of layer and every recipe, short and long pasts, and outputs that are repeated."""
SETTLING = {"plugin": 4.5}


def expression(morph: float = 0.0, rate: float = 0.0, depth: float = 0.0) -> Expression:
    return dataclasses.replace(
        AT_REST, seed_b=SEED_B, morph=morph, drift_rate=rate, drift_depth=depth
    )


def running(spec: NetworkSpec, where: Expression = AT_REST) -> tuple[Engine, Voice]:
    """Return an engine and the voice that it plays from the first frame on."""
    engine = engine_for(spec, **QUIET)
    voice = make_voice(spec, RATE, where)
    assert engine.withdraw() is not None
    engine.publish(voice)
    return engine, voice


def start(voice: Voice, x: NDArray[np.float32], position: int = 0) -> NDArray[np.float64]:
    """Return the end of what a voice gives for `x` from `position` on, silence before it."""
    voice.start_at(position)
    voice.prime(np.roll(x, position, axis=1), position + x.shape[1])
    return voice.last_block.copy()


def vectors(weights: Weights) -> list[NDArray[np.float64]]:
    """Return each layer's weights and biases as one vector."""
    rows = [w.reshape(-1).astype(float) for w in weights.weights]
    if weights.biases is not None:
        rows = [np.append(row, b) for row, b in zip(rows, weights.biases, strict=True)]
    return rows


def from_vectors(rows: list[NDArray[np.float64]], like: Weights) -> Weights:
    weights = [
        r[: w.size].reshape(w.shape).astype(np.float32)
        for r, w in zip(rows, like.weights, strict=True)
    ]
    biases = None
    if like.biases is not None:
        biases = [r[w.size :].astype(np.float32) for r, w in zip(rows, like.weights, strict=True)]
    return Weights(weights, biases, like.film)


def slerp(a: NDArray[np.float64], b: NDArray[np.float64], t: float) -> NDArray[np.float64]:
    """Turn the direction of `a` to that of `b`, and its length likewise."""
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    angle = np.arccos(np.clip(a @ b / lengths[0] / lengths[1], -1, 1))
    if np.sin(angle) < 1e-3:
        return (1 - t) * a + t * b
    turned = np.sin((1 - t) * angle) * a / lengths[0] + np.sin(t * angle) * b / lengths[1]
    return ((1 - t) * lengths[0] + t * lengths[1]) * turned / np.sin(angle)


def alike(a: NDArray[np.float64], b: NDArray[np.float64], tolerance: float = 1e-6) -> bool:
    return bool(np.abs(a - b).max() <= tolerance * max(np.abs(b).max(), 1e-3))


@pytest.mark.parametrize("values", SHAPES, ids=str)
def test_able_to_move_but_at_rest_nothing_changes_by_a_bit(values):
    spec = NetworkSpec(seed=SEED, **values)
    x = noise(3000)
    engine, voice = running(spec)
    parts = [play(engine, x[:, :1000])]
    voice.let_move(expression())
    parts.append(play(engine, x[:, 1000:]))
    still = play(engine_for(spec, **QUIET), x)
    assert np.array_equal(np.concatenate(parts, axis=1), still)


@pytest.mark.parametrize("values", SHAPES, ids=str)
def test_morphed_it_is_the_network_of_the_other_seed_and_comes_back(values):
    spec = NetworkSpec(seed=SEED, **values)
    other = dataclasses.replace(spec, seed=SEED_B)
    frames = GLIDE + spec.receptive_field + round(SETTLING.get(spec.recipe, 0.35) * RATE)
    # The second time begins where pairs of frames do, as the first.
    x = noise(-(-(frames + 2400) // CELL) * CELL)
    engine, voice = running(spec)
    voice.let_move(expression())
    for morph, there in ((1.0, other), (0.0, spec)):
        x_and_y = spec.film or (0.0, 0.0)
        where = dataclasses.replace(expression(morph), xy_x=x_and_y[0], xy_y=x_and_y[1])
        voice.network.follow(where)
        moved = play(engine, x)[:, frames:]
        built = play(engine_for(there, **QUIET), x)[:, frames:]
        assert alike(moved, built)
        assert np.array_equal(start(voice, x), start(make_voice(there, RATE), x))


@pytest.mark.parametrize("morph", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("values", SHAPES[:6] + SHAPES[7:], ids=str)
def test_between_the_seeds_the_weights_turn_and_keep_their_length(values, morph):
    spec = NetworkSpec(seed=SEED, **values)
    own, other = draw(spec), draw(dataclasses.replace(spec, seed=SEED_B))
    pairs = zip(vectors(own), vectors(other), strict=True)
    mixed = from_vectors([slerp(a, b, morph) for a, b in pairs], own)
    x = noise(3000)
    moved = make_voice(spec, RATE, expression(morph))
    # The weights' own rounding is all that differs.
    assert alike(
        start(moved, x), start(Voice(spec, DrawnNetwork(spec, mixed, RATE), RATE), x), 2e-5
    )


def held(voice: Voice) -> list[NDArray[np.float64]]:
    """Return each layer's weights as the network holds them now."""
    rows = []
    for i, weight in enumerate(draw(voice.model).weights):
        address = int(voice.network.image.layer_words(i)[WEIGHTS])
        row = (ctypes.c_float * weight.size).from_address(address)
        rows.append(np.array(row, float))
    return rows


def test_drift_wanders_around_the_seed_and_keeps_the_length_of_the_weights():
    # With two taps no layer holds other numbers than its weights.
    spec = NetworkSpec(seed=SEED, kernel=2, channels=10)
    rows = held(make_voice(spec, RATE))
    voice = make_voice(spec, RATE, expression(0.0, 1.0, 0.5))
    distances = []
    for moment in range(20):
        voice.start_at(moment * 20_544)
        now = held(voice)
        angles = []
        for a, b in zip(rows, now, strict=True):
            length = np.linalg.norm(a)
            assert np.linalg.norm(b) == pytest.approx(length, rel=1e-5)
            angles.append(np.degrees(np.arccos(min(1.0, a @ b / length**2))))
        distances.append(angles)
    # From the seed itself at frame 0, by no more than 45 degrees at half the depth.
    assert np.max(distances[0]) < 0.1
    assert 10.0 < np.max(distances) < 46.0
    assert np.std(distances, axis=0).min() > 1.0


@pytest.mark.parametrize("knot", [0, 7 * CELL])
def test_begun_at_a_knot_it_drifts_as_if_begun_a_frame_later(knot):
    # Without a past, what a frame gives depends on the weights in it alone.
    spec = NetworkSpec(layers=1, kernel=1, activation="linear", seed=SEED)
    x = noise(knot + CELL)
    x[:, knot] = 0.0
    heard = []
    for position in (knot, knot + 1):
        voice = make_voice(spec, RATE, expression(0.0, 5.0, 1.0))
        voice.start_at(position)
        voice.prime(x, knot + CELL)
        heard.append(voice.last_block[:, : knot + CELL - position].copy())
    assert alike(heard[0][:, 1:], heard[1])


def test_drift_depends_on_the_seed_the_rate_and_the_frame_alone():
    spec = NetworkSpec(seed=SEED, activation="tanh")
    drifting = expression(0.3, 2.0, 0.8)
    x = noise(48_000)
    engine, _ = running(spec, drifting)
    whole = play(engine, x).astype(float)
    again, _ = running(spec, drifting)
    assert np.array_equal(play(again, x, 480), whole)
    # One that comes late, primed with what was played, is where the first one is.
    late = make_voice(spec, RATE, drifting)
    late.start_at(20_011)
    late.set_fade(0, 1.0)
    assert engine.prime(late, engine.position)
    engine.publish(late)
    one, two = play(engine, x), play(again, x)
    assert alike(one, two)
    for changed in (
        dataclasses.replace(spec, seed=4),
        dataclasses.replace(spec, seed=SEED, bias=True),
    ):
        assert not alike(play(running(changed, drifting)[0], x), whole)
    for elsewhere in (expression(0.3, 1.9, 0.8), expression(0.3, 2.0, 0.7)):
        assert not alike(play(running(spec, elsewhere)[0], x), whole)


@pytest.mark.parametrize("values", SHAPES[:5], ids=str)
def test_the_way_is_the_same_however_blocks_are_cut(values):
    spec = NetworkSpec(seed=SEED, **values)
    x = noise(6000)
    results = []
    for block in (1, 7, 32, 64, 256, 999):
        engine, voice = running(spec, expression(0.0, 3.0, 0.4))
        parts = [play(engine, x[:, :1999], block)]
        voice.network.follow(expression(1.0, 3.0, 0.4))
        parts.append(play(engine, x[:, 1999:3999], block))
        voice.network.follow(expression(0.2, 5.0, 0.0))
        parts.append(play(engine, x[:, 3999:], block))
        results.append(np.concatenate(parts, axis=1))
    for result in results[1:]:
        assert np.array_equal(result, results[0])


def test_neither_morph_nor_drift_has_a_step():
    """Under a slow sine nothing but the weights could make a corner."""
    frames = 48_000
    x = np.tile(0.5 * np.sin(2 * np.pi * 50 * np.arange(frames) / RATE), (2, 1)).astype(np.float32)
    engine, voice = running(NetworkSpec(seed=SEED, activation="tanh"), expression(0.0, 10.0, 1.0))
    play(engine, x)
    parts = []
    for i in range(0, frames, 480):
        morph = 0.5 + 0.5 * float(np.cos(i / 3000))
        voice.network.follow(expression(morph, 10.0, 1.0))
        parts.append(play(engine, x[:, i : i + 480]))
    y = np.concatenate(parts, axis=1).astype(float)
    # Weights that stayed the same for 64 frames would jump by their way in these.
    jump = 2 * np.pi * 10.0 * 64 / RATE * np.abs(y).max()
    assert np.abs(np.diff(y, 2)).max() < jump / 50


def test_a_voice_that_can_move_is_timed_while_it_does():
    voice = make_voice(NetworkSpec(), RATE, expression(0.5))
    x = noise(4096)

    def moves() -> bool:
        return ctypes.c_int64.from_address(voice.network.image.address + WORD * MOVED).value >= 0

    assert voice.time_block(x, 64) > 0.0
    assert moves()
    start(voice, x)
    assert not moves()


@pytest.mark.parametrize("depthwise", [False, True])
def test_there_is_room_for_all_rows_of_a_tile_that_are_blended(depthwise):
    """A depthwise layer that begins sums ahead has more of them than others."""
    spec = NetworkSpec(layers=4, channels=64, kernel=15, dilation=12, depthwise=depthwise)
    with taken_from(Arena(aligned_bytes(1 << 24))):
        network = make_voice(spec, RATE, expression(0.5)).network
    words = [network.image.layer_words(index) for index in range(spec.layers)]
    tallest = max(-(-int(each[ROWS]) // int(each[TILES])) for each in words)
    # What is taken next lies behind it.
    assert network.motion - int(words[0][BLEND]) >= 4 * CHUNK * tallest
