"""How a level that was found on noise becomes the one that real input calls for."""

from __future__ import annotations

from ronn_jack.loudness.match import Powers, audible_seconds

REAL_INPUT_SECONDS = 3.0
"""Real input that a gain found on noise is found again on."""
DECIBELS_PER_SECOND = 6.0


def is_due(powers: Powers) -> bool:
    """Whether the input heard since a gain was found on noise is enough to find it again."""
    return audible_seconds(powers) >= REAL_INPUT_SECONDS
