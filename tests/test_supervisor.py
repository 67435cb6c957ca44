"""The node's place on a server that comes and goes, told event by event."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import (
    Event,
    NetworkAsked,
    Refused,
    ServerJoined,
    ServerLost,
    StateChanged,
    Stopped,
    Xruns,
)
from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import NoServerError
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.realtime.engine import Engine
from ronn_jack.supervisor import Supervisor
from tests.support.jack_server import wait_for
from tests.support.recording import MemoryStore

GUITAR = Connection("in_1", "guitar:out")


class Client:
    """A client of a server whose audio never runs."""

    name, period, realtime, lost, load, xruns, blocks = "ronn", 64, True, False, 0.0, 0, 1
    rate_changed = False
    midi_dropped = 0

    def __init__(self, rate: float = 48000.0) -> None:
        self.rate = rate
        self.engine = Engine(2, 2, rate, history_seconds=1.0)
        self.active = False
        self.made = [GUITAR]
        self.restored: list[list[Connection]] = []

    def callback_times(self) -> np.ndarray:
        return np.zeros(1, np.int64)

    def activate(self) -> None:
        self.active = True

    def describe(self) -> None:
        """Say nothing to patchbays."""

    def connections(self) -> list[Connection]:
        return list(self.made)

    def restore(self, connections: list[Connection]) -> list[Connection]:
        self.restored.append(connections)
        return []

    def close(self) -> None:
        self.active = False


class Rig:
    """A supervisor of a real node, on servers that the test plays."""

    def __init__(self, **values: int) -> None:
        self.node = LiveNode(2, 2)
        self.controller = Controller(self.node, MemoryStore(), values)
        self.node.report_to(self.controller)
        self.subscription = self.controller.subscriptions.subscribe()
        self.coming: list[Client] = []
        self.now = 100.0
        self.supervisor = Supervisor(
            self.controller, self.node, self.open, "ronn", lambda: self.now
        )

    def open(self, name: str) -> Client:
        if not self.coming:
            raise NoServerError("no server runs")
        return self.coming.pop(0)

    def told(self) -> list[Event]:
        """Return what was told, but for the network's own events."""
        events = [numbered.event for numbered in self.subscription.take()]
        return [event for event in events if not isinstance(event, NetworkAsked)]

    def poll(self, seconds: float = 0.1) -> None:
        """Let time pass, and poll."""
        self.now += seconds
        self.supervisor.poll()

    def poll_until_joined(self) -> None:
        def joined() -> bool:
            self.poll()
            return self.supervisor.client is not None

        wait_for(joined)


@contextlib.contextmanager
def running(**values: int) -> Iterator[Rig]:
    rig = Rig(**values)
    client = Client()
    rig.coming.append(client)
    try:
        rig.supervisor.start(None)
        yield rig
    finally:
        if rig.supervisor.client is not None:
            rig.supervisor.client.lost = True  # there is nobody to fade out for
        rig.supervisor.stop()


def test_a_server_is_told_once_when_it_is_joined_and_lost_and_joined_again() -> None:
    with running() as rig:
        first = rig.supervisor.client
        assert rig.told() == [ServerJoined("ronn", 48000.0, 64, True)]
        rig.poll()
        assert rig.told() == [StateChanged("building")]
        first.lost = True
        rig.poll()
        assert rig.told() == [ServerLost()]
        assert not first.active
        rig.coming.append(Client())
        rig.poll_until_joined()
        told = rig.told()
        assert [e for e in told if isinstance(e, ServerJoined)] == [
            ServerJoined("ronn", 48000.0, 64, True)
        ]
        rig.poll()
        assert rig.supervisor.client.restored == [[GUITAR]]
    told = rig.told()
    assert [type(event) for event in told if not isinstance(event, StateChanged)] == [Stopped]
    rig.supervisor.stop()
    assert rig.told() == []


def test_connections_are_remembered_however_late_they_came_and_whatever_a_dying_server_took() -> (
    None
):
    amplifier = Connection("out_1", "amplifier:in")
    with running() as rig:
        client = rig.supervisor.client
        for made in ([GUITAR], [GUITAR, amplifier], []):
            client.made = made
            rig.poll(0.3)
        client.lost = True
        rig.poll()
        rig.coming.append(Client())
        rig.poll_until_joined()
        rig.poll()
        assert rig.supervisor.client.restored == [[GUITAR, amplifier]]


def test_a_server_that_goes_again_at_once_takes_no_connection_that_was_to_be_restored() -> None:
    with running() as rig:
        rig.poll()
        rig.supervisor.client.lost = True
        rig.poll()
        without = Client()
        without.made = []
        without.restore = list  # the guitar is not there yet
        rig.coming.append(without)
        rig.poll_until_joined()
        rig.poll()
        without.lost = True
        rig.poll()
        rig.coming.append(Client())
        rig.poll_until_joined()
        rig.poll()
        assert rig.supervisor.client.restored == [[GUITAR]]


def test_xruns_and_the_state_are_told_as_they_change() -> None:
    with running() as rig:
        rig.poll()
        rig.told()
        rig.supervisor.client.xruns = 3
        told: list[Event] = []

        def look() -> bool:
            rig.poll()
            told.extend(rig.told())
            return bool(told)

        wait_for(look)
        assert told == [Xruns(3, 3)]


def test_a_server_that_comes_back_too_slow_for_the_network_plays_dry() -> None:
    # 1 + 99 · (2^14 − 1) frames: 34 s at 48 kHz.
    with running(kernel=100, layers=14) as rig:
        rig.supervisor.client.lost = True
        rig.poll()
        slow = Client(8000.0)
        rig.coming.append(slow)
        rig.told()
        rig.poll_until_joined()
        assert slow.active
        assert slow.engine.dry
        [refused] = [event for event in rig.told() if isinstance(event, Refused)]
        assert "exceeds 60 s at 8000 Hz" in refused.reason
