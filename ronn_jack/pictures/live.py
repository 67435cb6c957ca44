"""The pictures that pages ask for, made while they ask, on a thread that gives way to others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from ronn_jack.closing import ClosingOnce
from ronn_jack.hotswap.audio import Recent
from ronn_jack.hotswap.resources.priority import LOWEST, give_way
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.pictures.packet import packed
from ronn_jack.pictures.portrait import Portrait
from ronn_jack.pictures.rack.rack import Rack
from ronn_jack.pictures.signals import signals_packet

FRAME_SECONDS = 1.0 / 30.0
_LOOKED_AT_SECONDS = 5.0
_END_SECONDS = 0.5

_log = logging.getLogger(__name__)

Deliver = Callable[[Sequence[bytes]], None]


class Accepted(Protocol):
    """The accepted values, and the network that they make; the controller."""

    @property
    def values(self) -> Mapping[str, Value]:
        """Of all parameters, never modified."""
        ...

    def model(self, values: Mapping[str, Value]) -> Model:
        """Return the network that values ask for; SpecError if there is none."""
        ...


class Played(Protocol):
    """The running effect, as far as it is looked at."""

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        ...

    def recent(self, frames: int) -> Recent | None:
        """Return a copy of the latest frames; None without audio."""
        ...


class _Asked(msgspec.Struct):
    """What a page asks for with each frame: what it has of each kind, by its key."""

    network: str = ""
    layer: int = 0
    weights: str = ""
    responses: str = ""
    equaliser: str = ""
    room: str = ""
    rack: bool = False
    """Whether it looks at equaliser and reverb, and not at the network."""


def _portrait_of(accepted: Accepted) -> Portrait:
    return Portrait(accepted.model, lambda: accepted.values)


class LivePictures(ClosingOnce):
    """Makes pictures for as many pages as there are; nothing while none asks.

    A page asks for one frame, gets what has changed since the last and the signals as they are,
    and asks again: so a slow page gets fewer, and nothing ever waits for it.

    Parameters
    ----------
    accepted : Accepted
    played : Played
    portrait_of : callable
        Makes a Portrait of what is accepted.
    looked_at_seconds : float
        After the last question, what was made is kept for so long.
    niceness : int
        By which the thread that makes them gives way to others.
    """

    def __init__(
        self,
        accepted: Accepted,
        played: Played,
        portrait_of: Callable[[Accepted], Portrait] = _portrait_of,
        looked_at_seconds: float = _LOOKED_AT_SECONDS,
        niceness: int = LOWEST,
    ) -> None:
        super().__init__()
        self._played = played
        self._portrait = portrait_of(accepted)
        self._rack = Rack(lambda: accepted.values)
        self._looked_at_seconds = looked_at_seconds
        self._niceness = niceness
        self._condition = threading.Condition()
        self._asking: list[tuple[_Asked, Deliver]] = []
        self._closing = False
        self._thread: threading.Thread | None = None

    def ask(self, question: str, deliver: Deliver) -> None:
        """[any-thread] Ask for the next frame.

        Parameters
        ----------
        question : str
            JSON, as `_Asked` tells; of rubbish an empty question is made.
        deliver : callable
            Given the packets, once, on another thread; it must not wait.
        """
        try:
            asked = msgspec.json.decode(question, type=_Asked)
        except (msgspec.MsgspecError, RecursionError):
            asked = _Asked()
        with self._condition:
            self._asking.append((asked, deliver))
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _end(self) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        give_way(self._niceness)
        due, well = time.monotonic(), True
        while True:
            if not self._is_asked(self._looked_at_seconds):
                self._portrait.forget()  # unlocked: it takes a while, and who asks must not wait
                self._is_asked(None)
            with self._condition:
                self._condition.wait_for(lambda: self._closing, due - time.monotonic())
                if self._closing:
                    return
                asking, self._asking = self._asking, []
            due = max(due + FRAME_SECONDS, time.monotonic())
            try:
                self._answer(asking)
                well = True
            except Exception:
                if well:  # what has to be told thirty times a second is told once
                    _log.exception("while drawing")
                well = False
                for _, deliver in asking:
                    deliver([packed("nothing", {}, {})])

    def _is_asked(self, patience: float | None) -> bool:
        """Wait until there is something to do; say whether there is."""
        with self._condition:
            return self._condition.wait_for(lambda: bool(self._asking) or self._closing, patience)

    def _answer(self, asking: Sequence[tuple[_Asked, Deliver]]) -> None:
        network = [each for each in asking if not each[0].rack]
        if network:
            self._show_network(network)
        rack = [each for each in asking if each[0].rack]
        if rack:
            self._rack.look(self._played.rate)
        for asked, deliver in rack:
            has = {"equaliser": asked.equaliser, "room": asked.room}
            deliver([*self._rack.news(has), packed("nothing", {}, {})])

    def _show_network(self, asking: Sequence[tuple[_Asked, Deliver]]) -> None:
        portrait, rate = self._portrait, self._played.rate
        recent = self._played.recent(portrait.wanted_frames(rate))
        portrait.look(rate, recent, {asked.layer for asked, _ in asking})
        signals = signals_packet(recent, rate, portrait)
        for asked, deliver in asking:
            has = {"network": asked.network, "weights": asked.weights, "responses": asked.responses}
            deliver([*portrait.news(has, asked.layer), signals])
