"""How Python functions become machine code, and where that code is kept between starts.

numba's own cache looks only at the file a function stands in: it would run a stale kernel after
an edit in an imported module, with another vector width, or on another host. So everything
that the machine code depends on is hashed into the name of the folder that holds it. Each kernel
in it carries a digest of its own (`kernel_cache.py`).
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import platformdirs
from numba.core import event, sigutils, types
from numba.core.ccallback import CFunc
from numba.core.registry import cpu_target

from ronn_jack.realtime.compiler import host
from ronn_jack.realtime.compiler.kernel_cache import KernelCache

KEPT_FOLDERS = 8
KEPT_SECONDS = 86400
"""Kernels of so many versions or hosts stay, and those used within a day, so that switching back
compiles nothing."""

# Unrolled, a loop of unknown length is a copy of a tile's body for each turn: it took 40 % of the
# time to compile, and small layers a tenth of theirs to find their way through it.
llvmlite.binding.set_option("ronn_jack", "-unroll-runtime=false")

_OPTIONS = {"nopython": True, "error_model": "numpy", "boundscheck": False, "fastmath": False}

_INLINED = {k: v for k, v in _OPTIONS.items() if k != "nopython"}

Function = Callable[..., Any]


def native(signature: str) -> Callable[[Function], Any]:
    """Make a function callable from compiled code, with one fixed signature.

    It compiles only when an entry that calls it does, so a start from the cache loads entries
    alone. Callers' arguments are converted to the signature, as in C.
    """

    def decorate(function: Function) -> Any:
        dispatcher = numba.njit(**_INLINED)(function)
        resolve = dispatcher.get_call_template

        def resolve_compiled(args: Any, keywords: Any) -> Any:
            if not dispatcher.overloads:
                dispatcher.compile(signature)
                dispatcher.disable_compile()
            return resolve(args, keywords)

        dispatcher.get_call_template = resolve_compiled
        return dispatcher

    return decorate


def inlined(function: Function) -> Any:
    """Make a short function part of each compiled function that calls it.

    Numba optimises a native function anew, with all that it calls, in every function that calls
    it. A level less in the way to a large kernel spares seconds of compiling.
    """
    return numba.njit(inline="always", **_INLINED)(function)


def entry(signature: str, folder: Path | None = None) -> Callable[[Function], Any]:
    """Make a function callable from C (`.address`) and by ctypes (`.ctypes`), cached on disk.

    The call by ctypes releases the interpreter's lock.

    Parameters
    ----------
    folder : Path, optional
        Where it is cached; by default `cache_folder`.
    """

    def decorate(function: Function) -> Any:
        compiled: Any = CFunc(function, sigutils.normalize_signature(signature), {}, dict(_OPTIONS))
        compiled._cache = KernelCache(function, folder or cache_folder())
        compiled.compile()
        return compiled

    return decorate


def shared(signature: str) -> Callable[[Function], Any]:
    """Make a function that compiled code calls, but compile it once instead of into each caller.

    For the large ones: what calls them compiles and loads without them.
    """

    def decorate(function: Function) -> Any:
        return linked(entry(signature)(function))

    return decorate


def linked(compiled: Any) -> Any:
    """Return an entry as compiled code calls it: by its symbol, without a copy of it."""
    function = compiled.__wrapped__
    symbol = f"{function.__module__}.{function.__qualname__}"
    llvmlite.binding.add_symbol(symbol, compiled.address)
    LINKED[symbol] = compiled
    arguments, result = sigutils.normalize_signature(compiled._sig)
    return types.ExternalFunction(symbol, result(*arguments))


LINKED: dict[str, Any] = {}
"""The entries that compiled code knows by a symbol alone."""


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
    codegen = cpu_target.target_context.codegen()
    parts = [
        numba.__version__,
        llvmlite.__version__,
        platform.python_version(),
        repr(codegen.magic_tuple()),
        repr(host.VECTOR),
    ]
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
    # Announced before each pass of numba's compiler, and never when it loads from the cache.
    event.register("numba:run_pass", _FirstOnly(tell))


class _FirstOnly(event.Listener):  # type: ignore[misc]
    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell: Callable[[], None] | None = tell

    def on_start(self, _: object) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()

    def on_end(self, _: object) -> None:
        pass
