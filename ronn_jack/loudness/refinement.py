"""A level that is made better by what is heard while it is played.

Only what is loud teaches: a guitar whose volume is rolled down, or a tail that rings on, is to be
heard as it is.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ronn_jack.loudness.match import ABSOLUTE_GATE_LUFS, DryMeter, Powers, lufs
from ronn_jack.realtime.engine import WET_SECONDS, Engine
from ronn_jack.realtime.meters.loudness import STEP_SECONDS, LoudnessMeter
from ronn_jack.units import decibels_to_gain

LEAST_SECONDS = 10.0
"""Loud input that has to be heard before anything is concluded from it."""
COUNTED_DB = 10.0
"""Distance from the loudest within which input counts."""
DECIBELS_PER_SECOND = 0.3
"""Of loud input, by which the level moves at most."""
MOST_DB = 3.0
"""By which it moves in all."""
_KEPT_SECONDS = 60.0


def counted(dry: Powers) -> np.ndarray:
    """Return which steps of an input teach something [shape=(steps,), bool]."""
    if not dry.size or lufs(float(dry.max())) <= ABSOLUTE_GATE_LUFS:
        return np.zeros(dry.size, bool)
    loud: np.ndarray = dry >= dry.max() * 10.0 ** (-COUNTED_DB / 10.0)
    return loud


def refined(trim_db: float, dry: Powers, wet: Powers, seconds: float) -> float:
    """Return by how many dB a level is to differ from how it was found.

    Parameters
    ----------
    trim_db : float
        By how many it does now.
    dry, wet : ndarray [shape=(steps,)]
        Powers of what was played, the wet ones at the level as it was found.
    seconds : float
        Loud input that is new.
    """
    loud = counted(dry)
    if loud.sum() * STEP_SECONDS < LEAST_SECONDS:
        return trim_db
    wanted = lufs(float(dry[loud].mean())) - lufs(float(wet[loud].mean()))
    wanted = min(MOST_DB, max(-MOST_DB, wanted))
    most = DECIBELS_PER_SECOND * seconds
    return trim_db + min(most, max(-most, wanted - trim_db))


class Refinement:
    """Follows how loud one voice is while it is played, by steps of 100 ms.

    Parameters
    ----------
    engine : Engine
        In which the voice sounds.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._step_frames = round(STEP_SECONDS * engine.rate)
        self._steps: deque[tuple[float, float]] = deque(maxlen=round(_KEPT_SECONDS / STEP_SECONDS))
        self._begin_at(engine.position)

    def tend(self, trim_db: float) -> float:
        """Return the trim in dB after what was played since the last time."""
        engine = self._engine
        frames = (engine.position - self._end) // self._step_frames * self._step_frames
        if frames == 0:
            return trim_db
        if engine.holds or engine.fading or frames > WET_SECONDS * engine.rate / 2:
            self._begin_at(engine.position)
            return trim_db
        self._end += frames
        self._dry.add(engine.recent_dry(self._end, frames))
        self._wet.add(engine.recent_wet(self._end, frames))
        found = self._dry.take_steps(), self._wet.take_steps() / decibels_to_gain(trim_db) ** 2
        before = len(self._steps)
        known = np.array([dry for dry, _ in self._steps])
        # What is too quiet now is not kept, lest it be the loudest one day.
        loud = counted(np.append(known, found[0]))[before:]
        self._steps.extend(zip(found[0][loud], found[1][loud], strict=True))
        if not loud.any():
            return trim_db
        dry, wet = np.array(self._steps).T
        return refined(trim_db, dry, wet, int(loud.sum()) * STEP_SECONDS)

    def _begin_at(self, position: int) -> None:
        engine = self._engine
        self._end = position
        self._dry = DryMeter(engine.inputs, engine.outputs, engine.rate)
        self._wet = LoudnessMeter(engine.outputs, engine.rate)
