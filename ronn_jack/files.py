"""Where the program's files lie, and how they are read strictly and written safely.

Every file is TOML with `version = 1`. A reader takes the keys it knows, collects each fault it
meets and reports them all at once, so that a file is mended in one go.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat
import tomllib
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TypeVar

from ronn_jack.errors import ParameterError, UsageError, reason_of, shortened, shown, unknown
from ronn_jack.parameters import Kind, Parameter, Value

VERSION = 1
MAXIMUM_BYTES = 256 * 1024
"""No preset or profile comes near it; a larger file is not one of ours."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,62}")
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_TYPES: dict[Kind, type[int] | type[float] | type[bool] | type[str]] = {
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.BOOL: bool,
    Kind.ENUM: str,
    Kind.NAME: str,
    Kind.TEXT: str,
}
_MOST_FAULTS = 20
"""Faults of a kind that are told one by one; beyond them, only how many there are."""
_MOST_DOTS = 100
"""Dots in a line: the time and memory that tomllib takes grow with the square of a key's parts."""
_LONGEST_PATH = 400
"""Characters; of a longer one the middle is left out, as its end names the file."""
_TEMPORARY = re.compile(r"\..+\.(?:toml|npz)\.[^.]+\.tmp", re.DOTALL)
"""Names of files that are being written, or were when their writer was killed."""

T = TypeVar("T")


_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(package: Path = _PACKAGE) -> Path:
    """Return the folder of the files that come with a package, installed or in a checkout."""
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"


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
        Of the class `error`, if the name could lead outside the folder or hide the file.
    """
    if not _NAME.fullmatch(name) or name.endswith(" "):
        raise error(
            f"{kind} name {shown(name)} is not allowed: use 1 to 63 letters, digits, spaces, "
            "- or _, beginning with a letter or digit"
        )
    return name


def read_file(path: Path, most_bytes: int, error: type[UsageError]) -> bytes:
    """Return what is in a file, without ever waiting for one that is a pipe.

    Raises
    ------
    UsageError
        Of the class `error`, if it can't be read, is no regular file or is larger than
        `most_bytes`.
    """
    with regular_file(path, error) as stream:
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        size = f"{most_bytes >> 10} KiB" if most_bytes < 2**20 else f"{most_bytes >> 20} MiB"
        raise error(f"{path}: is larger than {size}; is it the right one?")
    return content


@contextlib.contextmanager
def regular_file(path: Path, error: type[UsageError]) -> Iterator[IO[bytes]]:
    """Open a file for reading, without ever waiting for one that is a pipe.

    Raises
    ------
    UsageError
        Of the class `error`, if it can't be read or is no regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise error(f"{path}: is no regular file")
            with open(descriptor, "rb", closefd=False) as stream:
                yield stream
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise error(f"{path}: no such file") from None
    except (OSError, ValueError) as fault:
        reason = reason_of(fault) if isinstance(fault, OSError) else fault
        name = shortened(repr(str(path)), _LONGEST_PATH)
        raise error(f"{name}: can't be read: {reason}") from None


def read_text(path: Path, error: type[UsageError]) -> str:
    """Return the text of a TOML file, with or without a byte-order mark.

    Raises
    ------
    UsageError
        As `read_file` does, and if it is not UTF-8 text.
    """
    try:
        return read_file(path, MAXIMUM_BYTES, error).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise error(f"{path}: is no TOML: not UTF-8 text") from None


def read_table(path: Path, error: type[UsageError]) -> dict[str, object]:
    """Return the contents of a TOML file as plain Python values.

    Raises
    ------
    UsageError
        Of the class `error`, if the file can't be read, is too large or is no TOML.
    """
    return table_of(path, read_text(path, error), error)


def table_of(path: Path, text: str, error: type[UsageError]) -> dict[str, object]:
    """Return the contents of a TOML file, read already, as `read_table` does."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS and not line.lstrip().startswith("#"):
            raise error(
                f"{path}: line {number} has more than {_MOST_DOTS} dots; is it one of ours?"
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise error(f"{path}: is no TOML: nested too deeply") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path}: is no TOML: {shortened(' '.join(str(fault).split()))}") from None
    except ValueError:  # Python converts no text of thousands of digits
        raise error(f"{path}: a number has too many digits; write one within its range") from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that at any moment either the old or the whole new one is there.

    A link is written through, and a file that is there keeps its mode.

    Raises
    ------
    OSError
        If the folder can't be made or the file can't be written; the old file is then intact.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as stream:
        temporary = Path(stream.name)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(stream.fileno(), stat.S_IMODE(path.stat().st_mode))
            stream.write(content.encode() if isinstance(content, str) else content)
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


def remove_forgotten(folder: Path, names: Iterable[str]) -> None:
    """Remove, of files in a folder, those whose writing was cut short by its process's end."""
    for name in names:
        if _TEMPORARY.fullmatch(name):
            _remove_unless_written(folder / name)


def _temporary(path: Path) -> IO[bytes]:
    """Return a new file beside `path`, locked for as long as it is open."""
    while True:
        temporary = path.with_name(f".{path.stem[:60]}{path.suffix}.{secrets.token_hex(4)}.tmp")
        stream = temporary.open("xb")
        with contextlib.suppress(OSError):  # some network file systems know no locks
            fcntl.flock(stream, fcntl.LOCK_EX)
        # Until it was locked, another process could take it for a forgotten one.
        if os.fstat(stream.fileno()).st_nlink:
            return stream
        stream.close()


def _remove_unless_written(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(temporary, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
        finally:
            os.close(descriptor)


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
        """Take a key's value if it is of `kind`; whole numbers may be written as either kind."""
        value = self.optional(key, kind)
        return default if value is None else value

    def optional(self, key: str, kind: type[T]) -> T | None:
        """Take a key's value as `take` does; None if it is not there or of another type."""
        value = self.raw(key)
        if value is None:
            return None
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            try:
                value = float(value)
            except OverflowError:
                self.fault(f"{key} = {shown(value)} is out of range")
                return None
        if kind is int and isinstance(value, float) and value.is_integer():
            value = int(value)
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
            with warnings.catch_warnings(action="ignore"):
                re.compile(value)
        except (re.error, RecursionError, OverflowError) as error:
            reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
            self.fault(f"{key} = {shown(value)} is no regular expression: {_plain(str(reason))}")
            return None
        if not value.isprintable():
            self.fault(f"{key} = {shown(value)} is not printable text")
            return None
        return value

    def texts(self, key: str) -> list[str]:
        """Take one text or a list of them; an empty list if it is not there or at fault."""
        value = self.raw(key)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) < len(items):
            self.fault(f'{key} = {shown(value)} is no list of texts; write {key} = ["…", "…"]')
            return []
        return texts

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
        for key in list(self._rest)[:_MOST_FAULTS]:
            self.fault(unknown("key", _plain(key), self._known))
        if len(self._rest) > _MOST_FAULTS:
            self.fault(f"{len(self._rest) - _MOST_FAULTS} more unknown keys")


def raise_faults(source: object, faults: list[str], error: type[UsageError]) -> None:
    """Raise one error that lists the faults of a source, if there are any.

    Many are only counted beyond the first ones.
    """
    if faults:
        more = len(faults) - _MOST_FAULTS
        told = [*faults[:_MOST_FAULTS], *([f"and {more} more faults"] if more > 0 else [])]
        raise error(f"{source}: {'; '.join(told)}")


def _plain(text: str) -> str:
    return shown(text)[1:-1]
