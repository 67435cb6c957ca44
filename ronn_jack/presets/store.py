"""Presets: sounds by name, shipped with the program or saved by the user.

Presets are numbered from 0: those shipped in the order of `index`, then the user's, those with an
`index` first, the others by name. Text that is a preset's name means that preset, even if it is all
digits; other digits, and numbers, mean a preset's number.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from ronn_jack.errors import PresetError, UsageError, reason_of, shown, unknown
from ronn_jack.files import (
    check_name,
    read_text,
    shipped_folder,
    write_atomically,
)
from ronn_jack.folders import user_config_folder, user_data_folder
from ronn_jack.parameters import Value
from ronn_jack.presets.folder import MOST_PRESETS, Entry, PresetFolder
from ronn_jack.presets.preset import (
    Preset,
    Sounds,
    edited_text,
    preset_text,
    read_preset,
    saved_values,
)
from ronn_jack.presets.setlist import read_setlist

_log = logging.getLogger(__name__)

_DIGITS = re.compile(r"(-?[0-9]+)(\.0*)?")
_MOST_DIGITS = 9
"""Longer numbers aren't even converted."""


class PresetStore:
    """The presets in a shipped and in the user's folder.

    Files may come and go; one that has not changed is not read again. A file that can't be read
    keeps its place in the list, and is explained when it is loaded.

    Parameters
    ----------
    shipped, user : Path, optional
        Folders; by default those of the program and of the user.
    most : int
        Presets that the user may save.
    setlist : Path, optional
        File of the setlist; by default the user's.
    """

    def __init__(
        self,
        shipped: Path | None = None,
        user: Path | None = None,
        most: int = MOST_PRESETS,
        setlist: Path | None = None,
    ) -> None:
        self._most = most
        self._setlist = setlist or user_config_folder() / "setlist.toml"
        self._shipped = PresetFolder(shipped or shipped_folder() / "presets", read_preset)
        self._user = PresetFolder(user or user_data_folder() / "presets", read_preset)
        self._told: set[Path] = set()

    def entries(self) -> list[Entry]:
        """Return what there is; a preset's number is its place in this list.

        A faulty file is among them, so that it can be said what is wrong when it is asked for.
        """
        entries = list(self._shipped.entries())
        reserved = self._shipped.names()
        for entry in self._user.entries():
            if entry.name not in reserved:
                entries.append(entry)
            elif entry.path not in self._told:
                self._told.add(entry.path)
                _log.warning("%s: left out, a shipped preset has its name; rename it", entry.path)
        return entries

    def names(self) -> list[str]:
        """Return the presets' names in the order of their numbers."""
        return [entry.name for entry in self.entries()]

    def load(self, reference: str | float | Path) -> Preset:
        """Return a preset by its name, its number (also as text) or its file.

        Only a Path leads to a file outside the two folders.

        Raises
        ------
        PresetError
            If there is no such preset, or listing every fault of its file.
        """
        if isinstance(reference, Path):
            return read_preset(reference)
        if isinstance(reference, str):
            for folder in (self._shipped, self._user):
                if (path := folder.find(reference)) is not None:
                    return folder.load(path)
        entries = self.entries()
        number = preset_number(reference, len(entries))
        if number is not None:
            path = entries[number].path
            folder = self._shipped if path.parent == self._shipped.path else self._user
            return folder.load(path)
        name = shown(reference).strip("'")
        raise PresetError(unknown("preset", name, [entry.name for entry in entries]))

    def save(
        self,
        name: str,
        values: Mapping[str, Value],
        description: str = "",
        *,
        snapshots: Sounds | None = None,
    ) -> Path:
        """Write a user preset, over one of the same name, and return its path.

        A preset that is written over keeps its index, tags and comments, its description unless a
        new one is given, and its snapshots unless others are.

        Raises
        ------
        PresetError
            If the name is not allowed or, in any case of letters, a shipped preset's; if a value
            is not accepted; if the present file can't be read or the new one written.
        """
        path = self._path_for(name)
        try:
            sounds = None if snapshots is None else _saved(snapshots)
            self._write(path, self._text(path, saved_values(values), description, sounds))
        except UsageError as error:
            raise PresetError(f"preset '{name}' can't be saved: {error}") from None
        return path

    def add(self, name: str, text: str) -> Path:
        """Write what a preset's file says, word for word, under a name that is not taken.

        Raises
        ------
        PresetError
            If the name is taken or not allowed, or the file can't be written.
        """
        path = self._path_for(name)
        if name in self.names():
            raise PresetError(f"there is a preset '{name}' already: choose another with --name")
        self._write(path, text)
        return path

    def setlist(self) -> list[str]:
        """Return the names of the presets to be played, in order.

        Raises
        ------
        PresetError
            If there is no setlist, or listing every fault of its file.
        """
        return read_setlist(self._setlist)

    def _path_for(self, name: str) -> Path:
        """Return where a preset of the user's is to be written, or raise PresetError."""
        check_name("preset", name, PresetError)
        for taken in self._shipped.names():
            if name.casefold() == taken.casefold():
                raise PresetError(f"'{taken}' is a shipped preset; save under another name")
        mine = self._user.names()
        if name not in mine and len(mine) >= self._most:
            raise PresetError(f"you have {len(mine)} presets; remove some, or save over one")
        return self._user.path / f"{name}.toml"

    def _write(self, path: Path, text: str) -> None:
        try:
            write_atomically(path, text)
        except OSError as error:
            raise PresetError(f"{path}: can't be written: {reason_of(error)}") from None

    def _text(
        self, path: Path, sound: Mapping[str, Value], description: str, snapshots: Sounds | None
    ) -> str:
        """Return what a preset's file is to say, with all that its user has added to it."""
        if not path.exists():
            return preset_text(description, sound, snapshots)
        try:
            before = self._user.load(path)
            text = read_text(path, PresetError)
            there = _saved(before.snapshots)
            if text == preset_text(before.description, saved_values(before.values), there):
                kept = there if snapshots is None else snapshots
                return preset_text(description or before.description, sound, kept)
            # Only where there is something to keep, as to take a document apart takes long.
            return edited_text(text, description, sound, snapshots)
        except PresetError as error:
            raise PresetError(
                f"what is there would be lost, as it can't be read: {error}; mend or remove it, "
                "or save under another name"
            ) from None


def _saved(snapshots: Sounds) -> Sounds:
    return {number: saved_values(values) for number, values in snapshots.items()}


def preset_number(reference: str | float, count: int) -> int | None:
    """Return the number of a preset that a reference stands for which is no preset's name.

    Parameters
    ----------
    reference : str, int or float
    count : int
        Number of presets.

    Raises
    ------
    PresetError
        If there is no preset of that number.
    """
    text = reference if isinstance(reference, str) else shown(reference)
    digits = _DIGITS.fullmatch(text)
    if digits is None:
        return None
    number = int(digits[1]) if len(digits[1]) <= _MOST_DIGITS else -1
    if not 0 <= number < count:
        limit = f"use 0 to {count - 1}" if count else "there are no presets"
        raise PresetError(f"preset number {shown(reference)} is out of range: {limit}")
    return number
