"""What waits to be done, sender by sender, so that nobody is starved by another's flood.

References
----------
P. Goyal, H. M. Vin and H. Cheng, "Start-time Fair Queueing", IEEE/ACM Trans. Networking 5(5), 1997.
"""

from __future__ import annotations

import heapq
import itertools
import math
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple

from ronn_jack.errors import ParameterError
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Endpoint, Role
from ronn_jack.interfaces.osc.codec import IMMEDIATELY, Argument, Message, decode_timed
from ronn_jack.interfaces.osc.schedule import Due
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.parameters import PARAMETERS

PATIENT = 256
"""Packets that wait of one sender, and that come from it, before some of them are left out."""
MOST = 1024
"""Packets that wait of one sender; twice as many where what comes only sets values."""
MOST_BYTES = 2**21
_LOOKED_THROUGH_BYTES = 1500
"""What is sent again and again is small; to look through a larger packet takes as long as to do it.
"""
_APART = 13
"""Packets by which senders differ in when they are looked through."""
_MOST_IN_ALL = 2**14
_MOST_BYTES_IN_ALL = 2**24

Packet = bytes | Due


@dataclass(slots=True)
class _Waiting:
    """One sender's packets.

    Attributes
    ----------
    patience : int
        Fresh packets from which on all are looked through: not the same for all senders, as it
        would hold the queue up to do so for many at once.
    fresh : int
        Packets that have come since they were looked through.
    turned_away : bool
        Whether one was refused since none waited.
    """

    patience: int
    packets: deque[Packet] = field(default_factory=deque)
    size: int = 0
    fresh: int = 0
    turned_away: bool = False


