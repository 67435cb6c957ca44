"""Connections of which none can take more than its share: of time, of memory, of their number.

What uvicorn leaves open: a request that never ends, answers that are never read, and as many
connections as the system has numbers for.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ronn_jack.interfaces.web.limits import Limits

_MOST_UNREAD_BYTES = 2**20
"""What may wait for a reader of a WebSocket: more than one packet can ask for."""
_READ_BYTES = 2**14
"""Taken from a connection at a time: of frames that say nothing asyncio's own 256 kB hold 40,000,
which take a second."""


class HttpConnection(H11Protocol):
    """A connection that is cut where its request takes too long, at once if others need the place.

    Whoever may not ask would else keep out those who may, by asking nothing.
    """

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, limits: Limits, *uvicorn: Any) -> None:
        super().__init__(*uvicorn)
        self._limits = limits

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many already."""
        super().connection_made(transport)
        transport.max_size = _READ_BYTES  # type: ignore[attr-defined]
        if len(self.connections) <= self._limits.connections or self._make_room():
            self._await_request()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._forget_request()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request, however much of it has come already."""
        self._await_request()
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Let another protocol have the connection."""
        self._forget_request()
        super().handle_websocket_upgrade(event)

    def _make_room(self) -> bool:
        """Cut the connection whose request takes longest; return whether there was one."""
        late = [
            (each._deadline.when(), each.transport)
            for each in self.connections
            if isinstance(each, HttpConnection)
            and each._deadline is not None
            and not each.transport.is_closing()
        ]
        if late:
            min(late, key=lambda one: one[0])[1].abort()
        return bool(late)

    def _await_request(self) -> None:
        self._forget_request()
        self._deadline = self.loop.call_later(self._limits.request_seconds, self.transport.abort)

    def _forget_request(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A connection that is cut where its answers, those to pings too, are not read."""

    def data_received(self, data: bytes) -> None:
        """Take what comes."""
        if self.transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self.transport.abort()
            return
        super().data_received(data)
