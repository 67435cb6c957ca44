"""A sender of OSC on a real socket."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

Answer = tuple[str, list[object]]

BUNDLE_HEADER = b"#bundle\0\0\0\0\0\0\0\0\1"
ANSWER_SECONDS = 20.0
UNHEARD_SECONDS = 0.05
"""After which a question is asked again where nobody may have listened."""
START_SECONDS = 240.0
"""A cold kernel cache takes its time."""
LOST_SECONDS = 2.0
"""After which a question is taken for lost, and not for one that is answered late."""


def message(address: str, *arguments: object) -> bytes:
    return bytes(build_msg(address, list(arguments) if arguments else "").dgram)


def bundle(*elements: bytes) -> bytes:
    return BUNDLE_HEADER + b"".join(struct.pack(">i", len(e)) + e for e in elements)


def elements(packet: bytes) -> list[bytes]:
    """Return the messages of a bundle that holds no other, or of a message itself."""
    if not packet.startswith(b"#bundle"):
        return [packet]
    parts, rest = [], packet[len(BUNDLE_HEADER) :]
    while rest:
        size = 4 + int.from_bytes(rest[:4], "big")
        parts.append(rest[4:size])
        rest = rest[size:]
    return parts


class OscClient:
    """Sends datagrams to a port on loopback and reads what comes back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", port))
        self._unread: deque[bytes] = deque()
        self._heard = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._socket.getsockname()
        return host, port

    @property
    def name(self) -> str:
        return "osc {}:{}".format(*self._socket.getsockname())

    def transmit(self, datagram: bytes) -> None:
        with contextlib.suppress(ConnectionRefusedError):  # of the datagram before
            self._socket.send(datagram)

    def send(self, address: str, *arguments: object) -> None:
        self.transmit(message(address, *arguments))

    def send_bundle(self, *messages: tuple[Any, ...]) -> None:
        self.transmit(bundle(*(message(*content) for content in messages)))

    def receive(self) -> tuple[str, str, list[object]]:
        """Return the next answer: its address, type tags and arguments."""
        while not self._unread:
            self._socket.settimeout(ANSWER_SECONDS)
            self._unread += elements(self._socket.recv(65536))
        part = self._unread.popleft()
        tags = part[part.index(b",") :].split(b"\0")[0].decode()
        answer = OscMessage(part)
        return answer.address, tags, answer.params

    def answers(self, *datagrams: bytes) -> list[Answer]:
        """Send, and return all that is answered before the pong to a last ping."""
        for datagram in (*datagrams, message("/ronn/ping")):
            self.transmit(datagram)
        answers: list[Answer] = []
        while True:
            address, _, arguments = self.receive()
            if address == "/ronn/pong":
                return answers
            answers.append((address, arguments))

    def errors(self, *datagrams: bytes) -> list[tuple[str, str]]:
        """Send, and return the errors; there must be no other answers."""
        answers = self.answers(*datagrams)
        assert all(address == "/ronn/error" for address, _ in answers)
        return [(str(address), str(reason)) for _, (address, reason) in answers]

    def ask(
        self,
        address: str,
        *arguments: Any,
        answer: str | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> list[Any]:
        """Send until an answer comes under `answer` (or the same address); return its values."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and alive():
            self.send(address, *arguments)
            # Soon again only while nobody may listen: who is late would answer twice, and the
            # second answer would be taken for that of the next question.
            again = time.monotonic() + (LOST_SECONDS if self._heard else UNHEARD_SECONDS)
            while (reply := self._next(again - time.monotonic())) is not None:
                self._heard = True
                if reply.address == (answer or address):
                    return list(reply)
        raise AssertionError(f"no answer to {address}")

    def _next(self, seconds: float) -> OscMessage | None:
        self._socket.settimeout(max(seconds, 0.0001))
        try:
            return OscMessage(self._socket.recv(65536))
        except TimeoutError:
            return None
        except ConnectionRefusedError:
            time.sleep(UNHEARD_SECONDS)  # nobody listens yet
            return None
