"""What a preset's file says.

A preset is a TOML file that is named after the preset::

    version = 1
    description = "what a musician hears"
    index = 3                 # optional: its place in the order

    [parameters]
    layers = 4
    activation = "tanh"

Parameters left out have their defaults, except those of the node, which are left as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from ronn_jack.errors import PresetError, SpecError, shown
from ronn_jack.files import VERSION, Fields, raise_faults, read_table
from ronn_jack.model.architecture import model_of
from ronn_jack.parameters import PARAMETERS, Scope, Value, defaults

MAXIMUM_INDEX = 9999
MAXIMUM_DESCRIPTION = 200


@dataclass(frozen=True)
class Preset:
    """A sound.

    Attributes
    ----------
    index : int or None
        Its place in the order of its folder; None puts it after those that have one.
    values : mapping
        Accepted values of every parameter of a sound, and of those of the node if mentioned.
    """

    name: str
    description: str
    index: int | None
    values: Mapping[str, Value]
    path: Path


def read_preset(path: Path) -> Preset:
    """Read a preset's file.

    Raises
    ------
    PresetError
        Listing every fault, unknown keys with the nearest known one.
    """
    faults: list[str] = []
    fields = Fields(read_table(path, PresetError), faults)
    fields.version()
    description = fields.take("description", str, "")
    if len(description) > MAXIMUM_DESCRIPTION or not description.isprintable():
        fields.fault(
            f"description {shown(description)} is not one printable line of up to "
            f"{MAXIMUM_DESCRIPTION} characters"
        )
    index = fields.within("index", 0, MAXIMUM_INDEX)
    values = _read_parameters(fields.table("parameters"), faults)
    fields.finish()
    if not faults:
        faults.extend(_spec_faults(values))
    raise_faults(path, faults, PresetError)
    return Preset(path.stem, description, index, values, path)


def saved_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of a sound, checked as they will be when they are read.

    Raises
    ------
    UsageError
        If a value is not accepted, or they make no network together.
    """
    saved = {
        name: parameter.parse(values[name])
        for name, parameter in PARAMETERS.items()
        if name in values and parameter.scope is Scope.SOUND
    }
    raise_faults("parameters", _spec_faults({**defaults(), **saved}), PresetError)
    return saved


def preset_text(description: str, values: Mapping[str, Value]) -> str:
    """Return what a preset's file says that nobody has edited.

    Parameters
    ----------
    values : mapping
        As `saved_values` gives them.
    """
    lines = [
        f"version = {VERSION}",
        f"description = {tomlkit.string(description).as_string()}",
        "",
        "[parameters]",
        *(f"{name} = {_value_text(value)}" for name, value in values.items()),
        "",
    ]
    return "\n".join(lines)


def edited_text(text: str, description: str, values: Mapping[str, Value]) -> str:
    """Return what an edited preset's file says with other values, all else kept.

    Parameters
    ----------
    text : str
        What it says, without a fault.
    description : str
        Stays as it is if this is empty.
    values : mapping
        As `saved_values` gives them.

    Raises
    ------
    PresetError
        If they can't be put there.
    """
    for put in (_put_in_place, _put_anew):
        try:
            document = tomlkit.parse(text)
            document["version"] = VERSION
            if description:
                document["description"] = description
            put(document, values)
            edited = tomlkit.dumps(document)
            said = tomllib.loads(edited)
        except Exception:
            # tomlkit takes documents apart that tomllib only reads, and has faults of its own.
            continue
        if values.items() <= said["parameters"].items():
            return edited
    raise PresetError("its text is too intricate to be edited")


def _put_in_place(document: tomlkit.TOMLDocument, values: Mapping[str, Value]) -> None:
    """Change values where they stand, so that the comments beside them stay."""
    table: Any = document.setdefault("parameters", tomlkit.table())
    for name, value in values.items():
        if name not in table or table[name] != value:
            table[name] = value


def _put_anew(document: tomlkit.TOMLDocument, values: Mapping[str, Value]) -> None:
    document["parameters"] = dict(values)


def _value_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _read_parameters(table: Mapping[str, object], faults: list[str]) -> dict[str, Value]:
    fields = Fields(table, faults)
    values: dict[str, Value] = {}
    for name, parameter in PARAMETERS.items():
        value = fields.parameter(name, parameter)
        if value is not None:
            values[name] = value
        elif parameter.scope is Scope.SOUND:
            values[name] = parameter.default
    fields.finish()
    return values


def _spec_faults(values: Mapping[str, Value]) -> list[str]:
    """Say why the parameters make no network together, from two inputs to two outputs."""
    try:
        model_of(values)
    except SpecError as error:
        return [str(error)]
    return []
