"""Presets: sounds by name, shipped with the program or saved by the user.

A preset is a TOML file that is named after the preset::

    version = 1
    description = "what a musician hears"
    index = 3                 # optional: its place in the order

    [parameters]
    layers = 4
    activation = "tanh"

Parameters left out have their defaults, except those of `NODE_PARAMETERS`, which are left as
they are. Presets are numbered from 0: those shipped in the order of `index`, then the user's,
those with an `index` first, the others by name.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from ronn_jack.control.values import take_value
from ronn_jack.errors import PresetError, SpecError, UsageError, unknown
from ronn_jack.files import (
    VERSION,
    Fields,
    check_name,
    raise_faults,
    read_table,
    shipped_folder,
    shown,
    user_data_folder,
    write_atomically,
)
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Value, defaults

NODE_PARAMETERS = ("bypass", "fade_ms", "budget")
"""Parameters of the node rather than of a sound: loaded only if mentioned, never saved."""

MAXIMUM_INDEX = 9999
MAXIMUM_DESCRIPTION = 200
_KEPT_ENTRIES = 4096

_SPEC_NAMES = (
    "layers", "kernel", "channels", "dilation", "activation", "init", "bias", "depthwise",
    "residual", "seed", "recipe",
)  # fmt: skip
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preset:
    """A sound.

    Attributes
    ----------
    index : int or None
        Its place in the order of its folder; None puts it after those that have one.
    values : mapping
        Accepted values of every parameter but `NODE_PARAMETERS`, and of those if mentioned.
    """

    name: str
    description: str
    index: int | None
    values: Mapping[str, Value]
    path: Path


@dataclass(frozen=True)
class Entry:
    """A preset as it is listed; of a faulty one the description is what is wrong with it."""

    name: str
    description: str
    index: int | None
    path: Path


class PresetStore:
    """The presets in a shipped and in the user's folder.

    The folders are looked at anew on each call, so that files may come and go; one that has not
    changed is not read again for the list. A file that can't be read keeps its place in the list,
    and is explained when it is loaded.

    Parameters
    ----------
    shipped, user : Path, optional
        Folders; by default those of the program and of the user.
    """

    def __init__(self, shipped: Path | None = None, user: Path | None = None) -> None:
        self._shipped = shipped or shipped_folder() / "presets"
        self._user = user or user_data_folder() / "presets"
        self._told: set[Path] = set()

    def presets(self) -> list[Entry]:
        """Return what there is; a preset's number is its place in this list.

        A faulty file is among them, so that it can be said what is wrong when it is asked for.
        """
        entries = _entries(self._shipped)
        reserved = {entry.name for entry in entries}
        for entry in _entries(self._user):
            if entry.name not in reserved:
                entries.append(entry)
            elif entry.path not in self._told:
                self._told.add(entry.path)
                _log.warning("%s: left out, a shipped preset has its name; rename it", entry.path)
        return entries

    def names(self) -> list[str]:
        """Return the presets' names in the order of their numbers."""
        return [entry.name for entry in self.presets()]

    def load(self, reference: str | int | Path) -> Preset:
        """Return a preset by its name, its number (also as text) or its file.

        Raises
        ------
        PresetError
            If there is no such preset, or listing every fault of its file.
        """
        if isinstance(reference, Path):
            return read_preset(reference)
        if isinstance(reference, int) or (reference.isdecimal() and reference.isascii()):
            entries = self.presets()
            return read_preset(entries[_number(reference, len(entries))].path)
        for folder in (self._shipped, self._user):
            # Looked up in the list, not opened by name, so that no name leads out of the folder.
            if (path := folder / f"{reference}.toml") in _files(folder):
                return read_preset(path)
        raise PresetError(unknown("preset", shown(reference)[1:-1], self.names()))

    def save(self, name: str, values: Mapping[str, Value], description: str = "") -> Path:
        """Write a user preset, over one of the same name, and return its path.

        A preset that is written over keeps its index and comments, and its description unless a
        new one is given.

        Raises
        ------
        PresetError
            If the name is not allowed or taken by a shipped preset, a value is not accepted, or
            the file can't be written.
        """
        check_name("preset", name, PresetError)
        if (self._shipped / f"{name}.toml").exists():
            raise PresetError(f"'{name}' is a shipped preset; save under another name")
        path = self._user / f"{name}.toml"
        document = tomlkit.document()
        if path.is_file():
            try:
                read_preset(path)
                document = tomlkit.parse(path.read_text(encoding="utf-8"))
            except PresetError as error:
                _log.warning("%s; writing it anew", error)
        document["version"] = VERSION
        if description or "description" not in document:
            document["description"] = description
        try:
            document["parameters"] = _saved(values)
            write_atomically(path, tomlkit.dumps(document))
        except UsageError as error:
            raise PresetError(f"preset '{name}' can't be saved: {error}") from None
        except OSError as error:
            raise PresetError(f"{path}: can't be written: {error.strerror}") from None
        return path


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


def _read_parameters(table: Mapping[str, object], faults: list[str]) -> dict[str, Value]:
    fields = Fields(table, faults)
    values: dict[str, Value] = {}
    for name, parameter in PARAMETERS.items():
        value = take_value(fields, name, parameter)
        if value is not None:
            values[name] = value
        elif name not in NODE_PARAMETERS:
            values[name] = parameter.default
    fields.finish()
    return values


def _saved(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of a sound, checked as they will be when they are read."""
    saved = {
        name: parameter.parse(values[name])
        for name, parameter in PARAMETERS.items()
        if name in values and name not in NODE_PARAMETERS
    }
    raise_faults("parameters", _spec_faults({**defaults(), **saved}), PresetError)
    return saved


def _spec_faults(values: Mapping[str, Value]) -> list[str]:
    """Say why the parameters make no network together, from two inputs to two outputs."""
    named: dict[str, Any] = {name: values[name] for name in _SPEC_NAMES}
    film = (float(values["xy_x"]), float(values["xy_y"])) if values["xy"] else None
    try:
        NetworkSpec(**named, film=film)
    except SpecError as error:
        return [str(error)]
    return []


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder's presets; hidden ones, such as half-written ones, are none."""
    return list(folder.glob("[!.]*.toml"))


def _entries(folder: Path) -> list[Entry]:
    """Return a folder's presets in order."""
    entries = []
    for path in _files(folder):
        try:
            state = path.stat()
        except OSError:
            continue  # gone since it was listed
        entries.append(_entry(path, (state.st_ino, state.st_ctime_ns, state.st_size)))
    return sorted(entries, key=_order)


@functools.lru_cache(_KEPT_ENTRIES)
def _entry(path: Path, version: tuple[int, int, int]) -> Entry:
    """Return a file's entry, read once for each version of the file."""
    try:
        preset = read_preset(path)
    except PresetError as error:
        return Entry(path.stem, f"can't be loaded: {error}", None, path)
    return Entry(preset.name, preset.description, preset.index, path)


def _order(entry: Entry) -> tuple[float, str]:
    return (float("inf") if entry.index is None else entry.index, entry.name)


def _number(reference: str | int, count: int) -> int:
    """Return a preset's number if there is one; long digits aren't even converted."""
    number = int(reference) if len(str(reference)) <= len(str(MAXIMUM_INDEX)) else -1
    if not 0 <= number < count:
        limit = f"use 0 to {count - 1}" if count else "there are no presets"
        raise PresetError(f"preset number {shown(reference)} is unknown: {limit}")
    return number
