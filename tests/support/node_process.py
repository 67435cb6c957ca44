"""`ronn-jack run` as a process of its own, spoken to by real OSC datagrams."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from tests.support.jack_server import wait_for


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def message(address: str, *arguments: Any) -> Any:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build()


class OscClient:
    """A UDP socket that sends to the node and reads what comes back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", port))

    def send(self, address: str, *arguments: Any) -> None:
        with contextlib.suppress(ConnectionRefusedError):  # of the datagram before
            self._socket.send(message(address, *arguments).dgram)

    def send_bundle(self, *messages: tuple[Any, ...]) -> None:
        bundle = OscBundleBuilder(IMMEDIATELY)
        for content in messages:
            bundle.add_content(message(*content))
        self._socket.send(bundle.build().dgram)

    def receive(self, seconds: float) -> OscMessage | None:
        self._socket.settimeout(seconds)
        try:
            return OscMessage(self._socket.recv(65536))
        except TimeoutError:
            return None
        except ConnectionRefusedError:
            time.sleep(seconds)  # nobody listens yet
            return None

    def ask(
        self,
        address: str,
        *arguments: Any,
        answer: str | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> list[Any]:
        """Send until an answer comes under `answer` (or the same address); return its values."""
        deadline = time.monotonic() + 90.0  # a cold kernel cache takes its time
        while time.monotonic() < deadline and alive():
            self.send(address, *arguments)
            reply = self.receive(0.05)
            while reply is not None:
                if reply.address == (answer or address):
                    return list(reply)
                reply = self.receive(0.0001)
        raise AssertionError(f"no answer to {address}")

    def close(self) -> None:
        self._socket.close()


class NodeProcess:
    """A running node.

    Attributes
    ----------
    osc : OscClient
    """

    def __init__(
        self,
        server: str | None,
        *arguments: str,
        module: str = "ronn_jack",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        port = free_udp_port()
        command = [sys.executable, "-m", module, "run", "--osc-port", str(port)]
        command += ["-s", server] if server else []
        # Files, as a pipe that nobody reads would fill up and hold the node up.
        self._streams = [os.memfd_create(name) for name in ("out", "err")]
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdout=self._streams[0],
            stderr=self._streams[1],
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        self.osc = OscClient(port)
        try:
            self.osc.ask(
                "/ronn/ping", answer="/ronn/pong", alive=lambda: self.process.poll() is None
            )
        except AssertionError:
            self.close()
            raise

    def close(self) -> None:
        """End it if it still runs, by force if it must be."""
        self.osc.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in self._streams:
            os.close(stream)

    def said(self) -> tuple[str, str]:
        """Return what it has written to stdout and to stderr so far."""
        # Read by place, as the process goes on where the file's own position is.
        out, err = (
            os.pread(stream, os.fstat(stream).st_size, 0).decode() for stream in self._streams
        )
        return out, err

    def settle(self) -> None:
        """Wait until the network last asked for sounds, alone."""
        wait_for(
            lambda: self.osc.ask("/ronn/status/state") == ["running"], what="the node to settle"
        )

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until it came."""
        begin = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(10)
        return code, time.monotonic() - begin


@contextlib.contextmanager
def node_process(
    server: str | None,
    *arguments: str,
    module: str = "ronn_jack",
    environment: Mapping[str, str] | None = None,
) -> Iterator[NodeProcess]:
    """Run a node, or a module that takes the same arguments, for the time of a test."""
    node = NodeProcess(server, *arguments, module=module, environment=environment)
    try:
        yield node
    finally:
        node.close()
