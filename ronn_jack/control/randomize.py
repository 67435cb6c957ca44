"""Architectures drawn by chance, nearer or farther from the present one."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from random import Random

from ronn_jack.parameters import (
    MAXIMUM_DRAWN_SEED,
    PARAMETERS,
    Draw,
    Kind,
    Parameter,
    Value,
)

DRAWN = tuple(name for name, row in PARAMETERS.items() if row.draw is not Draw.KEPT)
"""Names of the parameters that are drawn unless they are locked."""

Fits = Callable[[Mapping[str, Value]], bool]

_TRIES = 64
"""Draws at one distance before the distance is halved."""
_NEAREST = 0.01
"""Distance below which nothing but the seeds moves."""
_FIELD = ("layers", "kernel", "dilation")
"""What a receptive field depends on. Drawn each for itself they would make most networks far too
long and nearly all others too short to be heard as more than a filter."""
_LONGEST_FIELD = 60.0 * 48_000.0
_FIELD_TRIES = 16
_FIELD_TOLERANCE = math.log(2.0)
"""How near, as a ratio, a receptive field has to come to the one that was drawn, unless none of so
many does."""


def randomized(
    values: Mapping[str, Value],
    amount: float,
    random: Random,
    fits: Fits,
    table: Mapping[str, Parameter] = PARAMETERS,
    locks: Collection[str] = (),
) -> dict[str, Value]:
    """Return `values` with new seeds, and others of what the table lets be drawn.

    Every architecture within `amount` that fits can come. Where many draws in a row don't fit,
    the next ones are nearer to the present values; where none fits, only the seeds are new.
    Receptive fields come evenly on a log scale.

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
    locks : collection of str
        Parameters that keep their values.
    """
    free = {n: row for n, row in table.items() if row.draw is not Draw.KEPT and n not in locks}
    distance = amount
    while distance >= _NEAREST or distance == amount:
        for _ in range(_TRIES):
            new = {name: _draw(row, values[name], distance, random) for name, row in free.items()}
            drawn = {**values, **new, **_draw_field(free, values, distance, random)}
            if fits(drawn):
                return drawn
        distance /= 2.0
    seeds = [name for name, row in free.items() if row.draw is Draw.SEED]
    return {**values, **{name: random.randint(0, MAXIMUM_DRAWN_SEED) for name in seeds}}


def _draw_field(
    free: Mapping[str, Parameter], values: Mapping[str, Value], distance: float, random: Random
) -> dict[str, Value]:
    """Return what makes a receptive field that was drawn evenly on a log scale."""
    rows = {name: free[name] for name in _FIELD if name in free}
    if not rows:
        return {}
    reach = {name: _reach(row, int(values[name]), distance) for name, row in rows.items()}
    shortest = _log_field({**values, **{name: low for name, (low, _) in reach.items()}})
    longest = _log_field({**values, **{name: high for name, (_, high) in reach.items()}})
    wanted = random.uniform(shortest, max(shortest, min(longest, math.log(_LONGEST_FIELD))))
    nearest: dict[str, Value] = {}
    nearest_miss = math.inf
    for _ in range(_FIELD_TRIES):
        drawn = {name: _draw(row, values[name], distance, random) for name, row in rows.items()}
        miss = abs(_log_field({**values, **drawn}) - wanted)
        if miss < nearest_miss:
            nearest, nearest_miss = drawn, miss
        if miss <= _FIELD_TOLERANCE:
            break
    return nearest


def _log_field(values: Mapping[str, Value]) -> float:
    """Return the logarithm of a receptive field in frames, before it is stretched."""
    layers, kernel, dilation = (int(values[name]) for name in _FIELD)
    span = layers if dilation == 1 else (dilation**layers - 1) // (dilation - 1)
    return math.log(1 + (kernel - 1) * span)


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


def _reach(row: Parameter, value: int, distance: float) -> tuple[int, int]:
    """Return the lowest and the highest whole number within a distance, at least one step away."""
    minimum, maximum = int(row.minimum), int(row.maximum)
    if row.draw is Draw.RATIO:
        ratio = math.exp(distance * math.log(maximum / minimum))
        low, high = math.floor(value / ratio), math.ceil(value * ratio)
    else:
        span = round(distance * (maximum - minimum))
        low, high = value - span, value + span
    return max(minimum, min(low, value - 1)), min(maximum, max(high, value + 1))


def _draw_int(row: Parameter, value: int, distance: float, random: Random) -> int:
    low, high = _reach(row, value, distance)
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
