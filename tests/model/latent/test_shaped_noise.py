from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model.latent.shaped_noise import (
    bin_frequencies,
    most_frames,
    noise,
    shape_noise,
    spectra_of,
    spectrum_times,
    window_frames,
)

RATE = 48000.0


def unity(frames: int, rate: float = RATE) -> np.ndarray:
    return np.ones((spectra_of(frames, rate), bin_frequencies(rate).size), np.float32)


@pytest.mark.parametrize("rate", [8000.0, 44100.0, 48000.0, 96000.0])
def test_with_a_gain_of_1_it_is_the_noise_itself(rate: float) -> None:
    frames = int(0.3 * rate) + 7
    shaped = shape_noise(unity(frames, rate), frames, rate)
    assert shaped.dtype == np.float32
    np.testing.assert_allclose(shaped, noise(rate)[:, :frames], atol=1e-5)
    assert np.mean(shaped**2) == pytest.approx(1.0, rel=0.05)


def test_what_takes_the_noise_s_place_at_first_is_passed_on_as_it_is() -> None:
    frames, part = 9000, 2500
    early = np.random.RandomState(1).standard_normal((2, part)).astype(np.float32)
    shaped = shape_noise(unity(frames), frames, RATE, early)
    np.testing.assert_allclose(shaped[:, :part], early, atol=1e-5)
    np.testing.assert_allclose(shaped[:, part:], noise(RATE)[:, part:frames], atol=1e-5)


def test_a_gain_acts_where_and_when_it_is_said_to() -> None:
    frames = 24000
    gains = unity(frames)
    gains[spectrum_times(frames, RATE) > 0.25] = 0.1
    sound = shape_noise(gains, frames, RATE)
    assert np.std(sound[:, :11000]) == pytest.approx(1.0, rel=0.05)
    assert np.std(sound[:, 13000:]) == pytest.approx(0.1, rel=0.05)


def test_its_power_hardly_wavers_in_any_band() -> None:
    pieces = noise(RATE)[:, : 300 * 1024].reshape(2, -1, 1024) * np.hanning(1024)
    power = (np.abs(np.fft.rfft(pieces)) ** 2).sum(0)
    for octave in (250.0, 500.0, 1000.0, 2000.0):
        lines = np.abs(np.log2(np.fft.rfftfreq(1024, 1.0 / RATE)[1:] / octave)) < 0.5
        levels = 10.0 * np.log10(power[:, 1:][:, lines].sum(1))
        assert levels.std() < 0.75 * (1000.0 / octave) ** 0.5


def test_the_ears_hear_the_same_low_and_different_high() -> None:
    left, right = np.fft.rfft(noise(RATE), axis=-1)
    frequencies = np.fft.rfftfreq(noise(RATE).shape[1], 1.0 / RATE)

    def coherence(lowest: float, highest: float) -> float:
        inside = (frequencies > lowest) & (frequencies < highest)
        both = np.vdot(left[inside], right[inside]).real
        return float(both / np.linalg.norm(left[inside]) / np.linalg.norm(right[inside]))

    assert coherence(20.0, 100.0) > 0.95
    assert abs(coherence(2000.0, 20000.0)) < 0.05


def test_no_rate_makes_it_longer_than_the_convolver_takes() -> None:
    assert most_frames(48000.0) == 8 * 48000
    assert most_frames(96000.0) == 6 * 96000
    assert most_frames(192000.0) == 3 * 192000
    assert [window_frames(rate) for rate in (44100.0, 48000.0, 96000.0)] == [1024, 1024, 2048]
