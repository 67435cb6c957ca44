"""How a level that was found on noise becomes the one that real input calls for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ronn_jack.loudness.match import Powers, audible_seconds
from ronn_jack.units import gain_to_decibels

REAL_INPUT_SECONDS = 3.0
"""Real input that a gain found on noise is found again on."""
DECIBELS_PER_SECOND = 6.0


def is_due(powers: Powers) -> bool:
    """Whether the input heard since a gain was found on noise is enough to find it again."""
    return audible_seconds(powers) >= REAL_INPUT_SECONDS


@dataclass(frozen=True)
class LevelGlide:
    """The way from one level to another, as many dB in every frame.

    Attributes
    ----------
    target : float
        Level to be set, as an amplitude ratio, once the frames have passed.
    ratio : float
        Factor from one frame's level to the next one's.
    frames : int
        Frames that it takes; 0 if the level is there already.
    """

    target: float
    ratio: float
    frames: int

    @classmethod
    def between(cls, start: float, target: float, rate: float) -> LevelGlide:
        """Return the way from `start` to `target`, amplitude ratios above 0, at 6 dB/s."""
        distance = abs(gain_to_decibels(target / start, floor=-math.inf))
        frames = math.ceil(distance / DECIBELS_PER_SECOND * rate)
        ratio = (target / start) ** (1.0 / frames) if frames else 1.0
        return cls(target, ratio, frames)
