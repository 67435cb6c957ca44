"""What is measured of known signals is what is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.feel.measures import (
    SILENCE_DB,
    louder_by,
    moments_louder_by,
    off_line_db,
    off_straight_way,
    peak_db,
    rms_db,
    schroeder_db,
)

RATE = 48_000.0
SECOND = round(RATE)


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    shape = (2, round(seconds * RATE))
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


@pytest.mark.parametrize("off", [-12.0, 0.0, 0.3, 20.0])
def test_what_is_louder_is_told_in_loudness_units(off: float) -> None:
    x = noise(2.0)
    louder = (x * 10.0 ** (off / 20.0)).astype(np.float32)
    assert louder_by(x, louder, RATE) == pytest.approx(off, abs=1e-3)
    assert moments_louder_by(x, louder, RATE) == pytest.approx(off, abs=1e-3)


def test_rests_of_the_input_do_not_count() -> None:
    x = noise(4.0)
    x[:, 2 * SECOND :] = 0.0
    wet = x.copy()
    wet[:, 3 * SECOND :] = 0.5
    assert louder_by(x, wet, RATE) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(ValueError, match="silent"):
        louder_by(0.0 * x, wet, RATE)


def test_a_network_that_is_silent_is_far_off() -> None:
    x = noise(1.0)
    assert louder_by(x, 0.0 * x, RATE) == SILENCE_DB


def test_a_moment_that_is_louder_is_seen() -> None:
    x = noise(3.0)
    wet = x.copy()
    wet[:, SECOND : 2 * SECOND] *= 2.0
    moments = moments_louder_by(x, wet, RATE)
    assert moments.max() == pytest.approx(6.02, abs=0.01)
    assert moments.min() == pytest.approx(0.0, abs=0.01)


def test_levels_are_of_the_largest_sample_and_the_mean_power() -> None:
    x = np.sqrt(2.0) * np.sin(2.0 * np.pi * np.arange(4800) / 48.0)
    assert rms_db(x) == pytest.approx(0.0, abs=1e-9)
    assert peak_db(x) == pytest.approx(3.01, abs=0.01)
    assert rms_db(0.0 * x) == peak_db(0.0 * x) == SILENCE_DB


def test_noise_that_decays_by_an_exponential_falls_along_a_line() -> None:
    seconds = np.arange(2 * SECOND) / RATE
    room = noise(2.0) * 10.0 ** (-3.0 * seconds / 1.2)
    curve = schroeder_db(room)
    assert curve[0] == pytest.approx(0.0, abs=1e-9)
    # 60 dB in the T60.
    assert curve[round(0.6 * RATE)] == pytest.approx(-30.0, abs=0.5)
    assert off_line_db(curve) < 0.5


def test_what_stops_dead_falls_along_no_line() -> None:
    steady = np.pad(noise(1.0), ((0, 0), (0, 1)))
    assert off_line_db(schroeder_db(steady)) > 10.0
    seconds = np.arange(SECOND + 1) / RATE
    with_a_bump = steady * 10.0 ** (-3.0 * seconds / 0.9)
    with_a_bump[:, SECOND // 2 : SECOND // 2 + 480] *= 30.0
    assert off_line_db(schroeder_db(with_a_bump)) > 3.0


def test_a_curve_that_does_not_fall_so_far_has_no_line() -> None:
    with pytest.raises(ValueError, match="does not fall"):
        off_line_db(np.linspace(0.0, -30.0, 100))


def test_the_straight_way_is_between_the_ends() -> None:
    places = np.array([0.0, 0.25, 0.5, 1.0])
    assert off_straight_way(places, -6.0 + 4.0 * places) == pytest.approx(0.0)
    assert off_straight_way(places, np.array([0.0, 0.0, -2.5, 0.0])) == pytest.approx(2.5)
