"""Drawn spectra against plain Fourier transforms."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.pictures.spectrum import FLOOR_DB, centres, spectrum, window_frames


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0, 96_000.0, 192_000.0])
@pytest.mark.parametrize("hertz", [55.0, 440.0, 9000.0])
def test_a_sine_stands_where_it_is_as_high_as_it_is(rate, hertz):
    length = window_frames(rate)
    hertz = round(hertz * length / rate) * rate / length
    x = 0.5 * np.sin(2 * np.pi * hertz / rate * np.arange(2 * length))
    levels = spectrum(np.stack([x, x]).astype(np.float32), rate)
    top = int(levels.argmax())
    assert levels[top] == pytest.approx(-6.02, abs=0.05)
    assert abs(np.log2(centres()[top] / hertz)) < 1 / 12
    assert levels[np.abs(np.log2(centres() / hertz)) > 1.0].max() < -70.0


def test_it_is_the_transform_of_what_was_played():
    rate = 48_000.0
    x = pluck_phrase(rate)[:, :40_000]
    length = window_frames(rate)
    power = np.zeros(length // 2 + 1)
    for row in x[:, -length:].astype(np.float64):
        power += np.abs(np.fft.rfft(row * np.hanning(length + 1)[:-1])) ** 2 / len(x)
    lines = 10 * np.log10(power * (2 / np.hanning(length + 1).sum()) ** 2)
    hertz = np.arange(lines.size) * rate / length
    half = (20_000 / 20) ** (0.5 / centres().size)
    levels = spectrum(x, rate)
    checked = 0
    for centre, level in zip(centres(), levels, strict=True):
        own = lines[(hertz >= centre / half) & (hertz < centre * half)]
        if own.size:
            checked += 1
            assert level == pytest.approx(max(FLOOR_DB, own.max()), abs=1e-6)
    assert checked > 100


def test_silence_too_little_and_frequencies_beyond_the_rate_are_at_the_floor():
    assert (spectrum(np.zeros((2, 100), np.float32), 48_000.0) == FLOOR_DB).all()
    loud = np.random.default_rng(1).uniform(-1, 1, (1, 4096)).astype(np.float32)
    levels = spectrum(loud, 22_050.0)
    assert (levels[centres() > 11_100.0] == FLOOR_DB).all()
    assert (levels[(centres() > 100.0) & (centres() < 10_000.0)] > -90.0).all()
