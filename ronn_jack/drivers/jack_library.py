"""Finding libjack and opening clients, with words for when it can't be done. [control-thread]"""

from __future__ import annotations

import contextlib
import ctypes.util
import functools
import os
from collections.abc import Iterator
from typing import Any

from ronn_jack.drivers import jack_calls
from ronn_jack.drivers.jack_trouble import server_process
from ronn_jack.errors import JackError, NoServerError
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import int64, void
from ronn_jack.realtime.compiler.loading import add_library, address_of

DEFAULT_SERVER = "default"
_SONAME = "libjack.so.0"
_left: list[tuple[Any, object]] = []
"""Clients that can't be closed, and what their threads may still touch."""
_LONGEST_NUMBERED = 60
"""Bytes of a client's name to which jackd can append a number, "-01"."""
_jackds: set[str] = set()
"""Names of servers that have been jackd, whose socket tells whether they run."""
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
    name = _in_library_path() or ctypes.util.find_library("jack")
    if name is None:
        raise JackError(f"the JACK library is not installed: {INSTALL_REMEDY}")
    try:
        with _found_as(name):
            import jack

        _add(name)
    except OSError as error:
        raise JackError(f"the JACK library can't be loaded ({error}): {INSTALL_REMEDY}") from error
    quiet = jack._ffi.cast("void (*)(const char *)", _discard.address)
    jack._lib.jack_set_error_function(quiet)
    jack._lib.jack_set_info_function(quiet)
    return jack


_add = functools.cache(add_library)


def on_shutdown(client: Any, with_reason: int, plain: int, argument: Any) -> None:
    """Let the server's end be told by one of two compiled callbacks, by their addresses.

    Each libjack calls one of the two that there are, and PipeWire's not the same in all versions.
    """
    jack = load()
    jack._lib.jack_on_info_shutdown(
        client._ptr, jack._ffi.cast("JackInfoShutdownCallback", with_reason), argument
    )
    # JACK-Client does not declare it.
    function = jack._ffi.cast("void (*)(void *, void *, void *)", address_of("jack_on_shutdown"))
    function(client._ptr, jack._ffi.cast("void *", plain), argument)


def is_pipewire() -> bool:
    """Return whether the JACK library in use is PipeWire's."""
    return "PipeWire" in load().version_string()


def _in_library_path() -> str | None:
    """Return libjack's name for the loader, which unlike `find_library` heeds LD_LIBRARY_PATH.

    Where PipeWire's is the only one, `pw-jack` lets it be found so. No program is run to find it,
    which takes tens of milliseconds.
    """
    try:
        ctypes.CDLL(_SONAME)
    except OSError:
        return None
    return _SONAME


@contextlib.contextmanager
def _found_as(found: str) -> Iterator[None]:
    """Let JACK-Client, which asks `find_library` when it is imported, find what we have found."""
    find = ctypes.util.find_library
    ctypes.util.find_library = lambda name: found
    try:
        yield
    finally:
        ctypes.util.find_library = find


def server_name(server: str | None) -> str:
    """Return the name that libjack takes `server` for; None is the default server."""
    return server or os.environ.get("JACK_DEFAULT_SERVER") or DEFAULT_SERVER


def open_client(name: str, server: str | None) -> Any | None:
    """Return a new `jack.Client`, or None if no server runs under that name.

    Raises
    ------
    JackError
        If libjack is missing, the server refuses, or libjack does not return.
    """
    jack = load()

    def attempt(name: str = name) -> Any | None:
        try:
            client = jack.Client(name, no_start_server=True, servername=server)
            if is_pipewire() and _is_taken(client):
                client.close()
                return attempt(_numbered(name))
            return client
        except jack.JackOpenError as error:
            if error.status.server_error and len(name.encode()) > _LONGEST_NUMBERED:
                # Somebody has the name, and the server found no room for a number.
                return attempt(name.encode()[:_LONGEST_NUMBERED].decode(errors="ignore"))
            if error.status.server_failed or error.status.server_error:  # none, or one that goes
                return None
            raise

    full_name = server_name(server)
    # Even where no server runs libjack opens the database, and who is killed meanwhile locks it.
    if has_gone(full_name):
        return None
    client = jack_calls.call(attempt, jack_calls.OPEN_SECONDS, full_name, close_client)
    if client is not None and server_process(full_name) is not None:
        _jackds.add(full_name)
    return client


def has_gone(full_name: str) -> bool:
    """Return whether a server that was joined before runs no more; False if nobody can tell."""
    return full_name in _jackds and server_process(full_name) is None


def require_server(server: str | None) -> None:
    """Refuse where no server runs, before what takes long is done for it.

    Raises
    ------
    JackError
        As `open_client` does, or if there is none. One that is stopped counts as running.
    """
    if server_process(server_name(server)) is None:
        client = open_client("ronn-probe", server)
        if client is None:
            raise no_server(server)
        close_client(client)


def no_server(server: str | None) -> NoServerError:
    """Return the error that says that no server runs under a name."""
    named = f"'{server}' " if server else ""
    return NoServerError(
        f"no JACK server {named}to connect to: start one (jackd, qjackctl, PipeWire with "
        "pw-jack) or choose another with --server"
    )


def _is_taken(client: Any) -> bool:
    """Return whether there are ports of the name of a client that has none yet.

    PipeWire 0.3.65 gives one name to many, and then can't tell their ports apart.
    """
    return any(port.name.startswith(f"{client.name}:") for port in client.get_ports())


def _numbered(name: str) -> str:
    """Return the name to try next, as jackd numbers them."""
    stem, dash, number = name.rpartition("-")
    if dash and len(number) == 2 and number.isascii() and number.isdigit():
        return f"{stem}-{int(number) + 1:02}"
    return f"{name}-01"


def close_client(client: Any | None, keep: object = None, lost: bool = False) -> None:
    """Leave the server; it may take its time, but no more of ours than there is.

    Parameters
    ----------
    client : jack.Client or None
        May not be used any more.
    keep : object, optional
        Kept alive until libjack has let go of it: what the client's callbacks refer to.
    lost : bool
        Whether the server has gone already.
    """
    if client is None:
        return
    jack = load()
    # Taken from the client, which would close itself when it is collected, and wait for that.
    pointer, client._ptr = client._ptr, jack._ffi.NULL
    if lost and is_pipewire():
        # PipeWire's libjack crashes in closing a client that lost its daemon with connections.
        _left.append((client, keep))
        return

    def leave(client: object = client, keep: object = keep) -> None:
        # A server that is gone refuses; closing frees what is left all the same.
        jack._lib.jack_deactivate(pointer)
        jack._lib.jack_client_close(pointer)

    if pointer:
        jack_calls.close(leave)
