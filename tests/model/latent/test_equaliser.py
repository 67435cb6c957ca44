"""The bands' curve, held to the RBJ cookbook's coefficients and to a filter that runs."""

import math

import numpy as np
import pytest

from ronn_jack.acoustics.k_weighting import k_weighting
from ronn_jack.model.latent.equaliser import (
    BANDS,
    FLAT,
    EqSettings,
    curves,
    loudness_loss,
    response,
)

RATES = (44100.0, 48000.0, 96000.0)


def cookbook(form, gain, frequency, q, rate):
    """Return the RBJ cookbook's b and a, as written there."""
    a = 10 ** (gain / 40)
    w = 2 * math.pi * frequency / rate
    cos, alpha = math.cos(w), math.sin(w) / (2 * q)
    if form == "bell":
        return (1 + alpha * a, -2 * cos, 1 - alpha * a), (1 + alpha / a, -2 * cos, 1 - alpha / a)
    root, sign = 2 * math.sqrt(a) * alpha, 1 if form == "low_shelf" else -1
    b = (
        a * ((a + 1) - sign * (a - 1) * cos + root),
        sign * 2 * a * ((a - 1) - sign * (a + 1) * cos),
        a * ((a + 1) - sign * (a - 1) * cos - root),
    )
    return b, (
        (a + 1) + sign * (a - 1) * cos + root,
        -sign * 2 * ((a - 1) + sign * (a + 1) * cos),
        (a + 1) + sign * (a - 1) * cos - root,
    )


def drawn(seed, most_gain=24.0):
    random = np.random.default_rng(seed)
    return EqSettings(
        tuple(random.uniform(-most_gain, most_gain, 5)),
        tuple(math.exp(random.uniform(math.log(b.lowest), math.log(b.highest))) for b in BANDS),
        tuple(math.exp(random.uniform(math.log(b.lowest_q), math.log(b.highest_q))) for b in BANDS),
    )


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_that_of_the_cookbook_s_filters(seed, rate):
    settings, frequencies = drawn(seed), np.geomspace(20.0, 20000.0, 200)
    delay = np.exp(-2j * np.pi * frequencies / rate)
    expected = np.zeros(frequencies.size)
    for band, gain, frequency, q in zip(
        BANDS, settings.gains, settings.frequencies, settings.qs, strict=True
    ):
        b, a = cookbook(band.form, gain, frequency, q, rate)
        expected += 20 * np.log10(np.abs(np.polyval(b[::-1], delay) / np.polyval(a[::-1], delay)))
    assert response(settings, frequencies, rate) == pytest.approx(expected, abs=1e-6)


def test_a_flat_equaliser_is_flat_wherever_its_bands_are():
    frequencies = np.geomspace(20.0, 20000.0, 64)
    moved = EqSettings(FLAT.gains, drawn(1).frequencies, drawn(1).qs)
    for settings in (FLAT, moved):
        assert not response(settings, frequencies, 48000.0).any()
        assert loudness_loss(settings, 48000.0) == 0.0
    assert FLAT.frequencies == tuple(band.frequency for band in BANDS)
    assert FLAT.qs == tuple(band.q for band in BANDS)


def test_curves_at_any_rate_are_finite():
    # A corner above half of the sample rate lies just below it.
    settings, frequencies = drawn(2), np.array([0.0, 1.0, 4000.0, 8000.0])
    assert np.isfinite(response(settings, frequencies, 8000.0)).all()
    assert math.isfinite(loudness_loss(settings, 8000.0))


def test_many_settings_at_once_have_the_curve_of_each():
    frequencies = np.geomspace(20.0, 20000.0, 32)
    each = [drawn(seed) for seed in range(4)]
    fields = [np.array([getattr(s, n) for s in each]) for n in ("gains", "frequencies", "qs")]
    together = curves(*fields, frequencies, 48000.0)
    for settings, curve in zip(each, together, strict=True):
        assert curve == pytest.approx(response(settings, frequencies, 48000.0), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_of_loudness_is_that_of_pink_noise(seed):
    settings = drawn(seed, most_gain=12.0)
    frequencies = np.arange(20.0, 20000.0, 0.1)
    delay, noise = np.exp(-2j * np.pi * frequencies / 48000.0), 1 / np.sqrt(frequencies)
    for b0, b1, b2, a1, a2 in k_weighting(48000.0):
        noise = noise * (b0 + b1 * delay + b2 * delay**2) / (1 + a1 * delay + a2 * delay**2)
    changed = noise * 10 ** (response(settings, frequencies, 48000.0) / 20)
    loss = 10 * np.log10(np.sum(np.abs(noise) ** 2) / np.sum(np.abs(changed) ** 2))
    assert loudness_loss(settings, 48000.0) == pytest.approx(loss, abs=0.02)


def test_what_is_louder_loses_less_than_nothing():
    louder = EqSettings((0.0, 0.0, 6.0, 0.0, 0.0), FLAT.frequencies, FLAT.qs)
    softer = EqSettings((0.0, 0.0, -6.0, 0.0, 0.0), FLAT.frequencies, FLAT.qs)
    assert loudness_loss(louder, 48000.0) < 0.0 < loudness_loss(softer, 48000.0)
