"""Telling subscribers what changes, whatever its source: the newest values, at a bounded rate.

It follows the controller by a subscription that keeps no event, only whether there was one: what is
told is always the present state, so that no burst is too long and the last value comes in the end.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Mapping

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Dump
from ronn_jack.control.subscriptions import Subscription
from ronn_jack.interfaces.osc.addresses import PANIC, PRESET, STATUS_ROOT, value_message
from ronn_jack.interfaces.osc.codec import bundle, encode, one_line
from ronn_jack.interfaces.osc.learning import message_of
from ronn_jack.interfaces.osc.subscribers import Subscriber, Subscribers
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
        self._others: dict[str, bytes] = {}
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
            messages: dict[tuple[str, bool], bytes] = {}
            for subscriber in subscribers:
                parts = self._parts(subscriber, messages, now) if told else {}
                subscriber.told.update(happened)
                parts |= happened
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
            PRESET: encode(PRESET, [one_line(state.preset or ""), state.edited]),
            PANIC: encode(PANIC, [state.silent]),
        }
        return [name for name, value in state.values.items() if before.get(name) != value]

    def _happened(self) -> dict[str, bytes]:
        """Return the newest messages about each MIDI control's parameter, by their keys."""
        happened = {}
        for numbered in self._midi.take() if self._midi is not None else ():
            message = message_of(numbered.event)
            if message is not None:
                address, values = message
                happened[f"{address} {values[0]}"] = encode(address, values)
        return happened

    def _parts(
        self, subscriber: Subscriber, messages: dict[tuple[str, bool], bytes], now: float
    ) -> dict[str, bytes]:
        """Return the messages that a subscriber needs of what isn't status, by their keys."""
        parts = {}
        for name, asked in subscriber.stale.items():
            value = self._values[name]
            if subscriber.needs(name, value, asked, now):
                key = name, subscriber.normalised
                if key not in messages:
                    messages[key] = value_message(name, value, subscriber.normalised)
                parts[name] = messages[key]
        subscriber.stale.clear()
        return parts | _changed(self._others, subscriber)

    def _status(self) -> dict[str, bytes]:
        try:
            status = self._controller.status()
        except Exception:
            _log.exception("while asking for the status")
            return {}
        return {
            STATUS_ROOT + name: encode(STATUS_ROOT + name, [value])
            for name, value in status.items()
        }


def _changed(told: Mapping[str, bytes], subscriber: Subscriber) -> dict[str, bytes]:
    """Return the messages that say something else than those before."""
    changed = {key: each for key, each in told.items() if subscriber.told.get(key) != each}
    subscriber.told.update(changed)
    return changed


def _send(subscriber: Subscriber, parts: Mapping[str, bytes]) -> None:
    """Send messages in bundles; what can't be sent now is sent later."""
    together: dict[str, bytes] = {}
    size = _BUNDLE_HEADER_BYTES
    for key, message in parts.items():
        if together and size + _SIZE_BYTES + len(message) > LARGEST_BYTES:
            _send_bundle(subscriber, together)
            together, size = {}, _BUNDLE_HEADER_BYTES
        together[key] = message
        size += _SIZE_BYTES + len(message)
    if together:
        _send_bundle(subscriber, together)


def _send_bundle(subscriber: Subscriber, parts: Mapping[str, bytes]) -> None:
    if subscriber.destination.send(bundle(list(parts.values()))):
        return
    for key in parts:
        if subscriber.told.pop(key, None) is None:
            subscriber.stale[key] = True
