"""What waits to be done, sender by sender, so that nobody is starved by another's flood.

References
----------
P. Goyal, H. M. Vin and H. Cheng, "Start-time Fair Queueing", IEEE/ACM Trans. Networking 5(5), 1997.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field

from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.osc.codec import IMMEDIATELY, Message, decode_timed
from ronn_jack.interfaces.osc.schedule import Due
from ronn_jack.interfaces.osc.sender import Sender

PATIENT = 256
"""Packets that wait of one sender, and that come from it, before some of them are left out."""
MOST = 1024
"""Packets that wait of one sender; twice as many where what comes only sets values."""
MOST_BYTES = 2**21
_LOOKED_THROUGH_BYTES = 1500
"""What is sent again and again is small; to look through a larger packet takes as long as to do it.
"""
_MOST_IN_ALL = 2**14
_MOST_BYTES_IN_ALL = 2**24

_QUESTION = "?"
"""Stands before an address that is asked."""

Packet = bytes | Due


@dataclass(slots=True)
class _Waiting:
    """One sender's packets.

    Attributes
    ----------
    fresh : int
        Packets that have come since they were looked through.
    turned_away : bool
        Whether one was refused since none waited.
    """

    packets: deque[Packet] = field(default_factory=deque)
    size: int = 0
    fresh: int = 0
    turned_away: bool = False


class FairQueue:
    """Gives each sender the same time, whatever the others send; for one thread.

    Of a sender that is too fast, values that a later one makes void are left out: never the last.
    """

    def __init__(self) -> None:
        self._waiting: dict[Sender, _Waiting] = {}
        self._turns: list[tuple[float, int, Sender]] = []
        self._numbers = itertools.count()
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
            mine = self._waiting[sender] = _Waiting()
            self._queue(sender, self._now)
        mine.fresh += 1
        if mine.fresh >= PATIENT and len(mine.packets) >= PATIENT:
            self._leave_out(mine)
        if not _has_room(mine, 1) and not (_has_room(mine, 2) and _subjects(packet)):
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
        """Leave out what a later packet of the same sender makes void."""
        kept: deque[Packet] = deque()
        later: set[str] = set()
        for packet in reversed(mine.packets):
            subjects = _subjects(packet)
            if subjects is None:
                later.clear()
            elif subjects <= later:
                self._add(mine, -1, -_size(packet))
                continue
            else:
                later |= subjects
                # A question is answered with what was set before it.
                later -= {each.removeprefix(_QUESTION) for each in subjects if each[0] != "/"}
            kept.appendleft(packet)
        mine.packets = kept
        mine.fresh = 0


def _has_room(mine: _Waiting, times: int) -> bool:
    return len(mine.packets) < times * MOST and mine.size < times * MOST_BYTES


def _subjects(packet: Packet) -> set[str] | None:
    """Return what a packet sets and asks; None if it is more than that."""
    if isinstance(packet, Due) or len(packet) > _LOOKED_THROUGH_BYTES:
        return None
    subjects = set()
    for time_tag, item in decode_timed(packet):
        endpoint = ENDPOINTS.get(item.address)
        if (
            time_tag > IMMEDIATELY
            or not isinstance(item, Message)
            or endpoint is None
            or len(item.arguments) > 1
        ):
            return None
        asks = not item.arguments or item.arguments[0] is None
        if endpoint.role is Role.STATUS or (endpoint.is_value and asks):
            subjects.add(_QUESTION + item.address)
        elif endpoint.is_value and endpoint.name != "link":
            # What `link` makes of a value depends on when it comes.
            subjects.add(item.address)
        else:
            return None
    return subjects


def _size(packet: Packet) -> int:
    return len(packet) if isinstance(packet, bytes) else 0
