"""Signals as columns."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.pictures.columns import columns


@pytest.mark.parametrize(("frames", "count"), [(1, 5), (5, 5), (7, 5), (1000, 7), (4, 100)])
def test_no_extreme_is_lost(frames, count):
    x = np.random.default_rng(frames).normal(size=frames).astype(np.float32)
    low, high = columns(x, count)
    assert low.size == high.size == min(frames, count)
    assert (low.min(), high.max()) == (x.min(), x.max())
    if frames <= count:
        np.testing.assert_array_equal(low, x)
        np.testing.assert_array_equal(high, x)
