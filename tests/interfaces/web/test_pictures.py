"""Pictures over a WebSocket of their own."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import PATIENCE_SECONDS
from tests.interfaces.web.conftest import OSC_PORT

Deliver = Callable[[Sequence[bytes]], None]


class Drawer:
    """Who is asked, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: queue.Queue[tuple[str, Deliver]] = queue.Queue()

    def ask(self, question: str, deliver: Deliver) -> None:
        self.asked.put((question, deliver))

    def next(self) -> tuple[str, Deliver]:
        return self.asked.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def server(controller: Controller, limits: Limits, drawer: Drawer) -> Iterator[WebServer]:
    handle = Dispatcher(controller).handle
    with WebServer(controller, handle, port=0, limits=limits, pictures=drawer) as server:
        server.listen()
        server.start(OSC_PORT)
        yield server


def test_a_question_is_answered_by_packets(server, drawer):
    with connect(f"ws://127.0.0.1:{server.port}/page/pictures") as socket:
        socket.send('{"layer": 1}')
        question, deliver = drawer.next()
        assert question == '{"layer": 1}'
        deliver([b"one", b"two"])
        assert [socket.recv(PATIENCE_SECONDS) for _ in range(2)] == [b"one", b"two"]


def test_the_next_question_is_taken_once_this_one_is_answered(server, drawer):
    url = f"ws://127.0.0.1:{server.port}/page/pictures"
    with connect(url) as socket, connect(url) as witness:
        for _ in range(3):
            socket.send("x" * 5000)
        question, deliver = drawer.next()
        assert len(question) == 1000
        for _ in range(3):
            witness.send("witness")
            question, deliver_witness = drawer.next()
            assert question == "witness"
            deliver_witness([b"done"])
            witness.recv(PATIENCE_SECONDS)
        for _ in range(2):
            deliver([b"one"])
            question, deliver = drawer.next()
        deliver([b"last"])


def test_there_are_not_too_many_at_a_time(server, limits):
    limits.listeners = 2
    url = f"ws://127.0.0.1:{server.port}/page/pictures"
    with connect(url), connect(url):
        with pytest.raises(InvalidStatus) as refused:
            connect(url)
        assert refused.value.response.status_code == 503


def test_bytes_and_an_end_amid_a_question_end_the_connection_alone(server, drawer):
    url = f"ws://127.0.0.1:{server.port}/page/pictures"
    with connect(url) as socket:
        socket.send(b"\0")
        with pytest.raises(ConnectionClosed):
            socket.recv(PATIENCE_SECONDS)
    with connect(url) as socket:
        socket.send("{}")
        _, deliver = drawer.next()
    deliver([b"late"])
    with connect(url) as socket:
        socket.send("again")
        assert drawer.next()[0] == "again"


def test_a_page_of_another_site_sees_nothing(server):
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{server.port}/page/pictures", origin="http://evil.example")


def test_who_may_not_ask_sees_nothing_and_who_may_no_more_sees_no_more(controller, drawer):
    allowed = {"127.0.0.1"}
    handle = Dispatcher(controller).handle
    with WebServer(
        controller, handle, port=0, permits=allowed.__contains__, token="t", pictures=drawer
    ) as server:
        server.listen()
        server.start(OSC_PORT)
        url = f"ws://127.0.0.1:{server.port}/page/pictures"
        with connect(url) as socket:
            socket.send("1")
            _, deliver = drawer.next()
            deliver([b"one"])
            assert socket.recv(PATIENCE_SECONDS) == b"one"
            allowed.clear()
            socket.send("2")
            with pytest.raises(ConnectionClosed) as ended:
                socket.recv(PATIENCE_SECONDS)
            assert ended.value.rcvd is not None
            assert ended.value.rcvd.code == 1008
        with pytest.raises(InvalidStatus) as refused:
            connect(url)
        assert refused.value.response.status_code == 403, "before it takes a place"
        assert drawer.asked.empty()
