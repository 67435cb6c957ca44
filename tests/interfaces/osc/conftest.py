"""An OSC server over real sockets, and somebody who sends to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.server import OscServer
from tests.support.osc_client import OscClient
from tests.support.recording import MemoryStore, RecordingNode


@pytest.fixture
def node() -> RecordingNode:
    return RecordingNode()


@pytest.fixture
def controller(node: RecordingNode) -> Controller:
    return Controller(node, MemoryStore(fuzz={"layers": 3}, drone={"layers": 4}))


@pytest.fixture
def server(controller: Controller) -> Iterator[OscServer]:
    with OscServer(controller, port=0) as server:
        yield server


@pytest.fixture
def client(server: OscServer) -> Iterator[OscClient]:
    with OscClient(server.port) as client:
        yield client
