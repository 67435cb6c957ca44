"""Characters of signals of which one knows them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.explore.character import BANDS, Character, describe, distance_db, mel_course

RATE = 24_000.0
FRAMES, SOUNDING = 36_000, 30_000
Signal = NDArray[np.float32]


def tone(hertz: float = 220.0) -> Signal:
    """Return notes that die away, with harmonics, and silence after them."""
    t = np.arange(FRAMES) / RATE
    wave = sum(np.sin(2.0 * np.pi * n * hertz * t) / n for n in range(1, 6))
    wave = wave * np.exp(-8.0 * (t % 0.5)) * (np.arange(FRAMES) < SOUNDING) * 0.2
    return np.stack([wave, wave]).astype(np.float32)


def noise() -> Signal:
    return np.random.default_rng(1).normal(0.0, 0.1, (2, FRAMES)).astype(np.float32)


def character(wet: Signal) -> Character:
    return describe(tone(), wet.astype(np.float32), RATE, SOUNDING)


def test_a_copy_is_like_its_input_at_any_level() -> None:
    for gain in (1.0, 0.01, 30.0):
        copy = character(tone() * gain)
        assert copy.gain_db == pytest.approx(-20.0 * np.log10(gain), abs=0.1)
        assert copy.distance_db < 0.1
        assert copy.following == pytest.approx(1.0, abs=0.01)
        assert copy.brightness == pytest.approx(0.0, abs=0.01)
        assert copy.balance_db == pytest.approx(0.0, abs=0.01)
        assert copy.pitch > 0.7
        assert copy.flatness < 0.1
        assert copy.tail_db < -30.0


def test_noise_is_flat_has_no_pitch_and_does_not_follow() -> None:
    hiss = character(noise())
    assert hiss.flatness > 0.5
    assert hiss.pitch < 0.4
    assert hiss.following < 0.4
    assert hiss.brightness > 2.0
    assert hiss.distance_db > 10.0
    assert hiss.tail_db == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("wet", [tone() * 0.0, tone() * 1e-9, tone() * np.float32(np.nan)])
def test_what_can_t_be_heard_is_silent(wet: Signal) -> None:
    assert character(wet).silent


def test_balance_is_that_of_the_output_alone() -> None:
    left = tone() * np.array([[1.0], [0.5]])
    assert character(left).balance_db == pytest.approx(6.02, abs=0.1)
    panned = left.astype(np.float32)
    assert describe(panned, panned, RATE, SOUNDING).balance_db == 0.0
    assert describe(tone()[:1], tone()[:1], RATE, SOUNDING).balance_db == 0.0


def test_a_later_copy_still_follows() -> None:
    later = np.roll(tone(), round(0.1 * RATE), axis=1)
    assert character(later).following > 0.9


def test_the_distance_is_the_mean_difference_in_db() -> None:
    one, other = np.zeros(40), np.zeros(40)
    other[:20] = 6.0
    assert distance_db(one, other) == 3.0
    assert distance_db(np.stack([one, other]), other).tolist() == [3.0, 0.0]


def test_over_time_a_late_copy_is_another_sound_and_a_loud_one_is_not() -> None:
    later = np.roll(tone(), round(0.25 * RATE), axis=1)
    course = mel_course(tone(), RATE)
    assert course.shape[1] == BANDS and course.min() >= course.max() - 60.0
    assert character(later).distance_db < 1.0
    assert distance_db(course, mel_course(later, RATE)).mean() > 3.5
    louder = mel_course(2.0 * tone(), RATE, gain_db=-20.0 * np.log10(2.0))
    assert distance_db(course, louder).mean() < 1e-6
