"""Draw an architecture, nearer or farther from the present one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random

from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, PARAMETERS, Draw, Kind, Parameter, Value

_TRIES = 64
"""Draws at one distance before the distance is halved."""
_NEAREST = 0.01
"""Distance below which nothing but the seeds moves."""


def randomized(
    values: Mapping[str, Value],
    amount: float,
    random: Random,
    fits: Callable[[Mapping[str, Value]], bool],
    table: Mapping[str, Parameter] = PARAMETERS,
) -> dict[str, Value]:
    """Return `values` with new seeds, and others of what the table lets be drawn.

    Every architecture within `amount` that fits can come. Where many draws in a row don't fit,
    the next ones are nearer to the present values; where none fits, only the seeds are new.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    amount : float
        0–1: share of a parameter's range that it may move by; at 1 the whole range is open from
        everywhere. A number moves by at least one step at most amounts.
    fits : callable
        Tells whether a full set of values makes a network that can run.
    table : mapping
        The parameters by name.
    """
    distance = amount
    while distance >= _NEAREST or distance == amount:
        for _ in range(_TRIES):
            drawn = dict(values)
            for name, row in table.items():
                if row.draw is not Draw.KEPT:
                    drawn[name] = _draw(row, values[name], distance, random)
            if fits(drawn):
                return drawn
        distance /= 2.0
    seeds = [name for name, row in table.items() if row.draw is Draw.SEED]
    return {**values, **{name: random.randint(0, MAXIMUM_DRAWN_SEED) for name in seeds}}


def _draw(row: Parameter, value: Value, distance: float, random: Random) -> Value:
    if row.draw is Draw.SEED:
        return random.randint(0, MAXIMUM_DRAWN_SEED)
    if row.kind is Kind.INT:
        return _draw_int(row, int(value), distance, random)
    if row.kind is Kind.FLOAT:
        return _draw_float(row, float(value), distance, random)
    if random.random() >= distance:
        return value
    return random.choice(row.choices) if row.kind is Kind.ENUM else random.random() < 0.5


def _draw_int(row: Parameter, value: int, distance: float, random: Random) -> int:
    minimum, maximum = int(row.minimum), int(row.maximum)
    if row.draw is Draw.RATIO:
        ratio = math.exp(distance * math.log(maximum / minimum))
        low, high = math.floor(value / ratio), math.ceil(value * ratio)
    else:
        span = round(distance * (maximum - minimum))
        low, high = value - span, value + span
    low = max(minimum, min(low, value - 1))
    high = min(maximum, max(high, value + 1))
    if row.draw is Draw.RATIO:
        drawn = math.exp(random.uniform(math.log(low), math.log(high + 1)))
        return min(high, max(low, math.floor(drawn)))
    return random.randint(low, high)


def _draw_float(row: Parameter, value: float, distance: float, random: Random) -> float:
    if row.draw is Draw.RATIO:
        ratio = math.exp(distance * math.log(row.maximum / row.minimum))
        low, high = max(row.minimum, value / ratio), min(row.maximum, value * ratio)
        drawn = math.exp(random.uniform(math.log(low), math.log(high)))
    else:
        span = distance * (row.maximum - row.minimum)
        low, high = max(row.minimum, value - span), min(row.maximum, value + span)
        drawn = random.uniform(low, high)
    return min(high, max(low, drawn))
