"""A web server on real sockets, whose node plays nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import Http
from tests.support.recording import MemoryStore, RecordingNode

OSC_PORT = 9420


@pytest.fixture
def node() -> RecordingNode:
    return RecordingNode()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(fuzz={"layers": 3}, drone={"layers": 4})


@pytest.fixture
def controller(node: RecordingNode, store: MemoryStore) -> Controller:
    return Controller(node, store)


@pytest.fixture
def limits() -> Limits:
    """What the server allows; a test may change it."""
    return Limits()


@pytest.fixture
def server(controller: Controller, limits: Limits) -> Iterator[WebServer]:
    dispatcher = Dispatcher(controller)
    with WebServer(
        controller, dispatcher.handle, port=0, limits=limits, forget=dispatcher.gone
    ) as server:
        server.listen()
        server.start(OSC_PORT)
        yield server


@pytest.fixture
def http(server: WebServer) -> Http:
    return Http(server.port)
