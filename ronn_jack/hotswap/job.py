"""A voice in the making: how far it has come, and whether anybody still wants it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice


class OutdatedError(Exception):
    """A newer request has made the voice in the making pointless."""


class Job:
    """How far a voice in the making has come, and whether it is still wanted.

    Parameters
    ----------
    outdated : callable
        Asked before each piece of job.
    clock : callable
        Returns the time in s; kept as an attribute.
    """

    def __init__(
        self,
        outdated: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outdated = outdated
        self.clock = clock
        self._begin: int | None = None
        self._began = 0.0
        self.share = 0.0
        """Part of the input that the voice has caught up with, 0–1."""

    def check(self) -> None:
        """Raise OutdatedError if nobody wants the voice any more."""
        if self._outdated():
            raise OutdatedError

    def step(self, voice: Voice, engine: Engine) -> None:
        """Note where the voice is; raise OutdatedError if nobody wants it any more."""
        self.check()
        if self._begin is None:
            self._begin = voice.position
            self._began = self.clock()
        self.share = (voice.position - self._begin) / max(1, engine.position - self._begin)

    @property
    def seconds_left(self) -> float:
        """Time until the voice has caught up, if it goes on like this; 0 while that is unknown."""
        if self.share <= 0.0:
            return 0.0
        return (self.clock() - self._began) * (1.0 - self.share) / self.share
