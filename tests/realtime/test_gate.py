"""The noise gate: what it keeps out and lets through, and that nobody hears it at work."""

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.gate import ATTACK_SECONDS, HOLD_SECONDS, RELEASE_SECONDS, Gate
from ronn_jack.units import decibels_to_gain
from tests.realtime.engine_driver import RATE, engine_for, noise, play

SECOND = round(RATE)
HOLD, RELEASE = round(HOLD_SECONDS * RATE), round(RELEASE_SECONDS * RATE)
FUZZ = NetworkSpec(layers=3, kernel=5, activation="tanh", init="kaiming_normal")
STRAIGHT = NetworkSpec(layers=1, kernel=1, init="dirac", activation="linear")
AT = -40.0


def tone(frames: int, level_db: float, hertz: float = 200.0, channels: int = 2) -> np.ndarray:
    t = np.arange(frames) / RATE
    row = decibels_to_gain(level_db) * np.sin(2 * np.pi * hertz * t)
    return np.stack([row] * channels).astype(np.float32)


def fed(x: np.ndarray, threshold_db: float = AT, block: int = 64) -> np.ndarray:
    """Return what the network is fed with."""
    engine = engine_for(STRAIGHT, history_seconds=10.0, gate=threshold_db)
    play(engine, x, block)
    return engine.recent_input(engine.position, x.shape[1])


def rms_db(x: np.ndarray) -> float:
    return float(10.0 * np.log10(np.mean(np.square(x, dtype=np.float64)) + 1e-20))


def test_hum_and_noise_between_notes_stay_down():
    """A fuzz lifts them nearly to the level of the notes; a gate keeps them where they were."""
    rest = tone(3 * SECOND, -56.0, 50.0) + noise(3 * SECOND, peak=0.002)
    x = rest + np.concatenate([tone(SECOND, -12.0), np.zeros_like(rest[:, SECOND:])], axis=1)
    drive = {"input_gain": 24.0, "auto_level": False}
    outputs = [play(engine_for(FUZZ, gate=gate, **drive), x) for gate in (-90.0, AT)]
    without, kept_down = (rms_db(y[:, 2 * SECOND :]) - rms_db(y[:, :SECOND]) for y in outputs)
    assert without > -25.0
    assert kept_down < -80.0
    assert abs(rms_db(outputs[0][:, :SECOND]) - rms_db(outputs[1][:, :SECOND])) < 0.1


@pytest.mark.parametrize("spec", [FUZZ, STRAIGHT])
def test_off_no_bit_changes(spec):
    x = noise(SECOND, peak=1e-6)
    engine = engine_for(spec, input_gain=3.0)
    fed_before = (x.astype(np.float64) * decibels_to_gain(3.0)).astype(np.float32)
    play(engine, x)
    assert np.array_equal(engine.recent_input(SECOND, SECOND), fed_before)


def test_it_opens_at_the_threshold_and_stays_open_down_to_6_db_below():
    assert not fed(tone(SECOND, AT - 0.5)).any()
    assert rms_db(fed(tone(SECOND, AT + 0.5))[:, SECOND // 2 :]) > AT - 3.0
    x = tone(3 * SECOND, AT + 3.0)
    x[:, SECOND:] = tone(2 * SECOND, AT - 5.0)
    x[:, 2 * SECOND :] = tone(SECOND, AT - 7.0)
    y = fed(x)
    assert np.array_equal(y[:, SECOND : 2 * SECOND], x[:, SECOND : 2 * SECOND])
    settled = 2 * SECOND + HOLD + RELEASE + SECOND // 200
    assert not y[:, settled:].any()
    assert np.array_equal(
        y[:, 2 * SECOND : 2 * SECOND + HOLD // 2], x[:, 2 * SECOND : 2 * SECOND + HOLD // 2]
    )


def test_the_hold_bridges_the_zeros_of_the_lowest_notes():
    x = tone(SECOND, AT + 2.0, 20.0)
    opened = np.abs(x[0]).searchsorted(0.0) + SECOND // 10
    assert np.array_equal(fed(x)[:, opened:], x[:, opened:])


def test_one_channel_opens_both():
    x = tone(SECOND, -60.0)
    x[1] = tone(SECOND, -20.0)[0]
    assert np.array_equal(fed(x)[:, SECOND // 2 :], x[:, SECOND // 2 :])


def test_neither_the_attack_nor_the_release_clicks():
    """A steady tone that has got loud enough comes in, and goes, without a step of its own."""
    x = tone(4 * SECOND, AT - 12.0, 100.0)
    x[:, SECOND] = decibels_to_gain(AT + 3.0)
    y = fed(x)
    y[:, SECOND] = 0.5 * (y[:, SECOND - 1] + y[:, SECOND + 1])
    size = decibels_to_gain(AT - 12.0)
    own = 2.0 * np.pi * 100.0 / RATE * size
    assert np.abs(np.diff(y)).max() <= own + size * 1.5 / (ATTACK_SECONDS * RATE)
    # The gain has no corner either: the second difference stays as small as a smooth curve's.
    assert np.abs(np.diff(y, n=2)).max() <= 10.0 * size / (ATTACK_SECONDS * RATE) ** 2
    assert y[:, SECOND + HOLD // 2].any()
    assert not y[:, 2 * SECOND :].any()


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_any_split_into_blocks_gives_the_same_bits(block):
    x = noise(2 * SECOND, peak=0.02)
    x *= np.abs(np.sin(np.arange(x.shape[1]) / 6000.0)).astype(np.float32)
    assert np.array_equal(fed(x, block=block), fed(x, block=256))


def test_a_tail_rings_on_while_its_input_is_gated():
    x = np.concatenate([tone(SECOND, -12.0), np.zeros((2, 2 * SECOND), np.float32)], axis=1)
    tail = NetworkSpec(layers=3, kernel=2, dilation=20, activation="linear", init="normal")
    quiet = {"auto_level": False}
    gated, free = (play(engine_for(tail, gate=gate, **quiet), x) for gate in (AT, -90.0))
    assert rms_db(free[:, SECOND + 400 : SECOND + 8000]) > -40.0
    # Not to the bit: the high-pass remembers a little of the first attack.
    assert np.abs(gated[:, SECOND:] - free[:, SECOND:]).max() < 1e-7


def test_the_dry_signal_is_not_gated():
    x = noise(SECOND, peak=0.001)
    assert np.array_equal(play(engine_for(FUZZ, gate=AT, mix=0.0), x), x)


def test_turned_on_while_it_runs_it_closes_and_turned_off_it_opens():
    x = noise(SECOND, peak=0.001)
    engine = engine_for(STRAIGHT, history_seconds=3.0)
    for gate, is_open in ((-90.0, True), (AT, False), (-90.0, True)):
        aim(engine, {"gate": gate})
        play(engine, x)
        last = engine.recent_input(engine.position, SECOND // 4)
        assert np.array_equal(last, x[:, -last.shape[1] :] if is_open else 0.0 * last)


def test_offline_it_is_the_same_gate():
    x = noise(SECOND, peak=0.012)
    gate = Gate(decibels_to_gain(AT), RATE)
    parts = [gate.process(x[:, i : i + 1000]) for i in range(0, SECOND, 1000)]
    assert np.array_equal(np.concatenate(parts, axis=1), fed(x))
