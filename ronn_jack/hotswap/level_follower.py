"""Keeps the level of the network that sounds right, on the builder's thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.priming import PreparedVoice, measure_level
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness import auto_level
from ronn_jack.loudness.auto_level import Level
from ronn_jack.loudness.input_meter import InputLoudness, Window
from ronn_jack.loudness.level_glide import LevelGlide, is_due
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice

_SWITCH_SECONDS = 0.1
"""Time in which the gain follows when auto level is switched."""
_REST_SECONDS = 0.3
"""Age of a change after which the hand that made it is taken to rest."""
_LOOK_SECONDS = 0.1
"""Time between two looks whether there is enough input to find a level again."""


class LevelFollower:
    """Follows the switch of auto level, and finds a level again that was found on noise or soon.

    Parameters
    ----------
    outdated : callable
        Asked while a level is measured whether a new network makes it pointless.
    """

    def __init__(self, outdated: Callable[[], bool]) -> None:
        self._outdated = outdated
        self._wanted: bool | None = None
        self._next_look = 0.0

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
            Amplitude ratio of the gain before the network.
        """
        with contextlib.suppress(OutdatedError):
            self._follow_switch(engine, loudness, input_gain, prepared)
            now, level = time.monotonic(), prepared.level
            rests = now - prepared.change.received > _REST_SECONDS
            waits = level is not None and (level.on_noise or (level.quick and rests))
            if level is not None and waits and now >= self._next_look:
                self._next_look = now + _LOOK_SECONDS
                window = loudness.window(input_gain)
                if level.quick or is_due(window.powers):
                    self._find_again(engine, window, prepared)

    def _follow_switch(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: PreparedVoice
    ) -> None:
        wanted = self._wanted
        if wanted is not None and wanted != (prepared.level is not None):
            level = self._find(engine, loudness, input_gain, prepared) if wanted else None
            target = level.gain if level else 1.0
            frames = round(_SWITCH_SECONDS * engine.rate)
            ratio = (target / prepared.voice.level) ** (1.0 / frames)
            if prepared.voice.glide_level(target, ratio, frames):
                prepared.level = level

    def _find_again(self, engine: Engine, window: Window, prepared: PreparedVoice) -> None:
        job = self._job(engine, prepared)
        level = measure_level(_same_voice(prepared), engine, window, job)
        if level is not None:
            glide = LevelGlide.between(prepared.voice.level, level.gain, engine.rate)
            if prepared.voice.glide_level(glide.target, glide.ratio, glide.frames):
                prepared.level = level

    def _find(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: PreparedVoice
    ) -> Level:
        job = self._job(engine, prepared)
        voice = _same_voice(prepared)
        level = measure_level(voice, engine, loudness.window(input_gain), job)
        if level is not None:
            return level
        return auto_level.level_on_noise(voice, input_gain, job.check)

    def _job(self, engine: Engine, prepared: PreparedVoice) -> Job:
        """Return work that is pointless, too, once the network has been dropped."""
        return Job(lambda: self._outdated() or not engine.is_current(prepared.voice))


def _same_voice(prepared: PreparedVoice) -> Voice:
    """Return a voice that does what the one that sounds does, and has heard nothing yet."""
    voice, expression = prepared.voice, prepared.expression
    return make_voice(voice.model.at(expression.point), voice.rate, expression)
