"""Measures the responses of the network that is looked at, a piece with each look."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np

from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.pictures.columns import columns
from ronn_jack.pictures.packet import packed
from ronn_jack.pictures.responses import INPUT_LEVELS_DB, SINE_DB, Responses, measured

_SETTLED_SECONDS = 0.4
"""A network that has rested for so long is measured."""
_DRAWN_COLUMNS = 600


class Subject(NamedTuple):
    """What is measured: the arguments of `measured`."""

    model: Model
    rate: float
    expression: Expression
    gain: float


class Measuring:
    """Begins anew with whatever is another network, or the same one elsewhere.

    Attributes
    ----------
    key : str
        Names what was measured last; "" before that.
    packet : bytes
        The same, as a page gets it.
    """

    def __init__(self) -> None:
        self.key = ""
        self.packet = b""
        self._number = 0
        self._subject: Subject | None = None
        self._since = 0.0
        self._work: Generator[None, None, Responses] | None = None
        self._done = False

    def go_on(self, subject: Subject, now: float, time_left: Callable[[], float]) -> None:
        """Do what there is to do, in pieces of some milliseconds, for as long as there is time."""
        if subject != self._subject:
            self._subject, self._since = subject, now
            self._work, self._done = None, False
        elif self._done:
            return
        elif self._work is not None:
            try:
                next(self._work)
                while time_left() > 0.0:
                    next(self._work)
            except StopIteration as end:
                self._work, self._done = None, True
                self._tell(end.value)
        elif now - self._since >= _SETTLED_SECONDS:
            self._work = measured(*subject)

    def rest(self) -> None:
        """Give up what is not done yet, and all that it takes."""
        if not self._done:
            self._subject, self._work = None, None

    def _tell(self, found: Responses) -> None:
        self._number += 1
        self.key = str(self._number)
        facts = {
            "key": self.key,
            "rate": found.rate,
            "hertz": found.hertz,
            "frames": found.impulse.size,
            "whole": found.whole,
            "sine_db": SINE_DB,
            "input_levels": INPUT_LEVELS_DB,
        }
        arrays = {
            "harmonics": found.harmonics.astype(np.float32),
            "levels": found.levels.astype(np.float32),
            "impulse": columns(found.impulse, _DRAWN_COLUMNS),
            "step": columns(found.step, _DRAWN_COLUMNS),
        }
        self.packet = packed("responses", facts, arrays)
