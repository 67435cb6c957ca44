"""Quantiles of a histogram, against those of the durations themselves."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import float64, int64, void
from ronn_jack.realtime.meters.histogram import BINS, BINS_PER_OCTAVE, count_duration, quantile

EDGE = 2 ** (1 / BINS_PER_OCTAVE)


@entry(void(int64, float64))
def count(histogram, microseconds):
    count_duration(histogram, microseconds)


def counted(durations):
    counts = np.zeros(BINS, np.int64)
    for duration in durations:
        count.ctypes(counts.ctypes.data, duration)
    return counts


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_a_quantile_is_never_too_low_and_within_a_bin(share):
    durations = np.random.default_rng(1).lognormal(4, 2, 1000)
    exact = np.quantile(durations, share, method="inverted_cdf")
    found = quantile(counted(durations), share)
    assert exact <= found <= (exact + 1) * EDGE


def test_what_is_beyond_the_last_bin_is_counted_there():
    counts = counted([0.0, 1e12])
    assert counts[0] == 1
    assert counts[-1] == 1
    assert counts.sum() == 2


def test_the_difference_of_two_tells_of_the_time_between():
    before = counted([5.0] * 10)
    after = before + counted([100.0] * 4)
    assert 100.0 <= quantile(after - before, 0.5) <= 101.0 * EDGE


def test_nothing_counted_is_no_time():
    assert quantile(np.zeros(BINS, np.int64), 0.99) == 0.0
