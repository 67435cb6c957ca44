"""Where the program's files lie, and how they are read strictly and written safely.

Every file is TOML with `version = 1`. A reader takes the keys it knows, collects each fault it
meets and reports them all at once, so that a file is mended in one go.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

import platformdirs

from ronn_jack.errors import ParameterError, UsageError, unknown
from ronn_jack.parameters import Kind, Parameter, Value

VERSION = 1
MAXIMUM_BYTES = 256 * 1024
"""No preset or profile comes near it; a larger file is not one of ours."""

_APPLICATION = "ronn_jack"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,62}")
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_TYPES: dict[Kind, type[int] | type[float] | type[bool] | type[str]] = {
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.BOOL: bool,
    Kind.ENUM: str,
    Kind.TEXT: str,
}
_LONGEST_SHOWN = 60

T = TypeVar("T")


def shipped_folder() -> Path:
    """Return the folder of the files that come with the program, installed or in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"


def user_config_folder() -> Path:
    """Return where the user keeps settings and MIDI profiles ($XDG_CONFIG_HOME/ronn_jack)."""
    return platformdirs.user_config_path(_APPLICATION, appauthor=False)


def user_data_folder() -> Path:
    """Return where the user's presets lie ($XDG_DATA_HOME/ronn_jack)."""
    return platformdirs.user_data_path(_APPLICATION, appauthor=False)


def name_or_file(text: str) -> str | Path:
    """Return what a user means who may give a name or a file.

    A file has a slash or ends in .toml. This is for the command line and the settings only: what
    comes from the network names presets and never files.
    """
    return Path(text).expanduser() if "/" in text or text.endswith(".toml") else text


def check_name(kind: str, name: str, error: type[UsageError]) -> str:
    """Return `name` if it is fit to name a file in a folder of ours.

    Raises
    ------
    UsageError
        Of the class `error`, if the name could lead outside the folder, hide the file or be
        taken for a number.
    """
    if not _NAME.fullmatch(name) or name.endswith(" ") or name.isdigit():
        raise error(
            f"{kind} name {shown(name)} is not allowed: use 1 to 63 letters, digits, spaces, "
            "- or _, beginning with a letter or digit, and not digits alone"
        )
    return name


def read_table(path: Path, error: type[UsageError]) -> dict[str, object]:
    """Return the contents of a TOML file as plain Python values.

    Raises
    ------
    UsageError
        Of the class `error`, if the file can't be read, is too large or is no TOML.
    """
    try:
        if path.exists() and not path.is_file():
            raise error(f"{path}: is no regular file")
        with path.open("rb") as stream:
            content = stream.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise error(f"{path}: no such file") from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise error(f"{shown(str(path))}: can't be read: {reason}") from None
    if len(content) > MAXIMUM_BYTES:
        raise error(f"{path}: is larger than {MAXIMUM_BYTES // 1024} KiB; is it one of ours?")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise error(f"{path}: is no TOML: not UTF-8 text") from None
    except (ValueError, RecursionError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else "nested too deeply"
        raise error(f"{path}: is no TOML: {reason}") from None


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that at any moment either the old or the whole new one is there.

    Raises
    ------
    OSError
        If the folder can't be made or the file can't be written; the old file is then intact.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: on one line and not endless."""
    text = ("true" if value else "false") if isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


class Fields:
    """One TOML table, read strictly.

    Each `take` removes a known key; `finish` reports those nobody took. What is at fault is
    appended to `faults` in words, and the default stands in for it.

    Parameters
    ----------
    table : mapping
        As `tomllib` gives it.
    faults : list of str
        Is added to.
    where : str
        Put before each fault, such as "binding 3: ".
    """

    def __init__(self, table: Mapping[str, object], faults: list[str], where: str = "") -> None:
        self._rest = dict(table)
        self._known: list[str] = []
        self._faults = faults
        self._where = where

    def fault(self, text: str) -> None:
        """Add a fault of this table."""
        self._faults.append(self._where + text)

    def has(self, key: str) -> bool:
        """Say whether the key is there and was not taken yet."""
        return key in self._rest

    def raw(self, key: str) -> object:
        """Take a key's value whatever its type; None if it is not there."""
        self._known.append(key)
        return self._rest.pop(key, None)

    def take(self, key: str, kind: type[T], default: T) -> T:
        """Take a key's value if it is of `kind`; a whole number is also a float."""
        value = self.optional(key, kind)
        return default if value is None else value

    def optional(self, key: str, kind: type[T]) -> T | None:
        """Take a key's value as `take` does; None if it is not there or of another type."""
        value = self.raw(key)
        if value is None:
            return None
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(f"{key} = {shown(value)} is not {_WORDS[kind]}")
            return None
        return value

    def within(self, key: str, low: int, high: int) -> int | None:
        """Take a whole number between inclusive limits; None if it is not there or at fault."""
        value = self.optional(key, int)
        if value is not None and not low <= value <= high:
            self.fault(f"{key} = {shown(value)} is out of range; use {low} to {high}")
            return None
        return value

    def one_of(self, key: str, choices: Collection[str]) -> str | None:
        """Take one of some words; None if it is not there or at fault."""
        value = self.optional(key, str)
        if value is not None and value not in choices:
            self.fault(unknown(key, _plain(value), choices))
            return None
        return value

    def parameter(self, key: str, parameter: Parameter) -> Value | None:
        """Take a parameter's accepted value, which has to be of the parameter's own type.

        None if it is not there or at fault.
        """
        raw: Value | None = self.optional(key, _TYPES[parameter.kind])
        if raw is None:
            return None
        try:
            return parameter.parse(raw)
        except ParameterError as error:
            self.fault(str(error) if key == parameter.name else f"{key}: {error}")
            return None

    def pattern(self, key: str) -> str | None:
        """Take a regular expression; None if it is not there or at fault."""
        value = self.optional(key, str)
        if value is None:
            return None
        try:
            re.compile(value)
        except (re.error, RecursionError, OverflowError) as error:
            self.fault(f"{key} = {shown(value)} is no regular expression: {error}")
            return None
        return value

    def table(self, key: str) -> Mapping[str, object]:
        """Take a table; an empty one if it is not there or at fault."""
        value = self.raw(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(f"{key} = {shown(value)} is no table; write [{key}]")
            return {}
        return value

    def tables(self, key: str) -> list[Mapping[str, object]]:
        """Take an array of tables; an empty one if it is not there or at fault."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(f"{key} = {shown(value)} is no list of tables; write [[{key}]]")
            return []
        return value

    def version(self) -> None:
        """Take the format's version, which has to be there."""
        if not self.has("version"):
            self.fault(f"version is missing; write version = {VERSION}")
        value = self.optional("version", int)
        if value is not None and value != VERSION:
            self.fault(f"version = {shown(value)} can't be read here; use version = {VERSION}")

    def finish(self) -> None:
        """Report every key that was not taken, with the nearest known one."""
        for key in self._rest:
            self.fault(unknown("key", _plain(key), self._known))


def raise_faults(source: object, faults: list[str], error: type[UsageError]) -> None:
    """Raise one error that lists all faults of a source, if there are any."""
    if faults:
        raise error(f"{source}: {'; '.join(faults)}")


def _plain(text: str) -> str:
    return shown(text)[1:-1]
