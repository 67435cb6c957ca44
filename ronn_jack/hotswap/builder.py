"""The worker that turns requests into sounding voices, off the audio thread.

It alone makes voices, hands them over and frees them. The newest request wins: one that is out of
date is dropped before it costs more time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Iterator

from ronn_jack.control.operations import Change
from ronn_jack.cost.admission import Cost, Deadline
from ronn_jack.errors import RonnError
from ronn_jack.hotswap.budget import Budget
from ronn_jack.hotswap.fade_gap import DIP_MS, let_tails_end, make_room
from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.listener import Listener
from ronn_jack.hotswap.live_motion import LiveMotion
from ronn_jack.hotswap.pipeline import Pipeline
from ronn_jack.hotswap.priming import PreparedVoice, admit_prepared
from ronn_jack.hotswap.readmission import Readmission
from ronn_jack.hotswap.resources.heap import Heap
from ronn_jack.hotswap.resources.priority import give_way
from ronn_jack.hotswap.voices import Voices
from ronn_jack.loudness import auto_level
from ronn_jack.loudness.auto_level import Level
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.model.protocol import Model
from ronn_jack.realtime.engine import ANY_GAP, Engine
from ronn_jack.units import milliseconds_to_frames

_KEPT_SECONDS = 0.05
"""Age up to which a build is not dropped for a newer request."""
_LONGEST_KEPT_SECONDS = 4.0
"""Age that a build may reach where the one before was dropped: a sweep over slow builds has to be
heard too. That is what the slowest network that fits takes for the input that finds its level; what
would take longer is dropped as soon as it shows."""
_MOST_LATE = 8
"""Times that a voice may come late while nothing else sounds."""
_TOO_SLOW = "the machine is too slow to bring it up to the present: lower channels or layers"
_POLL_SECONDS = 0.001
_IDLE_SECONDS = 0.02

log = logging.getLogger(__name__)


class Builder:
    """Builds, primes, publishes and frees voices on a thread of its own.

    Parameters
    ----------
    listener : Listener, optional
        Told what becomes of each request; it may be named later by `report_to`, before `attach`.
    cost : Cost, optional
        Predicts what a network takes before any time is spent on it.
    pipeline : Pipeline, optional
        The parts that make and keep voices.
    """

    def __init__(
        self,
        listener: Listener | None = None,
        cost: Cost | None = None,
        pipeline: Pipeline | None = None,
    ) -> None:
        self._listener: Listener
        self._pipeline = pipeline or Pipeline()
        self._condition = threading.Condition()
        self._request: Change | None = None
        # Period and room in which a network sounded or what was displaced was refused last, and
        # those that the network in the making is held to.
        self._terms = self._held_to = 0, 0.0
        self._job: Job | None = None
        self._loudness: InputLoudness  # of the engine that is attached
        self._heap = Heap()
        self._follower = self._pipeline.follower(
            lambda: self._request is not None or self._stopping
        )
        self.live_motion = LiveMotion(self.wake)
        """Through which the expressive parameters reach the network that sounds."""
        self.voices = Voices(self.live_motion, self._request_again)
        """Which network sounds and which are on their way; others only read it."""
        self.budget = Budget(cost)
        self._readmission = Readmission(self.budget, self.voices)
        self._building = False
        self._dropped = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.input_gain = 1.0
        """Amplitude ratio of the gain before the network, as it is now."""
        if listener is not None:
            self.report_to(listener)

    def report_to(self, listener: Listener) -> None:
        """Name who is told what becomes of each request."""
        self._listener = self.voices.listener = listener

    @property
    def sounding(self) -> Model | None:
        """The network that the audio thread has let in last; None while there is none."""
        return self.voices.sounding

    @property
    def building(self) -> bool:
        """Whether a network was asked for that does not sound yet."""
        return self._building

    @property
    def progress(self) -> float:
        """How far the network in the making has come, 0–1."""
        job = self._job
        if job is not None:
            return job.share
        return 0.0 if self._request is not None else 1.0

    def request(self, change: Change) -> None:
        """Ask for a network; an earlier one that does not sound yet is forgotten."""
        with self._condition:
            self._request = change
            if change.begins:
                self.voices.good, self.voices.displaced = None, change
            self._building = True
            self._condition.notify()

    def switch_level(self, on: bool) -> None:
        """Let the network that sounds glide to the level of its input, or to no gain at all."""
        with self._condition:
            self._follower.switch(on)
            self._condition.notify()

    @property
    def level(self) -> Level | None:
        """The level of the network that sounds; None where it has none."""
        current = self.voices.current
        return current.level if current else None

    @property
    def load(self) -> float:
        """Load of the network that sounds; 0 where no deadline holds."""
        return self.voices.load(self.budget.period())

    @property
    def moving_load(self) -> float:
        """The same while its weights move."""
        return self.voices.moving_load(self.budget.period())

    def deadline(self, engine: Engine) -> Deadline | None:
        """Return what a network has to fit into; None where no deadline holds."""
        return self.budget.deadline(engine)

    def attach(self, engine: Engine, period: Callable[[], int]) -> None:
        """Start to serve an engine; what was asked for before is forgotten.

        Parameters
        ----------
        period : callable
            Returns the frames in a block.
        """
        auto_level.warm_up(engine.inputs, engine.rate)
        self._loudness = self._pipeline.loudness(engine)
        self.budget.period = period
        self._request = None
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, args=(engine,), name="builder", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """[any-thread] Let the thread end after what it is at."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def detach(self) -> None:
        """Stop the thread and wait for it; the engine keeps its voices alive."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _run(self, engine: Engine) -> None:
        give_way()
        while True:
            with self._condition:
                if self._request is None and not self._stopping:
                    self._condition.wait(_POLL_SECONDS if self.voices.unsettled else _IDLE_SECONDS)
                if self._stopping:
                    break
            # A fault of ours in looking after one network must not keep others from coming.
            with _logged("while looking after the network that sounds"):
                self._tend(engine)
            with _logged("while bringing in a network"):
                self._serve_newest(engine)
                self._offer(engine)
            with self._condition:
                # Here alone, since a request on its way through the steps is nowhere for moments.
                self._building = self._request is not None or self.voices.coming
                self._job = None
        self.voices.end(engine)

    def _serve_newest(self, engine: Engine) -> None:
        with self._condition:
            change, self._request = self._request, None
        if change is not None:
            with self._answering(engine, change):
                self._serve(engine, change)

    def _serve(self, engine: Engine, change: Change) -> None:
        begin = self._pipeline.clock()
        self._heap.used()
        # A sweep that never pauses has to be heard too: what has just begun is not dropped.
        job = self._job = Job(lambda: self._wanted_no_more(begin), self._pipeline.clock)
        deadline = self.deadline(engine)
        self._held_to = self._terms_of(deadline)
        prepared = self._pipeline.prepare(
            change,
            engine,
            deadline,
            self.budget.cost,
            self.input_gain,
            job,
            self.live_motion.expression(int(change.values["seed_b"])),
            self._loudness,
            self.voices.kept,
            self._pipeline.time_block,
        )
        self._dropped = False
        self.voices.ready = prepared

    @contextlib.contextmanager
    def _answering(self, engine: Engine, change: Change) -> Iterator[None]:
        """Refuse a change whose network can't be made or brought in, for whatever reason."""
        try:
            yield
        except OutdatedError:
            self._dropped = self._request is not None
            if not self._dropped and not self._stopping:
                self._refuse(engine, change, _TOO_SLOW)
        except (RonnError, MemoryError) as error:
            reason = str(error) or "not enough memory: lower channels or layers"
            self._refuse(engine, change, reason)
        except Exception:
            log.exception("while building a network; the one that sounds plays on")
            self._refuse(engine, change, "internal error; the log says more")

    def _offer(self, engine: Engine) -> None:
        """Publish the voice that is ready, once no fade keeps it waiting until it is late."""
        prepared = self.voices.ready
        if prepared is None or engine.fading or self.voices.published is not None:
            return
        with self._answering(engine, prepared.change):
            try:
                self._bring_in(engine, prepared)
            except Exception:
                if prepared.swap.dip:
                    self.voices.make_way()
                raise
            finally:
                self.voices.ready = None  # only now, as a stage has to fit beside it meanwhile

    def _bring_in(self, engine: Engine, prepared: PreparedVoice) -> None:
        deadline = self.deadline(engine)
        self._held_to = self._terms_of(deadline)
        old = None
        if self.voices.current is not prepared:
            old = self.voices.current
            # Stages may have been turned on while it was made.
            admit_prepared(prepared, deadline, self.budget.cost)
        if deadline is not None:
            ringing = self.budget.let_ring(engine, deadline.load(prepared.block_seconds))
            let_tails_end(engine, prepared, lambda: self._stopping)
            deadline = dataclasses.replace(deadline, taken=deadline.taken + ringing)
        if deadline and old and deadline.load(_both(old, prepared)) > deadline.room:
            prepared.swap = dataclasses.replace(prepared.swap, dip=True, fade_ms=DIP_MS)
            make_room(engine, prepared, lambda: self._stopping)
            old = None
        self._pipeline.catch_up(prepared, engine, Job())
        if prepared.late >= _MOST_LATE and not engine.sounds:
            # Nothing is heard until it comes: a gap in what it has heard is the lesser evil.
            prepared.voice.rejoin_at(engine.position)
        elif prepared.late >= self._pipeline.most_late:
            raise OutdatedError
        frames = milliseconds_to_frames(prepared.swap.fade_ms, engine.rate)
        correlation = 0.0 if prepared.swap.dip else prepared.correlation
        # Told as it is used: it was measured anew, should the voice have come late before.
        prepared.swap = dataclasses.replace(prepared.swap, correlation=correlation)
        # The very first network is faded in by the master, with the node.
        prepared.voice.set_fade(frames if engine.position else 0, correlation)
        self._readmission.network_period = prepared.period
        both = _both(old, prepared)
        gap = deadline.spare_frames(both, prepared.block_seconds) if deadline else ANY_GAP
        self.voices.publish(engine, prepared, gap)

    def _tend(self, engine: Engine) -> None:
        """Free what the audio thread has finished with, and see to what is heard."""
        self._loudness.follow()
        if self.voices.unsettled:
            self._heap.used()
        self._heap.tend()
        self.voices.look(engine)
        current = self.voices.current
        if current is not None:
            self._terms = self._terms_of(self.deadline(engine))
        if self.voices.published is None:
            # Else it may be the one that comes in which is sent away.
            if self._readmission.look(engine, self._pipeline.time_block):
                self._listener.strained()
            current = self.voices.current
        self.budget.let_ring(engine, self.voices.heaviest_load(self.budget.period()))
        if current is None:
            self._try_again(engine)
            return
        self.voices.recall(engine)
        self._follower.tend(engine, self._loudness, self.input_gain, current)
        if self.live_motion.is_due:
            deadline = self.deadline(engine)
            if deadline is None or self.moving_load <= deadline.room:
                self.live_motion.let_move()
            else:
                self._listener.strained()

    def _terms_of(self, deadline: Deadline | None) -> tuple[int, float]:
        return (deadline.period, deadline.room) if deadline else (0, self.budget.share)

    def _try_again(self, engine: Engine) -> None:
        """Ask anew for what the dry signal stands in for, in another buffer size or room."""
        terms, displaced = self._terms_of(self.deadline(engine)), self.voices.displaced
        if displaced is not None and terms != self._terms and not self._building:
            self._request_again(displaced)

    def _request_again(self, good: Change) -> None:
        """Ask for a network that sounded well, unless a newer one is on its way."""
        self.voices.displaced = good
        with self._condition:
            if self._request is None and not self.voices.coming:
                self._request = dataclasses.replace(good, received=time.monotonic())
                self._building = True
            else:
                self.voices.good = good

    def _wanted_no_more(self, begin: float) -> bool:
        if self._stopping or self._request is None:
            return self._stopping
        age = self._pipeline.clock() - begin
        if not self._dropped:
            return age > _KEPT_SECONDS
        left = self._job.seconds_left if self._job else 0.0
        return age + left > _LONGEST_KEPT_SECONDS

    def wake(self) -> None:
        """[any-thread] Look after what is heard now, and not soon."""
        with self._condition:
            self._condition.notify()

    def _refuse(self, engine: Engine, change: Change, reason: str) -> None:
        self._listener.refused(change, reason)
        voices = self.voices
        if voices.current is not None:
            return
        good, voices.good = voices.good, None
        if good is not None:
            self._request_again(good)
            return
        if voices.displaced is not None and change.model == voices.displaced.model:
            self._terms = self._held_to
        if voices.published is None and not engine.sounds:
            engine.go_dry()


def _both(old: PreparedVoice | None, new: PreparedVoice) -> float:
    """Return the time in s that two networks take for a block while they fade."""
    return new.block_seconds + (old.block_seconds if old else 0.0)


@contextlib.contextmanager
def _logged(doing: str) -> Iterator[None]:
    """Log a fault of ours, and go on."""
    try:
        yield
    except Exception:
        log.exception("%s; the sound goes on", doing)
