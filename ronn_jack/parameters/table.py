"""The one table of parameters.

OSC addresses, MIDI targets, preset keys, command-line keys and the reference in docs/ are all
generated from PARAMETERS and ACTIONS, so a name means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.errors import ParameterError, unknown
from ronn_jack.parameters.kinds import Kind, Parameter, Value
from ronn_jack.parameters.rows import (
    equaliser,
    expression,
    levels,
    models,
    network,
    node,
    path,
    reverb,
)

PARAMETERS: Mapping[str, Parameter] = {
    row.name: row
    for module in (network, levels, expression, node, path, equaliser, reverb, models)
    for row in module.ROWS
}
"""In the order in which surfaces number them: new ones come last."""


def parameter(name: str) -> Parameter:
    """Return the table's entry, or raise ParameterError with the nearest name."""
    try:
        return PARAMETERS[name]
    except KeyError:
        raise ParameterError(unknown("parameter", name, PARAMETERS)) from None


def defaults() -> dict[str, Value]:
    """Return every parameter at its default."""
    return {name: entry.default for name, entry in PARAMETERS.items()}


def missing_names(
    values: Mapping[str, Value], before: Mapping[str, Value] | None = None
) -> list[tuple[str, str]]:
    """Return the parameters that name a file which is not there, and what that means.

    Parameters
    ----------
    values : mapping
        Accepted values.
    before : mapping, optional
        Values with which it has been told already.
    """
    return [
        (name, row.missing(values[name]))
        for name, row in PARAMETERS.items()
        if row.kind is Kind.NAME
        and name in values
        and (before is None or values[name] != before[name])
        and values[name] not in row.names  # last, as it looks into a folder
    ]
