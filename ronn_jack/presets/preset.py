"""What a preset's file says.

A preset is a TOML file that is named after the preset::

    version = 1
    description = "what a musician hears"
    index = 3                 # optional: its place in the order
    tags = ["fuzz", "live"]   # optional

    [parameters]
    layers = 4
    activation = "tanh"

    [snapshots.1]             # optional, up to 8: other sounds to recall while it is loaded
    layers = 9

Parameters left out have their defaults, except those of the node, which are left as they are and
can't be in a snapshot. With a band of the equaliser and without `eq_mode`, that is manual.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from ronn_jack.errors import PresetError, SpecError, shown
from ronn_jack.files import VERSION, Fields, raise_faults, read_table
from ronn_jack.model.architecture import model_of
from ronn_jack.model.spec import MAXIMUM_RATE
from ronn_jack.parameters import MOST_SNAPSHOTS, PARAMETERS, Parameter, Scope, Value, defaults
from ronn_jack.parameters.companions import taken_over

MAXIMUM_INDEX = 9999
MAXIMUM_DESCRIPTION = 200
MOST_TAGS = 16
MAXIMUM_TAG = 32

Sounds = Mapping[int, Mapping[str, Value]]
"""Accepted values of the parameters of several sounds, by the number of their snapshot."""

_SOUND = {name: row for name, row in PARAMETERS.items() if row.scope is Scope.SOUND}


@dataclass(frozen=True)
class Preset:
    """A sound.

    Attributes
    ----------
    index : int or None
        Its place in the order of its folder; None puts it after those that have one.
    values : mapping
        Accepted values of every parameter of a sound, and of those of the node if mentioned.
    snapshots : mapping
        Accepted values of every parameter of further sounds, by number.
    """

    name: str
    description: str
    index: int | None
    values: Mapping[str, Value]
    path: Path
    snapshots: Sounds = field(default_factory=dict)
    tags: tuple[str, ...] = ()


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
    tags = _read_tags(fields)
    values = read_sound(fields.table("parameters"), faults, PARAMETERS)
    snapshots = read_snapshots(fields.table("snapshots"), faults)
    fields.finish()
    raise_faults(path, faults, PresetError)
    return Preset(path.stem, description, index, values, path, snapshots, tags)


def saved_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of a sound, checked as they will be when they are read.

    Raises
    ------
    UsageError
        If a value is not accepted, or they make no network together.
    """
    saved = {name: row.parse(values[name]) for name, row in _SOUND.items() if name in values}
    raise_faults("parameters", _spec_faults({**defaults(), **saved}), PresetError)
    return saved


def preset_text(
    description: str, values: Mapping[str, Value], snapshots: Sounds | None = None
) -> str:
    """Return what a preset's file says that nobody has edited.

    Parameters
    ----------
    values, snapshots : mapping
        As `saved_values` gives them.
    """
    lines = [
        f"version = {VERSION}",
        f"description = {tomlkit.string(description).as_string()}",
        *table_lines("parameters", values),
        *snapshot_lines(snapshots or {}),
    ]
    return "\n".join([*lines, ""])


def table_lines(name: str, values: Mapping[str, Value]) -> list[str]:
    """Return the lines of a table of values, after an empty one."""
    return ["", f"[{name}]", *(f"{key} = {_value_text(value)}" for key, value in values.items())]


def snapshot_lines(snapshots: Sounds) -> list[str]:
    """Return the lines of snapshots' tables."""
    return [
        line
        for number, values in sorted(snapshots.items())
        for line in table_lines(f"snapshots.{number}", values)
    ]


def edited_text(
    text: str, description: str, values: Mapping[str, Value], snapshots: Sounds | None = None
) -> str:
    """Return what an edited preset's file says with other values, all else kept.

    Parameters
    ----------
    text : str
        What it says; it was read without a fault.
    description : str
        Stays as it is if this is empty.
    values, snapshots : mapping
        As `saved_values` gives them; None as snapshots leaves those that are there.

    Raises
    ------
    PresetError
        If they can't be put there.
    """
    wanted = _wanted(tomllib.loads(text), description, values, snapshots)
    for put in (_put_in_place, _put_anew):
        try:
            document = tomlkit.parse(text)
            put(document, wanted)
            edited = tomlkit.dumps(document)
            if tomllib.loads(edited) == wanted:
                return edited
        except Exception:
            # tomlkit takes documents apart that tomllib only reads, and has faults of its own.
            continue
    raise PresetError("its text is too intricate to be edited")


