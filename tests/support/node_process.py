"""`ronn-jack run` as a process of its own, spoken to by real OSC datagrams."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.jack_server import wait_for
from tests.support.osc_client import OscClient
from tests.support.patient_node import PATIENT
from tests.support.ports import own_port


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
        module: str | None = None,
        shell: str = 'exec "$@"',
        environment: Mapping[str, str] | None = None,
    ) -> None:
        port = own_port()
        command = PATIENT if module is None else [sys.executable, "-m", module]
        command = [*command, "run", "--osc-port", str(port), "--http-port", "0"]
        command += ["-s", server] if server else []
        command = ["sh", "-c", shell, "sh", *command]
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
        except AssertionError as error:
            said = self.said()
            self.close()
            raise AssertionError(f"{error}; exit code {self.process.returncode}: {said}") from None

    def close(self) -> None:
        """End it if it still runs: by force only if it must be, as that can lock JACK up."""
        self.osc.close()
        self.process.terminate()
        try:
            self.process.wait(20)
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

    def http_port(self) -> int:
        """Wait until it serves HTTP; return where."""

        def ports() -> list[str]:
            return re.findall(r"page at http://127\.0\.0\.1:(\d+)\n", "".join(self.said()))

        wait_for(ports, what="HTTP")
        return int(ports()[0])

    def join(self) -> None:
        """Wait until the start is over: a server that ends before ends the node."""
        self.http_port()

    def settle(self) -> None:
        """Wait until the network last asked for sounds, alone."""
        wait_for(
            lambda: self.osc.ask("/ronn/status/state") == ["running"], what="the node to settle"
        )

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code, 0 if it has ended in order.

        A node that hangs ends by force, with another code.
        """
        self.process.send_signal(number)
        return self.process.wait(20)


@contextlib.contextmanager
def node_process(
    server: str | None,
    *arguments: str,
    module: str | None = None,
    shell: str = 'exec "$@"',
    environment: Mapping[str, str] | None = None,
) -> Iterator[NodeProcess]:
    """Run a node, or a module that takes the same arguments, for the time of a test.

    The command is the arguments of a shell that runs `shell`.
    """
    node = NodeProcess(server, *arguments, module=module, shell=shell, environment=environment)
    try:
        yield node
    finally:
        node.close()
