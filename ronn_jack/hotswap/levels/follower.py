"""Keeps the level of the network that sounds right, on the builder's thread."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable

from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.levels.survey import LevelSurvey
from ronn_jack.hotswap.priming import (
    EXCERPT_SECONDS,
    PreparedVoice,
    measure_level,
    undriven_gain,
)
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness import auto_level, level_glide
from ronn_jack.loudness.auto_level import Level
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.loudness.refinement import Refinement
from ronn_jack.model.expression import Expression
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN, Blend
from ronn_jack.realtime.stages.equaliser import Curve
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import decibels_to_gain, gain_to_decibels

_SWITCH_SECONDS = 0.1
"""Time in which the gain follows when auto level is switched, or was found on little input."""
_REST_SECONDS = 0.3
"""Age of a change after which the hand that made it is taken to rest."""
_LOOK_SECONDS = 0.1
"""Time between two looks whether there is enough input to find a level again."""


class LevelFollower:
    """Follows the switch of auto level, finds levels again that were found on little, and curves.

    Parameters
    ----------
    outdated : callable
        Asked while a level is measured whether a new network makes it pointless.
    clock : callable
        Returns the time in s.
    """

    def __init__(
        self, outdated: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._outdated = outdated
        self._clock = clock
        self._way: tuple[float, Curve | None] | None = None
        self._way_since = 0.0
        self._wanted: bool | None = None
        self._next_look = 0.0
        self._prepared: PreparedVoice | None = None
        self._survey: LevelSurvey | None = None
        self._refinement: Refinement | None = None
        self._gliding_until = 0.0

    def switch(self, on: bool) -> None:
        """[any-thread] Ask that networks be levelled, or not, from the next `tend` on."""
        self._wanted = on

    def tend(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: PreparedVoice
    ) -> None:
        """Do what is due for the network that sounds; a new network puts it off.

        Parameters
        ----------
        loudness : InputLoudness
            Of this engine.
        input_gain : float
            Amplitude ratio of the gain before `drive`.
        """
        if prepared is not self._prepared:
            self._prepared, self._survey, self._refinement = prepared, None, None
        with contextlib.suppress(OutdatedError):
            self._follow_switch(engine, loudness, input_gain, prepared)
            now, level = self._clock(), prepared.level
            if level and level.quick and now - prepared.change.received <= _REST_SECONDS:
                return
            if level and (level.on_noise or level.quick) and now >= self._next_look:
                self._next_look = now + _LOOK_SECONDS
                self._find_again(engine, loudness, input_gain, prepared)
            if now < self._gliding_until:
                return
            way = input_gain, engine.curve_before
            if way != self._way:
                self._way, self._way_since = way, now
            if self._survey is None or (self._survey.input_gain, self._survey.curve) != way:
                if self._survey and now - self._way_since < _REST_SECONDS:
                    return  # a hand is at it, and what is found now is outdated at once
                trim_db = self._survey.trim_db if self._survey else 0.0
                self._survey = LevelSurvey(engine, loudness, input_gain, prepared, trim_db)
                self._refinement = Refinement(engine)
            if prepared.level is not None and not (
                prepared.level.on_noise or prepared.level.silent
            ):
                assert self._refinement is not None
                self._survey.trim(self._refinement.tend(self._survey.trim_db))
            self._survey.tend(self._job(engine, prepared))

    def _follow_switch(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: PreparedVoice
    ) -> None:
        wanted = self._wanted
        if wanted is not None and wanted != (prepared.level is not None):
            at = prepared.expression
            job = self._job(engine, prepared)
            level = None
            if wanted:
                level = self._measured(engine, loudness, input_gain, at)
                if level is None:
                    voice, gain = _same_voice(prepared, at), _gain(input_gain, at)
                    level = auto_level.level_on_noise(
                        voice, gain, job.check, curve=engine.curve_before
                    )
                self._go_to(level.gain, level.blend, at)
            else:
                gain = _unlevelled(loudness, input_gain, prepared, at, job)
                self._go_to(gain, UNKNOWN, at)
            prepared.level = level

    def _find_again(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: PreparedVoice
    ) -> None:
        quick = prepared.level is not None and prepared.level.quick
        if not (quick or level_glide.is_due(loudness.window().powers)):
            return
        at = prepared.expression
        level = self._measured(engine, loudness, input_gain, at)
        if level is not None:
            speed = None if quick else level_glide.DECIBELS_PER_SECOND
            if prepared.level is not None:
                blend = level.blend.after(prepared.level.blend)
                level = dataclasses.replace(level, blend=blend)
            self._go_to(level.gain, level.blend, at, speed)
            prepared.level = level

    def _measured(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, at: Expression
    ) -> Level | None:
        """Return the level that all of the recent input calls for; None if there is too little."""
        assert self._prepared is not None
        voice, job = _same_voice(self._prepared, at), self._job(engine, self._prepared)
        window, gain = loudness.window(), _gain(input_gain, at)
        return measure_level(voice, engine, loudness, window, gain, job)

    def _go_to(self, gain: float, blend: Blend, at: Expression, speed: float | None = None) -> None:
        """Have another level, and find its curves anew from then on.

        Parameters
        ----------
        at : Expression
            Where the controls are to be for it.
        speed : float, optional
            In dB/s; by default what takes as long as a switch.
        """
        assert self._prepared is not None
        level = self._prepared.voice.level
        distance = abs(gain_to_decibels(gain / level.gain, floor=-math.inf))
        speed = distance / _SWITCH_SECONDS if speed is None else speed
        level.follow(LevelTable(gain), speed)
        self._prepared.voice.blend.follow(blend)
        self._prepared.levelled_at = at
        self._survey = None
        self._gliding_until = self._clock() + distance / max(speed, 1e-9)

    def _job(self, engine: Engine, prepared: PreparedVoice) -> Job:
        """Return work that is pointless, too, once the network has been dropped."""
        return Job(lambda: self._outdated() or not engine.is_current(prepared.voice))


def _gain(input_gain: float, at: Expression) -> float:
    """Return the amplitude ratio before the network."""
    return input_gain * decibels_to_gain(at.drive)


def _unlevelled(
    loudness: InputLoudness, input_gain: float, prepared: PreparedVoice, at: Expression, job: Job
) -> float:
    """Return the level without auto level: `drive` alone is made up for."""
    if at.drive == 0.0:
        return 1.0
    voice = _same_voice(prepared, at)
    excerpt = loudness.excerpt(voice.run_up_frames, EXCERPT_SECONDS)
    return undriven_gain(voice, excerpt, input_gain, at.drive, job.check)


def _same_voice(prepared: PreparedVoice, at: Expression) -> Voice:
    """Return a voice that does what the one that sounds does, and has heard nothing yet."""
    voice = prepared.voice
    return make_voice(voice.model.at(at.point), voice.rate, at)
