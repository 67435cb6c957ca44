"""Keeps an engine's reverb in the room that is wanted, made off the audio thread.

It has a thread of its own: neither a walk through rooms is held up by a network that takes seconds
to hear its past, nor a network by a walk. The newest room wins; while one is on its way to the
audio thread, none is made that would only be thrown away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from ronn_jack.hotswap.resources.priority import give_way
from ronn_jack.hotswap.responses.room import REVERB, prepared_response, room_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control

_PACE_SECONDS = 0.04
"""From one response to the next: a walk is heard as one, and leaves processors to others."""
_POLL_SECONDS = 0.005
_MOST_HELD = 2
"""Responses at the audio thread, one coming and one going, beside which another may wait."""

Make = Callable[[RoomSpec, float], PreparedResponse]
"""Makes the response of a room at a sample rate in Hz."""

log = logging.getLogger(__name__)


class ResponseMaker:
    """Makes, offers and frees the responses of one engine after another.

    Parameters
    ----------
    make : callable, optional
        As `prepared_response`.
    clock : callable
        Returns the time in s.
    """

    def __init__(
        self, make: Make = prepared_response, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._clock = clock
        self._condition = threading.Condition()
        self._values = {name: value for name, value in defaults().items() if name in REVERB}
        self._engine: Engine | None = None
        self._tried: RoomSpec | None = None
        self._offered: RoomSpec | None = None
        self._failed = False
        self._next = 0.0
        self._clearing = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def aim(self, values: Mapping[str, Value]) -> None:
        """[any-thread] Let the reverb follow those of `values` that are its own."""
        own = {name: value for name, value in values.items() if name in REVERB}
        if not own:
            return
        with self._condition:
            self._values |= own
            if self._failed and own.keys() - {"reverb_mix"}:
                self._tried = None  # as it is asked for again
            self._switch()
            self._condition.notify()

    def attach(self, engine: Engine) -> None:
        """Start to serve an engine that has not run yet: what is wanted is in place at once."""
        self._engine, self._tried, self._offered = engine, None, None
        self._stopping = self._clearing = False
        self._switch()
        self._serve()
        self._thread = threading.Thread(target=self._run, name="responses", daemon=True)
        self._thread.start()

    def clear(self) -> None:
        """[any-thread] Let the tail be forgotten as soon as it is not heard any more."""
        with self._condition:
            self._clearing = self._engine is not None
            self._condition.notify()

    def sound_again(self) -> None:
        """[any-thread] Forget the tail now, if that still waits: the node sounds again."""
        with self._condition:
            if self._clearing and self._engine is not None:
                self._clearing = False
                self._engine.clear_tails()

    def detach(self) -> None:
        """Stop the thread and wait for it; the engine keeps its response alive."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
        with self._condition:  # others may be about to turn it
            self._thread = self._engine = None

    @property
    def settled(self) -> bool:
        """[any-thread] Whether the room that is wanted is heard alone, or none is wanted."""
        with self._condition:
            if self._engine is None or self._clearing or not self.served:
                return False
            return self._engine.held_responses <= 1

    @property
    def served(self) -> bool:
        """[any-thread] Whether the room that is wanted has been handed over, or none is wanted."""
        with self._condition:
            return self._wanted in (None, self._offered)

    @property
    def busy(self) -> bool:
        """[any-thread] Whether the room that is wanted is in the making, or is to be made now."""
        with self._condition:
            if self._wanted != self._tried:
                return self._due
            return not (self.served or self._failed)

    def _run(self) -> None:
        give_way()
        while self._await_work():
            self._serve()

    def _await_work(self) -> bool:
        """Wait until a response is to be made; False once there is no more to do."""
        engine = self._engine
        assert engine is not None
        with self._condition:
            while not self._stopping:
                self._tend(engine)
                if self._due:
                    return True
                changes = self._untried or self._clearing or engine.held_responses > 1
                self._condition.wait(_POLL_SECONDS if changes else None)
        return False

    @property
    def _untried(self) -> bool:
        """Whether a room is wanted that nobody has begun to make."""
        return self._wanted not in (None, self._tried)

    @property
    def _due(self) -> bool:
        """Whether a response is to be made now."""
        if self._engine is None or not self._untried:
            return False
        return self._engine.held_responses <= _MOST_HELD and self._clock() >= self._next

    def _tend(self, engine: Engine) -> None:
        """Free what has faded, and forget the tail once the node is silent."""
        engine.collect_responses()
        if self._clearing and engine.muted:
            self._clearing = False
            engine.clear_tails()

    def _serve(self) -> None:
        """Make the response that is wanted now, and hand it over."""
        engine = self._engine
        assert engine is not None
        with self._condition:
            wanted = self._tried = self._wanted
            self._next = self._clock() + _PACE_SECONDS
            self._failed = False
        if wanted is None:
            return
        try:
            response = self._make(wanted, engine.rate)
        except Exception:
            # A fault of ours in one room must not keep others from being heard.
            log.exception("while making a room; the one that sounds stays")
            self._failed = True
            return
        with self._condition:
            engine.offer_response(response)
            self._offered = wanted
            self._switch()

    @property
    def _wanted(self) -> RoomSpec | None:
        """The room to sound in; None while there is to be none, or no engine."""
        if self._engine is None or not self._values["reverb"]:
            return None
        return room_of(self._values, self._engine.outputs)

    def _switch(self) -> None:
        """Let the reverb be heard as soon as it has the room that it was turned on for."""
        if self._engine is None:
            return
        wanted = self._wanted
        if wanted is None:
            self._engine.set(Control.REVERB, 0.0)
        elif wanted == self._offered:
            self._engine.set(Control.REVERB, 1.0)
        else:
            self._engine.expect_reverb()  # so that no network takes the time that it needs
