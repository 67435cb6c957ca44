"""What is to be done later: messages of bundles whose time tags lie in the future.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002: "Temporal Semantics and OSC Time Tags".
D. Mills et al., "Network Time Protocol Version 4", RFC 5905: the format of the time tags.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.codec import Fault, Message
from ronn_jack.interfaces.osc.sender import Sender

MOST_SECONDS = 60.0
MOST_BUNDLES = 1000
MOST_OF_ONE_SENDER = 500
_MOST_MESSAGES = 65_536
"""Messages in them all, as one packet has room for thousands."""

_ERA_SECONDS = 2**32
_STEP_SECONDS = 0.01
"""Change of the difference between two clocks that shows that one of them was set."""
_QUICK_SECONDS = 0.001
"""Time within which both have to be read."""
_UNIX_EPOCH = 2_208_988_800
"""Seconds from 1900, where time tags count from, to 1970."""

Items = Sequence[Message | Fault]


@dataclass(frozen=True, order=True, slots=True)
class Due:
    """Messages with their time, by `time.monotonic`; `number` is the order of their arrival."""

    at: float
    number: int
    items: Items = field(compare=False)
    sender: Sender = field(compare=False)


class Schedule:
    """Keeps what is to be done later, within bounds.

    A time tag is compared with the clock once, when it comes: whatever happens to the clock
    afterwards, it is done after the time that it was ahead.

    Parameters
    ----------
    clock : callable
        Returns the seconds since 1970, UTC, that time tags are compared with.
    monotonic : callable
        Returns the time in s by which is waited.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._heap: list[Due] = []
        self._numbers = itertools.count()
        self._of_sender: dict[Sender, int] = {}
        self._messages = 0
        self._offset: float | None = None

    @property
    def next(self) -> float:
        """[any-thread] When something is due; infinite if nothing waits."""
        with self._lock:
            return self._heap[0].at if self._heap else math.inf

    def when(self, time_tag: int) -> float | None:
        """[any-thread] Return the time by `monotonic` that a tag stands for; None if it is over.

        Tags count modulo 2^32 s, and begin anew in 2036. A tag that small is also sent by clocks
        that were never set and count from their start: it is over.
        """
        offset = self._measured_offset()
        seconds = time_tag / 2**32
        now = self._monotonic() + offset + _UNIX_EPOCH
        ahead = (seconds - now) % _ERA_SECONDS
        if ahead >= _ERA_SECONDS / 2 or (ahead > MOST_SECONDS and seconds < now % _ERA_SECONDS):
            return None
        era = round((now + ahead - seconds) / _ERA_SECONDS)
        # Of equal tags exactly the same.
        return seconds + (era * _ERA_SECONDS - _UNIX_EPOCH) - offset

    def put(self, at: float, items: Items, sender: Sender) -> None:
        """[any-thread] Keep messages until they are due.

        Raises
        ------
        UsageError
            If that is too far away, or too much waits.
        """
        ahead = at - self._monotonic()
        if ahead > MOST_SECONDS:
            raise UsageError(
                f"a time tag of {ahead:.3g} s ahead is too far away; use {MOST_SECONDS:g} s at "
                "most, and look if the sender's clock is right"
            )
        with self._lock:
            mine = self._of_sender.get(sender, 0)
            messages = self._messages + len(items)
            if (
                len(self._heap) >= MOST_BUNDLES
                or mine >= MOST_OF_ONE_SENDER
                or messages > _MOST_MESSAGES
            ):
                raise UsageError(
                    f"too many bundles wait for their time: {mine} of yours, and "
                    f"{len(self._heap)} in all; send them later"
                )
            self._of_sender[sender] = mine + 1
            self._messages = messages
            heapq.heappush(self._heap, Due(at, next(self._numbers), items, sender))

    def _measured_offset(self) -> float:
        """Return how far the clock is ahead, the same as long as nobody sets it."""
        begin = self._monotonic()
        offset = self._clock() - begin
        quick = self._monotonic() - begin < _QUICK_SECONDS
        if self._offset is None or (quick and abs(offset - self._offset) > _STEP_SECONDS):
            self._offset = offset
        return self._offset

    def take(self, now: float) -> list[Due]:
        """[any-thread] Return what is due, in order of the times and then of the arrivals."""
        due: list[Due] = []
        with self._lock:
            while self._heap and self._heap[0].at <= now:
                each = heapq.heappop(self._heap)
                due.append(each)
                self._messages -= len(each.items)
                left = self._of_sender[each.sender] - 1
                if left:
                    self._of_sender[each.sender] = left
                else:
                    del self._of_sender[each.sender]
        return due
