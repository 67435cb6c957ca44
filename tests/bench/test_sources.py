"""The sources on which sounds are measured are what their names say, and always the same."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.bench.sources import PEAK, SECONDS, SOURCES
from ronn_jack.loudness.match import audible_seconds, block_powers, loudness

pytestmark = pytest.mark.slow

RATE = 48_000.0


@functools.cache
def source(name: str, rate: float = RATE) -> NDArray[np.float32]:
    return SOURCES[name](rate)


@pytest.mark.parametrize("name", SOURCES)
def test_each_has_its_length_its_peak_and_a_silent_end(name: str) -> None:
    x = source(name)
    assert x.shape == (2, round(SECONDS * RATE)) and x.dtype == np.float32
    assert np.abs(x).max() == pytest.approx(PEAK, abs=1e-6)
    assert np.abs(x[:, -1]).max() < 1e-3
    assert abs(x.mean()) < 1e-3
    assert np.array_equal(x, SOURCES[name](RATE))


@pytest.mark.parametrize("name", SOURCES)
def test_each_is_heard_throughout_and_on_both_sides(name: str) -> None:
    powers = block_powers(source(name), RATE)
    assert -35.0 < loudness(powers) < -12.0
    assert audible_seconds(powers) > 0.8 * SECONDS
    left, right = np.square(source(name)).mean(axis=1)
    assert abs(10.0 * np.log10(left / right)) < 2.0


@pytest.mark.parametrize("name", ["guitar", "piano", "voice"])
def test_each_is_the_same_sound_at_another_rate(name: str) -> None:
    """Of the drums' noise only the statistics are."""
    levels = [loudness(block_powers(source(name, rate), rate)) for rate in (RATE, 96_000.0)]
    assert levels[0] == pytest.approx(levels[1], abs=1.0)


def test_the_voice_and_the_drums_are_far_apart_in_spectrum() -> None:
    def centroid(x: NDArray[np.float32]) -> float:
        power = np.square(np.abs(np.fft.rfft(x.mean(axis=0))))
        hertz = np.fft.rfftfreq(x.shape[1], 1.0 / RATE)
        return float((power * hertz).sum() / power.sum())

    found = {name: centroid(source(name)) for name in SOURCES}
    assert len({round(np.log2(value) * 2) for value in found.values()}) >= 3, found
