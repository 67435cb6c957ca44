"""What is looked for: sounds near or far, like one, or between two."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

from ronn_jack.control.randomize import DRAWN, Fits, randomized
from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, PARAMETERS, Draw, Kind, Parameter, Value

MORE_AMOUNT = 0.15
"""How far what is to be more like a sound may be from it."""
_TRIES = 32
_NEW_SEED = 1.0 / 3.0
"""Share of children whose seed is neither parent's: of two that are alike there are few others."""

Values = Mapping[str, Value]
Genes = tuple[Value, ...]
"""Values of the parameters that are drawn, in their order."""


@dataclass(frozen=True)
class Aim:
    """What candidates are drawn by.

    Attributes
    ----------
    amount : float
        0–1, as `randomize` takes it.
    parents : tuple of Genes
        None, where candidates are near or far from the present sound; one that they are to be
        like; or two that they are bred from.
    """

    amount: float = 1.0
    parents: tuple[Genes, ...] = ()

    @property
    def kind(self) -> str:
        """Where candidates come from, as the status `exploring_from` says it."""
        return KINDS[len(self.parents)]

    def drawn(
        self, values: Values, random: Random, fits: Fits, locks: Collection[str]
    ) -> dict[str, Value]:
        """Return the values of a candidate.

        Parameters
        ----------
        values : mapping
            The present ones, of all parameters.
        fits : callable
            Tells whether a full set of values makes a network that can run.
        locks : collection of str
            Parameters that keep their present values.
        """
        starts = [{**values, **_free(parent, locks)} for parent in self.parents] or [dict(values)]
        if len(starts) == 2:
            return _bred(starts[0], starts[1], random, fits, locks)
        return randomized(starts[0], self.amount, random, fits, locks=locks)

    def starts(self, values: Values, locks: Collection[str]) -> list[dict[str, Value]]:
        """Return the sounds that candidates are near to; none where they come from everywhere."""
        if self.parents:
            return [{**values, **_free(parent, locks)} for parent in self.parents]
        return [] if self.amount == 1.0 else [dict(values)]


KINDS = ("present", "one", "two")


def genes_of(values: Values) -> Genes:
    """Return what is drawn of a sound."""
    return tuple(values[name] for name in DRAWN)


def _free(genes: Genes, locks: Collection[str]) -> dict[str, Value]:
    return {n: value for n, value in zip(DRAWN, genes, strict=True) if n not in locks}


def _bred(
    one: Values, other: Values, random: Random, fits: Fits, locks: Collection[str]
) -> dict[str, Value]:
    """Return a sound that has of two what it does not have between them; numbers lie between.

    Where no child fits, one that has new seeds but all else of a parent's.
    """
    free = {name: PARAMETERS[name] for name in DRAWN if name not in locks}
    for _ in range(_TRIES):
        child = {name: _gene(row, one[name], other[name], random) for name, row in free.items()}
        drawn = {**one, **child}
        if fits(drawn):
            return drawn
    seeds = [name for name, row in free.items() if row.draw is Draw.SEED]
    return {**one, **{name: random.randint(0, MAXIMUM_DRAWN_SEED) for name in seeds}}


def _gene(row: Parameter, one: Value, other: Value, random: Random) -> Value:
    if row.draw is Draw.SEED and random.random() < _NEW_SEED:
        return random.randint(0, MAXIMUM_DRAWN_SEED)
    if row.draw is Draw.SEED or row.kind not in (Kind.INT, Kind.FLOAT) or random.random() < 0.5:
        return random.choice((one, other))
    low, high = sorted((float(one), float(other)))
    if row.draw is Draw.RATIO and low > 0.0:
        between = math.exp(random.uniform(math.log(low), math.log(high)))
    else:
        between = random.uniform(low, high)
    return round(between) if row.kind is Kind.INT else min(high, max(low, between))
