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
        place = row.choices.index(str(asked))
        near = sorted(row.choices, key=lambda choice: abs(row.choices.index(choice) - place))
        return next((choice for choice in near if fits({**values, row.name: choice})), None)
    if row.kind is Kind.INT:
        first, beyond, value_of = int(row.minimum), int(asked), row.from_number
    else:
        first, beyond = 0, math.ceil(row.normalise(asked) * _STEPS)
        value_of = partial(_at_step, row)
    # Of a number less is lighter. The search is short, as a knob that is swept asks all the time.
    if not fits({**values, row.name: value_of(first)}):
        return None
    while beyond - first > 1:
        middle = (first + beyond) // 2
        if fits({**values, row.name: value_of(middle)}):
            first = middle
        else:
            beyond = middle
    return value_of(first)


def _at_step(row: Parameter, step: float) -> Value:
    return row.denormalise(step / _STEPS)
