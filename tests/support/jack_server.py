"""A real jackd with the dummy driver, under a name of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from ronn_jack.drivers import jack_library

jack = jack_library.load()


def wait_for(condition: Callable[[], object], seconds: float = 20.0, what: str = "it") -> None:
    """Poll until `condition` holds; fail the test when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.005)


class JackServer:
    """A jackd process."""

    def __init__(self, name: str, rate: int, period: int, realtime: bool = False) -> None:
        self.name = name
        self.rate = rate
        command = ["jackd", "-n", name, "-R" if realtime else "-r", "-S", "--port-max", "64"]
        command += ["-d", "dummy", "-r", str(rate), "-p", str(period)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers, what=f"jackd {name}")

    def _answers(self) -> bool:
        with contextlib.suppress(jack.JackOpenError):
            jack.Client("probe", no_start_server=True, servername=self.name).close()
            return True
        return False

    def kill(self) -> None:
        """End the server without a chance to say goodbye."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the server as a user would."""
        self._process.terminate()
        self._process.wait(10)


def server_name(label: str) -> str:
    """Return a name that no other test run uses."""
    return f"ronn-test-{os.getpid()}-{label}"


@contextlib.contextmanager
def jack_server(
    label: str, rate: int = 48000, period: int = 64, realtime: bool = False
) -> Iterator[JackServer]:
    """Run a private server for the time of a test."""
    assert shutil.which("jackd"), "jackd is not installed: run make setup"
    server = JackServer(server_name(label), rate, period, realtime)
    try:
        yield server
    finally:
        server.stop()
