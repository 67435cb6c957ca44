"""Keeps the level of the network that sounds right, on the builder's thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from ronn_jack.control import auto_level
from ronn_jack.control.auto_level import Level
from ronn_jack.control.expression import make_voice
from ronn_jack.control.input_loudness import InputLoudness, Window
from ronn_jack.control.level_glide import LevelGlide, is_due
from ronn_jack.control.preparation import (
    OutdatedError,
    Prepared,
    Work,
    measure_level,
    run_up_frames,
)
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice

_SWITCH_SECONDS = 0.1
"""Time in which the gain follows when auto level is switched."""
_LOOK_SECONDS = 0.5
"""Time between two looks whether there is enough input to find a level again."""


class LevelKeeper:
    """Follows the switch of auto level, and finds a level again that was found on noise.

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
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: Prepared
    ) -> None:
        """Do what is due for the network that sounds.

        Parameters
        ----------
        loudness : InputLoudness
            Of this engine.
        input_gain : float
            Amplitude ratio of the gain before the network.
        """
        wanted = self._wanted
        if wanted is not None and wanted != (prepared.level is not None):
            prepared.level = self._find(engine, loudness, input_gain, prepared) if wanted else None
            target = prepared.level.gain if prepared.level else 1.0
            frames = round(_SWITCH_SECONDS * engine.rate)
            ratio = (target / prepared.voice.level) ** (1.0 / frames)
            prepared.voice.glide_level(target, ratio, frames)
        now = time.monotonic()
        if prepared.level is not None and prepared.level.on_noise and now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            self._find_again(engine, loudness.window(input_gain), prepared)

    def _find_again(self, engine: Engine, window: Window, prepared: Prepared) -> None:
        if not is_due(window.powers):
            return
        level = self._measured(engine, window, prepared)
        if level is not None:
            prepared.level = level
            glide = LevelGlide.between(prepared.voice.level, level.gain, engine.rate)
            prepared.voice.glide_level(glide.target, glide.ratio, glide.frames)

    def _find(
        self, engine: Engine, loudness: InputLoudness, input_gain: float, prepared: Prepared
    ) -> Level:
        level = self._measured(engine, loudness.window(input_gain), prepared)
        if level is not None:
            return level
        voice = _same_voice(prepared)
        run_up = run_up_frames(voice.spec, engine.rate)
        return auto_level.level_on_noise(voice, input_gain, run_up)

    def _measured(self, engine: Engine, window: Window, prepared: Prepared) -> Level | None:
        scratch = _same_voice(prepared)
        with contextlib.suppress(OutdatedError):
            return measure_level(scratch, engine, window, Work(self._outdated))
        return None


def _same_voice(prepared: Prepared) -> Voice:
    """Return a voice that does what the one that sounds does, and has heard nothing yet."""
    voice, expression = prepared.voice, prepared.expression
    return make_voice(expression.spec_of(voice.spec), voice.rate, expression)
