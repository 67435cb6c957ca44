"""The OSC server: listens, and hands what comes to the dispatcher on a thread of its own."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from types import TracebackType
from typing import Self

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.learning import Learning
from ronn_jack.interfaces.osc.udp import DatagramSocket, UdpSender, bound_socket

DEFAULT_PORT = 9420

_BATCH = 256
"""Datagrams taken from the socket before it is looked whether the server is to close."""
_TROUBLED_SECONDS = 0.01
"""Pause after an unexpected socket error, so that a lasting one doesn't use up a processor."""

_log = logging.getLogger(__name__)


class OscServer:
    """Listens on a UDP port in a thread of its own and answers from the same port.

    Parameters
    ----------
    controller : Controller
    host : str, optional
        Address to listen on.
    port : int, optional
        0 takes any free one.
    learning : Learning, optional
        Binds MIDI controls.

    Attributes
    ----------
    dispatcher : Dispatcher
        Takes packets of other transports too.
    """

    def __init__(
        self,
        controller: Controller,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        learning: Learning | None = None,
    ) -> None:
        self.dispatcher = Dispatcher(controller, learning)
        self._host = host
        self._port = port
        self._closing = threading.Event()
        self._sockets: tuple[socket.socket, ...] = ()
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on once started."""
        return self._port

    def start(self) -> None:
        """Listen and serve until closed.

        Raises
        ------
        MachineError
            If the port is taken or can't be listened on.
        """
        listening = bound_socket(self._host, self._port)
        self._port = listening.getsockname()[1]
        waker, wakened = socket.socketpair()
        self._sockets = (waker, wakened, listening)
        self._thread = threading.Thread(
            target=self._serve, args=(listening, wakened), name="osc", daemon=True
        )
        self._thread.start()
        _log.info("listening for OSC on %s port %d", self._host, self._port)

    def close(self) -> None:
        """Stop serving and free the port; doing so twice is harmless."""
        self._closing.set()
        if self._thread is not None:
            self._sockets[0].send(b"\0")
            self._thread.join()
            self._thread = None
        for each in self._sockets:
            each.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self, listening: socket.socket, wakened: socket.socket) -> None:
        datagrams = DatagramSocket(listening)
        with selectors.DefaultSelector() as selector:
            selector.register(listening, selectors.EVENT_READ)
            selector.register(wakened, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select()
                self._drain(datagrams)

    def _drain(self, datagrams: DatagramSocket) -> None:
        """Handle what is waiting: each wait may cost a turn of the interpreter lock."""
        for _ in range(_BATCH):
            try:
                received = datagrams.receive()
            except OSError as error:
                _log.debug("receiving: %s", error)
                self._closing.wait(_TROUBLED_SECONDS)
                return
            if received is None:
                return
            datagram, address = received
            self.dispatcher.handle(datagram, UdpSender(datagrams, address))
