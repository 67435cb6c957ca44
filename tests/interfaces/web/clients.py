"""Clients of the web server: one for HTTP as it is on the wire, and one for its WebSocket."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any, Self

from pythonosc.osc_message import OscMessage
from websockets.sync.client import connect

from tests.support.osc_client import Answer, message

PATIENCE_SECONDS = 20.0


class Http:
    """Sends bytes to a port on loopback and reads what is answered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.host = f"127.0.0.1:{port}"

    def connect(self) -> socket.socket:
        """Return a connection for which the system keeps little that is not read."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def exchange(self, data: bytes) -> bytes:
        """Send, and return all that comes until the connection ends."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            return ended(connection)

    def upgraded(self, host: str | None = None, *headers: str) -> tuple[socket.socket, bytes]:
        """Ask for a WebSocket; return the connection, and the status of the answer."""
        lines = ["GET / HTTP/1.1", f"Host: {self.host if host is None else host}", *headers]
        lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
        connection = self.connect()
        connection.sendall("\r\n".join(lines).encode())
        return connection, connection.recv(4096).split()[1]

    def ask(
        self, target: str, method: str = "GET", host: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask one question; return the status, the headers and the body."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host if host is None else host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += ["Connection: close", "", ""]
        head, _, body = self.exchange("\r\n".join(lines).encode()).partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in rest), body

    def read(self, target: str) -> Any:
        """Return what a question is answered with, which must be JSON."""
        status, headers, body = self.ask(target)
        assert (status, headers["content-type"]) == (200, "application/json"), body
        return json.loads(body)


def ended(connection: socket.socket) -> bytes:
    """Return what comes until the other end closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


class WebListener:
    """A WebSocket on which binary frames are OSC packets."""

    def __init__(self, port: int) -> None:
        self._connect = connect(f"ws://127.0.0.1:{port}/", max_size=None)

    def __enter__(self) -> Self:
        self.socket = self._connect.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._connect.__exit__(None, None, None)

    def command(self, command: str, data: str) -> None:
        self.socket.send(json.dumps({"COMMAND": command, "DATA": data}))

    def send(self, address: str, *arguments: object) -> None:
        self.socket.send(message(address, *arguments))

    def receive(self) -> Answer:
        """Return the next packet."""
        frame = self.socket.recv(PATIENCE_SECONDS)
        assert isinstance(frame, bytes), frame
        packet = OscMessage(frame)
        return packet.address, packet.params

    def listen(self, address: str) -> list[Any]:
        """Listen to an address; return its present values."""
        self.command("LISTEN", address)
        told, values = self.receive()
        assert told == address, (told, values)
        return values

    def told(self) -> list[Answer]:
        """Return what was told before now.

        The answer to a question takes its turn behind what waits; what has changed is told with the
        next tick, so that two ticks have to pass: each changes what a witness listens to.
        """
        told = []
        self.send("/ronn/ping")
        while (answer := self.receive())[0] != "/ronn/pong":
            told.append(answer)
        return told
