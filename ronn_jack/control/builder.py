"""The worker that turns requests into sounding voices, off the audio thread.

It alone makes voices, hands them over and frees them. The newest request wins: one that is out of
date is dropped before it costs more time.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable

from ronn_jack.control import auto_level
from ronn_jack.control.admission import Cost, Deadline, admit
from ronn_jack.control.entry import Entry, make_entry
from ronn_jack.control.expression import make_voice
from ronn_jack.control.heap import Heap
from ronn_jack.control.level_keeper import LevelKeeper
from ronn_jack.control.preparation import (
    OutdatedError,
    Prepared,
    Work,
    catch_up,
    prepare,
    time_block,
)
from ronn_jack.control.priority import give_way
from ronn_jack.control.requests import Listener, Request
from ronn_jack.control.steering import MOVING_COST, Steering
from ronn_jack.control.telemetry import Swap
from ronn_jack.errors import RefusedError, RonnError
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.units import milliseconds_to_frames

DIP_MS = 15.0
"""Each half of the dip by which a network comes in where old and new don't fit together."""
_KEPT_SECONDS = 0.05
"""Age up to which a build is not dropped for a newer request."""
_LONGEST_KEPT_SECONDS = 0.5
"""The same where the one before was dropped: a sweep over slow builds has to be heard too."""
_MOST_LATE = 3
"""Times that a voice may come late while nothing else sounds."""
_TOO_SLOW = "the machine is too slow to bring it up to the present: lower channels or layers"
_POLL_SECONDS = 0.001
_IDLE_SECONDS = 0.02

log = logging.getLogger(__name__)


