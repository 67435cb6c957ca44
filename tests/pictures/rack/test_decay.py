"""A decay is measured as it is."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.hotswap.responses.room import samples_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.room_physics import CENTRES
from ronn_jack.pictures.rack.decay import COLUMNS, FLOOR_DB, OCTAVES, relief_of
from training.rooms_measures import octave_t30

RATE = 48_000.0


def noise_that_decays(seconds: float, t60: float) -> np.ndarray:
    frames = int(seconds * RATE)
    falling = 10.0 ** (-3.0 * np.arange(frames) / RATE / t60)
    noise = np.random.default_rng(1).standard_normal((2, frames))
    return (noise * falling).astype(np.float32)


def test_an_exponential_decay_has_its_time_in_every_octave_and_falls_evenly_in_every_band():
    relief = relief_of(noise_that_decays(2.0, 1.0), RATE)
    assert relief.seconds == 2.0
    np.testing.assert_allclose(relief.times[2:], 1.0, rtol=0.04)
    np.testing.assert_allclose(relief.times[:2], 1.0, rtol=0.12)  # few modes, as in any room
    falling = -60.0 * np.arange(COLUMNS) * 2.0 / COLUMNS
    upper = CENTRES >= 400.0
    off = relief.levels[upper] - falling
    assert np.abs(off[:, : COLUMNS // 2]).max() < 4.0
    assert relief.levels.max() == 0.0
    assert not (relief.levels[:, COLUMNS // 2] > -50.0).any(), "a band rings by its filter"


@pytest.mark.parametrize("x", [-2.0, 0.0, 1.0])
def test_rooms_are_measured_as_they_are_where_the_model_is_judged(x):
    samples = samples_of(RoomSpec(x=x, seed=7), RATE)
    expected = octave_t30(samples, RATE, OCTAVES)
    # There the time goes on in steps of 2 ms.
    np.testing.assert_allclose(relief_of(samples, RATE).times, expected, rtol=0.02, atol=0.003)


def test_what_a_rate_does_not_have_and_silence_are_not_told():
    low = relief_of(noise_that_decays(0.5, 0.3)[:, ::6], RATE / 6)
    assert np.isnan(low.times[OCTAVES > 0.49 * RATE / 6]).all()
    assert np.isfinite(low.times[OCTAVES < 2000.0]).all()
    silent = relief_of(np.zeros((2, 4800), np.float32), RATE)
    assert (silent.levels <= FLOOR_DB).all()
    assert np.isnan(silent.times).all()
