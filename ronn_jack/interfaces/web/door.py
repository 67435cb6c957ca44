"""Who is let in that may not ask by address: whoever says the token first.

The page itself is given to everybody then, as it holds nothing of the node's; what it asks of the
node goes over its WebSocket, and there the token is the first thing said.
"""

from __future__ import annotations

import asyncio
import contextlib

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
        self._waiting = 0

    async def is_open(self, socket: WebSocket) -> bool:
        """Say whether a connection may be accepted; answer it if not."""
        if self.permits(_host(socket)) or self._waiting < self._limits.strangers:
            return True
        reason = "too many are waiting to be let in; try again\n"
        await socket.send_denial_response(PlainTextResponse(reason, 503))
        return False

    async def lets_in(self, socket: WebSocket, listener: Listener) -> bool:
        """Let an accepted connection in, or end it."""
        if self.permits(listener.host):
            return True
        self._waiting += 1
        try:
            with contextlib.suppress(WebSocketDisconnect, TimeoutError):
                said = await asyncio.wait_for(socket.receive(), self._limits.token_seconds)
                packet = said.get("bytes")
                if packet is not None and _says_a_token(packet):
                    self._handle(packet, listener)
                    await listener.flush()
                    if self.permits(listener.host):
                        return True
                    await asyncio.sleep(self._limits.denial_seconds)  # so that guessing takes ages
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                await socket.close(DENIED)
        finally:
            self._waiting -= 1
        return False


def _says_a_token(packet: bytes) -> bool:
    """Say whether a packet holds that and nothing else."""
    match decode(packet):
        case [Message() as message]:
            return message.address == AUTH
        case _:
            return False


def _host(socket: WebSocket) -> str:
    return socket.client.host if socket.client is not None else ""
