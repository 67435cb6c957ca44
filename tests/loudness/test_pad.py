"""The pad that freeze makes of the recent input: where it is taken from, and how even it is."""

import numpy as np
import pytest

from ronn_jack.loudness.pad import RECENT_SECONDS, STRETCH_SECONDS, SWING_DB, pad_from, steadiest
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.units import decibels_to_gain

RATE = 48000
FRAMES = round(RECENT_SECONDS * RATE)
T = np.arange(FRAMES) / RATE


def partials(hertz: float, count: int = 8) -> np.ndarray:
    return sum(np.sin(2 * np.pi * hertz * k * T + k) / k for k in range(1, count))


def strokes(every: int, fall: float) -> np.ndarray:
    generator = np.random.default_rng(1)
    return generator.standard_normal(FRAMES) * np.exp(-(np.arange(FRAMES) % every) / RATE * fall)


PHRASE = np.atleast_2d(pluck_phrase(RATE))[0]
SOURCES = {
    "tone": partials(233.3, 2),
    "decaying note": np.exp(-2.0 * T) * partials(110.3),
    "decaying chord": np.exp(-2.0 * T) * sum(partials(f) for f in (110.0, 138.6, 164.8)),
    "beating": np.sin(2 * np.pi * 233.3 * T) + np.sin(2 * np.pi * 240.1 * T),
    "tremolo": (1.0 + 0.8 * np.sin(2 * np.pi * 4.0 * T)) * partials(140.0),
    "noise": strokes(FRAMES, 0.0),
    "drums": strokes(RATE // 4, 30.0),
    "clicks": strokes(RATE // 2, 1000.0),
    "phrase": PHRASE[RATE : RATE + FRAMES],
}


def stereo(row: np.ndarray) -> np.ndarray:
    return np.stack([0.1 * row, 0.05 * row]).astype(np.float32)


def swing_db(x: np.ndarray, frames: int = RATE // 20) -> float:
    """Return the distance of the loudest and quietest 50 ms."""
    parts = x[:, : x.shape[1] // frames * frames].astype(np.float64).reshape(2, -1, frames)
    powers = np.square(parts).sum(axis=0).mean(axis=1)
    return float(10.0 * np.log10(powers.max() / max(powers.min(), 1e-12 * powers.max())))


@pytest.mark.parametrize("source", SOURCES)
def test_its_envelope_swings_by_3_db_at_most(source):
    x = stereo(SOURCES[source])
    pad = pad_from(x, RATE)
    stretch = x[:, steadiest(x, RATE)]
    assert swing_db(np.tile(pad, (1, 20))) <= SWING_DB
    # It is as loud as what it is made of, and has no step that the input does not have.
    assert np.isclose(np.mean(pad**2), np.mean(stretch**2), rtol=1e-3)
    assert np.abs(np.diff(np.tile(pad, (1, 2)))).max() <= 1.2 * np.abs(np.diff(stretch)).max()
    # Both channels are in it as they were.
    assert np.allclose(pad[1], 0.5 * pad[0], atol=1e-6)


@pytest.mark.parametrize("source", ["decaying chord", "drums", "clicks"])
def test_another_signal_is_treated_as_the_input_and_decides_nothing(source):
    x = stereo(SOURCES[source])
    loud = 50.0 * stereo(SOURCES["tremolo"])
    assert np.array_equal(pad_from(x, RATE, loud)[:2], pad_from(x, RATE))
    assert np.allclose(pad_from(x, RATE, 50.0 * x)[2:], 50.0 * pad_from(x, RATE), rtol=1e-5)


def test_it_is_taken_from_the_steadiest_stretch_that_sounds():
    level = np.where(T < 0.3, 1.0, np.where(T < 1.4, 0.2, 0.0))
    level *= np.where(T < 0.3, 1.0 + 0.9 * np.sin(2 * np.pi * 9.0 * T), 1.0)
    stretch = steadiest(stereo(level * SOURCES["tone"]), RATE)
    assert stretch.start >= 0.3 * RATE
    assert stretch.stop <= 1.4 * RATE
    assert stretch.stop - stretch.start == STRETCH_SECONDS[0] * RATE


def test_of_two_it_is_the_newer_one():
    chord = np.where(T < 0.99, SOURCES["tone"], np.where(T > 1.01, partials(311.1, 2), 0.0))
    stretch = steadiest(stereo(chord), RATE)
    assert stretch.start >= RATE


def test_the_noise_floor_between_notes_is_no_pad():
    notes = SOURCES["drums"] * (T < 0.9) + decibels_to_gain(-60.0) * SOURCES["noise"]
    assert steadiest(stereo(notes), RATE).start < 0.9 * RATE


@pytest.mark.parametrize("frames", [0, 100, FRAMES])
def test_of_silence_or_next_to_nothing_there_is_none(frames):
    assert pad_from(np.zeros((2, frames), np.float32), RATE) is None


@pytest.mark.parametrize("rate", [44100, 48000, 192000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_number_of_channels_will_do(rate, channels):
    x = np.random.default_rng(1).standard_normal((channels, rate)).astype(np.float32)
    pad = pad_from(x, rate)
    assert pad.shape[0] == channels
    assert np.isfinite(pad).all()
