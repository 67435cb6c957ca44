"""Somebody who plays for whoever looks, without an engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.hotswap.audio import Recent

RATE = 48_000.0


class Played:
    """A chord that goes on with every look, and its distorted double.

    Parameters
    ----------
    step : int
        Frames from one look to the next.
    """

    rate = RATE
    HERTZ = (110.0, 331.0, 2010.0)

    def __init__(self, step: int = 1600) -> None:
        self.position = 0
        self.looks = 0
        self.silent = False
        self._step = step

    def recent(self, frames: int) -> Recent | None:
        self.looks += 1
        self.position += self._step
        if self.silent:
            return None
        dry = self.signal(self.position, frames)
        return Recent(self.position, dry, dry, np.tanh(3.0 * dry), 0.0)

    def signal(self, end: int, frames: int) -> NDArray[np.float32]:
        """Return what is played before a frame."""
        seconds = np.arange(end - frames, end) / RATE
        chord = sum(0.15 * np.sin(2 * np.pi * hertz * seconds) for hertz in self.HERTZ)
        return np.stack([chord, chord]).astype(np.float32)