class FairQueue:
    """Gives each sender the same time, whatever the others send; for one thread.

    Of a sender that is too fast, values that a later one makes void are left out: never the last,
    and none that is to be refused, which would go without its answer. Questions are left out last.
    """

    def __init__(self) -> None:
        self._waiting: dict[Sender, _Waiting] = {}
        self._turns: list[tuple[float, int, Sender]] = []
        self._numbers, self._senders = itertools.count(), itertools.count()
        self._now = 0.0
        """Time that every sender has had; a new one is not given what it didn't ask for."""
        self._count = 0
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._turns)

    @property
    def full(self) -> bool:
        """Whether nothing more should be read from anybody."""
        return self._count >= _MOST_IN_ALL or self._size >= _MOST_BYTES_IN_ALL

    def waiting_of(self, sender: Sender) -> int:
        """Return how many packets of a sender wait."""
        mine = self._waiting.get(sender)
        return len(mine.packets) if mine else 0

    def put(self, packet: Packet, sender: Sender) -> bool:
        """Add a packet; return whether there was room for it."""
        mine = self._waiting.get(sender)
        if mine is None:
            hurry = next(self._senders) * _APART % (PATIENT // 2)
            mine = self._waiting[sender] = _Waiting(PATIENT - hurry)
            self._queue(sender, self._now)
        mine.fresh += 1
        if mine.fresh >= mine.patience and len(mine.packets) >= mine.patience:
            self._leave_out(mine)
        if not _has_room(mine, 1) and not (_has_room(mine, 2) and _about(packet)):
            return False
        mine.packets.append(packet)
        self._add(mine, 1, _size(packet))
        return True

    def turn_away(self, sender: Sender) -> bool:
        """Return whether a sender that there is no room for has to be told so: once a flood."""
        mine = self._waiting[sender]
        told, mine.turned_away = mine.turned_away, True
        return not told

    def take(self) -> tuple[Packet, Sender] | None:
        """Return the packet whose turn it is; its sender's next one comes after `done`."""
        if not self._turns:
            return None
        self._now, _, sender = heapq.heappop(self._turns)
        mine = self._waiting[sender]
        packet = mine.packets.popleft()
        self._add(mine, -1, -_size(packet))
        return packet, sender

    def done(self, sender: Sender, seconds: float) -> None:
        """Note how long the last packet of a sender took; then its next one may follow."""
        mine = self._waiting[sender]
        if mine.packets:
            self._queue(sender, self._now + seconds)
        else:
            del self._waiting[sender]

    def _queue(self, sender: Sender, start: float) -> None:
        heapq.heappush(self._turns, (start, next(self._numbers), sender))

    def _add(self, mine: _Waiting, count: int, size: int) -> None:
        mine.size += size
        self._count += count
        self._size += size

    def _leave_out(self, mine: _Waiting) -> None:
        """Leave out what a later packet of the same sender makes void.

        A question that is asked again is left out only where there would be no room for it.
        """
        crowded = len(mine.packets) >= MOST
        kept: deque[Packet] = deque()
        later: set[str] = set()
        for packet in reversed(mine.packets):
            about = _about(packet)
            if about is None:
                later.clear()
            elif about.subjects <= later and (crowded or not about.asks):
                self._add(mine, -1, -_size(packet))
                continue
            else:
                later |= about.subjects
                later -= about.finds
            kept.appendleft(packet)
        mine.packets = kept
        mine.fresh = 0


def _has_room(mine: _Waiting, times: int) -> bool:
    return len(mine.packets) < times * MOST and mine.size < times * MOST_BYTES


class _About(NamedTuple):
    """What a packet sets and asks, and what it has to find as it was set before it."""

    subjects: frozenset[str]
    finds: frozenset[str]
    asks: bool = False


def _about(packet: Packet) -> _About | None:
    """Return what a packet is about; None if it does more than to ask, and to set what it may."""
    if isinstance(packet, Due) or len(packet) > _LOOKED_THROUGH_BYTES:
        return None
    if not packet.startswith(b"#"):
        # A flood is of these: they are told apart by their first bytes, without reading them.
        address, _, rest = packet.partition(b"\0")
        known = _KNOWN.get(address)
        if known is None:
            return None
        body = rest.lstrip(b"\0")
        if body[:2] in _NOTHING:
            return known.asking
        return known.setting if known.surely_takes(body) else _about_all(packet)
    return _about_all(packet)


def _about_all(packet: bytes) -> _About | None:
    """Return what a packet is about once it is read."""
    subjects: frozenset[str] = frozenset()
    finds: frozenset[str] = frozenset()
    asks = False
    for time_tag, item in decode_timed(packet):
        known = _KNOWN.get(item.address.encode())
        if time_tag > IMMEDIATELY or not isinstance(item, Message) or known is None:
            return None
        found = known.about(item.arguments)
        if found is None:
            return None
        subjects |= found.subjects
        finds |= found.finds
        asks |= found.asks
    return _About(subjects, finds - subjects, asks)


@dataclass(frozen=True, slots=True)
class _Known:
    """What messages to an address are about.

    Attributes
    ----------
    asking, setting : _About
        Without and with a value; the latter only for one that is accepted, as another is to be
        answered and must make none void.
    endpoint : Endpoint
    low, high : float
        Numbers that are accepted whatever the parameter's kind.
    """

    asking: _About
    setting: _About | None
    endpoint: Endpoint
    low: float = math.inf
    high: float = -math.inf

    def surely_takes(self, body: bytes) -> bool:
        """Say whether type tags with their data are one number within the limits."""
        reader = _NUMBERS.get(body[:4])
        return reader is not None and len(body) == 8 and self.low <= reader(body)[0] <= self.high

    def about(self, arguments: Sequence[Argument]) -> _About | None:
        """Return what a message with these arguments is about; None if it is refused."""
        if not arguments or arguments == (None,):
            return self.asking
        if self.setting is None or len(arguments) > 1:
            return None
        row = PARAMETERS[self.endpoint.name]
        normalised = self.endpoint.role is Role.NORMALISED
        try:
            (row.parse_normalised if normalised else row.parse)(arguments[0])
        except ParameterError:
            return None
        return self.setting


def _known() -> Iterator[tuple[bytes, _Known]]:
    linked = frozenset(name for name, row in PARAMETERS.items() if row.link_partner)
    for address, endpoint in ENDPOINTS.items():
        name = endpoint.name
        asked = frozenset([f"?{address}"])
        if endpoint.is_value:
            # A gain moves its partner if it is linked by then.
            of_a_gain = frozenset(["link"] if name in linked else [])
            finds = linked if name == "link" else of_a_gain
            setting = _About(frozenset([name]), finds)
            row = PARAMETERS[name]
            most = sys.float_info.max
            ends = (row.minimum, row.maximum) if endpoint.role is Role.NATIVE else (-most, most)
            asking = _About(asked, frozenset([name]), asks=True)
            yield address.encode(), _Known(asking, setting, endpoint, *ends)
        elif endpoint.role is Role.STATUS:
            yield address.encode(), _Known(_About(asked, frozenset(), asks=True), None, endpoint)


_KNOWN = dict(_known())
_NOTHING = (b"", b",", b",N", b",I")
_NUMBERS = {b",f\0\0": Struct(">4xf").unpack, b",i\0\0": Struct(">4xi").unpack}
"""Readers of a number behind its type tag."""


def _size(packet: Packet) -> int:
    return len(packet) if isinstance(packet, bytes) else 0
