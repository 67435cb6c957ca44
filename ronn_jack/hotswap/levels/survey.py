"""Measures the curves of the level of the voice that sounds, in what time there is to spare."""

from __future__ import annotations

import time

from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.levels.curves import LevelCurves, places
from ronn_jack.hotswap.levels.pace import Pace
from ronn_jack.hotswap.priming import PreparedVoice
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness import refinement
from ronn_jack.loudness.excerpt import Excerpt
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.model.expression import Expression
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.level import LEVELLED
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import decibels_to_gain

DECIBELS_PER_SECOND = 24.0
"""By which the level goes over to better curves."""
_POINT_SECONDS = 0.03
"""Processor time that a point should take: what there is of input for that is enough."""
_HEARD_DB = 0.02
"""Refinement by less is put off."""
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.6, 5.0
"""Of input for a point: 0.9 s misjudged networks that saturate by 1.9 dB, as they fell."""
_SHORTEST_ALONG_DRIVE_SECONDS = 0.9
"""Along drive, where levels bend more than anywhere, more points are worth more than exact ones."""


class LevelSurvey:
    """Surveys one voice; all of it is the builder's thread's.

    Parameters
    ----------
    loudness : InputLoudness
        Of the engine.
    input_gain : float
        Amplitude ratio of the gain before `drive`; kept as an attribute.
    prepared : PreparedVoice
        The voice that sounds.
    trim_db : float
        By how many dB its level was refined already; kept as an attribute.

    Attributes
    ----------
    curve : Curve or None
        Of the equaliser before the networks, while it is surveyed.
    """

    def __init__(
        self,
        engine: Engine,
        loudness: InputLoudness,
        input_gain: float,
        prepared: PreparedVoice,
        trim_db: float = 0.0,
    ) -> None:
        self.input_gain = input_gain
        self.curve = engine.curve_before
        self.trim_db = trim_db
        self._engine = engine
        self._loudness = loudness
        self._prepared = prepared
        self._pace = Pace(time.monotonic())
        self._seen = prepared.expression
        self._rested_until = 0.0
        self._job = Job()
        self._voice: Voice | None = None
        self._excerpts: dict[float, Excerpt] = {}
        self._seed_b = prepared.expression.seed_b
        network = prepared.voice.network
        names = [n for n in LEVELLED if n in self._names()]
        self._moves = "morph" in names and network.can_move
        self._curves = LevelCurves(
            self._measure,
            prepared.voice.level.table.gain_at(*places(prepared.levelled_at))
            / decibels_to_gain(trim_db),
            prepared.levelled_at,
            prepared.level is not None,
            tuple(names),
        )

    def tend(self, job: Job) -> None:
        """Measure a point, unless it is time to rest; raise OutdatedError if nobody wants it."""
        now, expression = time.monotonic(), self._prepared.expression
        if expression != self._seen:
            self._seen = expression
            self._pace.move(now)
        if now < self._rested_until:
            return
        self._job = job
        begin = time.thread_time()
        try:
            self.measure()
        finally:
            spent, now = time.thread_time() - begin, time.monotonic()
            self._rested_until = now + self._pace.rest(spent, now)

    def trim(self, trim_db: float) -> None:
        """Refine the level: by so many dB it is to differ from how it was found."""
        if abs(trim_db - self.trim_db) >= _HEARD_DB:
            self.trim_db = trim_db
            self._follow(refinement.DECIBELS_PER_SECOND)

    def measure(self) -> bool:
        """Measure a point; return whether there was any to measure."""
        voice = self._prepared.voice
        cycle = voice.network.drift_cycles(self._engine.position)
        measured = self._curves.step(self._prepared.expression, cycle)
        if measured:
            self._follow(DECIBELS_PER_SECOND)
        return measured

    def _follow(self, decibels_per_second: float) -> None:
        voice = self._prepared.voice
        cycle = voice.network.drift_cycles(self._engine.position)
        voice.level.follow(self._curves.table(cycle, self.trim_db), decibels_per_second)

    def _names(self) -> set[str]:
        names = {"drive"}
        if self._prepared.voice.network.modulation:
            names |= {"xy_x", "xy_y"}
        if self._prepared.voice.network.can_move:
            names.add("morph")
        return names

    def _measure(self, expression: Expression, cycles: float, along: str) -> float | None:
        shortest = _SHORTEST_ALONG_DRIVE_SECONDS if along == "drive" else _SHORTEST_SECONDS
        voice, excerpt = self._ready(shortest)
        voice.pin(expression, cycles)
        gain = self.input_gain * decibels_to_gain(expression.drive)
        return excerpt.gain_db(voice, gain, self._job.check)

    def _ready(self, shortest: float) -> tuple[Voice, Excerpt]:
        """Return a voice of the same network, and what it is measured on: so many s at least."""
        voice, prepared = self._voice, self._prepared
        if voice is None:
            expression, sounding = prepared.expression, prepared.voice
            model = sounding.model.at(expression.point)
            voice = self._voice = make_voice(model, sounding.rate, expression, self._moves)
        affordable = _POINT_SECONDS / prepared.load - voice.run_up_frames / voice.rate
        seconds = min(_LONGEST_SECONDS, max(shortest, affordable))
        excerpt = self._excerpts.get(seconds)
        if excerpt is None:
            excerpt = self._loudness.excerpt(voice.run_up_frames, seconds)
            self._excerpts[seconds] = excerpt
        return voice, excerpt
