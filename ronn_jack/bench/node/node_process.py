"""`ronn-jack run` as a process, as a user starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from ronn_jack.closing import Closing
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.addresses import PING, PONG
from ronn_jack.interfaces.osc.codec import Message, decode, encode
from ronn_jack.interfaces.ports import free_port
from ronn_jack.parameters import Value

_STOP_SECONDS = 10.0
_ASK_SECONDS = 0.01


class NodeProcess(Closing):
    """A node that answers, between `with NodeProcess(…)` and its end.

    Parameters
    ----------
    server : str
        Name of a JACK server that runs.
    values : mapping
        Parameters to start with.
    environment : mapping
        Variables to set for it.
    patience : float
        Seconds that it may take until it answers.
    options : sequence of str
        Further ones of the command.

    Attributes
    ----------
    start_seconds : float
        From the command to the first network sounding.
    port : int
        Its OSC port.

    Raises
    ------
    MachineError
        If it ends or does not answer in time.
    """

    def __init__(
        self,
        server: str,
        values: Mapping[str, Value],
        environment: Mapping[str, str],
        patience: float,
        options: Sequence[str] = (),
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = port = free_port()
        begin = time.monotonic()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ronn_jack", "run"),
                *("--server", server, "--osc-port", str(port), "--http-port", "0"),
                *(word for name, value in values.items() for word in ("--set", f"{name}={value}")),
                *options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        try:
            self._socket.connect(("127.0.0.1", port))
            self._socket.settimeout(_ASK_SECONDS)
            while not self._answers():
                if self._process.poll() is not None or time.monotonic() - begin > patience:
                    raise MachineError(f"the node did not start: {self._last_word()}")
        except BaseException:
            self.close()
            raise
        self.start_seconds = time.monotonic() - begin

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._process.pid

    def close(self) -> None:
        """End it, by force if it must be."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _answers(self) -> bool:
        try:
            self._socket.send(encode(PING, []))
            replies = decode(self._socket.recv(4096))
        except TimeoutError:
            return False
        except ConnectionRefusedError:
            time.sleep(_ASK_SECONDS)  # nobody listens yet
            return False
        return any(isinstance(reply, Message) and reply.address == PONG for reply in replies)

    def _last_word(self) -> str:
        self._process.kill()
        _, said = self._process.communicate()
        lines = said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it did not answer in time"