def _wanted(
    said: Mapping[str, Any],
    description: str,
    values: Mapping[str, Value],
    snapshots: Sounds | None,
) -> dict[str, Any]:
    """Return what a document is to say that says something already."""
    wanted: dict[str, Any] = {**said, "version": VERSION}
    if description:
        wanted["description"] = description
    wanted["parameters"] = {**said.get("parameters", {}), **values}
    if snapshots is not None:
        there = said.get("snapshots", {})
        wanted["snapshots"] = {
            str(number): {**there.get(str(number), {}), **sound}
            for number, sound in snapshots.items()
        }
    return {key: value for key, value in wanted.items() if key != "snapshots" or value}


def _put_in_place(document: Any, wanted: Mapping[str, Any]) -> None:
    """Change what differs where it stands, so that the comments beside it stay."""
    for key in document.keys() - wanted.keys():
        del document[key]
    for key, value in wanted.items():
        if isinstance(value, dict) and key in document:
            _put_in_place(document[key], value)
        elif key not in document or document[key] != value:
            document[key] = value


def _put_anew(document: Any, wanted: Mapping[str, Any]) -> None:
    """Write tables that differ at the end, where nothing that follows can become part of them."""
    for key in [key for key in document if document[key] != wanted.get(key)]:
        del document[key]
    for key, value in wanted.items():
        if key not in document:
            document[key] = value


def _value_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def read_sound(
    table: Mapping[str, object],
    faults: list[str],
    rows: Mapping[str, Parameter] = _SOUND,
    where: str = "",
) -> dict[str, Value]:
    """Return the accepted values of a table, those of a sound by default if they are left out.

    Parameters
    ----------
    faults : list of str
        Is added to.
    rows : mapping
        The parameters that may be there.
    where : str
        Put before each fault.
    """
    before = len(faults)
    fields = Fields(table, faults, where)
    values: dict[str, Value] = {}
    modes = taken_over(table)
    for name, row in rows.items():
        value = fields.parameter(name, row)
        if value is not None:
            values[name] = value
        elif row.scope is Scope.SOUND:
            values[name] = modes.get(name, row.default)
    for name in PARAMETERS.keys() - rows.keys():
        if fields.has(name):
            fields.raw(name)
            fields.fault(f"{name} belongs to the node and not to a sound; leave it out")
    fields.finish()
    if len(faults) == before:
        faults.extend(where + fault for fault in _spec_faults({**defaults(), **values}))
    return values


def read_snapshots(table: Mapping[str, object], faults: list[str]) -> Sounds:
    """Return the sounds of a table of numbered tables; what is at fault is added to `faults`."""
    fields = Fields(table, faults, "snapshots: ")
    sounds = {
        number: read_sound(fields.table(str(number)), faults, where=f"snapshots.{number}: ")
        for number in range(1, MOST_SNAPSHOTS + 1)
        if fields.has(str(number))
    }
    for number in range(1, MOST_SNAPSHOTS + 1):
        fields.raw(str(number))  # so that it is suggested in the place of an unknown one
    fields.finish()
    return sounds


def _read_tags(fields: Fields) -> tuple[str, ...]:
    """Take the words by which a preset is found; those at fault are told."""
    tags = fields.texts("tags")
    if len(tags) > MOST_TAGS:
        fields.fault(f"tags = {len(tags)} words; use {MOST_TAGS} at most")
    for tag in tags[:MOST_TAGS]:
        if not tag.strip() or len(tag) > MAXIMUM_TAG or not tag.isprintable():
            fields.fault(
                f"tag {shown(tag)} is not one printable word of up to {MAXIMUM_TAG} characters"
            )
    return tuple(tags)


def _spec_faults(values: Mapping[str, Value]) -> list[str]:
    """Say why the parameters make no network together, from two inputs to two outputs.

    The rate is the one that they are meant for, or the one at which least is too long.
    """
    try:
        model_of(values, rate=float(values["rate"]) or MAXIMUM_RATE)
    except SpecError as error:
        return [str(error)]
    return []
