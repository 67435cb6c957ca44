"""The worker that turns specs into sounding voices, off the audio thread.

It alone makes voices, hands them over and frees them. The newest request wins: one that is out of
date is dropped before it costs more time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ronn_jack.control.seams import Change
from ronn_jack.errors import RonnError
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import milliseconds_to_frames

SETTLING_SECONDS = {"ronn": 0.35, "package": 0.35, "plugin": 4.5}
"""Input before the receptive field that the high-pass needs to forget how it started."""
_PIECE_SECONDS = 0.25
_POLL_SECONDS = 0.001
_IDLE_SECONDS = 0.02

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """A network that should sound.

    Attributes
    ----------
    fade_ms : float
        Length of the crossfade that brings it in.
    change : Change or None
        What asked for it, to be told if it can't be had; None for the first network.
    """

    spec: NetworkSpec
    fade_ms: float
    change: Change | None


def make_voice(spec: NetworkSpec, rate: float, fade_ms: float) -> Voice:
    """Return a voice that has heard nothing but silence."""
    return Voice(spec, draw(spec), rate, milliseconds_to_frames(fade_ms, rate))


class Builder:
    """Builds, primes, publishes and frees voices on a thread of its own.

    Parameters
    ----------
    sounding : callable
        Told the change whose network has been let in.
    refused : callable
        Told (change, reason) when a requested network can't be had.
    """

    def __init__(
        self, sounding: Callable[[Change], None], refused: Callable[[Change, str], None]
    ) -> None:
        self._sounding = sounding
        self._refused = refused
        self._condition = threading.Condition()
        self._engine: Engine | None = None
        self._request: Request | None = None
        self._latest: Request | None = None
        self._published: tuple[Voice, Request] | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.sounding: NetworkSpec | None = None
        """The network that the audio thread has let in."""
        self.build_ms = 0.0
        """Time from request to publication of the last network."""
        self.building = False

    def request(self, request: Request) -> None:
        """Ask for a network; an earlier request that does not sound yet is forgotten."""
        with self._condition:
            self._request = self._latest = request
            self.building = True
            self._condition.notify()

    def attach(self, engine: Engine) -> None:
        """Start to serve an engine, with the network last asked for."""
        with self._condition:
            self._engine = engine
            self._request = self._latest
            self.sounding = None
            self._stopping = False
        self._thread = threading.Thread(target=self._run, name="builder", daemon=True)
        self._thread.start()

    def detach(self) -> None:
        """Stop the thread; the engine keeps its voices alive."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
        self._engine = self._thread = self._published = None

    def _run(self) -> None:
        engine = self._engine
        assert engine is not None
        while True:
            with self._condition:
                if self._request is None and not self._stopping:
                    busy = self._published is not None
                    self._condition.wait(_POLL_SECONDS if busy else _IDLE_SECONDS)
                if self._stopping:
                    return
                request, self._request = self._request, None
            self._collect(engine)
            if request is not None:
                self._build(engine, request)

    def _build(self, engine: Engine, request: Request) -> None:
        begin = time.perf_counter()
        try:
            voice = make_voice(request.spec, engine.rate, request.fade_ms)
        except (RonnError, MemoryError) as error:
            self._refuse(request, str(error) or "not enough memory: lower channels or layers")
            return
        back = request.spec.receptive_field + round(
            SETTLING_SECONDS[request.spec.recipe] * engine.rate
        )
        voice.start_at(max(0, engine.position - min(back, engine.recorded_frames)))
        if self._catch_up(engine, voice):
            self.build_ms = (time.perf_counter() - begin) * 1e3
            self._publish(engine, voice, request)

    def _catch_up(self, engine: Engine, voice: Voice) -> bool:
        """Bring a voice to the present; False if a newer request made it pointless."""
        piece = max(1, round(_PIECE_SECONDS * engine.rate))
        while voice.position < engine.position:
            if self._outdated():
                return False
            if not engine.prime(voice, min(engine.position, voice.position + piece)):
                log.warning("priming fell 75 s behind: the machine is overloaded")
                return False
        return True

    def _publish(self, engine: Engine, voice: Voice, request: Request) -> None:
        self._published = voice, request
        engine.publish(voice)

    def _collect(self, engine: Engine) -> None:
        """Free what the audio thread has finished with; bring a late voice up to date again."""
        if self._published is not None and engine.is_current(self._published[0]):
            request = self._published[1]
            self.sounding = request.spec
            self._published = None
            if request.change is not None:
                self._sounding(request.change)
            self.building = self._request is not None
        voice = engine.collect()
        if voice is None or not voice.late or self._published is None:
            return
        latest, request = self._published
        if voice is latest and self._catch_up(engine, voice):
            voice.start_at(voice.position)
            self._publish(engine, voice, request)

    def _outdated(self) -> bool:
        return self._request is not None or self._stopping

    def _refuse(self, request: Request, reason: str) -> None:
        self.building = False
        log.warning("refused: %s", reason)
        if request.change is not None:
            self._refused(request.change, reason)
