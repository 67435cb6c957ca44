"""A fixed response comes back at any rate."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.responses import FixedResponse, resampled
from ronn_jack.model.latent.reverb import RoomSpec, synthesise


@pytest.mark.parametrize("wanted", [44100, 96000, 192000, 22050, 48000])
def test_a_band_limited_signal_is_itself_at_another_rate(wanted: int) -> None:
    def wave(rate: int) -> np.ndarray:
        t = np.arange(int(0.2 * rate)) / rate
        hump = np.exp(-0.5 * ((t - 0.1) / 0.02) ** 2)
        return (hump * np.sin(2 * np.pi * 3000.0 * t))[None]

    found = resampled(wave(48000), 48000, wanted)
    assert found.shape == wave(wanted).shape
    np.testing.assert_allclose(found, wave(wanted), atol=1e-6)


def test_at_its_own_rate_it_is_what_it_was_and_mono_is_both_sides() -> None:
    samples = np.random.default_rng(1).normal(size=(1, 1000)).astype(np.float32)
    fixed = FixedResponse({"samples": samples, "rate": np.array(44100)})
    found = fixed.response(RoomSpec(x=2.0, seed=9), 44100)
    np.testing.assert_array_equal(found, np.repeat(samples, 2, axis=0))
    assert fixed.response(RoomSpec(), 96000).shape == (2, 2177)


def test_all_responses_are_as_loud() -> None:
    # A click has the loudness of the pink noise itself, whatever its peak.
    for size in (0.01, 1.0):
        samples = np.zeros((2, 480), np.float32)
        samples[:, 0] = size
        fixed = FixedResponse({"samples": samples, "rate": np.array(48000)})
        found = synthesise(fixed, RoomSpec(), 48000)
        np.testing.assert_allclose(found[:, 0], 1.0, rtol=0.02)


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (np.ones((3, 10)), 48000, "no mono or stereo"),
        (np.ones((1, 10)), 10, "no mono or stereo"),
        (np.ones((1, 90_000)), 8000, "longer than 8 s"),
        (np.ones(10), 48000, "is not … × … numbers"),
    ],
)
def test_what_is_none_is_refused(samples: np.ndarray, rate: int, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        FixedResponse({"samples": samples, "rate": np.array(rate)})
