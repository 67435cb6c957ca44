"""Momentary loudness is what the standard says, and is measured no more often than it changes."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.loudness.momentary import MOMENTARY_SECONDS, MomentaryMeter, momentary_lufs
from ronn_jack.units import SILENCE_DB


def sine(level_db: float, rate: float, seconds: float = MOMENTARY_SECONDS, hertz: float = 1000.0):
    t = np.arange(round(seconds * rate)) / rate
    one = 10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * hertz * t)
    return np.stack([one, one]).astype(np.float32)


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0])
def test_a_stereo_sine_of_1_khz_is_as_loud_as_its_peak(rate: float):
    # EBU Tech 3341, minimum requirements, test 1.
    for level in (-23.0, -33.0):
        assert momentary_lufs(sine(level, rate), rate) == pytest.approx(level, abs=0.1)


def test_what_was_before_the_last_400_ms_does_not_count():
    loud, quiet = sine(-3.0, 48000.0, 0.2), sine(-43.0, 48000.0, 0.5)
    assert momentary_lufs(np.hstack([loud, quiet]), 48000.0) == pytest.approx(-43.0, abs=0.2)


def test_silence_and_too_little_are_silent():
    assert momentary_lufs(np.zeros((2, 48000), np.float32), 48000.0) == SILENCE_DB
    assert momentary_lufs(sine(0.0, 48000.0, 0.1), 48000.0) == SILENCE_DB


def test_it_is_measured_once_in_a_step():
    now, asked = [5.0], []

    def recent():
        asked.append(now[0])
        return sine(-23.0, 48000.0)

    meter = MomentaryMeter(lambda: now[0])
    values = []
    for now[0] in (5.0, 5.05, 5.09, 5.11):
        values.append(meter.read(recent, 48000.0))
    assert asked == [5.0, 5.11]
    assert values == [pytest.approx(-23.0, abs=0.1)] * 4
