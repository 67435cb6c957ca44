import numpy as np
import pytest

from ronn_jack.acoustics.k_weighting import k_power, k_weighting

RATES = (44100.0, 48000.0, 88200.0, 96000.0, 192000.0)


def decibels(frequency, rate):
    return 10 * np.log10(k_power(frequency, rate))


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
    reference = decibels(frequency, 48000.0)
    assert decibels(frequency, rate) == pytest.approx(reference, abs=0.1)


def test_its_power_is_that_of_its_filters_impulse_response():
    rate, impulse = 8000.0, np.zeros(8192)
    impulse[0] = 1.0
    for b0, b1, b2, a1, a2 in k_weighting(rate):
        y = np.zeros(impulse.size)
        for n in range(impulse.size):
            recent = impulse[n], impulse[n - 1] * (n > 0), impulse[n - 2] * (n > 1)
            past = y[n - 1] * (n > 0), y[n - 2] * (n > 1)
            y[n] = np.dot((b0, b1, b2), recent) - np.dot((a1, a2), past)
        impulse = y
    expected = np.abs(np.fft.rfft(impulse)) ** 2
    frequencies = np.fft.rfftfreq(impulse.size, 1 / rate)
    assert k_power(frequencies, rate) == pytest.approx(expected, abs=1e-6)
