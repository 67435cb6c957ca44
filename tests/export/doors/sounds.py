"""Sounds for the tests of this folder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.doors.sound import Sound
from ronn_jack.parameters import Value, defaults

RATE = 48_000.0


def sound(inputs: int = 2, outputs: int = 2, **values: Value) -> Sound:
    """Return a sound at no level but its own, with some values."""
    return Sound({**defaults(), "auto_level": False, **values}, inputs, outputs, RATE)


def noise(channels: int, frames: int = 3000) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(0.0, 0.3, (channels, frames)).astype(np.float32)


def off_by(found: NDArray[np.floating], meant: NDArray[np.floating]) -> float:
    """Return the largest difference, as a share of the peak."""
    peak = np.abs(meant).max()
    assert peak > 0.0
    return float(np.abs(found - meant).max() / peak)
