"""What is done in time with a song, by MIDI clock or JACK's transport."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol

from ronn_jack.control.operations import Act, ClockOrigin, Operation, Set
from ronn_jack.control.timing import Timing
from ronn_jack.midimap.clock import Beat, MidiClock
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.settings import RATE, Follow

POLL_SECONDS = 0.01
"""How often it is looked where the song is."""
_LATE_BEATS = 1.0 / 8.0
"""How late the beginning of a division still counts where a song starts, or jumps to it."""
_JUMP_BEATS = 1.0
"""A way that no song goes between two looks."""
_STEADY = 0.01
"""Share by which a rate has to change before it is set again."""
_STEADY_TEMPO = 0.001
_TEMPO = Follow(1.0 / 60.0, parameter="tempo", shape=RATE)
"""A sixtieth of a beat comes as often in a second as a beat does in a minute."""
_NAMES = {"midi": "MIDI clock", "jack": "JACK's transport"}

_log = logging.getLogger(__name__)


class Controls(Protocol):
    """What it needs of the controller."""

    def apply(self, operations: Sequence[Operation], origin: ClockOrigin) -> None:
        """Apply operations as one change."""
        ...


class Follower:
    """One thing that is done in time with a song.

    Parameters
    ----------
    follow : Follow
        What, and when.
    random : random.Random, optional
        Where values of the shape "random" come from.
    steady : float
        Share by which a rate has to change before it is set again.
    """

    def __init__(
        self, follow: Follow, random: Random | None = None, steady: float = _STEADY
    ) -> None:
        self._follow, self._steady = follow, steady
        self._random = random or Random()
        self._before: float | None = None
        """The beat before; None where the song begins anew."""
        self._place: float | None = None
        self._value: Value | None = None
        """What it has set last."""

    def rest(self) -> None:
        """Leave things where they are, as the song stands still."""
        self._before = self._place = self._value = None

    def move(self, beat: Beat) -> Operation | None:
        """Return what is due where the song is now; None for nothing."""
        follow = self._follow
        begins = self._begins(beat.position)
        self._before = beat.position
        if follow.action is not None:
            return Act(follow.action, follow.argument) if begins else None
        assert follow.parameter is not None
        value = self._rate(beat) if follow.shape == RATE else self._moved(beat, begins)
        if value is None or value == self._value:
            return None
        self._value = value
        return Set(follow.parameter, value, absolute=True)

    def _begins(self, position: float) -> bool:
        """Say whether a division has begun since the last look."""
        before, length = self._before, self._follow.division
        if before is not None and 0.0 <= position - before <= _JUMP_BEATS:
            return position // length > before // length
        return position % length < min(_LATE_BEATS, length / 2.0)

    def _moved(self, beat: Beat, begins: bool) -> Value:
        follow = self._follow
        assert follow.parameter is not None
        place = beat.position / follow.division % 1.0
        if follow.shape == "triangle":
            place = 1.0 - abs(2.0 * place - 1.0)
        elif follow.shape == "random":
            if begins or self._place is None:
                self._place = self._random.random()
            place = self._place
        return PARAMETERS[follow.parameter].denormalise(
            follow.begin + (follow.end - follow.begin) * place
        )

    def _rate(self, beat: Beat) -> Value | None:
        """Return how often the division comes, as near as the parameter's range allows."""
        assert self._follow.parameter is not None
        if beat.tempo is None:
            return None
        row = PARAMETERS[self._follow.parameter]
        hertz = beat.tempo / 60.0 / self._follow.division
        rate = min(row.maximum, max(row.minimum, hertz))
        if self._value is not None and abs(rate - float(self._value)) <= self._steady * rate:
            return None
        return row.from_number(rate)


class ClockFollowing:
    """Sets the tempo by a song, and does what the settings say in time with it.

    All methods belong to one thread.

    Parameters
    ----------
    controls : Controls
        The controller.
    follows : sequence of Follow

    Attributes
    ----------
    read : callable
        Returns what has been told of a song since the last call.
    """

    def __init__(self, controls: Controls, follows: Sequence[Follow]) -> None:
        self._controls = controls
        self._followers = [
            (_TEMPO.source, Follower(_TEMPO, steady=_STEADY_TEMPO)),
            *((follow.source, Follower(follow)) for follow in follows),
        ]
        self.read: Callable[[], Timing | None] = lambda: None
        self._origin = ClockOrigin()
        self._clock = MidiClock()
        self._hardware: dict[str, MidiClock] = {}
        self._polls_at = 0.0
        self._told: set[str] = set()
        self._warned = False

    def hear(self, port: str, message: bytes, now: float) -> None:
        """Take a message of the clock at a hardware port."""
        self._hardware.setdefault(port, MidiClock()).hear(message, now)

    def poll(self, now: float) -> None:
        """Do what is due; to be called often."""
        if now < self._polls_at:
            return
        self._polls_at = now + POLL_SECONDS
        beats = self._beats(now)
        operations = []
        for source, follower in self._followers:
            sources = beats.values() if source is None else [beats[source]]
            beat = next((each for each in sources if each is not None), None)
            operation = None
            if beat is None:
                follower.rest()
            else:
                operation = follower.move(beat)
            if operation is not None:
                operations.append(operation)
        if operations:
            self._controls.apply(operations, self._origin)

    def _beats(self, now: float) -> dict[str, Beat | None]:
        """Return where the song is by each source, the one that goes before the other first."""
        told = self.read()
        if told is None:
            self._clock = MidiClock()  # another server counts anew
            told = Timing(0.0)
        for time, message in told.messages:
            self._clock.hear(message, time)
        clocks = [self._clock.beat(told.now), *(each.beat(now) for each in self._hardware.values())]
        rolls = told.rolls and told.tempo > 0.0
        if told.rolls and not rolls and not self._warned:
            self._warned = True
            _log.warning(
                "JACK's transport rolls without bars and beats, so nothing follows it: start a "
                "program that tells them (a timebase master), or send MIDI clock"
            )
        beats = {
            "midi": next((beat for beat in clocks if beat is not None), None),
            "jack": Beat(told.beat, told.tempo) if rolls else None,
        }
        self._tell(beats)
        return beats

    def _tell(self, beats: dict[str, Beat | None]) -> None:
        """Log which source begins and ends."""
        for source, beat in beats.items():
            if beat is not None and beat.tempo is not None and source not in self._told:
                self._told.add(source)
                _log.info("%s runs at %.1f beats a minute", _NAMES[source], beat.tempo)
            elif beat is None and source in self._told:
                self._told.discard(source)
                _log.info("%s has stopped", _NAMES[source])
