"""The pages that are open in browsers, as the rest of the program sees them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from starlette.websockets import WebSocket

HIDDEN = 4000
"""Code by which a connection ends whose page is not to be seen any more; from RFC 6455's range for
private use."""


class Pages:
    """Counts and hides them; the server's thread adds them."""

    def __init__(self) -> None:
        self._open: set[WebSocket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hiding: set[asyncio.Task[None]] = set()
        self.count = 0
        """[any-thread] How many are open."""

    @contextlib.contextmanager
    def noted(self, socket: WebSocket) -> Iterator[None]:
        """Note a connection while it lasts, if it is a page's: no other program has an origin."""
        if "origin" not in socket.headers:
            yield
            return
        self._loop = asyncio.get_running_loop()
        self._open.add(socket)
        self.count = len(self._open)
        try:
            yield
        finally:
            self._open.discard(socket)
            self.count = len(self._open)

    def hide(self) -> None:
        """[any-thread] Let all that are open end, and not come back of themselves."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                self._loop.call_soon_threadsafe(self._hide)

    def _hide(self) -> None:
        for socket in self._open:
            task = asyncio.ensure_future(_end(socket))
            self._hiding.add(task)
            task.add_done_callback(self._hiding.discard)


async def _end(socket: WebSocket) -> None:
    with contextlib.suppress(RuntimeError):  # it has just ended
        await socket.close(HIDDEN)
