"""Compiled kernels on disk, none of which is loaded before its digest has been checked.

A kernel is one file: its identity, a digest of all that belongs to it, and its code. The
digest covers the identity too, so that a file in the place of another is found out. This guards
against disks and copies that fail; whoever may write to the folder is trusted.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import logging
import os
import pickle
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from ronn_jack.realtime.compiler.language import Deferred

SUFFIX = ".kernel"
_DIGEST_BYTES = hashlib.sha256().digest_size
_MOST_BYTES = 64 << 20
"""The largest of our kernels takes half a megabyte."""
_LONGEST_NAME = 100
_IDENTITY_DIGITS = 16
"""Of the identity, in the file's name."""

_replaced: set[Path] = set()

log = logging.getLogger(__name__)


class KernelCache:
    """The file of one function.

    Parameters
    ----------
    function : callable
        The Python function.
    signature : str
        What it is compiled for.
    folder : Path
        Where its machine code lies. Where it can't be written, nothing is kept.

    Attributes
    ----------
    name : str
        The file's, by which a function is known in all processes of this version.
    """

    def __init__(self, function: Callable[..., Any], signature: str, folder: Path) -> None:
        self._folder = folder
        self._identity = _identity(function, signature)
        module = function.__module__.rpartition(".")[2]
        name = f"{module}.{function.__qualname__}"[:_LONGEST_NAME]
        digits = self._identity.hex()[:_IDENTITY_DIGITS]
        self.name = f"{name}-{digits}"
        self._path = folder / f"{self.name}{SUFFIX}"

    def load(self) -> bytes | None:
        """Return what was saved; None if there is nothing, or it is damaged."""
        found = _read(self._path)
        if found is None or found[0] != self._identity:
            if os.path.lexists(self._path):
                _replaced.add(self._path)
            return None
        return found[1]

    def save(self, content: bytes) -> bool:
        """Keep machine code for later starts; return whether the disk allows it."""
        try:
            _write(self._path, self._identity + _digest(self._identity, content) + content)
        except OSError as error:
            _tell(self._folder, error.strerror)
            return False
        return True


def damaged(folder: Path) -> list[Path]:
    """Return the files in a folder that are compiled anew instead of being loaded."""
    return [path for path in sorted(folder.glob(f"*{SUFFIX}")) if not _is_intact(path)]


def replaced(folder: Path) -> list[Path]:
    """Return the files in a folder that this process found damaged and has compiled anew."""
    return sorted(path for path in _replaced if path.parent == folder)


def _is_intact(path: Path) -> bool:
    found = _read(path)
    return found is not None and path.stem.endswith(found[0].hex()[:_IDENTITY_DIGITS])


def _identity(function: Callable[..., Any], signature: str) -> bytes:
    """Return a digest of what distinguishes a function among those of one cache folder.

    It includes the file that the function stands in, as only that of the compiled package is in
    the folder's name.
    """
    parts = [*_described(function), signature.encode()]
    return _digest(*(hashlib.sha256(part).digest() for part in parts))


def _described(function: Callable[..., Any]) -> Iterator[bytes]:
    """Yield where a function stands, its code, and what it closes over."""
    source = inspect.getfile(function)
    yield f"{source}\0{function.__module__}\0{function.__qualname__}".encode()
    yield _source_digest(source)
    yield function.__code__.co_code
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        inner = value.described if isinstance(value, Deferred) else value
        if isinstance(inner, FunctionType):
            yield from _described(inner)
        else:
            yield pickle.dumps(inner)


@functools.cache
def _source_digest(path: str) -> bytes:
    return _digest(Path(path).read_bytes())


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def _read(path: Path) -> tuple[bytes, bytes] | None:
    """Return a file's identity and content; None if there is none, or its digest is wrong."""
    try:
        # What is no regular file must not hold the start.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(number, "rb") as stream:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
                return None
            data = stream.read()
    except OSError:
        return None
    identity, digest, content = (
        data[:_DIGEST_BYTES],
        data[_DIGEST_BYTES : 2 * _DIGEST_BYTES],
        data[2 * _DIGEST_BYTES :],
    )
    return (identity, content) if _digest(identity, content) == digest else None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(data)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@functools.cache
def _tell(folder: Path, reason: str) -> None:
    """Say why kernels are not kept, once for each reason."""
    log.warning(
        "compiled kernels can't be kept in %s (%s), so the next start compiles them again: make "
        "room there, or let XDG_CACHE_HOME name a folder that can be written",
        folder,
        reason,
    )
