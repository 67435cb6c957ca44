"""What a parameter's turn moves beside it, and parameters that only show what is playing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ronn_jack.parameters.kinds import Parameter, Value
from ronn_jack.parameters.rows.equaliser import MANUAL
from ronn_jack.parameters.table import PARAMETERS

_LEAST_TURN = 1e-6
"""Of the range; below it lies what float32 makes of a value that comes back as an echo."""


def follows(row: Parameter, values: Mapping[str, Value]) -> bool:
    """Say whether a parameter's value is not its own, but shows what is playing."""
    return bool(row.follows) and values[row.follows] != MANUAL


def companions(
    row: Parameter, value: Value, values: Mapping[str, Value], said: Collection[str]
) -> dict[str, Value]:
    """Return what else moves when a player turns a parameter.

    Who turns one that shows what is playing takes over from there, unless the same message says in
    which mode it is to be.

    Parameters
    ----------
    value : Value
        What it is turned to.
    values : mapping
        Accepted values of all parameters before that.
    said : collection of str
        What the same message has set before.
    """
    if row.link_partner and values["link"]:
        # Taken from zero so that the opposite of 0 dB is not written as -0.
        return {row.link_partner: 0.0 - float(value)}
    if follows(row, values) and row.follows not in said:
        turn = abs(row.normalise(value) - row.normalise(values[row.name]))
        return {row.follows: MANUAL} if turn > _LEAST_TURN else {}
    return {}


def taken_over(names: Iterable[str]) -> dict[str, Value]:
    """Return the modes that are meant where some parameters are named and their modes are not."""
    named = set(names)
    modes = {row.follows for name, row in PARAMETERS.items() if name in named and row.follows}
    return dict.fromkeys(modes - named, MANUAL)
