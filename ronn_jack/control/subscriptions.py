"""The seam at which all that happens is told: numbered, in order, and without waiting for anybody.

Events are numbered and enqueued under one lock, that of the values, so that their order is that of
the changes. They are taken by the subscribers' own threads, outside the lock. A subscriber whose
queue is full misses what follows: it gets what still waits, then a dump of the whole state that
says how many events it missed, and from then on each event again.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ronn_jack.closing import Closing
from ronn_jack.control.events import Dump, Event
from ronn_jack.control.operations import Origin

CAPACITY = 1000
"""Events that wait for a subscriber unless it asks for another number."""
PAUSE_SECONDS = 0.05
"""Time in which events gather for a delivery: to wake a thread for each would take turns of the
interpreter from those who turn knobs."""
_END_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event as it was told.

    Attributes
    ----------
    number : int
        Counts all events from 1; a dump has the number of the last event that it includes.
    time : float
        Seconds since 1970, UTC.
    origin : Origin or None
        Who caused it, so that it can be left out for who knows already.
    """

    number: int
    time: float
    event: Event
    origin: Origin | None = None


class Subscriptions:
    """Numbers events and enqueues them for every subscriber.

    Parameters
    ----------
    lock : RLock
        Held while the state changes, and while it is told.
    dump : callable
        Returns the state, for who has missed the number of events that it is given; it is called
        with the lock held.
    """

    def __init__(self, lock: threading.RLock, dump: Callable[[int], Dump]) -> None:
        self._lock = lock
        self._dump = dump
        self._number = 0
        self._subscriptions: tuple[Subscription, ...] = ()

    def publish(self, event: Event, origin: Origin | None = None) -> None:
        """[any-thread] Tell an event; returns at once."""
        with self._lock:
            self._number += 1
            numbered = Numbered(self._number, time.time(), event, origin)
            for subscription in self._subscriptions:
                subscription.offer(numbered)

    def subscribe(self, capacity: int = CAPACITY, dump: bool = False) -> Subscription:
        """[any-thread] Return a queue of all events from now on.

        Parameters
        ----------
        capacity : int
            Events that it holds; what comes while it is full is left out.
        dump : bool
            Whether it begins with the present state.
        """
        with self._lock:
            subscription = Subscription(self._lock, self.dump, self._forget, capacity)
            if dump:
                subscription.offer(self.dump(0))
            self._subscriptions = (*self._subscriptions, subscription)
            return subscription

    def dump(self, left_out: int) -> Numbered:
        """[any-thread] Return the state as it is after the last event."""
        with self._lock:
            return Numbered(self._number, time.time(), self._dump(left_out))

    def _forget(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)


class Subscription:
    """A subscriber's queue; only one thread may take from it."""

    def __init__(
        self,
        lock: threading.RLock,
        dump: Callable[[int], Numbered],
        forget: Callable[[Subscription], None],
        capacity: int,
    ) -> None:
        self._changed = threading.Condition(lock)
        self._dump = dump
        self._forget = forget
        self._capacity = capacity
        self._waiting: deque[Numbered] = deque()
        self._left_out = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing comes any more, though something may still wait."""
        return self._closed

    def offer(self, numbered: Numbered) -> None:
        """Add an event if there is room for it; the lock is held."""
        if self._left_out or len(self._waiting) >= self._capacity:
            self._left_out += 1
            return
        self._waiting.append(numbered)
        if len(self._waiting) == 1:
            self._changed.notify()

    def take(self, timeout: float | None = 0.0) -> list[Numbered]:
        """Return what has come, in order, after waiting for the first of it if nothing has.

        Parameters
        ----------
        timeout : float or None
            Time in s after which nothing is returned; None waits until something comes or the
            subscription is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout)
            taken = list(self._waiting)
            self._waiting.clear()
            if self._left_out:
                taken.append(self._dump(self._left_out))
                self._left_out = 0
            return taken

    def close(self) -> None:
        """[any-thread] End it; what waits can still be taken."""
        self._forget(self)
        with self._changed:
            self._closed = True
            self._changed.notify()


class Delivery(Closing):
    """Hands each event of a subscription to a function, on a thread of its own.

    Parameters
    ----------
    receive : callable
        May take its time, and may call the controller.
    pause_seconds : float, optional
        Time in which further events gather.
    """

    def __init__(
        self,
        subscription: Subscription,
        receive: Callable[[Numbered], None],
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._subscription = subscription
        self._receive = receive
        self._pause_seconds = pause_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hand on what waits, within a second, and end."""
        self._subscription.close()
        self._closing.set()
        with contextlib.suppress(RuntimeError):  # closed by the function itself
            self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while taken := self._subscription.take(None):
            for numbered in taken:
                try:
                    self._receive(numbered)
                except Exception:
                    _log.exception("while telling of '%s'", numbered.event.kind)
            self._closing.wait(self._pause_seconds)
