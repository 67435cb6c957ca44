"""Takes of a signal through a JACK server, on a machine that may be late with a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Taken = TypeVar("Taken")


def hold_in_one(
    take: Callable[[], tuple[Taken, bool]], hold: Callable[[Taken], None], most: int = 8
) -> None:
    """Try takes until one holds; an undisturbed one has to, and so has the last.

    Parameters
    ----------
    take : callable
        Returns what was heard, and whether the machine disturbed it: by a late block, an xrun, or
        a late turn of a knob.
    hold : callable
        Fails by an AssertionError where something is wrong with what was heard.
    """
    for number in range(1, most + 1):
        taken, disturbed = take()
        try:
            return hold(taken)
        except AssertionError:
            if number == most or not disturbed:
                raise
    return None
