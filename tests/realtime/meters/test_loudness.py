import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.acoustics.k_weighting import k_weighting
from ronn_jack.realtime.meters.loudness import LoudnessMeter


def filtered(x, coefficients):
    b0, b1, b2, a1, a2 = coefficients
    y = np.zeros(x.size + 2)
    x = np.concatenate([[0.0, 0.0], x])
    for n in range(2, x.size):
        y[n] = b0 * x[n] + b1 * x[n - 1] + b2 * x[n - 2] - a1 * y[n - 1] - a2 * y[n - 2]
    return y[2:]


@pytest.mark.parametrize("channels", [1, 2])
def test_powers_are_those_of_plain_filters_and_means(channels):
    rate = 8000.0
    x = np.random.default_rng(3).uniform(-1, 1, (channels, 7777)).astype(np.float32)
    meter = LoudnessMeter(channels, rate)
    meter.add(x)

    shelf, high_pass = k_weighting(rate)
    weighted = [filtered(filtered(row.astype(float), shelf), high_pass) for row in x]
    energy = np.sum(np.square(weighted), axis=0)
    starts = range(0, 7777 - 3200 + 1, 800)
    expected = [energy[s : s + 3200].mean() for s in starts]
    assert len(expected) == 6
    assert meter.powers == pytest.approx(expected, rel=1e-9)


def test_a_channel_is_measured_as_if_it_were_alone():
    x = np.random.default_rng(6).uniform(-1, 1, (2, 9999)).astype(np.float32)
    x[1] = 0.0
    alone, first, second = (
        LoudnessMeter(1, 8000.0),
        LoudnessMeter(2, 8000.0),
        LoudnessMeter(2, 8000.0),
    )
    alone.add(x[:1])
    first.add(x)
    second.add(x[::-1])
    assert np.array_equal(first.powers, alone.powers)
    assert np.array_equal(second.powers, alone.powers)


@settings(max_examples=30)
@given(pieces=st.lists(st.integers(0, 3000), max_size=12))
def test_any_split_gives_the_same_powers(pieces):
    rate = 8000.0
    x = np.random.default_rng(4).uniform(-1, 1, (2, sum(pieces))).astype(np.float32)
    whole, split = LoudnessMeter(2, rate), LoudnessMeter(2, rate)
    whole.add(x)
    for start, frames in zip(np.cumsum([0, *pieces]), pieces, strict=False):
        split.add(x[:, start : start + frames])
    assert whole.powers.size == max(0, sum(pieces) // 800 - 3)
    assert np.array_equal(split.powers, whole.powers)


def test_rows_of_any_layout_are_read_rightly():
    x = np.random.default_rng(5).uniform(-1, 1, (5000, 2)).astype(np.float32)
    interleaved, planar = LoudnessMeter(2, 8000.0), LoudnessMeter(2, 8000.0)
    interleaved.add(x.T)
    planar.add(np.ascontiguousarray(x.T))
    assert np.array_equal(interleaved.powers, planar.powers)
    assert planar.powers.min() > 0.1


def test_less_than_a_block_has_no_powers():
    meter = LoudnessMeter(1, 48000.0)
    assert meter.powers.shape == (0,)
    meter.add(np.ones((1, 19199), np.float32))
    assert meter.powers.shape == (0,)
    meter.add(np.ones((1, 1), np.float32))
    assert meter.powers.shape == (1,)
