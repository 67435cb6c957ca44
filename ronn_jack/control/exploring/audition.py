"""A sound that is heard for a try: what it has moved, and what there was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.control.operations import Origin
from ronn_jack.parameters import Value

Values = Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Audition:
    """A candidate that is heard until somebody keeps it or goes back.

    Attributes
    ----------
    place : int
        Of the candidate.
    origin : Origin
        Who hears it; with whom it ends.
    moves : mapping
        Of each parameter that it has moved, the value before and after.
    """

    place: int
    origin: Origin
    moves: Mapping[str, tuple[Value, Value]]

    @classmethod
    def between(cls, place: int, origin: Origin, before: Values, after: Values) -> Audition:
        """Return the one that leads from some values to others."""
        moves = {n: (before[n], value) for n, value in after.items() if value != before[n]}
        return cls(place, origin, moves)

    def lasts(self, values: Values) -> bool:
        """Say whether all is still as it has moved it; else something else is heard by now."""
        return all(values[name] == after for name, (_, after) in self.moves.items())

    def undone(self, values: Values) -> dict[str, Value]:
        """Return values as they were before it, with what others have moved since."""
        return {**values, **{name: before for name, (before, _) in self.moves.items()}}
