"""What has a thread is closed by any other, also by two at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.web.announce import Announcer
from ronn_jack.interfaces.web.server import WebServer
from tests.support.recording import MemoryStore, RecordingNode

HERE = "127.0.0.1"
OVERTAKING_SECONDS = 0.2
"""Time in which the second is done if it does not wait for the first."""

Threaded = OscServer | WebServer | Announcer


def osc() -> OscServer:
    server = OscServer(Controller(RecordingNode(), MemoryStore()), port=0)
    server.start()
    return server


def web() -> WebServer:
    server = WebServer(Controller(RecordingNode(), MemoryStore()), lambda *_: None, port=0)
    server.listen()
    server.start(9420)
    return server


def announcer() -> Announcer:
    announcer = Announcer(HERE)
    announcer.start("ronn-test-closing", 9421, 9420)
    return announcer


class OvertakenWaker:
    """Wakes a thread for the first who closes, once the second has had time to overtake."""

    def __init__(self, waker: socket.socket) -> None:
        self._waker = waker
        self.used = threading.Event()
        self.overtaken = threading.Event()

    def send(self, data: bytes) -> int:
        if not self.used.is_set():
            self.used.set()
            self.overtaken.wait(OVERTAKING_SECONDS)
        return self._waker.send(data)

    def close(self) -> None:
        self._waker.close()


@pytest.mark.parametrize("start", [osc, web, announcer])
def test_it_is_closed_by_two_at_once(start: Callable[[], Threaded]) -> None:
    threaded = start()
    waker, *others = threaded._sockets
    overtaken = OvertakenWaker(waker)
    threaded._sockets = (overtaken, *others)  # type: ignore[assignment]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(threaded.close)
        assert overtaken.used.wait(20.0)
        threaded.close()
        overtaken.overtaken.set()
        first.result()
