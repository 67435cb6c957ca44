"""The demo's riff is in tune, decays as a plucked string does, and loops."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.loudness.phrase import BEATS, BEATS_PER_MINUTE, PEAK, RIFF, pluck, pluck_phrase

RATES = (22050, 44100, 48000, 96000)


def partial_db(signal, rate, hertz):
    """Return the level of the partial nearest to a frequency."""
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    place = round(hertz * len(signal) / rate)
    return 20 * np.log10(spectrum[place - 4 : place + 5].max())


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency", [82.41, 196.0, 370.0])
def test_a_string_is_in_tune_to_two_cents(frequency, rate):
    string = pluck(frequency, 1.0, rate)
    size = 16 * len(string)
    spectrum = np.abs(np.fft.rfft(string * np.hanning(len(string)), size))
    low, high = (int(frequency * ratio * size / rate) for ratio in (0.97, 1.03))
    heard = (low + np.argmax(spectrum[low:high])) * rate / size
    assert abs(1200 * np.log2(heard / frequency)) < 2


@pytest.mark.parametrize("rate", RATES)
def test_high_partials_decay_faster_than_low_ones_and_alike_at_any_rate(rate):
    string = pluck(110.0, 2.0, rate)
    half = len(string) // 2
    first, second = string[:half], string[half:]
    low = partial_db(first, rate, 110) - partial_db(second, rate, 110)
    high = partial_db(first, rate, 2200) - partial_db(second, rate, 2200)
    assert low == pytest.approx(18.8, abs=0.5)
    assert high == pytest.approx(50, abs=5)


def test_a_harder_pluck_is_louder_and_brighter():
    soft, hard = pluck(110.0, 0.5, 48000, 0.3), pluck(110.0, 0.5, 48000, 1.0)
    assert np.sqrt(np.mean(hard**2)) > 2 * np.sqrt(np.mean(soft**2))
    for signal in (soft, hard):
        signal /= np.abs(signal).max()
    assert partial_db(hard, 48000, 4400) > partial_db(soft, 48000, 4400) + 6


@pytest.mark.parametrize("rate", [8000, *RATES, 192000])
def test_the_riff_has_its_length_and_peak_at_any_rate(rate):
    phrase = pluck_phrase(rate)
    assert phrase.dtype == np.float32
    assert phrase.shape == (2, round(BEATS * 60 / BEATS_PER_MINUTE * rate))
    assert np.isfinite(phrase).all()
    assert np.abs(phrase).max() == pytest.approx(PEAK)
    assert abs(phrase.mean()) < 1e-4


def test_the_riff_is_the_same_every_time():
    assert np.array_equal(pluck_phrase(44100), pluck_phrase(44100))


def test_the_last_beat_is_silent_so_that_tails_are_heard():
    phrase = pluck_phrase(48000)
    beat = phrase.shape[1] // int(BEATS)
    assert not phrase[:, -beat:].any()
    for note in RIFF:
        start = int(note.beat * beat)
        assert np.sqrt(np.mean(phrase[:, start : start + beat // 4] ** 2)) > 0.02


def test_the_two_channels_differ():
    left, right = pluck_phrase(48000)
    assert 0.5 < np.corrcoef(left, right)[0, 1] < 0.98
