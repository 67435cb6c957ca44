import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.realtime.meters.loudness import LoudnessMeter, k_weighting

RATES = (44100.0, 48000.0, 88200.0, 96000.0, 192000.0)


def response(filters, frequency, rate):
    z = np.exp(-2j * np.pi * frequency / rate)
    gain = 1.0
    for b0, b1, b2, a1, a2 in filters:
        gain = gain * (b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2)
    return 20 * np.log10(np.abs(gain))


def filtered(x, coefficients):
    b0, b1, b2, a1, a2 = coefficients
    y = np.zeros(x.size + 2)
    x = np.concatenate([[0.0, 0.0], x])
    for n in range(2, x.size):
        y[n] = b0 * x[n] + b1 * x[n - 1] + b2 * x[n - 2] - a1 * y[n - 1] - a2 * y[n - 2]
    return y[2:]


def test_k_weighting_at_48_khz_is_the_standard_s_table():
    shelf, high_pass = k_weighting(48000.0)
    table_1 = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241,
               0.73248077421585)  # fmt: skip
    assert shelf == pytest.approx(table_1, abs=1e-12)
    table_2 = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
    assert high_pass == pytest.approx(table_2, abs=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_k_weighting_has_the_same_response_at_any_rate(rate):
    # Up to 8 kHz; beyond, the bilinear transform bends the axis.
    frequency = np.geomspace(10.0, 8000.0, 200)
    reference = response(k_weighting(48000.0), frequency, 48000.0)
    assert response(k_weighting(rate), frequency, rate) == pytest.approx(reference, abs=0.1)


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
