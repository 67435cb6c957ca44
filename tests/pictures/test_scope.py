"""The stretch that an oscilloscope shows."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.pictures.scope import MOST_POINTS, SHOWN_SECONDS, scope_frames, traces


def sine(hertz: float, frames: int, begin: int, rate: float = 48_000.0) -> np.ndarray:
    x = 0.3 * np.sin(2 * np.pi * hertz / rate * (np.arange(frames) + begin))
    return np.stack([x, x]).astype(np.float32)


def test_a_tone_stands_still_from_frame_to_frame():
    frames = scope_frames(48_000.0)
    for begin in (0, 123, 1601, 4444):
        x = sine(110.0, frames, begin)
        dry, output = traces(x, -x, 48_000.0)
        assert dry.size == output.size == round(SHOWN_SECONDS * 48_000)
        assert 0.0 <= dry[0] < 0.3 * 2 * np.pi * 110 / 48_000
        np.testing.assert_array_equal(output, -dry)


def test_noise_around_zero_does_not_move_it():
    frames = scope_frames(48_000.0)
    generator = np.random.default_rng(3)
    for begin in range(0, 3000, 250):
        x = sine(100.0, frames, begin) + generator.normal(0, 0.004, (2, frames)).astype(np.float32)
        dry, _ = traces(x, x, 48_000.0)
        assert abs(dry[0]) < 0.03
        assert dry[100:140].min() > 0.2, "a quarter of a period later it is high"


@pytest.mark.parametrize("rate", [44_100.0, 192_000.0])
def test_points_are_few_at_any_rate(rate):
    x = sine(200.0, scope_frames(rate), 7, rate)
    dry, output = traces(x, x, rate)
    assert MOST_POINTS / 2 < dry.size <= MOST_POINTS
    assert output.size == dry.size


@pytest.mark.parametrize("frames", [0, 1, 50, 2000])
def test_silence_and_a_signal_that_has_just_begun_are_shown_as_they_are(frames):
    silence = np.zeros((2, frames), np.float32)
    dry, _ = traces(silence, silence, 48_000.0)
    assert dry.size == min(frames, round(SHOWN_SECONDS * 48_000))
