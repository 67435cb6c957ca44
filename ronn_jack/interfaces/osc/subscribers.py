"""Who is told of what changes, and what each of them shows already."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ronn_jack.control.operations import Operation, Set
from ronn_jack.errors import RonnError, UsageError
from ronn_jack.interfaces.osc.access import LEASE_SECONDS
from ronn_jack.interfaces.osc.addresses import PANIC, ROOT, value_message
from ronn_jack.interfaces.osc.aliases.outward import Outward
from ronn_jack.interfaces.osc.codec import encode
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.settings import DEFAULT_INTERVAL_MS
from ronn_jack.units import as_number

Part = tuple[bytes, ...]
"""The messages that tell one thing."""

MOST_SUBSCRIBERS = 64
CROSSING_SECONDS = 0.25
"""Time in which a value that was sent to a subscriber may cross one of its own on the way."""

_SAME_POSITION = 1e-6
"""Difference of two positions 0–1 that a float32 hardly tells."""


@dataclass(slots=True)
class _Sent:
    """What a subscriber sent last for a parameter, as it came."""

    value: object
    normalised: bool
    at: float

    def is_shown_as(self, name: str, accepted: Value) -> bool:
        """Say whether who sent it shows the accepted value without being told."""
        row = PARAMETERS[name]
        number = as_number(self.value)
        if number is None:
            # A name, or a word such as "on": it was accepted as that, or is no value at all.
            return isinstance(self.value, str) and _accepts(name, self.value, accepted)
        if not math.isfinite(number):
            return False
        if not self.normalised:
            return number == row.to_number(accepted)
        near = abs(number - row.normalise(accepted)) <= _SAME_POSITION
        return near and row.denormalise(number) == accepted


def _accepts(name: str, text: str, accepted: Value) -> bool:
    try:
        return PARAMETERS[name].parse(text) == accepted
    except RonnError:
        return False


@dataclass(slots=True)
class Subscriber:
    """Somebody who is told of changes.

    Attributes
    ----------
    destination : Sender
        Where it is told.
    senders : tuple of Sender
        Who needs no echo: the destination, and who subscribed it.
    normalised : bool
        Whether it is told positions 0–1.
    outward : Outward or None
        How it is told values, and nothing but them, in another program's addresses.
    interval : float
        Between two messages of the same status, in s.
    expires : float
        When it is forgotten unless it is heard of.
    stale : dict
        Names of the values that it has still to be told, in order, and whether it asked for them.
    told : dict
        What it was told last of each thing but parameters.
    next_status : float
        When it is told of the status again.
    """

    destination: Sender
    senders: tuple[Sender, ...]
    normalised: bool
    interval: float
    expires: float
    outward: Outward | None = None
    stale: dict[str, bool] = field(default_factory=dict)
    told: dict[str, Part] = field(default_factory=dict)
    next_status: float = 0.0
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _surprised: dict[str, float] = field(default_factory=dict)
    """When it was told values that it had neither sent itself nor asked for."""

    def begin(self) -> None:
        """Let it be told everything."""
        self.stale = dict.fromkeys(PARAMETERS, True)
        self.told.clear()
        self._sent.clear()
        self.next_status = math.inf if self.outward else 0.0

    def messages(self, name: str, values: Mapping[str, Value]) -> Part:
        """Return what tells it a value."""
        if self.outward is not None:
            return self.outward.messages(name, values)
        return (value_message(name, values[name], self.normalised),)

    def sends(self, operation: Operation, now: float) -> None:
        """Note that it sends something, and thus shows it."""
        if isinstance(operation, Set):
            self._sent[operation.name] = _Sent(operation.value, operation.normalised, now)
            self.stale.setdefault(operation.name, False)
        elif ROOT + operation.name == PANIC and operation.argument is not None:
            self.told[PANIC] = (encode(PANIC, [bool(as_number(operation.argument))]),)

    def needs(self, name: str, value: Value, asked: bool, now: float) -> bool:
        """Return whether it has to be told a value, and note that it is."""
        if asked:
            return True
        sent = self._sent.get(name)
        if sent is None or not sent.is_shown_as(name, value):
            self._sent.pop(name, None)
            self._surprised[name] = now
            return True
        return sent.at - self._surprised.get(name, -math.inf) < CROSSING_SECONDS


class Subscribers:
    """The table of all who are told, each until its lease has run out.

    Parameters
    ----------
    clock : callable
        Returns the time in s.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.lock = threading.RLock()
        """Held while somebody is told."""
        self._by_destination: dict[Sender, Subscriber] = {}
        self._by_sender: dict[Sender, list[Subscriber]] = {}

    def __len__(self) -> int:
        return len(self._by_destination)

    def add(
        self,
        destination: Sender,
        sender: Sender | None,
        normalised: bool = False,
        interval_ms: float = DEFAULT_INTERVAL_MS,
        outward: Outward | None = None,
    ) -> None:
        """[any-thread] Let a destination be told everything now, and of each change from then on.

        Parameters
        ----------
        sender : Sender or None
            Who asked for it; None for a destination that stays whether it is heard of or not.
        outward : Outward, optional
            In what words it is told values if not in the node's own.

        Raises
        ------
        UsageError
            If there are too many.
        """
        with self.lock:
            self._forget_expired()
            before = self._by_destination.get(destination)
            if before is None and len(self) >= MOST_SUBSCRIBERS:
                raise UsageError(
                    f"there are {MOST_SUBSCRIBERS} subscribers already; unsubscribe one"
                )
            lasts = sender is None or destination.lasts
            lasts = lasts or (before is not None and math.isinf(before.expires))
            expires = math.inf if lasts else self._clock() + LEASE_SECONDS
            senders = tuple({destination: None} | ({sender: None} if sender else {}))
            interval = interval_ms / 1e3
            subscriber = Subscriber(destination, senders, normalised, interval, expires, outward)
            subscriber.begin()
            self._by_destination[destination] = subscriber
            self._index()

    def remove(self, sender: Sender, destination: Sender | None = None) -> None:
        """[any-thread] End what a sender has subscribed, or one destination.

        Raises
        ------
        UsageError
            If there is nothing to end, or it is one that stays.
        """
        with self.lock:
            if destination is None:
                found = list(self._by_sender.get(sender, ()))
            else:
                found = [each for each in [self._by_destination.get(destination)] if each]
            if not found:
                raise UsageError("not subscribed, so there is nothing to unsubscribe")
            kept = [s for s in found if math.isinf(s.expires) and not s.destination.lasts]
            if kept:
                raise UsageError(
                    f"{kept[0].destination.name} is told as osc_feedback in config.toml says; "
                    "take it out there"
                )
            for subscriber in found:
                del self._by_destination[subscriber.destination]
            self._index()

    def forget(self, sender: Sender) -> None:
        """[any-thread] End what went to a sender that has gone."""
        with self.lock:
            if self._by_destination.pop(sender, None) is not None:
                self._index()

    def refresh(self, sender: Sender) -> None:
        """[any-thread] Let all that a sender has subscribed be told everything.

        Raises
        ------
        UsageError
            If it has subscribed nothing.
        """
        with self.lock:
            mine = self._by_sender.get(sender) or [
                each
                for each in self._by_destination.values()
                if math.isinf(each.expires) and each.destination.host == sender.host
            ]
            if not mine:
                raise UsageError("not subscribed; send /ronn/subscribe first")
            for subscriber in mine:
                subscriber.begin()

    def heard(self, sender: Sender) -> None:
        """[any-thread] Renew the leases of a sender, of which a message has come."""
        if sender not in self._by_sender:
            return
        with self.lock:
            for subscriber in self._by_sender.get(sender, ()):
                if not math.isinf(subscriber.expires):
                    subscriber.expires = self._clock() + LEASE_SECONDS

    def note(self, sender: Sender, operations: Iterable[Operation]) -> None:
        """[any-thread] Note what a sender shows by now, before it is applied."""
        if sender not in self._by_sender:
            return
        with self.lock:
            now = self._clock()
            for subscriber in self._by_sender.get(sender, ()):
                for each in operations:
                    subscriber.sends(each, now)

    def present(self) -> list[Subscriber]:
        """Return those whose lease lasts; the lock is held."""
        self._forget_expired()
        return list(self._by_destination.values())

    def _forget_expired(self) -> None:
        now = self._clock()
        gone = [d for d, each in self._by_destination.items() if each.expires <= now]
        for destination in gone:
            del self._by_destination[destination]
        if gone:
            self._index()

    def _index(self) -> None:
        by_sender: dict[Sender, list[Subscriber]] = {}
        for subscriber in self._by_destination.values():
            for sender in subscriber.senders:
                by_sender.setdefault(sender, []).append(subscriber)
        self._by_sender = by_sender
