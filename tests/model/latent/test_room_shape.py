from __future__ import annotations

import itertools

import numpy as np
import pytest

from ronn_jack.acoustics.k_weighting import k_power
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.room_shape import shaped
from ronn_jack.model.latent.shaped_noise import Float32, most_frames

RATE = 48000.0


def decaying(seconds: float, rate: float = RATE) -> Float32:
    frames = int(seconds * rate)
    white = np.random.RandomState(3).standard_normal((2, frames))
    return (white * 10.0 ** (-3.0 * np.arange(frames) / frames)).astype(np.float32)


def dark() -> Float32:
    spectrum = np.fft.rfft(decaying(1.0))
    spectrum /= 1.0 + (np.arange(spectrum.shape[1]) / 100.0) ** 2
    return np.fft.irfft(spectrum).astype(np.float32)


def loudness_db(response: Float32, rate: float = RATE) -> float:
    """Return what pink noise gains by the response, K-weighted, from one spectrum of the whole."""
    size = 1 << response.shape[1].bit_length()
    frequencies = np.fft.rfftfreq(size, 1.0 / rate)
    heard = (frequencies >= 20.0) & (frequencies <= 20000.0)
    weights = k_power(frequencies[heard], rate) / frequencies[heard]
    power = (np.abs(np.fft.rfft(response, size)) ** 2).mean(0)[heard]
    return float(10.0 * np.log10((power * weights).sum() / weights.sum()))


@pytest.mark.parametrize(
    ("samples", "spec"),
    [
        (decaying(0.05), RoomSpec()),
        (decaying(3.0) * 1e-3, RoomSpec()),
        (dark(), RoomSpec()),
        (decaying(1.0), RoomSpec(low_cut=2000.0)),
        (decaying(1.0), RoomSpec(high_cut=500.0, width=0.3)),
        (decaying(1.0), RoomSpec(width=2.0, predelay_ms=250.0)),
    ],
    ids=["short", "long", "dark", "low cut", "high cut", "wide"],
)
def test_all_responses_are_as_loud(samples: Float32, spec: RoomSpec) -> None:
    assert loudness_db(shaped(samples, spec, RATE)) == pytest.approx(0.0, abs=0.1)


def test_an_impulse_stays_what_it_is() -> None:
    impulse = np.zeros((2, 100), np.float32)
    impulse[:, 3] = 0.25
    np.testing.assert_allclose(shaped(impulse, RoomSpec(), RATE), impulse * 4.0, atol=1e-6)


def test_silence_stays_silence() -> None:
    assert not shaped(np.zeros((2, 9000), np.float32), RoomSpec(low_cut=50.0), RATE).any()


def test_width_goes_from_mono_over_the_response_to_opposed() -> None:
    samples = decaying(0.2)
    mono, natural, opposed = (shaped(samples, RoomSpec(width=w), RATE) for w in (0.0, 1.0, 2.0))
    np.testing.assert_array_equal(mono[0], mono[1])
    np.testing.assert_array_equal(opposed[0], -opposed[1])
    np.testing.assert_allclose(natural / natural.std(), samples / samples.std(), atol=1e-5)


@pytest.mark.parametrize("noise", [0.0, 1e-4])
def test_what_is_mono_stays_so_and_no_width_silences_it_or_its_like(noise: float) -> None:
    mono = np.repeat(decaying(0.2)[:1], 2, axis=0)
    mono[1] += noise * decaying(0.2)[1]
    natural = shaped(mono, RoomSpec(), RATE)
    for width in (0.0, 0.5, 1.5, 2.0):
        np.testing.assert_allclose(shaped(mono, RoomSpec(width=width), RATE), natural, atol=1e-3)
    opposed = mono * np.float32([[1.0], [-1.0]])
    left = shaped(opposed, RoomSpec(), RATE)[0]
    np.testing.assert_allclose(shaped(opposed, RoomSpec(width=2.0), RATE)[0], left, atol=1e-3)
    for ear in shaped(opposed, RoomSpec(width=0.0), RATE):
        np.testing.assert_allclose(ear, left, atol=1e-3)


@pytest.mark.parametrize("width", [0.0, 2.0])
def test_how_far_a_width_reaches_moves_evenly_with_what_there_is_of_it(width: float) -> None:
    one, other = decaying(0.2)
    shares = np.geomspace(1e-3, 1.0, 60)
    signs = 1.0 if width == 2.0 else -1.0
    found = [
        shaped(
            np.float32([one + share * other, signs * (one - share * other)]),
            RoomSpec(width=width),
            RATE,
        )
        for share in shares
    ]
    for before, after in itertools.pairwise(found):
        assert np.vdot(before, after) > 0.8 * np.linalg.norm(before) * np.linalg.norm(after)


def test_a_pre_delay_moves_the_response_and_keeps_its_limit() -> None:
    samples = decaying(0.1)
    plain, late = (shaped(samples, RoomSpec(predelay_ms=ms), RATE) for ms in (0.0, 20.0))
    assert not late[:, :960].any()
    np.testing.assert_array_equal(late[:, 960:], plain)
    longest = most_frames(RATE)
    assert shaped(decaying(9.0), RoomSpec(predelay_ms=250.0), RATE).shape == (2, longest)


@pytest.mark.parametrize("rate", [44100.0, 96000.0])
def test_cuts_halve_the_power_at_their_frequency_and_fall_by_12_db_an_octave(rate: float) -> None:
    impulse = np.zeros((2, 30000), np.float32)
    impulse[:, 0] = 1.0
    cut = shaped(impulse, RoomSpec(low_cut=200.0, high_cut=5000.0), rate)
    power = np.abs(np.fft.rfft(cut[0], 32768)) ** 2

    def level(frequency: float) -> float:
        return float(10.0 * np.log10(power[round(frequency * 32768 / rate)]))

    assert level(200.0) - level(1000.0) == pytest.approx(-3.0, abs=0.2)
    assert level(50.0) - level(1000.0) == pytest.approx(-24.0, abs=0.7)
    assert level(5000.0) - level(1000.0) == pytest.approx(-3.0, abs=0.2)
    assert level(10000.0) - level(1000.0) < -12.0
