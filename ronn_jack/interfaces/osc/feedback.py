"""Telling subscribers what changes, whatever its source: the newest values, at a bounded rate.

It follows the controller by a subscription that keeps no event, only whether there was one: what is
told is always the present state, so that no burst is too long and the last value comes in the end.
"""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections.abc import Callable, Collection, Mapping

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Dump
from ronn_jack.control.subscriptions import Subscription
from ronn_jack.interfaces.osc.addresses import PANIC, PRESET, STATUS_ROOT
from ronn_jack.interfaces.osc.codec import bundle, encode, one_line
from ronn_jack.interfaces.osc.learning import message_of
from ronn_jack.interfaces.osc.subscribers import Part, Subscriber, Subscribers
from ronn_jack.parameters import Value

TICK_SECONDS = 1.0 / 30.0
LARGEST_BYTES = 1432
"""Of a bundle: what a network carries in one piece, as Wi-Fi loses pieces and then all of it."""
_BUNDLE_HEADER_BYTES, _SIZE_BYTES = 16, 4

_log = logging.getLogger(__name__)


class Feedback:
    """Tells subscribers of changes whenever `tick` is called; for one thread.

    Parameters
    ----------
    controller : Controller
    subscribers : Subscribers
    clock : callable
        Returns the time in s.
    """

    def __init__(
        self,
        controller: Controller,
        subscribers: Subscribers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._controller = controller
        self._subscribers = subscribers
        self._clock = clock
        self._subscription: Subscription | None = None
        self._midi: Subscription | None = None
        """Of all events, for those about MIDI controls, which are no state."""
        self._values: Mapping[str, Value] = {}
        self._others: dict[str, Part] = {}
        self._next_values = 0.0
        self._next = math.inf

    @property
    def next(self) -> float:
        """When `tick` wants to be called; infinite if nobody is to be told."""
        if not len(self._subscribers):
            return math.inf
        return self._next if self._subscription is not None else 0.0

    def tick(self) -> None:
        """Tell each subscriber what is due, in as few bundles as it fits in."""
        now = self._clock()
        with self._subscribers.lock:
            subscribers = self._subscribers.present()
            if not subscribers:
                self.close()
                return
            if now >= self._next_values:
                self._next_values = now + TICK_SECONDS
                moved = self._look()
                for subscriber in subscribers:
                    for name in moved:
                        subscriber.stale.setdefault(name, False)
                told, happened = subscribers, self._happened()
            else:
                told, happened = [], {}
            due = [each for each in subscribers if now >= each.next_status]
            status = self._status() if due else {}
            messages: dict[tuple[str, object], Part] = {}
            for subscriber in subscribers:
                parts = self._parts(subscriber, messages, happened, now) if told else {}
                if now >= subscriber.next_status:
                    subscriber.next_status = now + subscriber.interval
                    parts |= _changed(status, subscriber)
                _send(subscriber, parts)
            self._next = min(self._next_values, *(each.next_status for each in subscribers))

    def close(self) -> None:
        """Follow the controller no more, until somebody is to be told again."""
        for subscription in (self._subscription, self._midi):
            if subscription is not None:
                subscription.close()
        self._subscription = self._midi = None

    def _look(self) -> Collection[str]:
        """Look at what has become of the state; return the names of the values that moved."""
        if self._subscription is None:
            self._subscription = self._controller.subscriptions.subscribe(capacity=0)
            self._midi = self._controller.subscriptions.subscribe()
            state = self._controller.subscriptions.dump(0).event
        else:
            taken = self._subscription.take()
            if not taken:
                return ()
            state = taken[-1].event
        assert isinstance(state, Dump)
        before, self._values = self._values, state.values
        self._others = {
            PRESET: (encode(PRESET, [one_line(state.preset or ""), state.edited]),),
            PANIC: (encode(PANIC, [state.silent]),),
        }
        return [name for name, value in state.values.items() if before.get(name) != value]

    def _happened(self) -> dict[str, Part]:
        """Return the newest messages about each MIDI control's parameter, by their keys."""
        happened: dict[str, Part] = {}
        for numbered in self._midi.take() if self._midi is not None else ():
            message = message_of(numbered.event)
            if message is not None:
                address, values = message
                happened[f"{address} {values[0]}"] = (encode(address, values),)
        return happened

    def _parts(
        self,
        subscriber: Subscriber,
        messages: dict[tuple[str, object], Part],
        happened: Mapping[str, Part],
        now: float,
    ) -> dict[str, Part]:
        """Return what a subscriber needs to be told of what isn't status, by its keys."""
        parts = {}
        for name, asked in subscriber.stale.items():
            if subscriber.needs(name, self._values[name], asked, now):
                key = name, subscriber.outward or subscriber.normalised
                if key not in messages:
                    messages[key] = subscriber.messages(name, self._values)
                parts[name] = messages[key]
        subscriber.stale.clear()
        if subscriber.outward is not None:
            return parts
        subscriber.told.update(happened)
        return {**parts, **happened, **_changed(self._others, subscriber)}

    def _status(self) -> dict[str, Part]:
        try:
            status = self._controller.status()
        except Exception:
            _log.exception("while asking for the status")
            return {}
        return {
            STATUS_ROOT + name: (encode(STATUS_ROOT + name, [value]),)
            for name, value in status.items()
        }


def _changed(told: Mapping[str, Part], subscriber: Subscriber) -> dict[str, Part]:
    """Return what says something else than before."""
    changed = {key: each for key, each in told.items() if subscriber.told.get(key) != each}
    subscriber.told.update(changed)
    return changed


def _send(subscriber: Subscriber, parts: Mapping[str, Part]) -> None:
    """Send messages in bundles; what can't be sent now is sent later."""
    together: dict[str, Part] = {}
    size = _BUNDLE_HEADER_BYTES
    for key, part in parts.items():
        added = sum(_SIZE_BYTES + len(message) for message in part)
        if together and size + added > LARGEST_BYTES:
            _send_bundle(subscriber, together)
            together, size = {}, _BUNDLE_HEADER_BYTES
        together[key] = part
        size += added
    if together:
        _send_bundle(subscriber, together)


def _send_bundle(subscriber: Subscriber, parts: Mapping[str, Part]) -> None:
    # Once each: the two values of a pad have one message.
    messages = list(dict.fromkeys(itertools.chain.from_iterable(parts.values())))
    if not messages or subscriber.destination.send(bundle(messages)):
        return
    for key in parts:
        if subscriber.told.pop(key, None) is None:
            subscriber.stale[key] = True
