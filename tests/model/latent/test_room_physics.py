from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model.latent.room_physics import (
    CENTRES,
    OCTAVE,
    OUTPUTS,
    REFERENCE,
    Decay,
    decay_of,
    decibels,
    duration,
    position,
    remaining,
    t30,
)


def said(rooms: int, seed: int = 1) -> np.ndarray:
    """Return anything that a decoder may say, also what drives everything to its limit."""
    return np.random.RandomState(seed).standard_normal((rooms, OUTPUTS)) * 3.0


def test_x_is_the_reverberation_time_from_a_fifth_of_a_second_to_six() -> None:
    assert duration(np.array([-2.0, 2.0])) == pytest.approx([0.2, 6.0])
    assert position(duration(np.array([-1.3, 0.7]))) == pytest.approx([-1.3, 0.7])


def test_t30_of_an_exponential_decay_is_its_own() -> None:
    times = np.linspace(0.0, 2.0, 500)
    assert t30(times, -60.0 * times / 1.7) == pytest.approx(1.7)


@pytest.mark.parametrize("y", [-2.0, 0.0, 2.0])
@pytest.mark.parametrize("z", [-2.0, 0.0, 2.0])
def test_t30_at_1_khz_is_what_x_asks_for_whatever_else_there_is(y: float, z: float) -> None:
    x = np.random.RandomState(2).uniform(-2.0, 2.0, 200)
    decay = decay_of(said(200), x, np.full(200, y), np.full(200, z))
    times = (1.5 * duration(x))[:, None, None] * np.linspace(0.0, 1.0, 2000)
    octave = (remaining(decay.only(OCTAVE), times) * CENTRES[OCTAVE, None]).sum(1)
    np.testing.assert_allclose(t30(times[:, 0], decibels(octave)), duration(x), rtol=0.03)


def test_what_remains_is_what_the_slopes_and_their_build_up_still_bring() -> None:
    x, y, z = np.array([0.5]), np.array([1.0]), np.array([-1.0])
    decay = decay_of(said(1), x, y, z)
    t = np.linspace(0.0, 60.0, 2_000_001)
    slope = decay.energies / (1.0 / decay.rates - 1.0 / (decay.rates + 1.0 / decay.build_up))
    for band in (0, REFERENCE, 24):
        power = sum(slope[0, i, band] * np.exp(-decay.rates[0, i, band] * t) for i in range(2))
        power = power * -np.expm1(-t / decay.build_up[0])
        after = np.trapezoid(power[t >= 0.1], t[t >= 0.1])
        assert remaining(decay, np.array([0.1]))[0, band, 0] == pytest.approx(after, rel=1e-3)


def test_the_direct_sound_is_there_at_first_alone() -> None:
    decay = decay_of(said(1), *(np.zeros(1) for _ in range(3)))
    silent = Decay(
        decay.rates, decay.energies, 0.0 * decay.direct,
        decay.build_up, decay.spacing, decay.mixing,
    )  # fmt: skip
    times = np.array([0.0, 1e-9])
    difference = remaining(decay, times) - remaining(silent, times)
    np.testing.assert_allclose(difference[..., 0], decay.direct)
    assert not difference[..., 1].any()
