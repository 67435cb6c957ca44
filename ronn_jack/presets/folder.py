"""A folder of preset files, followed while a node runs.

Every look at a file gives up the interpreter's lock, which a busy interpreter takes a while to give
back: to look through two folders for each preset that is loaded costs a turned knob milliseconds.
So what was found is kept until the folder changes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

from ronn_jack.errors import PresetError, shown
from ronn_jack.files import remove_forgotten
from ronn_jack.presets.preset import Preset

MOST_PRESETS = 1000
"""Presets that a folder is read for: each costs a look, and who steps through them waits."""

_KEPT_SECONDS = 1.0
"""Age up to which a list is kept: a file that is written in place doesn't change its folder."""
TICK_NANOSECONDS = 20_000_000
"""Age from which the time of a change tells it from the next one; file systems count in ticks."""

_log = logging.getLogger(__name__)

Version = tuple[int, int, int]
"""What changes with a file's contents: its inode, the time of its last change and its size."""


@dataclass(frozen=True)
class Entry:
    """A preset as it is listed; of a faulty one the description is what is wrong with it."""

    name: str
    description: str
    index: int | None
    path: Path
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Listing:
    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    """Of all presets, sorted."""
    every: frozenset[str]
    """The same, to look in."""
    changed: int
    """When the folder had changed last, in ns since the epoch; 0 for a folder that isn't there."""
    until: float
    """How long it holds if nothing changes, as `time.monotonic()`."""


class PresetFolder:
    """The presets in one folder.

    Any thread may call any method.

    Parameters
    ----------
    path : Path
    read : callable
        Reads a preset's file, or raises PresetError.
    most : int
        Presets that are listed.
    clock : callable
        Returns the time in s.
    tick_nanoseconds : int
        Age from which the time of a change tells it from the next one.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], Preset],
        most: int = MOST_PRESETS,
        clock: Callable[[], float] = time.monotonic,
        tick_nanoseconds: int = TICK_NANOSECONDS,
    ) -> None:
        self._most, self._clock, self._tick = most, clock, tick_nanoseconds
        self.path = path
        self._read = read
        self._listing = _Listing((), (), frozenset(), 0, 0.0)
        self._known: dict[Path, tuple[Version, Preset | str]] = {}
        self._told: set[str] = set()

    def entries(self) -> tuple[Entry, ...]:
        """Return what there is, in order; of more than `most`, the first ones by name.

        A file that comes or goes is noticed at once, one that is written in place after a second.
        """
        return self._up_to_date().entries

    def names(self) -> Set[str]:
        """Return the names of all presets, those beyond `most` included."""
        return self._up_to_date().every

    def find(self, name: str) -> Path | None:
        """Return a preset's file; None if there is no such preset.

        It is looked up in the list, not opened by name, so that no name leads out of the folder.
        """
        return self._path_of(name) if name in self.names() else None

    def load(self, path: Path) -> Preset:
        """Return the preset in one of the folder's files, which is read once for each version.

        Raises
        ------
        PresetError
            Listing every fault of the file, or if it has gone.
        """
        return self._in_version(path, _version(path))

    def _in_version(self, path: Path, version: Version | None) -> Preset:
        known = self._known.get(path)
        if known is None or known[0] != version:
            return self._read_anew(path, version)
        if isinstance(known[1], str):
            raise PresetError(known[1])
        return known[1]

    def _read_anew(self, path: Path, version: Version | None) -> Preset:
        try:
            found: Preset | str = self._read(path)
        except PresetError as error:
            found = str(error)
        if version is not None and self._has_settled(version[1]):
            self._known[path] = version, found
        if isinstance(found, str):
            raise PresetError(found)
        return found

    def _up_to_date(self) -> _Listing:
        changed = self._changed()
        listing = self._listing
        if changed != listing.changed or self._clock() >= listing.until:
            listing = self._look(changed)
            self._listing = listing
        return listing

    def _look(self, changed: int) -> _Listing:
        last = self._listing
        names = last.names if changed == last.changed and last.until else self._read_names()
        paths = [self._path_of(name) for name in names[: self._most]]
        entries = [entry for path in paths if (entry := self._entry(path)) is not None]
        every = frozenset(names)
        for path in [path for path in self._known if path.stem not in every]:
            self._known.pop(path, None)
        until = self._clock() + _KEPT_SECONDS if self._has_settled(changed) else 0.0
        return _Listing(tuple(sorted(entries, key=_order)), names, every, changed, until)

    def _read_names(self) -> tuple[str, ...]:
        try:
            with os.scandir(self.path) as found:
                files = [each.name for each in found]
        except OSError:
            return ()
        hidden = [file for file in files if file.startswith(".")]
        remove_forgotten(self.path, hidden)
        names = {file[:-5] for file in files if file.endswith(".toml")}
        names.difference_update([file[:-5] for file in hidden])
        for name in [name for name in names if not name.isprintable()]:
            names.remove(name)
            self._tell(f"{self.path}: {shown(name)} is left out; rename it to printable text")
        if len(names) > self._most:
            self._tell(
                f"{self.path}: has more than {self._most} presets; those beyond, by name, are "
                "not listed and have no number"
            )
        return tuple(sorted(names))

    def _path_of(self, name: str) -> Path:
        return self.path / f"{name}.toml"

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            _log.warning("%s", what)

    def _entry(self, path: Path) -> Entry | None:
        version = _version(path)
        if version is None:
            return None
        try:
            preset = self._in_version(path, version)
        except PresetError as error:
            return Entry(path.stem, f"can't be loaded: {error}", None, path)
        return Entry(preset.name, preset.description, preset.index, path, preset.tags)

    def _has_settled(self, changed: int) -> bool:
        return time.time_ns() - changed > self._tick

    def _changed(self) -> int:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0


def _version(path: Path) -> Version | None:
    try:
        state = path.stat()
    except OSError:
        return None  # gone since it was listed
    return state.st_ino, state.st_ctime_ns, state.st_size


def _order(entry: Entry) -> tuple[float, str]:
    return (float("inf") if entry.index is None else entry.index, entry.name)
