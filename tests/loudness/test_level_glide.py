import numpy as np
import pytest

from ronn_jack.loudness.level_glide import LevelGlide, is_due

RATE = 48000.0


@pytest.mark.parametrize("start,target", [(1.0, 2.0), (1000.0, 0.001), (0.5, 0.499)])
def test_a_glide_reaches_its_target_at_no_more_than_6_db_per_second(start, target):
    glide = LevelGlide.between(start, target, RATE)
    assert glide.target == target
    assert start * glide.ratio**glide.frames == pytest.approx(target, rel=1e-6)
    assert abs(20 * np.log10(glide.ratio)) * RATE <= 6.0 + 1e-9
    assert glide.frames == pytest.approx(abs(20 * np.log10(target / start)) / 6 * RATE, abs=1)


def test_no_distance_takes_no_time():
    assert LevelGlide.between(0.7, 0.7, RATE) == LevelGlide(0.7, 1.0, 0)


def test_three_audible_seconds_are_enough():
    audible = np.full(26, 0.01)
    assert not is_due(audible)
    assert is_due(np.append(audible, 0.01))
    assert not is_due(np.zeros(100))
