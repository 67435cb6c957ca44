"""How Python functions become machine code, and where that code is kept between starts.

numba's own cache looks only at the file a function stands in: it would run a stale kernel after
an edit in an imported module, with another vector width, or on another host. So everything
that the machine code depends on is hashed into the name of the folder that holds it. Each kernel
in it carries a digest of its own (`kernel_cache.py`).
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from ronn_jack.realtime.compiler import host
from ronn_jack.realtime.compiler.kernel_cache import KernelCache
from ronn_jack.realtime.compiler.language import (
    Deferred,
    Function,
    Signature,
    external,
    resolved,
    signature_of,
)
from ronn_jack.realtime.compiler.loading import LINKED, address_of, load
from ronn_jack.realtime.compiler.machine_code import MachineCode

KEPT_FOLDERS = 8
KEPT_SECONDS = 86400
"""Kernels of so many versions or hosts stay, and those used within a day, so that switching back
compiles nothing."""

_COMPILERS = ("numba", "llvmlite")

_compiling = threading.RLock()
_told: list[Callable[[], None]] = []


class Native(Deferred):
    """A function that compiled code calls, with one fixed signature.

    It compiles only when an entry that calls it does. Callers' arguments are converted to the
    signature, as in C.
    """

    def __init__(self, function: Function, signature: Signature) -> None:
        def make() -> Any:
            from ronn_jack.realtime.compiler.building.numba_api import callee

            return callee(resolved(function), signature.resolve())

        super().__init__(make, function)


ENTRIES: list[Entry] = []
"""All that there are, whether they are loaded or not."""


class Entry:
    """A function that C calls by its address, and Python by `ctypes`.

    It is loaded, or compiled where the cache does not hold it, when it is first asked for either.

    Parameters
    ----------
    function : callable
    signature : Signature
    folder : Path
        Where it is cached.
    optimise_callees : bool
        Whether what it calls is optimised by itself, too, before it is with the function.

    Attributes
    ----------
    symbol : str
        By which compiled code may know it.
    """

    def __init__(
        self, function: Function, signature: Signature, folder: Path, optimise_callees: bool = False
    ) -> None:
        self.__name__ = function.__name__
        self.signature = signature
        self.symbol = f"{function.__module__}.{function.__qualname__}"
        self.is_from_cache = False
        self._function = function
        self._folder = folder
        self._optimise_callees = optimise_callees
        self._unkept: MachineCode | None = None
        ENTRIES.append(self)

    @functools.cached_property
    def cache(self) -> KernelCache:
        """Its file."""
        return KernelCache(self._function, str(self.signature), self._folder)

    @functools.cached_property
    def address(self) -> int:
        """Its address; the first time, what it calls by a symbol is loaded too."""
        with _compiling:
            image = self.code().image
            addresses = {
                name: LINKED[name].address if name in LINKED else address_of(name)
                for _, name in image.imports
            }
            return load(image, addresses)

    @functools.cached_property
    def ctypes(self) -> Any:
        """What calls it without the interpreter's lock."""
        return self.signature.c_function(self.address)

    def code(self) -> MachineCode:
        """Return its machine code, from the cache if it can be had there."""
        with _compiling:
            if self._unkept is not None:
                return self._unkept
            content = self.cache.load()
            if content is not None:
                self.is_from_cache = True
                return MachineCode.read(content)
            while _told:
                _told.pop()()
            from ronn_jack.realtime.compiler.building.build import build

            code = build(resolved(self._function), self.signature, self._optimise_callees)
            if not code.lasting or not self.cache.save(code.written()):
                self._unkept = code
            return code


def native(signature: Signature | str) -> Callable[[Function], Any]:
    """Make a function callable from compiled code, with one fixed signature."""
    return lambda function: Native(function, signature_of(signature))


def inlined(function: Function) -> Any:
    """Make a short function part of each compiled function that calls it.

    Numba compiles a native function as one of its own, which is linked into every function that
    calls it. One less on the way to a large kernel spares compiling.
    """

    def make() -> Any:
        from ronn_jack.realtime.compiler.building.numba_api import part

        return part(resolved(function))

    return Deferred(make, function)


def entry(
    signature: Signature | str, folder: Path | None = None, optimise_callees: bool = False
) -> Callable[[Function], Entry]:
    """Make a function callable from C (`.address`) and by ctypes (`.ctypes`), cached on disk.

    The call by ctypes releases the interpreter's lock.

    Parameters
    ----------
    folder : Path, optional
        Where it is cached; by default `cache_folder`.
    optimise_callees : bool
        Whether what it calls is optimised by itself, too: it may be faster, and takes longer to
        compile.
    """
    told = signature_of(signature)
    return lambda function: Entry(function, told, folder or cache_folder(), optimise_callees)


def shared(signature: Signature | str, optimise_callees: bool = False) -> Callable[[Function], Any]:
    """Make a function that compiled code calls, but compile it once instead of into each caller.

    For the large ones: what calls them compiles and loads without them.

    Parameters
    ----------
    optimise_callees : bool
        As of an entry.
    """

    def decorate(function: Function) -> Any:
        return linked(entry(signature, optimise_callees=optimise_callees)(function))

    return decorate


def linked(compiled: Entry) -> Any:
    """Return an entry as compiled code calls it: by its symbol, without a copy of it."""
    LINKED[compiled.symbol] = compiled
    return external(compiled.symbol, compiled.signature)


@functools.cache
def cache_folder() -> Path:
    """Return the folder for this code on this host; where it can't be written, it may be full."""
    root = Path(platformdirs.user_cache_dir("ronn_jack")) / "kernels"
    folder = root / cache_key()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        prune(root, KEPT_FOLDERS)
    return folder


def cache_key(sources: Path = Path(__file__).parents[1]) -> str:
    """Return a digest of all that the machine code depends on.

    Parameters
    ----------
    sources : Path
        The package whose modules, those of its sub-packages too, are compiled.
    """
    parts = [*map(_version, _COMPILERS), platform.python_version(), host.description()]
    digest = hashlib.sha256("\0".join(parts).encode())
    for path in sorted(sources.rglob("*.py")):
        name = path.relative_to(sources).as_posix().encode()
        digest.update(name + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def prune(root: Path, kept: int) -> None:
    """Delete all but the `kept` most recently used folders under `root` and those of today."""
    try:
        used = {folder: folder.stat().st_mtime for folder in root.iterdir()}
    except OSError:
        return  # another process prunes at this moment
    old = time.time() - KEPT_SECONDS
    for folder in sorted(used, key=lambda f: used[f], reverse=True)[kept:]:
        if used[folder] < old:
            shutil.rmtree(folder, ignore_errors=True)


def when_compiling(tell: Callable[[], None]) -> None:
    """Call `tell` once, as soon as something is compiled that the cache does not hold."""
    _told.append(tell)


def _version(package: str) -> str:
    """Return what tells a package's version, which is not imported for it."""
    found = importlib.util.find_spec(package)
    assert found is not None and found.origin is not None
    return Path(found.origin).with_name("_version.py").read_text(encoding="utf-8")
