"""The loudness of the network's recent input, kept up to date so that no change waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
            round(WINDOW_SECONDS / STEP_SECONDS), engine.recorded_frames // self._step_frames
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
            self._meter.add(self._engine.recent_input(end, end - self._end))
            self._steps.extend(self._meter.take_steps())
            self._end = end

    def window(self, input_gain: float) -> Window:
        """Return the loudness of the last 5 s, or of as much as there is.

        Parameters
        ----------
        input_gain : float
            Amplitude ratio of the gain before the network, behind which the input is recorded.
        """
        self.follow()
        begin = self._end - len(self._steps) * self._step_frames
        powers = powers_of_steps(np.array(self._steps)) / input_gain**2
        return Window(begin, self._end, powers)

    def quick_window(self, input_gain: float, seconds: float) -> Window:
        """Return the latest stretch of that window, so long, that is about as loud as any.

        Takes the same input gain. Where there is less input, it is all of it.
        """
        self.follow()
        steps = np.array(self._steps)
        count = max(STEPS_PER_BLOCK, round(seconds / STEP_SECONDS))
        if steps.size <= count:
            return self.window(input_gain)
        sums = np.convolve(steps, np.ones(count), "valid")
        first = int(np.flatnonzero(sums >= _LOUD_SHARE * sums.max())[-1])
        begin = self._end - (steps.size - first) * self._step_frames
        powers = powers_of_steps(steps[first : first + count]) / input_gain**2
        return Window(begin, begin + count * self._step_frames, powers)

    def _fresh_meter(self) -> DryMeter:
        """Return a meter that takes what came before for silence."""
        engine = self._engine
        return self._make_meter(engine.inputs, engine.outputs, engine.rate)
