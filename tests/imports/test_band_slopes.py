"""What training goes down by is the slope of the very curves."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.imports.band_slopes import curves_and_slopes
from ronn_jack.model.latent.curve_search import FREQUENCIES, RATE
from ronn_jack.model.latent.equaliser import BANDS, curves

NUDGE = 1e-6


def settings() -> list[np.ndarray]:
    random = np.random.default_rng(1)
    gains = random.uniform(-12, 12, (8, 5))
    lowest, highest = (np.log([getattr(b, name) for b in BANDS]) for name in ("lowest", "highest"))
    return [gains, np.exp(random.uniform(lowest, highest, (8, 5))), random.uniform(0.3, 4, (8, 5))]


@pytest.mark.parametrize("which", range(3), ids=("gain", "log frequency", "log Q"))
def test_slopes_are_what_differences_come_near(which: int) -> None:
    found, slopes = curves_and_slopes(*settings())
    np.testing.assert_allclose(found, curves(*settings(), FREQUENCIES, RATE), atol=1e-9)
    for band in range(5):
        moved = settings()
        if which:
            moved[which][:, band] *= np.exp(NUDGE)
        else:
            moved[which][:, band] += NUDGE
        difference = (curves_and_slopes(*moved)[0] - found) / NUDGE
        np.testing.assert_allclose(slopes[which, band], difference, atol=1e-3)
