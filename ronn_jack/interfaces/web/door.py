"""Who is let in that may not ask by address: whoever says the token first.

The page itself is given to everybody then, as it holds nothing of the node's; what it asks of the
node goes over its WebSocket, and there the token is the first thing said.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ronn_jack.interfaces.osc.addresses import AUTH
from ronn_jack.interfaces.osc.codec import Message, decode
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.listener import Handle, Listener, Permits

DENIED = 1008
"""Code by which a connection ends that is not let in, after RFC 6455: a policy is violated."""


class Door:
    """Lets connections in, or keeps them out.

    Parameters
    ----------
    permits : callable
        Says whether an address may ask.
    takes_token : bool
        Whether there is a token by which others may.
    handle : callable
        Takes the packet that says it; the address may ask from then on, if it is the right one.
    limits : Limits
    """

    def __init__(self, permits: Permits, takes_token: bool, handle: Handle, limits: Limits) -> None:
        self.permits = permits
        self.takes_token = takes_token
        self._handle = handle
        self._limits = limits
        self._waiting: list[asyncio.Timeout] = []
        """How long those are waited for that have said nothing yet, longest first."""
        self._denied = 0
        """How many pay for having said something wrong."""

    async def is_open(self, socket: WebSocket) -> bool:
        """Say whether a connection may be accepted; answer it if not."""
        if self.permits(_host(socket)) or self._has_room():
            return True
        reason = "too many are waiting to be let in; try again\n"
        await socket.send_denial_response(PlainTextResponse(reason, 503))
        return False

    def _has_room(self) -> bool:
        """Say whether one more may come; whoever has waited longest without a word goes for it."""
        if len(self._waiting) + self._denied < self._limits.strangers:
            return True
        if not self._waiting:
            return False
        patience = self._waiting.pop(0)
        if not patience.expired():
            patience.reschedule(asyncio.get_running_loop().time())
        return True

    async def lets_in(self, socket: WebSocket, listener: Listener) -> bool:
        """Let an accepted connection in, or end it."""
        if self.permits(listener.host):
            return True
        with contextlib.suppress(WebSocketDisconnect, TimeoutError):
            packet = (await self._first_said(socket)).get("bytes")
            if packet is not None and _says_a_token(packet):
                self._handle(packet, listener)
                await listener.flush()
                if self.permits(listener.host):
                    return True
                await self._pay()
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            await socket.close(DENIED)
        return False

    async def _first_said(self, socket: WebSocket) -> Mapping[str, Any]:
        """Return the first frame; TimeoutError if it takes too long."""
        async with asyncio.timeout(self._limits.token_seconds) as patience:
            self._waiting.append(patience)
            try:
                return await socket.receive()
            finally:
                with contextlib.suppress(ValueError):  # another has its place
                    self._waiting.remove(patience)

    async def _pay(self) -> None:
        """Take time for a wrong token, so that guessing takes ages."""
        self._denied += 1
        try:
            await asyncio.sleep(self._limits.denial_seconds)
        finally:
            self._denied -= 1


def _says_a_token(packet: bytes) -> bool:
    """Say whether a packet holds that and nothing else."""
    match decode(packet):
        case [Message() as message]:
            return message.address == AUTH
        case _:
            return False


def _host(socket: WebSocket) -> str:
    return socket.client.host if socket.client is not None else ""
