import numpy as np
import pytest

from ronn_jack.loudness.match import block_powers, loudness
from ronn_jack.loudness.noise import pink_noise


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_level_and_slope(channels, rate):
    frames = round(5 * rate)
    noise = pink_noise(frames, channels, rate)
    assert noise.shape == (channels, frames)
    assert noise.dtype == np.float32
    assert np.abs(noise).max() < 1.0
    for row in noise.astype(float):
        level = 10 * np.log10(2 * np.mean(row**2))
        assert level == pytest.approx(-18.0, abs=1e-3)
        power = np.abs(np.fft.rfft(row)) ** 2
        frequency = np.fft.rfftfreq(frames, 1 / rate)
        octaves = [
            10 * np.log10(power[(frequency >= low) & (frequency < 2 * low)].sum())
            for low in 20.0 * 2.0 ** np.arange(9)
        ]
        assert np.ptp(octaves) < 0.5


def test_it_is_the_same_every_time_and_at_every_rate():
    first = pink_noise(24000, 1, 48000.0).copy()
    pink_noise.cache_clear()
    assert np.array_equal(pink_noise(24000, 1, 48000.0), first)
    assert np.array_equal(pink_noise(24000, 2, 48000.0)[:1], first)
    assert pink_noise(48000, 1, 96000.0)[:, ::2] == pytest.approx(first, abs=1e-6)
    readings = [
        loudness(block_powers(pink_noise(round(5 * rate), 2, rate), rate))
        for rate in (44100.0, 48000.0, 192000.0)
    ]
    assert np.ptp(readings) < 0.1


def test_channels_are_uncorrelated_and_the_end_joins_the_start():
    noise = pink_noise(240000, 2, 48000.0)
    assert abs(np.corrcoef(noise)[0, 1]) < 0.05
    steps = np.abs(np.diff(noise, axis=1, append=noise[:, :1]))
    assert steps[:, -1].max() < 6 * steps.std()


def test_the_cached_noise_can_t_be_spoilt():
    with pytest.raises(ValueError):
        pink_noise(24000, 1, 48000.0)[0, 0] = 1.0
