from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.memory import record
from ronn_jack.realtime.meters.true_peak import TRUE_PEAK, run_true_peak
from ronn_jack.units import gain_to_decibels

SETTLED = 64


@entry("float64(int64, int64, int64)")
def _run(state, signal, frames):
    return run_true_peak(state, signal, frames)


class TruePeakMeter:
    """The true peak of one channel, block by block."""

    def __init__(self):
        self._record, self._address = record(TRUE_PEAK)

    def run(self, x):
        return _run.ctypes(self._address, x.ctypes.data, x.shape[0])


def sine(cycles_per_frame, degrees, amplitude=0.5, frames=4000):
    t = np.arange(frames)
    x = amplitude * np.sin(2 * np.pi * cycles_per_frame * t + np.deg2rad(degrees))
    return x.astype(np.float32)


def steady_peak_db(x):
    """Return the true peak in dBTP, without the start of the signal, which is no sine."""
    meter = TruePeakMeter()
    meter.run(x[:SETTLED])
    return gain_to_decibels(meter.run(x[SETTLED:]))


@pytest.mark.parametrize(
    "cycles_per_frame,degrees",
    [(1 / 4, 0), (1 / 4, 45), (1 / 6, 60), (1 / 8, 67.5), (0.01, 0), (0.31, 10)],
)
def test_sines_read_within_the_tolerance_of_ebu_tech_3341(cycles_per_frame, degrees):
    reading = steady_peak_db(sine(cycles_per_frame, degrees))
    assert -6.02 - 0.4 <= reading <= -6.02 + 0.2


def test_a_peak_between_the_samples_reads_3_db_over_them():
    x = sine(1 / 4, 45)
    over = steady_peak_db(x) - gain_to_decibels(float(np.abs(x).max()))
    assert over == pytest.approx(3.01, abs=0.25)


def test_oversampling_meets_band_limited_interpolation():
    frames = 2048
    generator = np.random.default_rng(1)
    spectrum = np.zeros(frames // 2 + 1, complex)
    lines = slice(1, int(0.4 * frames))
    spectrum[lines] = np.exp(2j * np.pi * generator.random(spectrum[lines].size))
    x = np.fft.irfft(spectrum, frames)
    ideal = np.abs(np.fft.irfft(spectrum, 16 * frames)).max() * 16
    meter = TruePeakMeter()
    x = np.tile(x, 2).astype(np.float32)
    meter.run(x[:frames])
    reading = meter.run(x[frames:])
    assert reading > np.abs(x).max()
    assert gain_to_decibels(reading / ideal) == pytest.approx(0.0, abs=0.4)


def test_a_single_sample_reads_no_less_than_itself():
    x = np.zeros(100, np.float32)
    x[50] = -0.75
    meter = TruePeakMeter()
    assert meter.run(x) == 0.75
    assert meter.run(np.zeros(100, np.float32)) == 0.0


@settings(max_examples=60)
@given(blocks=st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_any_split_gives_the_same_peak(blocks):
    x = np.random.default_rng(2).uniform(-1, 1, sum(blocks)).astype(np.float32)
    whole, split = TruePeakMeter(), TruePeakMeter()
    edges = np.cumsum([0, *blocks])
    peaks = [split.run(x[a:b]) for a, b in pairwise(edges)]
    assert max(peaks) == whole.run(x)
    tail = np.zeros(11, np.float32)
    assert split.run(tail) == whole.run(tail)
