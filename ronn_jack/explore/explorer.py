"""Fills the pool in idle time, on a thread that gives way to all others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Protocol

from ronn_jack.control.exploring.search import Search
from ronn_jack.control.scene import Scene
from ronn_jack.explore.audition import Passage, Signal, phrase_passage, recent_passage
from ronn_jack.explore.finding import Finding
from ronn_jack.explore.pool import Pool
from ronn_jack.hotswap.resources.priority import LOWEST, give_way
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value

SHARE = 0.2
"""Of one core, at most."""
LIGHT = 0.045
"""Share of the period that a candidate with a place may take as predicted, to keep below 0.05."""
RECENT_SECONDS = 10.0
"""Input in which a passage is looked for."""
_SETTLED_SECONDS = 1.0
"""Time without a new network after which it is idle."""
_LOOK_SECONDS = 0.25
_FAULT_SECONDS = 5.0
"""Time after a fault of ours until it looks on."""
_PASSAGE_SECONDS = 300.0
"""Time for which one passage serves: with another one, all that was heard is described anew."""
_PHRASE_SECONDS = 5.0
"""Time between two looks whether somebody has played."""
_END_SECONDS = 0.5
"""A piece of work that takes longer at the end is left to itself."""

_log = logging.getLogger(__name__)


class Played(Protocol):
    """The running effect, as far as it is listened to. The explorer's thread calls it."""

    @property
    def inputs(self) -> int:
        """Number of audio inputs."""
        ...

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        ...

    @property
    def idle(self) -> bool:
        """Whether it plays, and no network is on its way."""
        ...

    def recent_input(self, seconds: float) -> Signal:
        """Return a copy of the latest raw input [shape=(inputs, frames)]."""
        ...


class Accepted(Protocol):
    """The accepted values, and what can be had; the controller."""

    @property
    def scene(self) -> Scene:
        """The accepted values and where they came from."""
        ...

    @property
    def search(self) -> Search:
        """Which draws sounds."""
        ...

    def fits(self, values: Mapping[str, Value], most: float = 1.0) -> bool:
        """Tell whether values make a network that can run in a share of the time."""
        ...

    def model(self, values: Mapping[str, Value]) -> Model:
        """Return the network that values ask for; SpecError if there is none."""
        ...


class _InterruptedError(Exception):
    """Something else is to be done now."""


class Explorer:
    """Hears candidates on the recent input while nothing else is to be done.

    Parameters
    ----------
    pool : Pool
        Filled; what is heard is noted there.
    accepted : Accepted
    played : Played
    random : random.Random, optional
    clock : callable
        Returns the time in s.
    rest : callable, optional
        Waits for some seconds; returns whether to end.
    niceness : int
        By which its thread gives way to others.
    """

    def __init__(
        self,
        pool: Pool,
        accepted: Accepted,
        played: Played,
        random: Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[float], bool] | None = None,
        niceness: int = LOWEST,
    ) -> None:
        self._pool = pool
        self._accepted = accepted
        self._played = played
        self._finding = Finding(
            pool,
            accepted.model,
            accepted.fits,
            random or Random(),
            lambda values: accepted.fits(values, LIGHT),
        )
        self._passage: Passage | None = None
        self._passage_until = 0.0
        self._noted: Mapping[str, Value] = {}
        self._busy_until = 0.0
        self._piece_begin = 0.0
        self._closing = threading.Event()
        self._clock = clock
        self._rest = rest or self._closing.wait
        self._niceness = niceness
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to explore; doing so twice is harmless."""
        if self._thread is None:
            self._pool.wake, self._pool.searched = self._woken.set, True
            self._thread = threading.Thread(target=self._run, name="explorer", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End after the piece of work that it is at."""
        self._closing.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        give_way(self._niceness)
        told = ""
        while not self._closing.is_set():
            try:
                found = self._explore()
                patience = _LOOK_SECONDS
            except _InterruptedError:
                found, patience = False, _LOOK_SECONDS
            except Exception as error:
                # It may be of one sound alone; what comes again and again is told once.
                if repr(error) != told:
                    _log.exception("while looking for sounds; randomize may draw by chance")
                told = repr(error)
                self._pool.search_failed()
                found, patience = False, _FAULT_SECONDS
            if not found:
                self._woken.wait(patience)
                self._woken.clear()

    def _explore(self) -> bool:
        """Do the next thing; return whether there was any."""
        if not self._is_idle():
            return False
        self._piece_begin = self._clock()
        values = self._accepted.scene.kept.values
        if values is not self._noted:
            self._noted = values
            self._pool.hear(values)
        passage = self._listen()
        return self._finding.find_one(values, self._accepted.search.locks, passage, self._pause)

    def _is_idle(self) -> bool:
        now = self._clock()
        if not self._played.idle:
            self._busy_until = now + _SETTLED_SECONDS
        return now >= self._busy_until

    def _pause(self) -> None:
        """Rest so long that the work keeps to its share, by the time that it has really taken.

        Where the processors are busy a piece takes long, and the rest with it.
        """
        now = self._clock()
        rest = (now - self._piece_begin) * (1.0 / SHARE - 1.0)
        if self._rest(rest) or not self._is_idle():
            raise _InterruptedError
        self._piece_begin = self._clock()

    def _listen(self) -> Passage:
        """Return what candidates are heard on: what was played lately, or else a phrase."""
        now, rate, inputs = self._clock(), self._played.rate, self._played.inputs
        passage = self._passage
        if passage is not None and passage.rate != rate:
            passage = None
        # While nothing is to be found, nothing is described anew either.
        rests = passage is not None and passage.recorded and self._pool.rests
        if passage is not None and (rests or now < self._passage_until):
            return passage
        recent = recent_passage(self._played.recent_input(RECENT_SECONDS), rate)
        self._passage_until = now + (_PASSAGE_SECONDS if recent else _PHRASE_SECONDS)
        if recent is None and passage is not None:
            return passage
        self._passage = recent or phrase_passage(inputs, rate)
        self._pool.forget_characters()
        return self._passage
