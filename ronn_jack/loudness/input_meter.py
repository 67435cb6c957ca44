"""The loudness of the recent raw input, kept up to date so that no change waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ronn_jack.loudness.excerpt import LONGEST_RUN_UP_SECONDS, Excerpt, typical_stretch
from ronn_jack.loudness.match import DryMeter, Powers
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.meters.loudness import STEP_SECONDS, STEPS_PER_BLOCK, powers_of_steps

WINDOW_SECONDS = 5.0
"""Recent input that a network's loudness is compared on."""
_LOUD_SHARE = 0.25
"""Of the loudest stretch's power, which a stretch has to have to stand for all."""


@dataclass(frozen=True)
class Window:
    """The recent input that was measured.

    Attributes
    ----------
    begin, end : int
        Positions, in frames since the engine's start: whole steps of 100 ms.
    powers : Powers
        Those of the raw input, as it would be heard at the outputs.
    """

    begin: int
    end: int
    powers: Powers


class InputLoudness:
    """Measures what an engine records, by steps of 100 ms that are counted from its start.

    All of it belongs to the thread that makes voices.

    Parameters
    ----------
    engine : Engine
    meter : callable
        Makes a meter of so many inputs as heard at so many outputs, at a rate in Hz.
    """

    def __init__(
        self, engine: Engine, meter: Callable[[int, int, float], DryMeter] = DryMeter
    ) -> None:
        self._engine = engine
        self._make_meter = meter
        self._step_frames = round(STEP_SECONDS * engine.rate)
        most = min(
            round(WINDOW_SECONDS / STEP_SECONDS), engine.recorded_dry_frames // self._step_frames
        )
        self._steps: deque[float] = deque(maxlen=most)
        self._meter = self._fresh_meter()
        self._end = 0  # of what was measured

    def follow(self) -> None:
        """Measure what was recorded since the last time; soon done if that is not long ago."""
        end = self._engine.position // self._step_frames * self._step_frames
        window = (self._steps.maxlen or 0) * self._step_frames
        if end - self._end > window:
            self._meter, self._end = self._fresh_meter(), end - window
            self._steps.clear()
        if end > self._end:
            self._meter.add(self._engine.recent_dry(end, end - self._end))
            self._steps.extend(self._meter.take_steps())
            self._end = end

    def window(self) -> Window:
        """Return the loudness of the last 5 s, or of as much as there is."""
        self.follow()
        begin = self._end - len(self._steps) * self._step_frames
        powers = powers_of_steps(np.array(self._steps))
        return Window(begin, self._end, powers)

    def quick_window(self, seconds: float) -> Window:
        """Return the latest stretch of that window, so long, that is about as loud as any.

        Where there is less input, it is all of it.
        """
        self.follow()
        count = max(STEPS_PER_BLOCK, round(seconds / STEP_SECONDS))
        first, count = self._loud_stretch(count)
        begin = self._end - (len(self._steps) - first) * self._step_frames
        powers = powers_of_steps(np.array(self._steps)[first : first + count])
        return Window(begin, begin + count * self._step_frames, powers)

    def excerpt(self, run_up_frames: int, seconds: float) -> Excerpt:
        """Return a typical stretch of the last 5 s, after a run-up; noise if all is quiet."""
        found = self.heard_excerpt(run_up_frames, seconds)
        if found is not None:
            return found
        engine = self._engine
        return Excerpt.of_noise(
            engine.inputs, engine.outputs, engine.rate, seconds, engine.curve_before
        )

    def heard_excerpt(self, run_up_frames: int, seconds: float) -> Excerpt | None:
        """Return the same; None if all is quiet."""
        self.follow()
        engine = self._engine
        steps = np.array(self._steps)
        if not steps.size:
            return None
        count = min(steps.size, max(1, round(seconds / STEP_SECONDS)))
        first = typical_stretch(steps, count)
        begin = self._end - (len(self._steps) - first) * self._step_frames
        end = begin + count * self._step_frames
        run_up = min(run_up_frames, round(LONGEST_RUN_UP_SECONDS * engine.rate))
        start = max(begin - run_up, engine.position - engine.recorded_dry_frames, 0)
        samples = engine.recent_dry(end, end - start)
        return Excerpt.of(samples, begin - start, engine.outputs, engine.rate, engine.curve_before)

    def _loud_stretch(self, count: int) -> tuple[int, int]:
        """Return the first of so many steps, the latest with a good share of the most power.

        And how many there are, which may be fewer.
        """
        steps = np.array(self._steps)
        if steps.size <= count:
            return 0, steps.size
        sums = np.convolve(steps, np.ones(count), "valid")
        return int(np.flatnonzero(sums >= _LOUD_SHARE * sums.max())[-1]), count

    def _fresh_meter(self) -> DryMeter:
        """Return a meter that takes what came before for silence."""
        engine = self._engine
        return self._make_meter(engine.inputs, engine.outputs, engine.rate)
