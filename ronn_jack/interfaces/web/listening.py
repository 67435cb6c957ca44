"""Those who listen over a WebSocket: told what changes, and heard like any sender of OSC.

Text frames carry commands as JSON, `{"COMMAND": "LISTEN", "DATA": "/ronn/mix"}`; binary frames
carry OSC packets, both ways.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Dump
from ronn_jack.interfaces.osc.addresses import (
    ENDPOINTS,
    MIDI_STATE,
    NORMALISED_ROOT,
    PRESET,
    PRESET_LISTS,
    PRESETS,
    ROOT,
    SHARE,
    STATUS_ROOT,
    Role,
)
from ronn_jack.interfaces.web.attributes import PRESETS_ADDRESSES
from ronn_jack.interfaces.web.door import Door
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.listener import Forget, Handle, Listener
from ronn_jack.interfaces.web.oscquery import Reading
from ronn_jack.interfaces.web.pages import Pages
from ronn_jack.parameters import Value

TICK_SECONDS = 1.0 / 30.0
STATUS_TICKS = 3
"""Ticks from one look at the status to the next."""
PRESETS_TICKS = 30
"""The same of the presets, whose files come and go without an event."""

_log = logging.getLogger(__name__)

_OF_SEARCH = (Role.CANDIDATE, Role.KEPT)
_FOUND = {address for address, each in ENDPOINTS.items() if each.role in _OF_SEARCH}


class Listeners:
    """All connections, and the one task that tells them what has changed.

    It runs while there are any, and keeps no event, only whether there was one: what is told is
    always the present state, so that no burst is too long and the last value comes in the end.

    Parameters
    ----------
    controller : Controller
    handle : callable
        Takes the packets that they send.
    forget : callable
        Called with each that has gone.
    limits : Limits
    pages : Pages
        Told of those that are pages.
    door : Door
        Lets them in.
    """

    def __init__(
        self,
        controller: Controller,
        handle: Handle,
        forget: Forget,
        limits: Limits,
        pages: Pages,
        door: Door,
    ) -> None:
        self._controller = controller
        self._handle = handle
        self._forget = forget
        self._limits = limits
        self._pages = pages
        self._door = door
        self._listeners: set[Listener] = set()
        self._follower: asyncio.Task[None] | None = None
        self._values: Mapping[str, Value] = {}
        self._preset: tuple[str | None, bool] = (None, False)
        self._names: Sequence[str] = ()
        self._revision = 0
        """Of the candidates' pictures, as they were told."""

    async def serve(self, socket: WebSocket) -> None:
        """Serve a connection until it ends."""
        if len(self._listeners) >= self._limits.listeners:
            reason = f"there are {self._limits.listeners} listeners already; close one\n"
            await socket.send_denial_response(PlainTextResponse(reason, 503))
            return
        if not await self._door.is_open(socket):
            return
        await socket.accept()
        listener = Listener(
            socket, lambda endpoint: Reading(self._controller).values(endpoint), self._limits
        )
        if not await self._door.lets_in(socket, listener):
            self._forget(listener)
            return
        self._listeners.add(listener)
        if self._follower is None:
            self._follower = asyncio.create_task(self._follow())
        telling = asyncio.create_task(listener.tell_on())
        try:
            with contextlib.suppress(WebSocketDisconnect), self._pages.noted(socket):
                while True:
                    await self._take(await socket.receive(), listener)
                    await asyncio.sleep(0)  # many may have come at once, and it is others' turn
        finally:
            telling.cancel()
            self._listeners.discard(listener)
            self._forget(listener)
            if not self._listeners and self._follower is not None:
                self._follower.cancel()
                self._follower = None

    async def _take(self, message: Mapping[str, object], listener: Listener) -> None:
        """Do what a frame asks for; the next is read once this one is answered."""
        match message:
            case {"type": "websocket.disconnect"}:
                raise WebSocketDisconnect
            case {"text": str() as text}:
                listener.command(text)
            case {"bytes": bytes() as packet}:
                listener.sends(packet)
                later = self._handle(packet, listener)
                if later is not None:
                    await asyncio.to_thread(later)
        await listener.flush()

    async def _follow(self) -> None:
        """Tell what changes until cancelled."""
        subscription = self._controller.subscriptions.subscribe(capacity=0)
        self._look(self._controller.subscriptions.dump(0).event)
        self._names = Reading(self._controller).presets
        ticks = 0
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                ticks += 1
                try:
                    taken = subscription.take()
                    changed = self._look(taken[-1].event) if taken else set()
                    if ticks % PRESETS_TICKS == 0:
                        changed |= {*PRESET_LISTS}
                    self._tell(changed, ticks % STATUS_TICKS == 0)
                except Exception:
                    _log.exception("while telling listeners")
        finally:
            subscription.close()

    def _look(self, state: object) -> set[str]:
        """Look at what has become of the state; return the addresses where it is another."""
        assert isinstance(state, Dump)
        before, self._values = self._values, state.values
        moved = [name for name, value in state.values.items() if before.get(name) != value]
        changed = {root + name for root in (ROOT, NORMALISED_ROOT) for name in moved}
        if moved:
            changed |= {SHARE}
        preset_before, self._preset = self._preset, (state.preset, state.edited)
        return changed | ({PRESET, *PRESET_LISTS} if self._preset != preset_before else set())

    def _tell(self, changed: set[str], status: bool) -> None:
        reading = Reading(self._controller)
        paths: tuple[str, ...] = ()
        if PRESETS in changed and reading.presets != self._names:
            self._names, paths = reading.presets, PRESETS_ADDRESSES
        if self._controller.search.revision != self._revision:
            self._revision = self._controller.search.revision
            changed = changed | _FOUND
        for listener in self._listeners:
            due = listener.addresses & (changed | listener.unsure)
            if status:
                self._door.permits(listener.host)  # whose lease lasts as long as it is there
                due |= {
                    each
                    for each in listener.addresses
                    if each.startswith(STATUS_ROOT) or each in MIDI_STATE
                }
            for address in due:
                listener.tell(address, reading.values(ENDPOINTS[address]))
            for path in paths:
                listener.tell_of_path(path)
