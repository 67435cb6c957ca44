"""How much of a core may be spent on curves: more while a hand may be about to need them."""

from __future__ import annotations

SHARE = 0.2
"""Of one core, that measuring takes at most."""
EARLY_SHARE = 0.5
"""The same for the first EARLY_SECONDS after a build, and after a hand has begun to move."""
EARLY_SECONDS = 2.0


class Pace:
    """Tells when to measure next.

    Parameters
    ----------
    now : float
        Time in s, as in all that follows: that of a build.
    """

    def __init__(self, now: float) -> None:
        self._hurried_from = self._moved_at = now

    def move(self, now: float) -> None:
        """Note that a control has moved; what never rests is hurried for once only."""
        if now - self._moved_at >= EARLY_SECONDS:
            self._hurried_from = now
        self._moved_at = now

    def rest(self, spent: float, now: float) -> float:
        """Return for how long to rest after so many seconds of work."""
        share = EARLY_SHARE if now - self._hurried_from < EARLY_SECONDS else SHARE
        return spent * (1.0 / share - 1.0)
