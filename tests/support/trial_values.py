"""Values to try a parameter with."""

from __future__ import annotations

import math

from ronn_jack.parameters import Kind, Parameter, Value

_LONGEST_FLOAT = 2.2250738585072014e-308
"""None has more digits when it is written."""


def another(row: Parameter) -> Value:
    """Return a value that is not the default."""
    values = (row.denormalise(place) for place in (0.4, 0.3, 0.6))
    return next(value for value in values if value != row.default)


def longest(row: Parameter) -> Value:
    """Return the value that takes most characters to write, of those that are not the default."""
    if row.kind is Kind.BOOL:
        return not row.default
    if row.kind is Kind.ENUM:
        return max((name for name in row.choices if name != row.default), key=len)
    if row.kind is Kind.NAME:
        return max(row.names, key=len)
    if row.kind is Kind.INT:
        return int(row.minimum if row.default == row.maximum else row.maximum)
    least = max(row.minimum, row.least)
    inner = math.nextafter(least, row.maximum), math.nextafter(row.maximum, least)
    floats = (-_LONGEST_FLOAT, _LONGEST_FLOAT, *inner)
    return max((x for x in floats if least <= x <= row.maximum), key=lambda x: len(repr(x)))
