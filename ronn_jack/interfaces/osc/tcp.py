"""OSC over TCP: packets in a stream of bytes, framed in either of the two usual ways.

OSC 1.0 puts each packet's size before it, as an int32; OSC 1.1 ends it as SLIP does. What a
connection sends first shows which it means, and it is answered alike.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002.
A. Freed and A. Schmeder, "Features and Future of Open Sound Control version 1.1", NIME 2009.
J. Romkey, "A Nonstandard for Transmission of IP Datagrams over Serial Lines: SLIP", RFC 1055, 1988.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from ronn_jack.interfaces.osc.access import LEASE_SECONDS
from ronn_jack.interfaces.osc.addresses import ERROR
from ronn_jack.interfaces.osc.codec import encode

LARGEST_PACKET = 65536
MOST_CONNECTIONS = 64
MOST_UNSENT_BYTES = 2**20
"""Of one connection; who doesn't read them is cut off."""
_RECEIVED_BYTES = 65536

_END, _ESCAPE, _ESCAPED_END, _ESCAPED_ESCAPE = b"\xc0", b"\xdb", b"\xdc", b"\xdd"
_SIZE_BYTES = 4
_BEGINNINGS = b"/#"
"""What a packet begins with: of a connection that sends it first, SLIP may leave out its END."""

_log = logging.getLogger(__name__)


class FramingError(Exception):
    """A stream is no sequence of packets, and can't be read on; the text says why."""


class Framing(Protocol):
    """One of the ways to put packets into a stream."""

    def split(self, received: bytes) -> list[bytes]:
        """Return the packets that are complete by now.

        Raises
        ------
        FramingError
            If the stream breaks the rules.
        """
        ...

    def frame(self, packet: bytes) -> bytes:
        """Return a packet as it is sent."""
        ...


class SizeFraming:
    """Each packet after its size."""

    def __init__(self) -> None:
        self._left = bytearray()

    def split(self, received: bytes) -> list[bytes]:
        """Return the packets that are complete by now."""
        left = self._left
        left += received
        packets = []
        start = 0
        while start + _SIZE_BYTES <= len(left):
            size = int.from_bytes(left[start : start + _SIZE_BYTES], "big", signed=True)
            if not 0 <= size <= LARGEST_PACKET:
                raise FramingError(
                    f"a packet of {size} bytes; use up to {LARGEST_PACKET}, each after its size as "
                    "int32, or SLIP"
                )
            end = start + _SIZE_BYTES + size
            if end > len(left):
                break
            packets.append(bytes(left[start + _SIZE_BYTES : end]))
            start = end
        del left[:start]
        return packets

    def frame(self, packet: bytes) -> bytes:
        """Return a packet after its size."""
        return len(packet).to_bytes(_SIZE_BYTES, "big") + packet


class SlipFraming:
    """Each packet between two END bytes."""

    def __init__(self) -> None:
        self._left = b""

    def split(self, received: bytes) -> list[bytes]:
        """Return the packets that are complete by now."""
        *frames, self._left = (self._left + received).split(_END)
        # Escaping at most doubles a packet.
        if max(map(len, (*frames, self._left))) > 2 * LARGEST_PACKET:
            raise FramingError(f"a packet is too long; use up to {LARGEST_PACKET} bytes")
        return [_unescaped(frame) for frame in frames if frame]

    def frame(self, packet: bytes) -> bytes:
        """Return a packet between END bytes."""
        escaped = packet.replace(_ESCAPE, _ESCAPE + _ESCAPED_ESCAPE)
        return _END + escaped.replace(_END, _ESCAPE + _ESCAPED_END) + _END


def _unescaped(frame: bytes) -> bytes:
    ends, escapes = _ESCAPE + _ESCAPED_END, _ESCAPE + _ESCAPED_ESCAPE
    if frame.count(_ESCAPE) > frame.count(ends) + frame.count(escapes):
        raise FramingError("a SLIP escape stands before neither 0xDC nor 0xDD")
    return frame.replace(ends, _END).replace(escapes, _ESCAPE)


