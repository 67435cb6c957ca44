"""What JACK-Client keeps to itself, for clients of the tests whose callbacks are compiled."""

from __future__ import annotations

from typing import Any

from ronn_jack.drivers.jack_tape import jack

ffi = jack._ffi


def port_address(port: Any) -> int:
    """Return what libjack knows a port by."""
    return int(ffi.cast("intptr_t", port._ptr))


def set_process_callback(client: Any, address: int | None, argument: int = 0) -> None:
    """Let a client's audio thread call a function with an argument, without the interpreter."""
    callback = ffi.cast("JackProcessCallback", address)
    jack._lib.jack_set_process_callback(client._ptr, callback, ffi.cast("void *", argument))
