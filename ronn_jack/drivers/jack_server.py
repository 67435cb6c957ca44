"""JACK servers: whether one answers, and a private one that needs no sound card. [control-thread]

A process can be a client of one server at a time, so nothing here may be called while another
client of this process is open.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from ronn_jack.closing import Closing
from ronn_jack.drivers import jack_calls, jack_library
from ronn_jack.drivers.jack_trouble import server_process
from ronn_jack.errors import JackError

MOST_PORTS = 64
"""Ports of a private server: 39 MB of shared memory instead of 105 MB for jackd's 2048."""

_START_SECONDS = 15.0
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class ServerFacts:
    """What a running server says of itself.

    Attributes
    ----------
    rate : int
        Sample rate in Hz.
    period : int
        Frames in a block.
    realtime : bool
        Whether its threads have realtime scheduling.
    free_ports : int
        Ports that a client could have, of as many as were asked for.
    """

    name: str
    rate: int
    period: int
    realtime: bool
    free_ports: int = 0


def probe(server: str | None = None, ports: int = 0) -> ServerFacts | None:
    """Return the facts of a running server, or None if none runs under that name.

    Parameters
    ----------
    server : str, optional
        None is the default server.
    ports : int, optional
        Try if a client could have so many.

    Raises
    ------
    JackError
        If libjack is not installed or does not return.
    """
    client = jack_library.open_client("ronn-probe", server)
    if client is None:
        return None
    try:
        name = jack_library.server_name(server)
        free = jack_calls.call(lambda: _register(client, ports), server=name)
        return ServerFacts(name, client.samplerate, client.blocksize, bool(client.realtime), free)
    finally:
        jack_library.close_client(client)


def _register(client: Any, ports: int) -> int:
    """Return how many ports a client gets of those that are asked for."""
    jack = jack_library.load()
    for count in range(ports):
        try:
            client.inports.register(f"in_{count + 1}")
        except jack.JackError:
            return count
    return ports


def realtime_allowed(priority: int = 1, schedule: Callable[..., None] | None = None) -> bool:
    """Return whether this process may have realtime scheduling, by asking for it a moment.

    Parameters
    ----------
    schedule : callable, optional
        Asks for a scheduling; by default `os.sched_setscheduler`, which not every system has.
    """
    if sys.platform != "linux":
        return True
    schedule = schedule or os.sched_setscheduler
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        schedule(0, os.SCHED_FIFO, os.sched_param(priority))
    except PermissionError:
        return False
    schedule(0, *before)
    return True


class DummyServer(Closing):
    """A jackd with the dummy driver, which runs by the clock and discards what is played.

    Parameters
    ----------
    name : str
        Name of the server; it has to be one that nobody else uses.
    rate : int
        Sample rate in Hz.
    period : int
        Frames in a block.
    realtime : bool
        Whether to ask for realtime scheduling; jackd claims to have it even if it is refused.
    most_ports : int
        Ports that it has room for.
    """

    def __init__(
        self,
        name: str,
        rate: int = 48000,
        period: int = 256,
        realtime: bool = False,
        most_ports: int = MOST_PORTS,
    ) -> None:
        self.name = name
        self.rate = rate
        self.period = period
        self._realtime = realtime
        self._most_ports = most_ports
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers.

        On Linux it ends with the thread that calls this, should that not come to stop it.

        Raises
        ------
        JackError
            If jackd is not installed or does not come up; no process is left behind.
        """
        command = self._command()
        with tempfile.TemporaryFile() as words:
            # A session of its own, so that a Ctrl-C on our terminal does not reach it: it has to
            # outlive its clients.
            process = self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            deadline = time.monotonic() + _START_SECONDS
            try:
                # Asked of its socket first: a client that opens the database while it is made, or
                # unmade, could be held there.
                while server_process(self.name) is None or probe(self.name) is None:
                    if process.poll() is not None or time.monotonic() > deadline:
                        words.seek(0)
                        text = words.read().decode(errors="replace")
                        raise JackError(_failure(process.poll(), text))
                    time.sleep(_POLL_SECONDS)
            except BaseException:
                self.stop()
                raise

    @property
    def running(self) -> bool:
        """Whether the server was started and has not ended since."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        """Number of its process; None while it does not run."""
        return self._process.pid if self._process is not None else None

    def stop(self) -> None:
        """End the server as a user would; doing so twice is harmless."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the server without a chance to say goodbye.

        JACK keeps one of its eight places for servers, until one of the same name has ended well.
        """
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop it."""
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def _command(self) -> list[str]:
        if jack_library.is_pipewire():
            raise JackError(
                "no PipeWire runs, and its JACK library reaches no other server: start it, or "
                "leave out pw-jack"
            )
        if shutil.which("jackd") is None:
            raise JackError(f"jackd is not installed: {jack_library.INSTALL_REMEDY}")
        scheduling = "-R" if self._realtime else "-r"
        command = ["jackd", "-n", self.name, scheduling, "-S", "--port-max", str(self._most_ports)]
        command += ["-d", "dummy", "-r", str(self.rate), "-p", str(self.period)]
        if shutil.which("setpriv") is not None:
            # Should this process be killed, the kernel ends the server too.
            command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        return command


def _failure(code: int | None, words: str) -> str:
    """Say why jackd did not start, in the first of its words that complain."""
    if "Too many servers" in words:
        return (
            "jackd did not start: JACK counts too many servers, which may have been killed; "
            "when none runs, remove /dev/shm/jack-shm-registry"
        )
    lines = [line.strip() for line in words.splitlines()]
    complaints = [line for line in lines if re.search("cannot|error|fail|invalid", line, re.I)]
    silent = f"no answer within {_START_SECONDS:g} s" if code is None else f"exit code {code}"
    return (
        f"jackd did not start ({complaints[0] if complaints else silent}): check that /dev/shm "
        "has 40 MB free, or start a server yourself"
    )
