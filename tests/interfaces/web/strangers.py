"""A server to whom everybody is from another machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.server import WebServer

TOKEN = "correct horse"


class _KnowsNobody(Access):
    def _find_known(self, host: str) -> bool:
        return False


def for_strangers(
    controller: Controller,
    token: str | None = TOKEN,
    token_seconds: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
) -> WebServer:
    """Return a server that serves."""
    access = _KnowsNobody("0.0.0.0", (), token, clock)
    handle = Dispatcher(controller, Sessions(Subscribers(), access)).handle
    server = WebServer(
        controller,
        handle,
        port=0,
        permits=access.permits,
        limits=Limits(token_seconds=token_seconds, denial_seconds=0.1, strangers=2),
        token=token,
    )
    server.listen()
    server.start(9420)
    return server
