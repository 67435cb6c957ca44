"""One WebSocket: what it listens to, what it shows already, and what it has still to be told."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from ronn_jack.errors import shown
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, ERROR, Endpoint, Role
from ronn_jack.interfaces.osc.codec import Argument, Message, decode, encode
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.units import as_number

_MOST_ANSWERS = 8192
"""That wait to be read: twice of what one packet may ask for."""
_SAME_POSITION = 1e-6
"""Difference of two positions 0–1 that a float32 hardly tells."""

Values = list[Value]
Handle = Callable[[bytes, Sender], Callable[[], None] | None]
"""Does what a packet asks for; what it returns is to be done on a thread that may wait."""
Forget = Callable[[Sender], None]
"""Told of each sender of packets that has gone."""
Permits = Callable[[str], bool]
"""Says whether an address may ask."""


_EXAMPLE = '{"COMMAND": "LISTEN", "DATA": "/ronn/mix"}'


class _Command(msgspec.Struct):
    COMMAND: str
    DATA: str


class Listener:
    """A connection, which is a sender of OSC and an origin of changes too.

    Parameters
    ----------
    socket : WebSocket
    read : callable
        Returns an address' values, or None.
    limits : Limits

    Attributes
    ----------
    addresses : set
        What it listens to.
    """

    lasts = True
    """It is known when it has gone."""

    def __init__(
        self, socket: WebSocket, read: Callable[[Endpoint], Values | None], limits: Limits
    ) -> None:
        self._socket = socket
        self._read = read
        self._limits = limits
        self.host, port = socket.client or ("", 0)
        self.name = f"web {self.host}:{port}"
        self.addresses: set[str] = set()
        self._loop = asyncio.get_running_loop()
        self._awake = asyncio.Event()
        self._sending = asyncio.Lock()
        self._answers: deque[bytes] = deque(maxlen=_MOST_ANSWERS)
        self._pending: dict[str, bytes | str] = {}
        self._sent: dict[str, _Sent] = {}
        self._told: dict[str, Values] = {}
        self._surprised: dict[str, float] = {}
        """When it was told values that it had not sent."""

    def send(self, packet: bytes) -> bool:
        """[any-thread] Send a packet, as soon as those before have been taken."""
        self._answers.append(packet)
        with contextlib.suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(self._awake.set)
        return True

    def command(self, text: str) -> None:
        """Do what a command says."""
        try:
            command = msgspec.json.decode(text, type=_Command)
        except (msgspec.MsgspecError, RecursionError):
            self._refuse(f"{shown(text)} is no command; send {_EXAMPLE}")
            return
        match command.COMMAND:
            case "LISTEN":
                self._listen(command.DATA)
            case "IGNORE":
                self.addresses.discard(command.DATA)
            case _:
                self._refuse(f"{shown(command.COMMAND)} is no command; use LISTEN or IGNORE")

    def _listen(self, address: str) -> None:
        endpoint = ENDPOINTS.get(address)
        values = self._read(endpoint) if endpoint is not None else None
        if values is None:
            self._refuse(f"{shown(address)} is no address that can be listened to", address)
            return
        self.addresses.add(address)
        self._sent.pop(address, None)
        self._told.pop(address, None)
        self.tell(address, values)

    def _refuse(self, reason: str, address: str = "") -> None:
        self.send(encode(ERROR, [address if address in ENDPOINTS else "", reason]))

    def sends(self, packet: bytes) -> None:
        """Note which parameters a packet sets, as who sent it shows them."""
        for item in decode(packet):
            if (
                isinstance(item, Message)
                and item.address in self.addresses
                and ENDPOINTS[item.address].is_value
            ):
                match item.arguments:
                    case (argument,) if argument is not None:
                        self._sent[item.address] = _Sent(argument, self._loop.time())
                        self._told.pop(item.address, None)

    @property
    def unsure(self) -> set[str]:
        """Addresses of which it may show something else than there is."""
        return self._sent.keys() - self._told.keys()

    def tell(self, address: str, values: Values | None) -> None:
        """Tell the values of an address, unless it shows them already."""
        if values is None or values == self._told.get(address):
            return
        self._told[address] = values
        sent = self._sent.get(address)
        if sent is None or not sent.is_shown_as(address, values[0]):
            self._sent.pop(address, None)
            self._surprised[address] = self._loop.time()
        elif sent.time - self._surprised.get(address, -math.inf) > self._limits.crossing_seconds:
            return
        self._post(address, encode(address, values, flags=True))

    def tell_of_path(self, path: str) -> None:
        """Tell that an address has other attributes than before."""
        command = _Command("PATH_CHANGED", path)
        self._post(f"?{path}", msgspec.json.encode(command).decode())

    def _post(self, key: str, frame: bytes | str) -> None:
        """Let a frame be sent in the place of an older one of its key."""
        self._pending[key] = frame
        self._awake.set()

    async def tell_on(self) -> None:
        """Send what there is to tell, as it comes, until the connection ends."""
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await self._awake.wait()
                self._awake.clear()
                await self.flush()

    async def flush(self) -> None:
        """Send what there is to tell; it takes as long as the reader does.

        Raises
        ------
        WebSocketDisconnect
            If there is no reader any more.
        """
        async with self._sending:
            while self._answers:
                await self._socket.send_bytes(self._answers.popleft())
            pending, self._pending = self._pending, {}
            for frame in pending.values():
                if isinstance(frame, str):
                    await self._socket.send_text(frame)
                else:
                    await self._socket.send_bytes(frame)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A value that a listener has sent, and when."""

    value: Argument
    time: float

    def is_shown_as(self, address: str, accepted: Value) -> bool:
        """Say whether who sent it shows the accepted value without being told."""
        endpoint = ENDPOINTS[address]
        number = as_number(self.value)
        if number is None or self.value == accepted:
            return self.value == accepted
        row = PARAMETERS[endpoint.name]
        if endpoint.role is Role.NATIVE:
            return number == row.to_number(accepted)
        return abs(number - float(accepted)) <= _SAME_POSITION
