"""A pytest plugin: where nothing is compiled yet, workers that start together share the work.

All of them import all tests, and with them all that is compiled. Each begins elsewhere, so that it
finds what others have done meanwhile, and waits for what another is at.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("realtime", "export")
_COMPILED = re.compile(r"^@(entry|shared)\(", re.MULTILINE)
"""What is compiled as soon as its module is imported."""


def pytest_sessionstart(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    share_with_others(Path(session.config.option.basetemp).parent / "compiling")
    for name in beginning_elsewhere(int(worker["workerid"][2:]), worker["workercount"]):
        importlib.import_module(name)


def beginning_elsewhere(number: int, workers: int) -> Sequence[str]:
    """Return all modules in which something is compiled, in an order of a worker's own."""
    paths = sorted(p for room in ROOMS for p in (ROOT / "ronn_jack" / room).rglob("*.py"))
    compiled = [p for p in paths if _COMPILED.search(p.read_text(encoding="utf-8"))]
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in compiled]
    begin = len(names) * number // workers
    return names[begin:] + names[:begin]


def share_with_others(folder: Path) -> None:
    """Let this process wait for what another that has the same folder compiles at the moment."""
    from ronn_jack.realtime.compiler.kernel_cache import KernelCache

    load, save = KernelCache.load_overload, KernelCache.save_overload
    held: dict[str, IO[bytes]] = {}
    folder.mkdir(parents=True, exist_ok=True)

    def load_or_wait(cache: Any, signature: Any, context: Any) -> Any:
        found, name = load(cache, signature, context), _name(cache, signature)
        if found is not None or name in held:
            return found
        lock = (folder / name).open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = load(cache, signature, context)
        if found is None:
            held[name] = lock
        else:
            lock.close()
        return found

    def save_and_leave(cache: Any, signature: Any, result: Any) -> None:
        try:
            save(cache, signature, result)
        finally:
            if lock := held.pop(_name(cache, signature), None):
                lock.close()

    KernelCache.load_overload, KernelCache.save_overload = load_or_wait, save_and_leave


def _name(cache: Any, signature: Any) -> str:
    function = cache._function
    parts = (cache._folder, function.__module__, function.__qualname__, signature)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
