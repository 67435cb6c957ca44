"""A point that moves under a running network: smooth on the way, exact where it rests."""

import dataclasses
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.motion.modulation import GLIDE_SECONDS
from ronn_jack.realtime.voice import Voice
from tests.realtime.engine_driver import RATE, engine_for, noise, play

GLIDE = round(GLIDE_SECONDS * RATE)
QUIET = {"output_gain": -24.0}
SHAPES = [
    {"activation": "tanh", "kernel": 5},
    {"activation": "relu", "bias": True, "channels": 19, "residual": True},
    {"activation": "sine", "depthwise": True, "channels": 12, "kernel": 30},
    {"activation": "elu", "layers": 1, "kernel": 100},
    {"recipe": "package", "activation": "tanh", "kernel": 5},
    {"recipe": "package", "activation": "selu", "channels": 2, "residual": True},
]
"""Dense, depthwise and transposed layers, short and long pasts, and outputs that are repeated."""


def at(point, **values) -> NetworkSpec:
    return NetworkSpec(film=point, seed=11, **values)


def running(spec: NetworkSpec) -> tuple[Engine, Voice]:
    """Return an engine and the voice that it plays from the first frame on."""
    engine = engine_for(spec, **QUIET)
    voice = make_voice(spec, RATE)
    assert engine.withdraw() is not None
    engine.publish(voice)
    return engine, voice


def aim(voice: Voice, point: tuple[float, float]) -> None:
    x, y = point
    voice.network.follow(dataclasses.replace(AT_REST, xy_x=x, xy_y=y))


def start(voice: Voice, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a voice gives for `x` when silence lies before it."""
    voice.start_at(0)
    voice.prime(np.ascontiguousarray(x), x.shape[1])
    return voice.last_block.copy()


@pytest.mark.parametrize("values", SHAPES, ids=str)
def test_where_it_rests_it_is_the_network_of_that_point_to_the_bit(values):
    x = noise(8000)
    engine, moved = running(at((0.2, 0.7), **values))
    before = play(engine, x)
    aim(moved, (-0.9, 0.4))
    play(engine, x[:, : GLIDE + 64])
    there = make_voice(at((-0.9, 0.4), **values), RATE)
    assert np.array_equal(start(moved, x), start(there, x))
    # And it has gone somewhere.
    assert np.abs(play(engine, x) - before).max() > 1e-3 * np.abs(before).max()


@pytest.mark.parametrize("values", SHAPES, ids=str)
def test_it_need_not_start_anew_to_get_there(values):
    spec = at((-0.9, 0.4), **values)
    frames = GLIDE + spec.receptive_field + round(0.35 * RATE)
    x = noise(frames + 4800)
    engine, voice = running(at((0.2, 0.7), **values))
    aim(voice, spec.film)
    moved = play(engine, x)[:, frames:]
    built = play(engine_for(spec, **QUIET), x)[:, frames:]
    assert np.abs(moved - built).max() <= 1e-6 * max(np.abs(built).max(), 1e-3)


def test_the_way_is_the_same_however_blocks_are_cut():
    x = noise(6000)
    results = []
    for block in (1, 7, 64, 256, 999):
        engine, voice = running(at((0.0, 0.0), activation="tanh"))
        parts = [play(engine, x[:, :1999], 1999)]
        aim(voice, (0.8, -0.8))
        parts.append(play(engine, x[:, 1999:2999], block))
        aim(voice, (-1.0, 0.3))
        parts.append(play(engine, x[:, 2999:], block))
        results.append(np.concatenate(parts, axis=1))
    for result in results[1:]:
        assert np.array_equal(result, results[0])


@pytest.mark.parametrize("values", [SHAPES[0], SHAPES[4]], ids=str)
def test_a_sweep_has_no_step(values):
    """Under a slow sine nothing but the sweep could make a corner."""
    frames = 48_000
    x = np.tile(0.5 * np.sin(2 * np.pi * 50 * np.arange(frames) / RATE), (2, 1)).astype(np.float32)
    engine, voice = running(at((1.0, 1.0), **values))
    play(engine, x)
    parts = []
    for i in range(0, frames, 480):
        aim(voice, (float(np.cos(i / 5000)), float(np.cos(i / 7000))))
        parts.append(play(engine, x[:, i : i + 480]))
    y = np.concatenate(parts, axis=1).astype(float)
    corners = np.abs(np.diff(y, 2)).max()
    still = np.abs(np.diff(play(engine, x).astype(float), 2)).max()
    jump = np.abs(y).max() / GLIDE
    assert corners <= still + jump


def test_the_newest_of_many_points_is_where_it_rests():
    x = noise(480)
    engine, voice = running(at((0.0, 0.0), activation="tanh"))
    generator = np.random.default_rng(1)
    points = [tuple(p) for p in generator.uniform(-1, 1, (500, 2))]
    mover = threading.Thread(target=lambda: [aim(voice, point) for point in points])
    mover.start()
    while mover.is_alive():
        play(engine, x)
    play(engine, noise(GLIDE + 480))
    there = make_voice(at(points[-1], activation="tanh"), RATE)
    assert np.array_equal(start(voice, x), start(there, x))
