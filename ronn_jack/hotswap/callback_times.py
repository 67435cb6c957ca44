"""How long the callback takes, as shares of the period, over the last few seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.meters.histogram import quantile

WINDOW_SECONDS = 10.0
_STEP_SECONDS = 1.0


@dataclass(frozen=True)
class CallbackShares:
    """Shares of the period that half, 99 % and all of the blocks stayed within."""

    p50: float = 0.0
    p99: float = 0.0
    largest: float = 0.0


class CallbackTimes:
    """A window that moves over a histogram of times.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._period = 0
        self._marks: deque[tuple[float, NDArray[np.int64]]] = deque()

    def look(self, now: float, counts: NDArray[np.int64], period: int) -> CallbackShares:
        """Return the shares of the last WINDOW_SECONDS, or since the buffer size changed.

        Parameters
        ----------
        now : float
            Time in s.
        counts : ndarray [shape=(BINS,), int64]
            Histogram since the start, as `ronn_jack.realtime.meters.histogram` keeps it.
        period : int
            Frames in a block.
        """
        if period != self._period:
            # The histogram began with the first period; from then on it also holds older ones.
            base = counts if self._period else np.zeros_like(counts)
            self._period = period
            self._marks = deque([(now, base)])
        if now - self._marks[-1][0] >= _STEP_SECONDS:
            self._marks.append((now, counts))
        while len(self._marks) > 1 and now - self._marks[1][0] >= WINDOW_SECONDS:
            self._marks.popleft()
        recent = counts - self._marks[0][1]
        scale = self._rate / period * 1e-6
        return CallbackShares(*(scale * quantile(recent, share) for share in (0.5, 0.99, 1.0)))
