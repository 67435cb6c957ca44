"""What finding curves takes of the machine."""

from itertools import pairwise

import pytest

from ronn_jack.hotswap.levels.pace import EARLY_SECONDS, EARLY_SHARE, SHARE, Pace

POINT = 0.03


def share(pace, begin, seconds, moves=()):
    """Return what is spent of so many seconds of a clock, with moves at these times."""
    now, spent = begin, 0.0
    for until, _ in pairwise([*moves, begin + seconds, 0.0]):
        while now < until:
            now += POINT + pace.rest(POINT, now + POINT)
            spent += POINT
        if until in moves:
            pace.move(now)
    return spent / (now - begin)


def test_most_is_spent_right_after_a_build_and_a_move():
    pace = Pace(0.0)
    assert share(pace, 0.0, EARLY_SECONDS) == pytest.approx(EARLY_SHARE, abs=0.03)
    assert share(pace, 2.1, 5.0) == pytest.approx(SHARE, abs=0.01)
    pace.move(10.0)
    assert share(pace, 10.0, EARLY_SECONDS) == pytest.approx(EARLY_SHARE, abs=0.03)


def test_a_control_that_never_rests_is_hurried_for_once():
    pace = Pace(0.0)
    moves = [0.5 * turn for turn in range(20, 200)]
    assert share(pace, 10.0, 90.0, moves) == pytest.approx(SHARE, abs=0.02)
