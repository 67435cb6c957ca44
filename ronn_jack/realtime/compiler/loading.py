"""Machine code brought into memory: copied, bound to what it calls, and made executable.

No loader of the system's is asked. So what runs are the bytes whose digest was checked, also where
files may not be executed, and they are in memory before the audio thread comes to them.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
import sys
from dataclasses import dataclass
from typing import Any

from ronn_jack.errors import RonnError

_WORD = struct.Struct("<q")
_CACHES_CLEARED_BY = "sys_icache_invalidate"  # macOS; Linux does it as memory is made executable


@dataclass(frozen=True)
class Image:
    """Machine code that runs wherever it lies, once it is bound.

    Attributes
    ----------
    content : bytes
    entry : int
        Place of the function to call.
    executed : int
        Bytes from the beginning that are executed or only read; all else is written.
    imports : sequence of (place, symbol)
        Words that hold the address of something elsewhere.
    relative : sequence of (place, place)
        Words that hold the address of something within.
    """

    content: bytes
    entry: int
    executed: int
    imports: list[tuple[int, str]]
    relative: list[tuple[int, int]]


LINKED: dict[str, Any] = {}
"""The entries that compiled code knows by a symbol alone."""

_libraries: list[Any] = [ctypes.CDLL(None)]
"""What symbols are looked for in: the C library first."""
_loaded: list[mmap.mmap] = []
"""Memory that must stay."""


def add_library(name: str) -> None:
    """Let code that is loaded from now on call the functions of a library.

    Raises
    ------
    OSError
        If it can't be loaded.
    """
    _libraries.append(ctypes.CDLL(name))


def address_of(symbol: str) -> int:
    """Return the address of a library's function.

    Raises
    ------
    LookupError
        If there is none of that name.
    """
    for library in _libraries:
        function = getattr(library, symbol, None)
        if function is not None:
            return ctypes.cast(function, ctypes.c_void_p).value or 0
    raise LookupError(f"machine code calls {symbol}, which no library has")


def load(image: Image, addresses: dict[str, int]) -> int:
    """Bring an image into memory and return the address of its function.

    Parameters
    ----------
    addresses : dict of str to int
        Of its imports.
    """
    memory = mmap.mmap(-1, len(image.content), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    memory[:] = image.content
    for place, symbol in image.imports:
        _WORD.pack_into(memory, place, addresses[symbol])
    for place, target in image.relative:
        _WORD.pack_into(memory, place, start + target)
    library = _libraries[0]
    begin, size = ctypes.c_void_p(start), ctypes.c_size_t(image.executed)
    if sys.platform == "darwin":
        getattr(library, _CACHES_CLEARED_BY)(begin, size)
    protect = library.mprotect
    protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    if protect(begin, size, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
        raise RonnError(
            "the system lets no memory be made executable, as compiled kernels have to be: allow it"
            " (in systemd, MemoryDenyWriteExecute=no)"
        )
    _loaded.append(memory)
    return start + image.entry
