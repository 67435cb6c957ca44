"""Tempo: tapped by hand, and followed by the network once it holds."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.model.times import SECONDS_A_MINUTE
from ronn_jack.parameters import PARAMETERS, Value

MOST_TAPS = 8
"""Taps that a tempo is the mean of."""
_BOUNCE_SECONDS = 0.1
"""A tap that comes sooner than any beat is the last one's bounce."""
_OTHER = 0.25
"""A time between taps that is this much off the mean begins another tempo."""
LEAST_CHANGE = 0.01
"""Share by which a tempo has to be another before a network is built for it."""


class Taps:
    """Turns the times of taps into a tempo."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def tap(self, time: float) -> float | None:
        """Take a tap; return the tempo in beats a minute, None after a first one.

        Parameters
        ----------
        time : float
            In s, of any clock that only goes forward.
        """
        row, times = PARAMETERS["tempo"], self._times
        if times:
            step = time - times[-1]
            if step < _BOUNCE_SECONDS:
                return None
            if step > (1.0 + _OTHER) * SECONDS_A_MINUTE / row.minimum:
                times.clear()
            elif len(times) > 1 and abs(step / self._mean - 1.0) > _OTHER:
                del times[:-1]
        times.append(time)
        del times[:-MOST_TAPS]
        if len(times) == 1:
            return None
        return min(row.maximum, max(row.minimum, SECONDS_A_MINUTE / self._mean))

    @property
    def _mean(self) -> float:
        """The mean time in s between the taps."""
        return (self._times[-1] - self._times[0]) / (len(self._times) - 1)


class TempoWatch:
    """Tells when a tempo has been another for long enough that a network is worth building.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters, as they are built for.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.built(values)

    def built(self, values: Mapping[str, Value]) -> None:
        """Note the tempo that a network was asked for with."""
        self._built = float(values["tempo"])
        self._since: float | None = None

    def is_due(self, values: Mapping[str, Value], time: float) -> bool:
        """Say whether the tempo of a synced sound has been another one for a beat."""
        tempo = float(values["tempo"])
        if values["sync"] == "off" or abs(tempo - self._built) < LEAST_CHANGE * self._built:
            self._since = None
        elif self._since is None:
            self._since = time
        elif time - self._since >= SECONDS_A_MINUTE / tempo:
            self._since = None
            return True
        return False
