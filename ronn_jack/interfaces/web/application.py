"""What answers HTTP, put together; imported by the server's thread, as it takes a while."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.server import ServerState

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.udp import LARGEST_DATAGRAM
from ronn_jack.interfaces.web.connections import HttpConnection, WebSocketConnection
from ronn_jack.interfaces.web.door import Door
from ronn_jack.interfaces.web.guard import Guard
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.listener import Forget, Handle, Permits
from ronn_jack.interfaces.web.listening import Listeners
from ronn_jack.interfaces.web.oscquery import Tree, as_json
from ronn_jack.interfaces.web.page import PREFIX, Page
from ronn_jack.interfaces.web.pages import Pages
from ronn_jack.interfaces.web.pictures import Pictures, Watchers

PICTURES = f"{PREFIX}pictures"
_LONGEST_HEAD_BYTES = 2**14

_log = logging.getLogger(__name__)


class Application:
    """OSCQuery and the page behind their guard.

    Parameters
    ----------
    controller : Controller
    handle, forget : callable
        Take OSC packets that come over a WebSocket, and senders that have gone.
    bind : str
        What is listened on.
    osc_port : int
        Where OSC is taken, at the same address.
    permits : callable
        Says whether an address may ask.
    takes_token : bool
        Whether there is a token by which others may.
    limits : Limits
    pages : Pages
        Told of pages that are opened.
    pictures : Pictures or None
        Who draws what pages ask for.
    page : Page, optional
        By default the page as it lies beside this program.
    """

    def __init__(
        self,
        controller: Controller,
        handle: Handle,
        bind: str,
        osc_port: int,
        permits: Permits,
        takes_token: bool,
        forget: Forget,
        limits: Limits,
        pages: Pages,
        pictures: Pictures | None,
        page: Page | None,
    ) -> None:
        self._tree = Tree(controller)
        self._page = page or Page()
        self._osc_port = osc_port
        self._limits = limits
        self._door = Door(permits, takes_token, handle, limits)
        listeners = Listeners(controller, handle, forget, limits, pages, self._door)
        routes = [
            WebSocketRoute("/", listeners.serve),
            Route("/{path:path}", self._answer, methods=["GET"]),
        ]
        if pictures is not None:
            watchers = Watchers(pictures, self._door.permits, limits)
            routes.append(WebSocketRoute(PICTURES, watchers.serve))
        self._asgi = Guard(Router(routes), bind, self._may_ask)

    async def serve(self, listening: socket.socket, wakened: socket.socket) -> None:
        """Serve until something comes from `wakened`."""
        loop = asyncio.get_running_loop()
        # What a connection's end leaves undone is no news to anybody.
        loop.set_exception_handler(lambda _, context: _log.debug("%s", context))
        config = Config(
            self._asgi,
            http=HttpConnection,
            ws=WebSocketConnection,
            ws_max_size=LARGEST_DATAGRAM,
            ws_per_message_deflate=False,
            ws_ping_interval=self._limits.lost_seconds / 3.0,
            ws_ping_timeout=2.0 * self._limits.lost_seconds / 3.0,
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # the guard tells of our faults, and nobody wants to know others'
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=self._limits.idle_seconds,
            h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
        )
        config.load()
        state = ServerState()
        # Not by uvicorn's own server, which wakes ten times a second to look whether it is to end.
        server = await loop.create_server(
            lambda: HttpConnection(self._limits, config, state, {}, loop), sock=listening
        )
        await loop.sock_recv(wakened, 1)
        server.close()
        for connection in list(state.connections):
            with contextlib.suppress(Exception):  # of one whose other end is about to go as well
                connection.shutdown()
        await asyncio.sleep(0)  # so that what is short and read at once is sent
        for connection in list(state.connections):
            connection.transport.abort()

    def _may_ask(self, host: str, scope: Scope) -> bool:
        """Say whether a request is answered; a stranger who may have the token gets the page."""
        if self._door.permits(host):
            return True
        is_page = scope["type"] == "websocket" or self._page.wants(Request(scope))
        return self._door.takes_token and is_page

    async def _answer(self, request: Request) -> Response:
        if self._page.wants(request):
            return self._page.answer(request)
        scope = request.scope
        server, port = scope["server"]
        host = {
            "OSC_IP": server,
            "OSC_PORT": self._osc_port,
            "OSC_TRANSPORT": "UDP",
            "WS_IP": server,
            "WS_PORT": port,
        }
        status, answer = self._tree.answer(scope["path"], scope["query_string"].decode(), host)
        if isinstance(answer, str):
            return PlainTextResponse(f"{answer}\n", status)
        if answer is None:
            return Response(status_code=status)
        return Response(as_json(answer), status, media_type="application/json")
