"""The recent input held: a loop's length and seam, a pad, what is heard on the way in and out."""

import numpy as np
import pytest

from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import prepare
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.freeze import SEAM_SECONDS
from tests.realtime.engine_driver import RATE, engine_for, noise, play
from tests.support.changes import change_to

SECOND = round(RATE)
SEAM = round(SEAM_SECONDS * RATE)
STRAIGHT = NetworkSpec(layers=1, kernel=1, init="dirac", activation="linear")
QUIET = {"auto_level": False}


def tones(frames: int, channels: int = 2, level: float = 0.2) -> np.ndarray:
    """Return a sine for each channel that no loop length is a whole number of periods of."""
    t = np.arange(frames) / RATE
    rows = [level * np.sin(2 * np.pi * hertz * t) for hertz in (233.3, 367.7)[:channels]]
    return np.stack(rows).astype(np.float32)


def heard(engine: Engine, x: np.ndarray, block: int = 64) -> np.ndarray:
    """Return the network's input, as the engine recorded it."""
    play(engine, x, block)
    return engine.recent_input(engine.position, x.shape[1])


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("field", "seconds"), [(0, 1.0), (SECOND // 2, 1.0), (3 * SECOND, 3.0), (60 * SECOND, 8.0)]
)
def test_it_repeats_the_last_seconds_for_ever(channels, field, seconds):
    spec = NetworkSpec(inputs=channels, layers=1, kernel=1)
    engine = engine_for(spec, history_seconds=20.0)
    length = round(seconds * RATE)
    x = noise(9 * SECOND, channels)
    heard(engine, x, 4096)
    engine.set_freeze(True, field)
    first, second, third = (heard(engine, noise(length, channels, seed=s), 4096) for s in (2, 3, 4))
    # Once it is in, the loop is what came last; the live input does not get through.
    assert np.array_equal(first[:, SEAM:], x[:, -length:][:, SEAM:])
    assert np.array_equal(second, first)
    assert np.array_equal(third, first)


def test_neither_the_seam_nor_the_way_in_or_out_has_a_step():
    x = tones(12 * SECOND)
    largest = np.abs(np.diff(x)).max()
    engine = engine_for(STRAIGHT, history_seconds=20.0, **QUIET)
    parts = [play(engine, x[:, : 2 * SECOND])]
    for on, begin in ((True, 2), (False, 6), (True, 7), (False, 10)):
        engine.set_freeze(on, 0)
        end = {2: 6, 6: 7, 7: 10, 10: 12}[begin]
        parts.append(play(engine, x[:, begin * SECOND : end * SECOND]))
    steps = np.abs(np.diff(np.concatenate(parts, axis=1)))
    # A crossfade adds the distance of the two signals, spread over its length.
    assert steps.max() <= largest + 2 * np.abs(x).max() / SEAM


def test_released_it_gives_the_live_input_again_to_the_bit():
    x = noise(4 * SECOND)
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    heard(engine, x)
    engine.set_freeze(True, 0)
    heard(engine, x)
    engine.set_freeze(False, 0)
    assert np.array_equal(heard(engine, x)[:, SEAM:], x[:, SEAM:])


def test_frozen_again_soon_it_holds_what_was_heard_meanwhile():
    engine = engine_for(STRAIGHT, history_seconds=10.0, **QUIET)
    x = tones(4 * SECOND)
    heard(engine, x[:, : 2 * SECOND])
    engine.set_freeze(True, 0)
    before = heard(engine, x[:, : SECOND // 2])
    engine.set_freeze(False, 0)
    between = heard(engine, x[:, : SECOND // 4])
    engine.set_freeze(True, 0)
    loop = np.concatenate([before, between], axis=1)[:, -SECOND:]
    again = heard(engine, noise(SECOND))
    assert np.array_equal(again[:, -loop.shape[1] :], loop[:, -again.shape[1] :])


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_any_split_into_blocks_gives_the_same_loop(block):
    x = noise(SECOND + 5000)
    results = []
    for size in (block, 256):
        engine = engine_for(NetworkSpec(), history_seconds=10.0)
        parts = [play(engine, x[:, :20_000], 500)]
        engine.set_freeze(True, 0)
        parts.append(play(engine, x, size))
        engine.set_freeze(False, 0)
        parts.append(play(engine, x[:, :5000], size))
        results.append(np.concatenate(parts, axis=1))
    assert np.array_equal(*results)


def test_frozen_from_the_start_it_holds_silence():
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    engine.set_freeze(True, 0)
    engine.settle()
    assert not play(engine, noise(3 * SECOND), 4096).any()


def test_without_a_history_there_is_nothing_to_hold():
    x = noise(SECOND)
    engine = engine_for(NetworkSpec(), history_seconds=0.0)
    engine.set_freeze(True, 0)
    assert np.array_equal(play(engine, x), play(engine_for(NetworkSpec()), x))


def test_a_network_that_comes_under_a_frozen_sound_hears_the_loop():
    """From the end of the fade on it sounds as if it had always run over what was heard."""
    spec, other = NetworkSpec(seed=1), NetworkSpec(seed=2, kernel=9, activation="tanh")
    x = noise(3 * SECOND)
    engine = engine_for(spec, history_seconds=10.0, **QUIET)
    play(engine, x)
    engine.set_freeze(True, other.receptive_field)
    play(engine, x)
    prepared = prepare(change_to(other), engine, None, None, 1.0, Job())
    prepared.voice.set_fade(480, prepared.correlation)
    engine.publish(prepared.voice)
    out = play(engine, x)
    fresh = engine_for(other, history_seconds=10.0, **QUIET)
    play(fresh, x)
    fresh.set_freeze(True, other.receptive_field)
    play(fresh, x)
    expected = play(fresh, x)
    assert np.abs(out - expected)[:, 480:].max() <= 1e-5 * np.abs(expected).max()


def test_a_pad_is_played_over_and_over_in_place_of_a_loop():
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    heard(engine, noise(SECOND))
    pad, raw = noise(7001, seed=5), noise(7001, seed=6)
    engine.set_freeze(True, 0, np.concatenate([pad, raw]))
    got = heard(engine, noise(3 * SECOND, seed=2))
    assert np.array_equal(got[:, SEAM:], np.tile(pad, 22)[:, SEAM : 3 * SECOND])
    # What it was before the gate and all gains is held beside it.
    held = engine.recent_dry(engine.position, 3 * SECOND)
    assert np.array_equal(held[:, SEAM:], np.tile(raw, 22)[:, SEAM : 3 * SECOND])
    engine.set_freeze(False, 0)
    x = noise(SECOND, seed=3)
    assert np.array_equal(heard(engine, x)[:, SEAM:], x[:, SEAM:])


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_any_split_into_blocks_gives_the_same_pad(block):
    x, pad = noise(6000), np.tile(noise(1300, seed=5), (2, 1))
    results = []
    for size in (block, 256):
        engine = engine_for(NetworkSpec(), history_seconds=10.0)
        engine.set_freeze(True, 0, pad)
        parts = [play(engine, x, size)]
        engine.set_freeze(False, 0)
        parts.append(play(engine, x, size))
        results.append(np.concatenate(parts, axis=1))
    assert np.array_equal(*results)


def test_pads_are_kept_while_they_are_played_and_freed_afterwards():
    engine = engine_for(NetworkSpec(), history_seconds=10.0)
    pads = [np.tile(noise(500 + 100 * i, seed=i), (2, 1)) for i in range(6)]
    engine.set_freeze(True, 0, pads[0])
    play(engine, noise(6000))
    engine.set_freeze(False, 0)
    play(engine, noise(64))
    # Still fading out: what is offered meanwhile has to wait, and the one that fades stays.
    for pad in pads[1:4]:
        engine.set_freeze(True, 0, pad)
    assert engine.held_pads == 2
    got = heard(engine, noise(6000))
    assert np.array_equal(got[:, SEAM:][:, :500], got[:, SEAM + 500 :][:, :500])
    engine.set_freeze(False, 0)
    play(engine, noise(6000))
    engine.set_freeze(True, 0, pads[4])
    play(engine, noise(64))
    assert engine.loop_frames == pads[4].shape[1]
    engine.set_freeze(False, 0)
    assert engine.held_pads == 1
    # And a loop is a loop again.
    play(engine, noise(6000))
    engine.set_freeze(True, 0)
    play(engine, noise(64))
    assert engine.loop_frames == SECOND
