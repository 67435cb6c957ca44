"""A session manager as the API document has it, which notes every breach of it by its client.

References
----------
"New Session Manager: API", version 1.1.2.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from typing import Self

from pythonosc.osc_message import OscMessage

from tests.support.osc_client import message

PATIENCE_SECONDS = 60.0
CAPABILITIES = ("switch", "dirty", "progress", "message", "optional-gui")
_TYPES = {
    "/nsm/server/announce": "sssiii",
    "/nsm/client/progress": "f",
    "/nsm/client/is_dirty": "",
    "/nsm/client/is_clean": "",
    "/nsm/client/message": "is",
    "/nsm/client/gui_is_hidden": "",
    "/nsm/client/gui_is_shown": "",
    "/reply": "ss",
    "/error": "sis",
}
"""Arguments of every message that a client may send."""
_NEEDS = {
    "/nsm/client/progress": "progress",
    "/nsm/client/is_dirty": "dirty",
    "/nsm/client/is_clean": "dirty",
    "/nsm/client/message": "message",
    "/nsm/client/gui_is_hidden": "optional-gui",
    "/nsm/client/gui_is_shown": "optional-gui",
}
"""Capability that a client has to have announced for a message."""
_CODES = range(-10, 0)

Heard = tuple[str, tuple[object, ...]]


class SessionManager:
    """Manages one client over UDP, from any of this machine's addresses as nsmd does."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("0.0.0.0", 0))
        self.url = f"osc.udp://{host}:{self._socket.getsockname()[1]}/"
        self.breaches: list[str] = []
        self.heard: list[Heard] = []
        self.announced: tuple[object, ...] = ()
        self._client: tuple[str, int] | None = None
        self._owed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def welcome(self) -> None:
        """Wait for a client to announce itself, and take it."""
        self.await_announcement()
        self._send("/reply", "/nsm/server/announce", "Welcome", "Test Manager",
                   ":server-control:broadcast:optional-gui:")  # fmt: skip

    def turn_away(self, code: int, reason: str) -> None:
        """Wait for a client to announce itself, and refuse it."""
        self.await_announcement()
        self._send("/error", "/nsm/server/announce", code, reason)

    def await_announcement(self) -> None:
        self.wait_for(lambda: bool(self.announced))

    def open(self, path: str, title: str, client_id: str) -> Heard:
        """Let the client open a session; return its answer."""
        return self._ask("/nsm/client/open", path, title, client_id)

    def save(self) -> Heard:
        """Let the client save the session; return its answer."""
        return self._ask("/nsm/client/save")

    def tell(self, address: str, *arguments: object) -> None:
        """Send without waiting for what may be answered."""
        self._owed.append(address)
        self._send(address, *arguments)

    @property
    def client_address(self) -> tuple[str, int]:
        assert self._client is not None
        return self._client

    def count(self, address: str) -> int:
        """Return how often the client has sent to an address so far."""
        return sum(heard == address for heard, _ in self.heard)

    def wait_for(self, come: Callable[[], bool], each: float = PATIENCE_SECONDS) -> None:
        """Listen until something has come; look whether it has `each` seconds at the latest."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not come():
            left = max(0.01, deadline - time.monotonic())
            self._socket.settimeout(min(left, each))
            try:
                self._listen()
            except TimeoutError:
                if time.monotonic() >= deadline:
                    raise

    def _ask(self, address: str, *arguments: object) -> Heard:
        before = len(self.heard)
        self._owed.append(address)
        self._send(address, *arguments)
        self.wait_for(lambda: any(self._answers(address, heard) for heard in self.heard[before:]))
        self._owed.remove(address)
        return next(heard for heard in self.heard[before:] if self._answers(address, heard))

    @staticmethod
    def _answers(address: str, heard: Heard) -> bool:
        return heard[0] in ("/reply", "/error") and heard[1][0] == address

    def _send(self, address: str, *arguments: object) -> None:
        self._socket.sendto(message(address, *arguments), self.client_address)

    def _listen(self) -> None:
        datagram, sender = self._socket.recvfrom(65536)
        if datagram.startswith(b"#bundle"):
            self.breaches.append("a bundle")
            return
        heard = OscMessage(datagram)
        tags = datagram[datagram.index(b",") + 1 :].split(b"\0")[0].decode()
        self._judge(heard.address, tags, heard.params, sender)
        self.heard.append((heard.address, tuple(heard.params)))

    def _judge(
        self, address: str, tags: str, arguments: list[object], sender: tuple[str, int]
    ) -> None:
        if address not in _TYPES:
            self.breaches.append(f"{address} is no message of a client")
            return
        if tags != _TYPES[address]:
            self.breaches.append(f"{address} with '{tags}', not '{_TYPES[address]}'")
            return
        if address == "/nsm/server/announce":
            self._client, self.announced = sender, tuple(arguments)
            self._judge_announcement()
            return
        if sender != self._client:
            self.breaches.append(f"{address} from another socket than the announcement")
        if address in _NEEDS and f":{_NEEDS[address]}:" not in str(self.announced[1]):
            self.breaches.append(f"{address} without having announced '{_NEEDS[address]}'")
        if address in ("/reply", "/error") and arguments[0] not in self._owed:
            self.breaches.append(f"{address} to {arguments[0]}, which waits for none")
        if address == "/error" and arguments[1] not in _CODES:
            self.breaches.append(f"error code {arguments[1]}")
        if address == "/nsm/client/progress" and not 0.0 <= float(str(arguments[0])) <= 1.0:
            self.breaches.append(f"progress {arguments[0]}")
        if address == "/nsm/client/message" and arguments[0] not in range(4):
            self.breaches.append(f"priority {arguments[0]}")

    def _judge_announcement(self) -> None:
        _, capabilities, executable, major, _, _ = self.announced
        able = str(capabilities)
        if not re.fullmatch(r":([a-z-]+:)*", able):
            self.breaches.append(f"capabilities '{able}'")
        for each in able.strip(":").split(":"):
            if each and each not in CAPABILITIES:
                self.breaches.append(f"capability '{each}'")
        if "/" in str(executable):
            self.breaches.append(f"executable '{executable}' is no bare name")
        if major != 1:
            self.breaches.append(f"API version {major}")
