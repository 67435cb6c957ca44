"""How a plugin's functions are compiled: as the engine's, and kept beside them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ronn_jack.realtime.compiler import compile as compiler

_SOURCES = Path(__file__).parent
_DIGITS = 12


@functools.cache
def export_folder() -> Path:
    """Return the folder for this package's code, within that of the engine's on this host."""
    return compiler.cache_folder() / f"export-{compiler.cache_key(_SOURCES)[:_DIGITS]}"


def entry(signature: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a function callable from C and by ctypes, cached by the sources that it is made of."""
    return compiler.entry(signature, export_folder())


def shared(signature: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a function for compiled code that is once in a plugin, and not in each caller."""

    def decorate(function: Callable[..., Any]) -> Any:
        return compiler.linked(entry(signature)(function))

    return decorate
