"""Presets: sounds by name, shipped with the program or saved by the user.

Presets are numbered from 0: those shipped in the order of `index`, then the user's, those with an
`index` first, the others by name.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from ronn_jack.errors import PresetError, UsageError, unknown
from ronn_jack.files import (
    VERSION,
    check_name,
    shipped_folder,
    shown,
    user_data_folder,
    write_atomically,
)
from ronn_jack.parameters import Value
from ronn_jack.presets.folder import Entry, PresetFolder
from ronn_jack.presets.preset import (
    MAXIMUM_INDEX,
    Preset,
    preset_text,
    read_preset,
    saved_values,
)

_log = logging.getLogger(__name__)


class PresetStore:
    """The presets in a shipped and in the user's folder.

    Files may come and go; one that has not changed is not read again. A file that can't be read
    keeps its place in the list, and is explained when it is loaded.

    Parameters
    ----------
    shipped, user : Path, optional
        Folders; by default those of the program and of the user.
    """

    def __init__(self, shipped: Path | None = None, user: Path | None = None) -> None:
        self._shipped = PresetFolder(shipped or shipped_folder() / "presets", read_preset)
        self._user = PresetFolder(user or user_data_folder() / "presets", read_preset)
        self._told: set[Path] = set()

    def presets(self) -> list[Entry]:
        """Return what there is; a preset's number is its place in this list.

        A faulty file is among them, so that it can be said what is wrong when it is asked for.
        """
        entries = list(self._shipped.entries())
        reserved = {entry.name for entry in entries}
        for entry in self._user.entries():
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
            if (path := folder.find(reference)) is not None:
                return folder.load(path)
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
        if self._shipped.find(name) is not None:
            raise PresetError(f"'{name}' is a shipped preset; save under another name")
        path = self._user.path / f"{name}.toml"
        try:
            write_atomically(path, self._text(path, saved_values(values), description))
        except UsageError as error:
            raise PresetError(f"preset '{name}' can't be saved: {error}") from None
        except OSError as error:
            raise PresetError(f"{path}: can't be written: {error.strerror}") from None
        return path

    def _text(self, path: Path, sound: Mapping[str, Value], description: str) -> str:
        """Return what a preset's file is to say, with all that its user has added to it."""
        if not path.is_file():
            return preset_text(description, sound)
        try:
            before = self._user.load(path)
        except PresetError as error:
            _log.warning("%s; writing it anew", error)
            return preset_text(description, sound)
        text = path.read_text(encoding="utf-8")
        if text == preset_text(before.description, saved_values(before.values)):
            return preset_text(description or before.description, sound)
        # Only where there is something to keep, as to take a document apart takes milliseconds.
        document = tomlkit.parse(text)
        document["version"] = VERSION
        if description or "description" not in document:
            document["description"] = description
        document["parameters"] = dict(sound)
        return tomlkit.dumps(document)


def _number(reference: str | int, count: int) -> int:
    """Return a preset's number if there is one; long digits aren't even converted."""
    number = int(reference) if len(str(reference)) <= len(str(MAXIMUM_INDEX)) else -1
    if not 0 <= number < count:
        limit = f"use 0 to {count - 1}" if count else "there are no presets"
        raise PresetError(f"preset number {shown(reference)} is unknown: {limit}")
    return number