class Builder:
    """Builds, primes, publishes and frees voices on a thread of its own.

    Parameters
    ----------
    listener : Listener
        Told what becomes of each request.
    cost : Cost, optional
        Predicts what a network takes before any time is spent on it.
    """

    def __init__(self, listener: Listener, cost: Cost | None = None) -> None:
        self._listener = listener
        self._cost = cost
        self._condition = threading.Condition()
        self._period: Callable[[], int] = lambda: 0
        self._request: Request | None = None
        self._latest: Request | None = None
        self._ready: Entry | None = None
        self._published: Entry | None = None
        self._current: Entry | None = None
        self._fading: Entry | None = None
        self._good: Request | None = None
        self._admitted_period = 0
        self._work = Work()
        self._heap = Heap()
        self._keeper = LevelKeeper(self._outdated)
        self.steering = Steering(self._wake)
        """Through which the expressive parameters reach the network that sounds."""
        self._busy = False
        self._building = False
        self._dropped = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.input_gain = 1.0
        """Amplitude ratio of the gain before the network, as it is now."""
        self.swap = Swap()
        """The last change of network that was heard."""

    @property
    def sounding(self) -> NetworkSpec | None:
        """The network that the audio thread has let in last; None while there is none."""
        return self._current.request.spec if self._current else None

    @property
    def building(self) -> bool:
        """Whether a network was asked for that does not sound yet."""
        return self._building

    @property
    def progress(self) -> float:
        """How far the network in the making has come, 0–1."""
        return self._work.share if self._busy else 1.0

    def request(self, request: Request) -> None:
        """Ask for a network; an earlier request that does not sound yet is forgotten."""
        with self._condition:
            self._request = self._latest = request
            self._building = True
            self._condition.notify()

    def level(self, on: bool) -> None:
        """Let the network that sounds glide to the level of its input, or to no gain at all."""
        with self._condition:
            self._keeper.switch(on)
            if self._latest is not None:
                self._latest = dataclasses.replace(self._latest, levelled=on)
            self._condition.notify()

    @property
    def moving_load(self) -> float:
        """Load of the network that sounds while its weights move; 0 where no deadline holds."""
        current, period = self._current, self._period()
        if current is None or not period:
            return 0.0
        factor = 1.0 if current.voice.motion else MOVING_COST
        return factor * current.prepared.block_seconds * current.voice.rate / period

    def attach(self, engine: Engine, period: Callable[[], int]) -> None:
        """Start to serve an engine, with the network last asked for.

        Parameters
        ----------
        period : callable
            Returns the frames in a block.
        """
        auto_level.warm_up(engine.inputs, engine.rate)
        self._period = period
        self._request = self._latest
        self._building = self._request is not None
        self._current = self._published = self._ready = None
        self.steering.follow(None)
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, args=(engine,), name="builder", daemon=True
        )
        self._thread.start()

    def detach(self) -> None:
        """Stop the thread; the engine keeps its voices alive."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._current = self._published = self._ready = None

    def _run(self, engine: Engine) -> None:
        give_way()
        while True:
            with self._condition:
                if self._request is None and not self._stopping:
                    waiting = self._ready or self._published or self._fading
                    self._condition.wait(_POLL_SECONDS if waiting else _IDLE_SECONDS)
                if self._stopping:
                    return
            request = None
            try:
                self._tend(engine)
                with self._condition:
                    request, self._request = self._request, None
                    self._busy = request is not None
                if request is not None:
                    self._serve(engine, request)
                self._offer(engine)
            except Exception:
                log.exception("while building a network; the one that sounds plays on")
                if request is not None:
                    self._refuse(engine, request, "internal error; the log says more")
            self._busy = False
            with self._condition:
                # Here alone, since a request on its way through the steps is nowhere for moments.
                underway = self._request or self._ready or self._published
                self._building = underway is not None

    def _serve(self, engine: Engine, request: Request) -> None:
        begin = time.monotonic()
        self._heap.used()
        # A sweep that never pauses has to be heard too: what has just begun is not dropped.
        self._work = Work(lambda: self._wanted_no_more(begin))
        deadline = self._deadline(engine, request)
        expression = self.steering.expression(request.seed_b)
        try:
            prepared = prepare(
                expression.spec_of(request.spec),
                engine,
                deadline,
                self._cost,
                request.levelled,
                self.input_gain,
                self._work,
                request.subject,
                expression,
            )
        except OutdatedError:
            self._dropped = self._request is not None
            if not self._dropped and not self._stopping:
                self._refuse(engine, request, _TOO_SLOW)
        except (RonnError, MemoryError) as error:
            reason = str(error) or "not enough memory: lower channels or layers"
            self._refuse(engine, request, reason)
        else:
            self._dropped = False
            self._ready = make_entry(request, prepared, deadline, begin)

    def _offer(self, engine: Engine) -> None:
        """Publish the voice that is ready, once no fade keeps it waiting until it is late."""
        entry = self._ready
        if entry is None or engine.fading or self._published is not None:
            return
        self._ready = None
        deadline = self._deadline(engine, entry.request)
        if deadline and self._current and not self._together(self._current, entry, deadline):
            dip = milliseconds_to_frames(DIP_MS, engine.rate)
            self._make_room(engine, entry.prepared, dip)
            entry.swap = dataclasses.replace(entry.swap, dip=True, fade_ms=DIP_MS)
        try:
            catch_up(entry.prepared, engine, Work())
        except OutdatedError:
            self._refuse(engine, entry.request, _TOO_SLOW)
            return
        if entry.late >= _MOST_LATE and not engine.sounds:
            # Nothing is heard until it comes: a gap in what it has heard is the lesser evil.
            entry.voice.rejoin_at(engine.position)
        frames = milliseconds_to_frames(entry.swap.fade_ms, engine.rate)
        # The very first network is faded in by the master, with the node.
        entry.voice.set_fade(
            frames if engine.position else 0, 0.0 if entry.swap.dip else entry.prepared.correlation
        )
        self._admitted_period = entry.period
        self._published = entry
        engine.publish(entry.voice)

    def _together(self, old: Entry, new: Entry, deadline: Deadline) -> bool:
        return (
            deadline.load(old.prepared.block_seconds + new.prepared.block_seconds)
            <= deadline.budget
        )

    def _make_room(self, engine: Engine, prepared: Prepared, frames: int) -> None:
        """Let the current voice fade out while the new one keeps up with the present."""
        engine.withdraw()
        engine.release(frames)
        while engine.sounds and not self._stopping:
            engine.collect()
            time.sleep(_POLL_SECONDS)
            catch_up(prepared, engine, Work())
        self._wait_for_fade(engine, prepared)

    def _wait_for_fade(self, engine: Engine, prepared: Prepared) -> None:
        while engine.fading and not self._stopping:
            time.sleep(_POLL_SECONDS)
            catch_up(prepared, engine, Work())
        engine.collect()

    def _tend(self, engine: Engine) -> None:
        """Free what the audio thread has finished with, and see to what sounds."""
        self._note_fade()
        self._note_arrival(engine)
        self._heap.tend()
        voice = engine.collect()
        if voice is not None:
            self._heap.used()
        entry = self._published
        if voice is not None and voice.late and entry is not None and voice is entry.voice:
            voice.rejoin_at(voice.position)
            entry.late += 1
            self._published = None
            self._ready = self._ready or entry
        dropped = engine.collect_dropped()
        if dropped is not None:
            if self._published is not None and dropped is self._published.voice:
                # It was let in and dropped again before its arrival was noted.
                self._good = self._current.request if self._current else self._good
                self._current, self._published = self._published, None
            self._unseat(engine, "took the whole period, several blocks in a row")
        if self._current is not None:
            self._check_period(engine, self._current)
            self._keeper.tend(engine, self.input_gain, self._current.prepared)
            # Beyond its budget it plays on as it is; whoever moved the parameter was told.
            if self.steering.is_due and self.moving_load <= self._current.request.budget:
                self.steering.let_move()

    def _note_arrival(self, engine: Engine) -> None:
        entry = self._published
        if entry is None or not engine.is_current(entry.voice):
            return
        self._published = None
        if self._current is not None:
            self._good = self._current.request
        self._current = entry
        self.steering.follow(entry.prepared)
        change = entry.request.change
        swap = entry.swap
        if change is not None:
            waited = entry.voice.heard_at - change.received
            swap = dataclasses.replace(swap, change_to_sound_ms=waited * 1e3)
            self._listener.sounding(change)
        self.swap = entry.swap = swap
        self._fading = entry

    def _note_fade(self) -> None:
        """Report the last swap once its crossfade is over, or was cut short."""
        entry = self._fading
        if entry is None or (entry is self._current and entry.voice.fade_step is None):
            return
        self._fading = None
        self.swap = dataclasses.replace(entry.swap, step=entry.voice.fade_step)
        self._listener.swapped(self.swap)

    def _check_period(self, engine: Engine, current: Entry) -> None:
        """Admit the running network anew when the buffer size has changed."""
        period = self._period()
        if period in (0, self._admitted_period):
            return
        self._admitted_period = period
        deadline = self._deadline(engine, current.request)
        assert deadline is not None
        expression, moves = current.prepared.expression, current.voice.motion is not None
        scratch = make_voice(current.voice.spec, engine.rate, expression, moves)
        current.prepared.block_seconds = time_block(scratch, period)
        try:
            admit(current.request.spec, current.prepared.block_seconds, deadline, self._cost)
        except RefusedError as error:
            engine.release(milliseconds_to_frames(DIP_MS, engine.rate))
            engine.go_dry()
            self._unseat(engine, str(error))

    def _unseat(self, engine: Engine, reason: str) -> None:
        """Fall back to the last good network, or to the dry signal where there is none."""
        fallen, self._current = self._current, None
        self.steering.follow(None)
        good, self._good = self._good, None
        self._listener.fell_back(
            fallen.request.change if fallen else None,
            good.change if good else None,
            reason,
            dry=good is None,
        )
        if good is not None:
            self._request_again(good)

    def _request_again(self, good: Request) -> None:
        """Ask for a network that sounded well, unless a newer one is on its way."""
        change = good.change
        if change is not None:
            change = dataclasses.replace(change, received=time.monotonic())
        with self._condition:
            if self._request is None and self._ready is None and self._published is None:
                self._request = dataclasses.replace(good, change=change)
                self._building = True
            else:
                self._good = good

    def _deadline(self, engine: Engine, request: Request) -> Deadline | None:
        period = self._period()
        return Deadline(period, engine.rate, request.budget) if period else None

    def _wanted_no_more(self, begin: float) -> bool:
        kept = _LONGEST_KEPT_SECONDS if self._dropped else _KEPT_SECONDS
        return self._stopping or (self._request is not None and time.monotonic() - begin > kept)

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify()

    def _outdated(self) -> bool:
        return self._request is not None or self._stopping

    def _refuse(self, engine: Engine, request: Request, reason: str) -> None:
        if request.change is not None:
            self._listener.refused(request.change, reason)
        else:
            log.warning("refused: %s", reason)
        if self._current is not None:
            return
        good, self._good = self._good, None
        if good is not None:
            self._request_again(good)
        elif not engine.sounds:
            engine.go_dry()