def framing_of(received: bytes) -> Framing:
    """Return the framing of a stream that begins so."""
    if received[:1] == _END or received[:1] in _BEGINNINGS:
        return SlipFraming()
    return SizeFraming()


class Connection:
    """A connection, which is the sender of all packets that come by it.

    Parameters
    ----------
    stream : socket.socket
    address : str
        Whose it is, such as "127.0.0.1:5000".
    wants_to_write : callable
        [any-thread] Called when something is left to be sent once the stream takes it.
    """

    lasts = True

    def __init__(
        self,
        stream: socket.socket,
        address: str,
        host: str,
        wants_to_write: Callable[[Connection], None],
    ) -> None:
        self.stream = stream
        self.name = f"osc tcp {address}"
        self.host = host
        self.packets: deque[bytes] = deque()
        """What has come and waits."""
        self._wants_to_write = wants_to_write
        self._framing: Framing | None = None
        self._lock = threading.Lock()
        self._unsent = bytearray()
        self._cut = False

    @property
    def unsent(self) -> bool:
        """Whether something waits for the stream to take it."""
        return bool(self._unsent)

    def receive(self) -> str | None:
        """Read what has come; return why the connection is over, if it is."""
        try:
            received = self.stream.recv(_RECEIVED_BYTES)
        except (BlockingIOError, InterruptedError):
            return "it does not read what it is sent" if self._cut else None
        except OSError as error:
            return str(error)
        if self._cut:
            return "it does not read what it is sent"
        if not received:
            return "closed"
        if self._framing is None:
            self._framing = framing_of(received)
        try:
            self.packets += self._framing.split(received)
        except FramingError as error:
            self.send(encode(ERROR, ["", str(error)]))
            return str(error)
        return None

    def send(self, packet: bytes) -> bool:
        """[any-thread] Send a packet without waiting; return whether it is on its way."""
        with self._lock:
            if self._cut or self._framing is None:
                return False
            began = not self._unsent
            self._unsent += self._framing.frame(packet)
            if began:
                self._write()
            if len(self._unsent) > MOST_UNSENT_BYTES:
                self._end()
                return False
            waits = bool(self._unsent) and began
        if waits:
            self._wants_to_write(self)
        return True

    def flush(self) -> None:
        """[any-thread] Send what the stream takes."""
        with self._lock:
            self._write()

    def close(self) -> None:
        """Close it; doing so twice is harmless."""
        with self._lock:
            self._end()
            self.stream.close()

    def _write(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: self.stream.send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._end()

    def _end(self) -> None:
        """Let the other side and the reading thread see that it is over."""
        self._cut = True
        self._unsent.clear()
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_RDWR)


