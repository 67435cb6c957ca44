"""Where a control's position lands whose value is more than the machine can run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ronn_jack.parameters import Kind, Parameter, Value, parameter

Fits = Callable[[Mapping[str, Value]], bool]
"""Tells whether a full set of values makes a network that can run."""


@dataclass(frozen=True)
class Landed:
    """Positions of controls asked for more than the machine can run, and were taken for less.

    Attributes
    ----------
    origin : str
        Whose controls they are.
    values : mapping
        The nearest values that fit, in native units.
    """

    kind: ClassVar[str] = "landed"
    level: ClassVar[int] = logging.INFO
    origin: str
    values: Mapping[str, Value]

    def lines(self) -> list[str]:
        """Return what the controls lead to."""
        return [f"{self.origin}: {in_words(self.values)}, the nearest that fits"]


def landed(values: Mapping[str, Value], names: Sequence[str], fits: Fits) -> dict[str, Value]:
    """Return the values that some parameters take so that all fits; none if nothing helps.

    The one that was moved last gives way first, and the others only where that is not enough.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters, which don't fit.
    names : sequence of str
        The parameters that were moved by position, in that order.
    """
    given: dict[str, Value] = {}
    for name in reversed(names):
        row = parameter(name)
        near = _nearest(row, {**values, **given}, fits)
        given[name] = row.from_number(row.minimum) if near is None else near
        if near is not None:
            return {n: value for n, value in given.items() if value != values[n]}
    return {}


def _nearest(row: Parameter, values: Mapping[str, Value], fits: Fits) -> Value | None:
    asked = int(row.to_number(values[row.name]))

    def at(number: int) -> bool:
        return fits({**values, row.name: row.from_number(number)})

    if row.kind is Kind.ENUM:
        others = sorted(range(len(row.choices)), key=lambda number: abs(number - asked))
        found = next(filter(at, others), None)
        return None if found is None else row.from_number(found)
    # Of a number less is lighter. The search is short, as a knob that is swept asks all the time.
    low, high = int(row.minimum), asked
    if not at(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle) else (low, middle)
    return low


def in_words(values: Mapping[str, Value]) -> str:
    """Return values as they are shown: "layers = 9, activation = tanh"."""
    return ", ".join(f"{name} = {parameter(name).words(v)}" for name, v in values.items())
