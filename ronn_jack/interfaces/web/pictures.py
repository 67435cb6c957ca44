"""Pictures of the network and of the signals, for pages that ask for them over a WebSocket.

Each question, a text, is answered by binary frames; what they mean is a matter between the page and
who draws. A page that takes long to draw asks less often, and what it has not asked for is not
made.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ronn_jack.interfaces.web.door import DENIED
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.listener import Permits

_LONGEST_QUESTION = 1000


class Pictures(Protocol):
    """Who draws."""

    def ask(self, question: str, deliver: Callable[[Sequence[bytes]], None]) -> None:
        """[any-thread] Have the next frame delivered, once, on any thread."""
        ...


class Watchers:
    """All connections that look at pictures.

    Parameters
    ----------
    pictures : Pictures
    permits : callable
        Says whether an address may ask: one that has said the token elsewhere may, as long as that
        lasts.
    limits : Limits
    """

    def __init__(self, pictures: Pictures, permits: Permits, limits: Limits) -> None:
        self._pictures = pictures
        self._permits = permits
        self._limits = limits
        self._count = 0

    async def serve(self, socket: WebSocket) -> None:
        """Serve a connection until it ends."""
        if not self._may_ask(socket):
            reason = "who may not ask sees nothing; say the token first\n"
            await socket.send_denial_response(PlainTextResponse(reason, 403))
            return
        if self._count >= self._limits.listeners:
            reason = f"there are {self._limits.listeners} pages already; close one\n"
            await socket.send_denial_response(PlainTextResponse(reason, 503))
            return
        await socket.accept()
        self._count += 1
        try:
            with contextlib.suppress(WebSocketDisconnect, KeyError):
                while True:
                    question = await socket.receive_text()
                    if not self._may_ask(socket):
                        await socket.close(DENIED)
                        return
                    for packet in await self._answer(question[:_LONGEST_QUESTION]):
                        await socket.send_bytes(packet)
        finally:
            self._count -= 1

    def _may_ask(self, socket: WebSocket) -> bool:
        return socket.client is not None and self._permits(socket.client.host)

    async def _answer(self, question: str) -> Sequence[bytes]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[bytes]] = loop.create_future()

        def set_answer(packets: Sequence[bytes]) -> None:
            if not answer.done():
                answer.set_result(packets)

        def deliver(packets: Sequence[bytes]) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(set_answer, packets)

        self._pictures.ask(question, deliver)
        return await answer
