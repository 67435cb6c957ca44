"""What has gone into the network lately, as far back as it goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import MAXIMUM_FIELD_SECONDS
from ronn_jack.pictures.columns import columns

Signal = NDArray[np.float32]

_STEP_SECONDS = 0.005
COLUMNS = 400


class Envelope:
    """The least and the most of a signal in short steps, for as long as a network can go back.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, rate: float) -> None:
        self._step = max(1, round(_STEP_SECONDS * rate))
        steps = round(MAXIMUM_FIELD_SECONDS * rate / self._step) + 1
        self._ends = np.zeros((2, steps), np.float32)
        self._done = 0  # steps since the start

    def add(self, x: Signal, position: int) -> None:
        """Take the latest frames of a signal; what was missed counts as silence.

        Parameters
        ----------
        x : ndarray [shape=(channels, frames), float32]
        position : int
            Frames since the start, the last of them included.
        """
        done, size = position // self._step, self._ends.shape[1]
        if done < self._done:  # of another signal
            self._ends[:] = 0.0
            self._done = 0
        end = x.shape[1] - position % self._step
        new = min(done - self._done, max(0, end) // self._step)
        self._ends[:, np.arange(max(self._done, done - size), done - new) % size] = 0.0
        stretch = x[:, end - new * self._step : end].mean(axis=0, dtype=np.float32)
        steps = stretch.reshape(new, self._step)
        places = np.arange(done - new, done) % size
        self._ends[0, places] = steps.min(axis=1)
        self._ends[1, places] = steps.max(axis=1)
        self._done = done

    def columns(self, x: Signal, field: int) -> Signal:
        """Return the least and the most in each column of the last `field` frames.

        Parameters
        ----------
        x : ndarray [shape=(channels, frames), float32]
            The latest frames, which short fields are taken from.

        Returns
        -------
        ndarray [shape=(2, columns), float32]
            COLUMNS at most.
        """
        if field <= x.shape[1]:
            return columns(x[:, x.shape[1] - field :].mean(axis=0, dtype=np.float32), COLUMNS)
        count = min(max(1, field // self._step), self._ends.shape[1])
        places = np.arange(self._done - count, self._done) % self._ends.shape[1]
        low, high = self._ends[:, places]
        return np.stack([columns(low, COLUMNS)[0], columns(high, COLUMNS)[1]])
