"""The level of a voice: read from curves at knots, whatever the blocks."""

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.layout import CELL
from ronn_jack.realtime.level import CURVES, DRIVE_DB, LEVELLED, POINTS, LevelTable
from tests.realtime.engine_driver import RATE, engine_for, noise, play, voice_of

LINEAR = NetworkSpec(activation="linear")
STRAIGHT = NetworkSpec(layers=1, kernel=1, init="dirac", activation="linear")


def decibels(voice):
    return 20.0 * np.log10(voice.level.gain)


def table_of(name, row, gain=1.0):
    curves = np.zeros((CURVES, POINTS))
    curves[LEVELLED.index(name)] = row
    return LevelTable(gain, curves)


def test_without_drive_it_is_the_gain_itself():
    x = noise(5000)
    plain, levelled = engine_for(LINEAR), engine_for(LINEAR)
    voice_of(levelled).level.follow(table_of("drive", np.linspace(0.0, -48.0, POINTS)), 6.0)
    assert np.array_equal(play(levelled, x), play(plain, x))


@pytest.mark.parametrize("drive", [0.0, 3.0, 7.0, 30.5, DRIVE_DB])
def test_a_linear_network_whose_drive_is_made_up_for_is_the_same(drive):
    x = noise(5000)
    engine = engine_for(LINEAR, drive=drive)
    voice_of(engine).level.begin_with(table_of("drive", np.linspace(0.0, -48.0, POINTS)))
    plain = play(engine_for(LINEAR), x)
    assert np.abs(play(engine, x) - plain).max() < 1e-5 * np.abs(plain).max()


def swing_db(parts):
    """Return how far the loudest and the quietest 10 ms lie from the median."""
    powers = np.concatenate(parts, axis=1).reshape(2, -1, 480).var(axis=2).mean(axis=0)
    distances = 10.0 * np.log10(powers / np.median(powers))
    return np.abs(distances).max()


@pytest.mark.parametrize("before,after", [(0.0, 40.0), (40.0, 0.0)])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_jump_of_drive_is_never_heard_before_it_is_made_up_for(frozen, before, after):
    """What is frozen has passed the drive of before, until the live input is back."""
    x = noise(24_000)
    engine = engine_for(STRAIGHT, history_seconds=2.0, drive=before)
    voice_of(engine).level.begin_with(table_of("drive", np.linspace(0.0, -48.0, POINTS)))
    play(engine, x)
    parts = [play(engine, x)]
    engine.set_freeze(frozen, 0)
    parts.append(play(engine, x))
    aim(engine, {"drive": after})
    parts.append(play(engine, x))
    engine.set_freeze(False, 0)
    parts.append(play(engine, x))
    assert swing_db(parts) < 2.5


@pytest.mark.parametrize(
    "name,point",
    [("morph", {"morph": 0.25}), ("xy_x", {"xy_x": -0.5}), ("xy_y", {"xy_y": -0.5})],
)
def test_each_control_has_its_curve(name, point):
    engine = engine_for(NetworkSpec(film=(0.0, 0.0)), xy=True, **point)
    voice = voice_of(engine)
    voice.level.begin_with(table_of(name, np.arange(POINTS)))
    engine.process(noise(64))
    assert decibels(voice) == pytest.approx((POINTS - 1) / 4)


def test_the_bits_do_not_depend_on_the_blocks():
    def heard(blocks):
        engine = engine_for(NetworkSpec(activation="tanh"), history_seconds=2.0)
        voice = voice_of(engine)
        voice.level.begin_with(table_of("drive", np.linspace(0.0, -30.0, POINTS) ** 2 / -30.0))
        x, out, done = noise(12_000), [], 0
        for moved, drive in enumerate((0.0, 40.0, 11.0)):
            aim(engine, {"drive": drive})
            while done < 4000 * (moved + 1):
                part = min(blocks, 4000 * (moved + 1) - done)
                out.append(engine.process(x[:, done : done + part]))
                done += part
        return np.concatenate(out, axis=1)

    whole = heard(4000)
    assert all(np.array_equal(heard(blocks), whole) for blocks in (64, 777, 1))


def test_it_goes_over_to_another_gain_by_so_many_decibels_a_second():
    engine = engine_for(LINEAR)
    voice = voice_of(engine)
    play(engine, noise(CELL), CELL)
    voice.level.follow(LevelTable(10.0 ** (6.0 / 20.0)), 6.0)
    passed = [decibels(voice) for _ in range(round(RATE / CELL)) if play(engine, noise(CELL)).size]
    assert np.diff(passed)[:-1] == pytest.approx(6.0 * CELL / RATE, abs=1e-9)
    play(engine, noise(2 * CELL), CELL)
    assert voice.level.gain == 10.0 ** (6.0 / 20.0)


def test_a_curve_that_says_the_same_of_here_is_not_heard():
    engine = engine_for(LINEAR, drive=24.0)
    voice = voice_of(engine)
    play(engine, noise(CELL), CELL)
    row = np.linspace(0.0, -48.0, POINTS)
    voice.level.follow(table_of("drive", row - row[POINTS // 2]), 6.0)
    play(engine, noise(4 * CELL), CELL)
    assert voice.level.gain == 1.0


def test_drift_is_levelled_by_its_phase():
    engine = engine_for(NetworkSpec(), drift_rate=1.0, drift_depth=0.5)
    voice = voice_of(engine)
    way = np.arange(10.0)
    voice.level.begin_with(LevelTable(drift=way, begin=0.0, step=1 / 8, depth=0.5))
    x = noise(CELL)
    for knot in range(1, 100):
        engine.process(x)
        assert decibels(voice) == pytest.approx(8.0 * knot * CELL / RATE, abs=1e-6)
