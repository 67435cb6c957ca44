"""Where in the song a MIDI clock is, and how fast it goes.

References
----------
MIDI 1.0 Detailed Specification: System Real Time Messages, Song Position Pointer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import NamedTuple

TICKS = 24
"""Ticks in a beat, a quarter note."""
SILENT_SECONDS = 0.5
"""Time without a tick after which a clock is gone; at 30 beats a minute a tick takes 0.083 s."""

_POSITION_TICKS = 6
"""Ticks in a step of the song position, a sixteenth note."""
_SONG_POSITION, _TICK, _START, _CONTINUE, _STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
_WINDOW = TICKS + 1
"""Ticks from which the tempo is estimated."""
_FEWEST = 3
_KNOWN = 9
"""Ticks after which the estimate is good enough to tell that ticks are missing."""
_TURN = 6
"""Gaps in a row that are all too long, or all too short, after which the tempo is another."""
_TOO_LONG, _TOO_SHORT = 1.25, 0.8
_LATE = 1.5
"""Gap, in ticks, in which some may have been lost."""
_ALIKE = 0.2
"""By how much of a tick a lateness may differ from a whole number of them."""
_BEFORE_NEXT = 0.999
"""The place between two ticks that is not passed until the second has come."""


class Beat(NamedTuple):
    """Where a song is.

    Attributes
    ----------
    position : float
        In beats, quarter notes, from the song's beginning.
    tempo : float or None
        In beats a minute; None while too little was heard to tell.
    """

    position: float
    tempo: float | None


def is_of_clock(message: bytes) -> bool:
    """Say whether a message is one that a clock sends."""
    return bool(message) and message[0] in (_SONG_POSITION, _TICK, _START, _CONTINUE, _STOP)


class MidiClock:
    """Follows the messages of one clock; all times are in s, by any steady clock.

    The position is what the ticks say, while the tempo is that of the straight line through those
    of the last beat, so that it rests where they come unevenly. A clock that was never started
    runs from its first tick on, as many devices send nothing else.
    """

    def __init__(self) -> None:
        self._running = True
        self._next = 0
        """Number of the tick to come, from the song's beginning."""
        self._at: int | None = None
        """Number of the last tick; None where none has come since the song was put there."""
        self._heard: deque[tuple[int, float]] = deque(maxlen=_WINDOW)
        """Of each tick its number, counted without a break, and its time."""
        self._gaps: deque[float] = deque(maxlen=_TURN)
        self._line: _Line | None = None
        """Through them."""
        self._suspected: tuple[_Line, int] | None = None
        """The line before a tick that came late, and as how many ticks too late."""

    @property
    def tempo(self) -> float | None:
        """Beats a minute; None while too little was heard to tell."""
        return 60.0 / TICKS / self._line.period if self._line else None

    def hear(self, message: bytes, time: float) -> None:
        """Take a message of the clock, or any other, that came at a time."""
        status = message[0]
        if status == _TICK:
            self._tick(time)
        elif status == _START:
            self._running, self._next, self._at = True, 0, None
        elif status == _CONTINUE:
            self._running, self._at = True, None
        elif status == _STOP:
            self._running = False
        elif status == _SONG_POSITION and len(message) == 3:
            self._next = (message[1] | message[2] << 7) * _POSITION_TICKS
            self._at = None

    def beat(self, now: float) -> Beat | None:
        """Return where the song is; None while it stands still, or is not heard any more."""
        if not self._running or self._at is None:
            return None
        since = now - self._heard[-1][1]
        if since > SILENT_SECONDS:
            return None
        share = max(0.0, since / self._line.period) if self._line else 0.0
        return Beat((self._at + min(share, _BEFORE_NEXT)) / TICKS, self.tempo)

    def _tick(self, time: float) -> None:
        gap = time - self._heard[-1][1] if self._heard else 0.0
        if not 0.0 <= gap <= SILENT_SECONDS:
            self._heard.clear()
            self._gaps.clear()
            self._suspected = None
        elif self._heard:
            self._count_missing(time, gap)
            self._gaps.append(gap)
        self._heard.append((self._heard[-1][0] + 1 if self._heard else 0, time))
        if self._running:
            self._at = self._next
            self._next += 1
        if self._has_turned():
            self._heard = deque(list(self._heard)[-_TURN - 1 :], _WINDOW)
        self._line = _line_through(self._heard)

    def _count_missing(self, time: float, gap: float) -> None:
        """Count the ticks that were missing before the last one, now that another has come.

        They were lost if both are late by the same whole number of ticks; at a slower tempo each
        is later than the one before.
        """
        number, last = self._heard[-1]
        suspected, self._suspected = self._suspected, None
        if suspected is not None:
            line, missing = suspected
            if abs(line.number_at(time) - (number + 1) - missing) < _ALIKE:
                self._heard[-1] = number + missing, last
                self._next += missing if self._running else 0
        elif self._line is not None and len(self._heard) >= _KNOWN:
            late = self._line.number_at(time) - (number + 1)
            if gap > _LATE * self._line.period and abs(late - round(late)) < _ALIKE:
                self._suspected = self._line, round(late)

    def _has_turned(self) -> bool:
        """Say whether the latest ticks are those of another tempo."""
        if self._line is None or len(self._gaps) < _TURN:
            return False
        period = self._line.period
        return min(self._gaps) > _TOO_LONG * period or max(self._gaps) < _TOO_SHORT * period


class _Line(NamedTuple):
    """The straight line through some ticks.

    Attributes
    ----------
    number, time : float
        In their middle.
    period : float
        Of a tick.
    """

    number: float
    time: float
    period: float

    def number_at(self, time: float) -> float:
        """Return the number of the tick that belongs to a time."""
        return self.number + (time - self.time) / self.period


def _line_through(heard: Collection[tuple[int, float]]) -> _Line | None:
    """Return the line by least squares; None if there are too few, or all come at once."""
    if len(heard) < _FEWEST:
        return None
    number = sum(n for n, _ in heard) / len(heard)
    time = sum(t for _, t in heard) / len(heard)
    above = sum((n - number) * (t - time) for n, t in heard)
    below = sum((n - number) ** 2 for n, _ in heard)
    return _Line(number, time, above / below) if above > 0.0 else None