class Connections:
    """All connections, as the serving thread takes care of them.

    Parameters
    ----------
    listening : socket.socket
    selector : BaseSelector
        Tells the serving thread what to call when.
    wake : callable
        [any-thread] Lets the serving thread call `feed`.
    hear : callable
        Takes a packet and its connection; returns whether the connection may go on.
    has_room : callable
        Returns whether another packet of a connection may come.
    gone : callable
        Told of a connection that is over.
    """

    def __init__(
        self,
        listening: socket.socket,
        selector: selectors.BaseSelector,
        wake: Callable[[], None],
        hear: Callable[[bytes, Connection], bool],
        has_room: Callable[[Connection], bool],
        gone: Callable[[Connection], None],
    ) -> None:
        self._listening = listening
        self._selector = selector
        self._wake = wake
        self._hear = hear
        self._has_room = has_room
        self._gone = gone
        self._open: dict[Connection, int] = {}
        """What of each is waited for."""
        self._unheard: dict[Connection, None] = {}
        """Those of which no packet was heard yet, the oldest first."""
        self._full: dict[Connection, None] = {}
        """Those of which packets wait."""
        self._refusing = False
        """Whether the last one was refused: told once, however many try in vain."""
        self._unsent: deque[Connection] = deque()
        selector.register(listening, selectors.EVENT_READ, lambda _: self.accept())

    @property
    def fed(self) -> bool:
        """Whether no packet waits for room."""
        return not self._full

    def accept(self) -> None:
        """Take a connection; one too many takes the place of one that has never said anything.

        Whoever may not be heard would else keep out those who may, by saying nothing.
        """
        try:
            stream, address = self._listening.accept()
        except OSError as error:
            _log.debug("accepting: %s", error)
            return
        if len(self._open) >= MOST_CONNECTIONS and self._unheard:
            self._close(next(iter(self._unheard)), "it has said nothing, and others come")
        if len(self._open) >= MOST_CONNECTIONS:
            _log.log(logging.DEBUG if self._refusing else logging.WARNING,
                     "OSC over TCP: %d connections, so that of %s is closed",
                     MOST_CONNECTIONS, address[0])  # fmt: skip
            self._refusing = True
            stream.close()
            return
        self._refusing = False
        stream.setblocking(False)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _look_after(stream)
        host = address[0].removeprefix("::ffff:")
        connection = Connection(stream, f"{host}:{address[1]}", host, self._wants_to_write)
        self._open[connection] = 0
        self._unheard[connection] = None
        self._watch(connection)

    def feed(self) -> None:
        """Hand on packets for which there is room, and send what can be sent."""
        while self._unsent:
            connection = self._unsent.popleft()
            if connection in self._open:
                self._watch(connection)
        for connection in list(self._full):
            self._hand_on(connection)

    def close(self) -> None:
        """Close them all."""
        for connection in list(self._open):
            self._close(connection, "the node ends")

    def _wants_to_write(self, connection: Connection) -> None:
        self._unsent.append(connection)
        self._wake()

    def _serve(self, connection: Connection, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            connection.flush()
        if events & selectors.EVENT_READ:
            reason = connection.receive()
            if reason is not None:
                self._close(connection, reason)
                return
            self._hand_on(connection)
        else:
            self._watch(connection)

    def _hand_on(self, connection: Connection) -> None:
        self._full.pop(connection, None)
        while connection.packets and self._has_room(connection):
            if not self._hear(connection.packets.popleft(), connection):
                self._close(connection, "not allowed")
                return
            self._unheard.pop(connection, None)
        if connection.packets:
            self._full[connection] = None
        self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        """Wait for what a connection is ready for: it is not read while packets of it wait."""
        events = 0 if connection.packets else selectors.EVENT_READ
        events |= selectors.EVENT_WRITE if connection.unsent else 0
        before, self._open[connection] = self._open[connection], events
        if events == before:
            return
        if not events:
            self._selector.unregister(connection.stream)
            return
        change = self._selector.modify if before else self._selector.register
        change(connection.stream, events, functools.partial(self._serve, connection))

    def _close(self, connection: Connection, reason: str) -> None:
        _log.debug("%s: %s", connection.name, reason)
        if self._open.pop(connection):
            self._selector.unregister(connection.stream)
        self._full.pop(connection, None)
        self._unheard.pop(connection, None)
        connection.close()
        self._gone(connection)


def _look_after(stream: socket.socket) -> None:
    """Let the system find out within a lease that the other side has gone without a word."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Some systems name the first of them otherwise, and look after two hours then.
    quiet, between, times = LEASE_SECONDS / 2, LEASE_SECONDS / 8, 4
    for option, value in (
        ("TCP_KEEPIDLE", quiet),
        ("TCP_KEEPINTVL", between),
        ("TCP_KEEPCNT", times),
        ("TCP_USER_TIMEOUT", LEASE_SECONDS * 1e3),
    ):
        if hasattr(socket, option):
            stream.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), int(value))
