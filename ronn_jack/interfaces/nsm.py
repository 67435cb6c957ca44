"""A client of a session manager: what it is told, and what it tells.

All messages go through one socket, by which the manager knows its clients. Nothing here waits: the
program's own loop asks for what has come.

References
----------
J. M. Liles, N. Hilbricht, "New Session Manager: API", version 1.1.2.
"""

from __future__ import annotations

import contextlib
import enum
import ipaddress
import os
import re
import socket
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ronn_jack.errors import MachineError, shown
from ronn_jack.interfaces.osc.codec import Argument, Fault, Message, decode, encode

API_VERSION = (1, 1)
"""Major and minor number; a manager refuses a higher major one."""
MOST_IMPORTANT = 3
"""Priority of a message that the user has to read; 0 is the least."""

_ANNOUNCE = "/nsm/server/announce"
_OPEN = "/nsm/client/open"
_SAVE = "/nsm/client/save"
_URL = re.compile(r"osc\.udp://(?P<host>\[[0-9A-Fa-f:]+\]|[^/:\s]+):(?P<port>[0-9]{1,5})/?")
_LARGEST_DATAGRAM = 65536
_MOST_AT_ONCE = 64
"""Datagrams that are read before the program's loop goes on."""
_LONGEST_MESSAGE = 500


class Code(enum.IntEnum):
    """Why something could not be done."""

    GENERAL = -1
    NO_SESSION_OPEN = -6
    NOT_NOW = -8
    BAD_PROJECT = -9
    CREATE_FAILED = -10


@dataclass(frozen=True)
class Announced:
    """The manager has taken us: from now on the session is its own.

    Attributes
    ----------
    manager : str
        Its name, for people.
    """

    manager: str


@dataclass(frozen=True)
class Refused:
    """The manager does not want us."""

    reason: str


@dataclass(frozen=True)
class Open:
    """Open a session, or begin one where there is none; to be answered.

    Attributes
    ----------
    folder : Path
        Where its files are; it may not be there yet.
    title : str
        The session's name, for people.
    client_id : str
        Name to have among JACK's clients.
    """

    folder: Path
    title: str
    client_id: str


@dataclass(frozen=True)
class Save:
    """Save the session; to be answered."""


@dataclass(frozen=True)
class Show:
    """Show what is seen of the program, or hide it."""

    shown: bool


Command = Announced | Refused | Open | Save | Show


class NsmClient:
    """Speaks with the session manager of an address.

    Parameters
    ----------
    url : str
        As the manager's children find it in NSM_URL: "osc.udp://host:port/".

    Raises
    ------
    MachineError
        If there is no such address.
    """

    def __init__(self, url: str) -> None:
        found = _URL.fullmatch(url)
        if found is None:
            raise MachineError(f"NSM_URL = {shown(url)} is no osc.udp://HOST:PORT/")
        family, self._server = _resolved(found["host"].strip("[]"), int(found["port"]))
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._waiting: deque[Command] = deque()

    def announce(self, application: str, executable: str, capabilities: Collection[str]) -> None:
        """Introduce the program; the answer comes by `poll`.

        Parameters
        ----------
        application : str
            Its name among JACK's clients, were there no session.
        executable : str
            Found in PATH, by which the manager will start it again.
        capabilities : collection of str
            Of "switch", "dirty", "progress", "message", "optional-gui".
        """
        able = f":{':'.join(capabilities)}:"
        major, minor = API_VERSION
        self._send(_ANNOUNCE, application, able, executable, major, minor, os.getpid())
        if "optional-gui" in capabilities:
            self.tell_shown(False)

    def poll(self) -> Command | None:
        """Return the next thing that the manager has said, None if it has said nothing more."""
        for _ in range(_MOST_AT_ONCE):
            if self._waiting:
                return self._waiting.popleft()
            try:
                datagram, sender = self._socket.recvfrom(_LARGEST_DATAGRAM)
            except OSError:  # nothing has come, or the manager is gone
                return None
            if self._is_server(sender):
                understood = map(self._understood, decode(datagram))
                self._waiting.extend(command for command in understood if command is not None)
        return None

    def opened(self, words: str) -> None:
        """Answer that the session is open."""
        self._send("/reply", _OPEN, words)

    def not_opened(self, code: Code, reason: str) -> None:
        """Answer why the session can't be opened."""
        self._send("/error", _OPEN, int(code), reason[:_LONGEST_MESSAGE])

    def saved(self, words: str) -> None:
        """Answer that the session is saved."""
        self._send("/reply", _SAVE, words)

    def not_saved(self, code: Code, reason: str) -> None:
        """Answer why the session can't be saved."""
        self._send("/error", _SAVE, int(code), reason[:_LONGEST_MESSAGE])

    def tell_dirty(self, dirty: bool) -> None:
        """Tell whether there is anything that has not been saved."""
        self._send(f"/nsm/client/is_{'dirty' if dirty else 'clean'}")

    def tell_shown(self, shown: bool) -> None:
        """Tell whether anything is seen of the program."""
        self._send(f"/nsm/client/gui_is_{'shown' if shown else 'hidden'}")

    def tell_progress(self, done: float) -> None:
        """Tell how much (0–1) of what was asked for is done."""
        self._send("/nsm/client/progress", float(done))

    def tell(self, words: str, priority: int = 0) -> None:
        """Tell the user something of a priority, 0–3."""
        self._send("/nsm/client/message", priority, words[:_LONGEST_MESSAGE])

    def close(self) -> None:
        """Go; the manager notices by the process's end."""
        self._socket.close()

    def _send(self, address: str, *arguments: int | float | str) -> None:
        # A manager that is gone is no reason to stop playing.
        with contextlib.suppress(OSError):
            self._socket.sendto(encode(address, arguments), self._server)

    def _is_server(self, sender: tuple[object, ...]) -> bool:
        # A manager on every address of this machine answers from another one than that which its
        # URL's host name stands for.
        here = ipaddress.ip_address(str(sender[0]).partition("%")[0]).is_loopback
        return sender[1] == self._server[1] and (here or sender[0] == self._server[0])

    def _understood(self, message: Message | Fault) -> Command | None:
        if isinstance(message, Fault):
            if message.address == _OPEN:
                self.not_opened(Code.GENERAL, message.reason)
            return None
        match message.address, message.arguments:
            case ("/reply", (str(to), str(), str(manager), *_)) if to == _ANNOUNCE:
                return Announced(manager)
            case ("/error", (str(to), int(), str(reason), *_)) if to == _ANNOUNCE:
                return Refused(reason)
            case (address, arguments) if address == _OPEN:
                return self._open(arguments)
            case (address, _) if address == _SAVE:
                return Save()
            case ("/nsm/client/show_optional_gui", _):
                return Show(True)
            case ("/nsm/client/hide_optional_gui", _):
                return Show(False)
        return None

    def _open(self, arguments: tuple[Argument, ...]) -> Open | None:
        match arguments:
            case (str(path), str(title), str(client_id)) if path.startswith("/") and client_id:
                return Open(Path(path), title, client_id)
        self.not_opened(Code.GENERAL, "open takes a path, a name and a client's id")
        return None


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """Return the address that a URL's host stands for: often this machine's own name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        if host.partition(".")[0] == socket.gethostname().partition(".")[0]:
            # A machine need not be known by its own name.
            return socket.AF_INET, ("127.0.0.1", port)
        raise MachineError(f"NSM_URL names '{host}', which is no host known here") from error
    family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    return family, (str(address[0]), int(address[1]))
