"""The level of a network all along the way of drift, found offline, where there is time for it."""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.hotswap.levels.curves import POINTS_A_CYCLE
from ronn_jack.loudness.excerpt import Excerpt
from ronn_jack.model.expression import Expression
from ronn_jack.realtime.kernels.layout import CELL
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.voice import Voice

_AT_ONCE = 1e3
"""dB/s. One table goes on as the other ended, so that there is nothing to go over."""


class DriftWay:
    """Levels voices of one network along drift, measuring each point when it is first needed.

    Parameters
    ----------
    voice : Voice
        Of that network, to measure with.
    expression : Expression
        Where it is.
    excerpt : Excerpt
        What it is measured on.
    gain : float
        Amplitude ratio before the network.
    """

    def __init__(self, voice: Voice, expression: Expression, excerpt: Excerpt, gain: float) -> None:
        self._voice, self._expression = voice, expression
        self._excerpt, self._gain = excerpt, gain
        self._points: dict[int, float] = {}

    def level(self, voice: Voice, gain: float, begin: int, frames: int) -> None:
        """Let a voice follow the way, at `gain` besides, in its next `frames` from `begin` on."""
        cycles = [voice.network.drift_cycles(at) for at in (begin, begin + frames + 2 * CELL)]
        first, last = (math.floor(cycle * POINTS_A_CYCLE) for cycle in cycles)
        table = LevelTable(
            gain,
            drift=np.array([self._point(point) for point in range(first, last + 2)]),
            begin=first / POINTS_A_CYCLE,
            step=1.0 / POINTS_A_CYCLE,
            depth=self._expression.drift_depth,
        )
        voice.level.follow(table, _AT_ONCE)

    def _point(self, point: int) -> float:
        if point not in self._points:
            self._voice.pin(self._expression, point / POINTS_A_CYCLE)
            found = self._excerpt.gain_db(self._voice, self._gain)
            self._points[point] = 0.0 if found is None else found
        return self._points[point]
