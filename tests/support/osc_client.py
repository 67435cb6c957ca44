"""A sender of OSC on a real socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

Answer = tuple[str, list[object]]

BUNDLE_HEADER = b"#bundle\0\0\0\0\0\0\0\0\1"


def message(address: str, *arguments: object) -> bytes:
    return bytes(build_msg(address, list(arguments) if arguments else "").dgram)


def bundle(*elements: bytes) -> bytes:
    return BUNDLE_HEADER + b"".join(struct.pack(">i", len(e)) + e for e in elements)


class OscClient:
    """Sends datagrams to a port on loopback and reads what comes back."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(20.0)
        self._socket.connect(("127.0.0.1", port))

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Self]:
        client = cls(port)
        try:
            yield client
        finally:
            client._socket.close()

    @property
    def name(self) -> str:
        return "osc {}:{}".format(*self._socket.getsockname())

    def send(self, datagram: bytes) -> None:
        self._socket.send(datagram)

    def receive(self) -> tuple[str, str, list[object]]:
        """Return the next answer: its address, type tags and arguments."""
        datagram = self._socket.recv(65536)
        tags = datagram[datagram.index(b",") :].split(b"\0")[0].decode()
        answer = OscMessage(datagram)
        return answer.address, tags, answer.params

    def ask(self, *datagrams: bytes) -> list[Answer]:
        """Send, and return all that is answered before the pong to a last ping."""
        for datagram in (*datagrams, message("/ronn/ping")):
            self.send(datagram)
        answers: list[Answer] = []
        while True:
            address, _, arguments = self.receive()
            if address == "/ronn/pong":
                return answers
            answers.append((address, arguments))

    def errors(self, *datagrams: bytes) -> list[tuple[str, str]]:
        """Send, and return the errors; there must be no other answers."""
        answers = self.ask(*datagrams)
        assert all(address == "/ronn/error" for address, _ in answers)
        return [(str(address), str(reason)) for _, (address, reason) in answers]
