"""A real jackd with the dummy driver, under a name of its own."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ronn_jack.drivers.jack_server import MOST_PORTS, DummyServer


def wait_for(
    condition: Callable[[], object], seconds: float = 20.0, what: str | Callable[[], str] = "it"
) -> None:
    """Poll until `condition` holds; fail the test when it never does, and say for `what`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s for {what() if callable(what) else what}")
        time.sleep(0.005)


def server_name(label: str) -> str:
    """Return a name that no other test run uses."""
    return f"ronn-test-{os.getpid()}-{label}"


@contextlib.contextmanager
def jack_server(
    label: str,
    rate: int = 48000,
    period: int = 64,
    realtime: bool = False,
    most_ports: int = MOST_PORTS,
) -> Iterator[DummyServer]:
    """Run a private server for the time of a test."""
    server = DummyServer(server_name(label), rate, period, realtime, most_ports)
    server.start()
    try:
        yield server
    finally:
        if server.running:
            server.stop()
        if _has_a_place(server.name):
            # One that was killed keeps its place in JACK's registry until it has ended well.
            server.start()
            server.stop()


def _has_a_place(name: str) -> bool:
    """Whether a server has left memory behind, of which JACK's registry holds that of eight."""
    return any(Path("/dev/shm").glob(f"jack_{name}_*"))
