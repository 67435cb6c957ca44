"""The HTTP server: listens, and answers on a thread of its own."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ronn_jack.closing import ClosingOnce
from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.ports import EVERYWHERE, HTTP_PORT, bound_socket
from ronn_jack.interfaces.web.invitation import code_lines, invitation
from ronn_jack.interfaces.web.limits import Limits

if TYPE_CHECKING:
    from ronn_jack.interfaces.osc.sender import Sender
    from ronn_jack.interfaces.web.listener import Forget, Handle
    from ronn_jack.interfaces.web.page import Page
    from ronn_jack.interfaces.web.pages import Pages
    from ronn_jack.interfaces.web.pictures import Pictures

_log = logging.getLogger(__name__)


def _anybody(host: str) -> bool:
    return True


def _nothing(sender: Sender) -> None:
    pass


class WebServer(ClosingOnce):
    """Listens on a TCP port and serves the page and OSCQuery from it.

    Parameters
    ----------
    controller : Controller
    handle : callable
        Takes OSC packets that come over a WebSocket.
    host : str, optional
        Address to listen on.
    port : int, optional
        0 takes any free one.
    permits : callable, optional
        Says whether an address may ask; by default any that reaches the port may.
    forget : callable, optional
        Told of each sender of packets that has gone.
    limits : Limits, optional
    token : str, optional
        By which others may ask; without it none may.
    pictures : Pictures, optional
        Who draws what pages ask for.
    page : Page, optional
    """

    def __init__(
        self,
        controller: Controller,
        handle: Handle,
        host: str = "127.0.0.1",
        port: int = HTTP_PORT,
        permits: Callable[[str], bool] = _anybody,
        forget: Forget = _nothing,
        limits: Limits | None = None,
        token: str | None = None,
        pictures: Pictures | None = None,
        page: Page | None = None,
    ) -> None:
        super().__init__()
        self._controller = controller
        self._handle = handle
        self._host = host
        self._port = port
        self._permits = permits
        self._forget = forget
        self._limits = limits or Limits()
        self._token = token
        self._pictures = pictures
        self._page = page
        self._sockets: tuple[socket.socket, ...] = ()
        self._thread: threading.Thread | None = None
        self._pages: Pages | None = None

    @property
    def pages(self) -> int:
        """[any-thread] Number of pages that are open in browsers."""
        return self._pages.count if self._pages is not None else 0

    def hide_pages(self) -> None:
        """[any-thread] Let pages that are open end, and not look for the node again."""
        if self._pages is not None:
            self._pages.hide()

    @property
    def port(self) -> int:
        """The port it listens on once started."""
        return self._port

    @property
    def url(self) -> str:
        """Where a browser on this computer finds it."""
        host = "localhost" if self._host in EVERYWHERE else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    @property
    def invitation(self) -> str:
        """Where a browser finds it, on another machine too if there is a token."""
        if self._token is None:
            return self.url
        return invitation(self._host, self._port, self._token)

    @property
    def code(self) -> tuple[str, ...]:
        """The same as lines of a picture for a phone; empty if it is of no use there."""
        return () if self._token is None else code_lines(self.invitation)

    def listen(self, listening: socket.socket | None = None) -> None:
        """Take the port; who connects waits until it is served.

        Parameters
        ----------
        listening : socket, optional
            As `bound_socket` gives it; by default one of the server's port.

        Raises
        ------
        MachineError
            If the port is taken or can't be listened on.
        """
        if listening is None:
            kind = socket.SOCK_STREAM
            listening = bound_socket(self._host, self._port, kind, "HTTP", "--http-port")
        self._port = listening.getsockname()[1]
        waker, wakened = socket.socketpair()
        wakened.setblocking(False)
        self._sockets = (waker, wakened, listening)

    def start(self, osc_port: int) -> None:
        """Serve what is listened to until closed.

        Parameters
        ----------
        osc_port : int
            Where OSC is taken, at the same address.
        """
        _, wakened, listening = self._sockets
        self._thread = threading.Thread(
            target=self._serve, args=(listening, wakened, osc_port), name="web", daemon=True
        )
        self._thread.start()
        _log.info("page at %s", self.invitation)

    def _end(self) -> None:
        """Stop serving and free the port."""
        if self._thread is not None:
            self._sockets[0].send(b"\0")
            self._thread.join()
            self._thread = None
        for each in self._sockets:
            each.close()

    def _serve(self, listening: socket.socket, wakened: socket.socket, osc_port: int) -> None:
        # Here, as it takes some 0.3 s.
        import asyncio

        from ronn_jack.interfaces.web.application import Application
        from ronn_jack.interfaces.web.pages import Pages

        self._pages = Pages()
        application = Application(
            self._controller,
            self._handle,
            self._host,
            osc_port,
            self._permits,
            self._token is not None,
            self._forget,
            self._limits,
            self._pages,
            self._pictures,
            self._page,
        )
        asyncio.run(application.serve(listening, wakened))
