"""How loud a signal is now, for a meter: momentary loudness after EBU Tech 3341."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.match import block_powers, lufs
from ronn_jack.realtime.meters.loudness import STEP_SECONDS, STEPS_PER_BLOCK
from ronn_jack.units import SILENCE_DB

_RUN_UP_STEPS = 2
"""Steps before those that count, in which the filters' high-pass at 38 Hz settles."""
MOMENTARY_SECONDS = (STEPS_PER_BLOCK + _RUN_UP_STEPS) * STEP_SECONDS


def momentary_lufs(x: NDArray[np.float32], rate: float) -> float:
    """Return the loudness of the last 400 ms of `x` [shape=(1 or 2, frames)]; SILENCE_DB at least.

    It is best of MOMENTARY_SECONDS; of less than 400 ms nothing is known.
    """
    powers = block_powers(x, rate)
    return max(SILENCE_DB, lufs(float(powers[-1]))) if powers.size else SILENCE_DB


class MomentaryMeter:
    """Measures when it is asked, at most once in a step however often that is.

    Parameters
    ----------
    clock : callable, optional
        Returns the time in s.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._value = SILENCE_DB
        self._holds_until = 0.0

    def read(self, recent: Callable[[], NDArray[np.float32]], rate: float) -> float:
        """Return the loudness in LUFS of what `recent` returns."""
        now = self._clock()
        if now >= self._holds_until:
            self._holds_until = now + STEP_SECONDS
            self._value = momentary_lufs(recent(), rate)
        return self._value
