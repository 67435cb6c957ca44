"""Finding libjack, with words for when it is not there."""

from __future__ import annotations

import ctypes.util
from typing import Any

import llvmlite.binding
from numba import int64, void

from ronn_jack.errors import JackError
from ronn_jack.realtime.compiler.compile import entry

INSTALL_REMEDY = (
    "install it (Debian, Ubuntu: apt install jackd2; Fedora: dnf install "
    "jack-audio-connection-kit; PipeWire: pipewire-jack; macOS: brew install jack)"
)


@entry(void(int64))
def _discard(message: int) -> None:
    """[any-thread] libjack's own chatter: what matters is reported by return values."""


def load() -> Any:
    """Return the `jack` module, silent, with libjack's symbols visible to compiled code.

    Raises
    ------
    JackError
        If libjack is not installed.
    """
    name = ctypes.util.find_library("jack")
    if name is None:
        raise JackError(f"the JACK library is not installed: {INSTALL_REMEDY}")
    try:
        import jack

        llvmlite.binding.load_library_permanently(name)
    except (OSError, RuntimeError) as error:
        raise JackError(f"the JACK library can't be loaded ({error}): {INSTALL_REMEDY}") from error
    quiet = jack._ffi.cast("void (*)(const char *)", _discard.address)
    jack._lib.jack_set_error_function(quiet)
    jack._lib.jack_set_info_function(quiet)
    return jack
