"""How a row of the table is written, by the kind of its value."""

from __future__ import annotations

from typing import Any

from ronn_jack.parameters.kinds import Kind, Parameter

MAXIMUM_SEED = 2**32 - 1
MAXIMUM_DRAWN_SEED = 2**24 - 1
"""The node draws none beyond, so that senders that know only float32 can hold it."""

Cells = dict[str, Any]
"""What several rows have in common."""


def integer(
    name: str,
    label: str,
    low: int,
    high: int,
    default: int,
    unit: str,
    description: str,
    **row: Any,
) -> Parameter:
    return Parameter(name, label, Kind.INT, low, high, default, unit, description, **row)


def number(
    name: str,
    label: str,
    low: float,
    high: float,
    default: float,
    unit: str,
    description: str,
    **row: Any,
) -> Parameter:
    return Parameter(name, label, Kind.FLOAT, low, high, default, unit, description, **row)


def choice(
    name: str, label: str, choices: list[str], default: str, description: str, **row: Any
) -> Parameter:
    last = len(choices) - 1
    return Parameter(
        name, label, Kind.ENUM, 0, last, default, "", description, choices=tuple(choices), **row
    )


def switch(name: str, label: str, description: str, default: bool = False, **row: Any) -> Parameter:
    return Parameter(name, label, Kind.BOOL, 0, 1, default, "", description, **row)


def name(
    name: str, label: str, default: str, shelf: str, description: str, **row: Any
) -> Parameter:
    return Parameter(name, label, Kind.NAME, 0, 1, default, "", description, shelf=shelf, **row)
