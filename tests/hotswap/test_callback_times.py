"""Callback times as shares of the period, over a window that moves."""

import numpy as np
import pytest

from ronn_jack.hotswap.callback_times import WINDOW_SECONDS, CallbackShares, CallbackTimes
from ronn_jack.realtime.meters.histogram import BINS, BINS_PER_OCTAVE

RATE = 48000.0
PERIOD_US = 64 / RATE * 1e6


def counts(**blocks):
    """A histogram of blocks that took so many µs, given as us_<µs>=<blocks>."""
    histogram = np.zeros(BINS, np.int64)
    for name, number in blocks.items():
        microseconds = float(name.removeprefix("us_"))
        histogram[int(BINS_PER_OCTAVE * np.log2(microseconds + 1))] += number
    return histogram


def test_shares_are_those_of_the_period():
    times = CallbackTimes(RATE)
    assert times.look(0.0, counts(), 64) == CallbackShares()
    shares = times.look(1.0, counts(us_100=98, us_400=1, us_900=1), 64)
    assert shares.p50 == pytest.approx(100 / PERIOD_US, rel=0.05)
    assert shares.p99 == pytest.approx(400 / PERIOD_US, rel=0.05)
    assert shares.largest == pytest.approx(900 / PERIOD_US, rel=0.05)


def test_the_first_look_sees_all_blocks_since_the_start():
    assert CallbackTimes(RATE).look(5.0, counts(us_100=1), 64).p50 > 0.0


def test_what_is_older_than_the_window_is_forgotten():
    times = CallbackTimes(RATE)
    times.look(0.0, counts(), 64)
    for second in range(1, 3 * int(WINDOW_SECONDS)):
        shares = times.look(float(second), counts(us_900=1, us_100=second), 64)
        if second < WINDOW_SECONDS:
            assert shares.largest > 0.6
    assert shares.largest == pytest.approx(100 / PERIOD_US, rel=0.05)


def test_another_period_begins_anew():
    times = CallbackTimes(RATE)
    times.look(0.0, counts(), 64)
    times.look(1.0, counts(us_900=100), 64)
    assert times.look(2.0, counts(us_900=100), 128) == CallbackShares()
    shares = times.look(3.0, counts(us_900=100, us_100=10), 128)
    assert shares.largest == pytest.approx(50 / PERIOD_US, rel=0.05)
