"""Where a control's position lands whose value is more than the machine can run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ronn_jack.parameters.kinds import Kind, Parameter, Value
from ronn_jack.parameters.table import parameter

_STEPS = 1024
"""Places in the range of a parameter without steps of which the nearest is looked for."""

Fits = Callable[[Mapping[str, Value]], bool]
"""Tells whether a full set of values makes a network that can run."""


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
    """Return the nearest value of a parameter, which doesn't fit as it is, that does."""
    asked = values[row.name]
    if row.kind is Kind.ENUM:
        index = row.choices.index(str(asked))
        near = sorted(row.choices, key=lambda choice: abs(row.choices.index(choice) - index))
        return next((choice for choice in near if fits({**values, row.name: choice})), None)
    value_of: Callable[[float], Value]
    if row.kind is Kind.INT:
        first, last, place, value_of = row.minimum, row.maximum, float(asked), row.from_number
    else:
        first, last, place = 0.0, float(_STEPS), row.normalise(asked) * _STEPS
        value_of = partial(_at_step, row)

    def fits_at(step: int) -> bool:
        return fits({**values, row.name: value_of(step)})

    # Of most numbers less is lighter, and of some more. The search is short, as a knob that is
    # swept asks all the time.
    below = _fitting(int(first), math.ceil(place), fits_at)
    above = _fitting(int(last), math.floor(place), fits_at)
    found = [value_of(step) for step in (below, above) if step is not None]
    position = row.normalise(asked)
    return min(found, key=lambda value: abs(row.normalise(value) - position), default=None)


def _fitting(end: int, beyond: int, fits_at: Callable[[int], bool]) -> int | None:
    """Return the last step from an end towards one beyond that fits; None if the end does not."""
    if not fits_at(end):
        return None
    while abs(beyond - end) > 1:
        middle = (end + beyond) // 2
        if fits_at(middle):
            end = middle
        else:
            beyond = middle
    return end


def _at_step(row: Parameter, step: float) -> Value:
    return row.denormalise(step / _STEPS)
