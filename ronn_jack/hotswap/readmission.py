"""Another buffer size: what sounds is admitted anew."""

from __future__ import annotations

from collections.abc import Callable

from ronn_jack.cost.admission import admit
from ronn_jack.errors import RefusedError
from ronn_jack.hotswap.budget import Budget, switches_on
from ronn_jack.hotswap.fade_gap import DIP_MS
from ronn_jack.hotswap.priming import PreparedVoice
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.hotswap.voices import Voices
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import milliseconds_to_frames


class Readmission:
    """Looks after the buffer size, on the builder's thread.

    The network comes first: stages give way to it where that is enough, and it to nothing but the
    period.

    Parameters
    ----------
    budget : Budget
    voices : Voices

    Attributes
    ----------
    network_period : int
        The one to which the network that sounds, or comes, was admitted.
    """

    def __init__(self, budget: Budget, voices: Voices) -> None:
        self._budget = budget
        self._voices = voices
        self.network_period = 0
        self._stages_period = 0

    def look(self, engine: Engine, time_block: Callable[[Voice, int], float]) -> bool:
        """Send the network away if it does not fit any more; say if stages have to go."""
        period, current = self._budget.period(), self._voices.current
        if current is not None and period not in (0, self.network_period):
            self._stages_period = 0
            self.network_period = current.period = period
            current.block_seconds = time_block(_scratch(current), period)
            self._admit(engine, current)
        if period in (0, self._stages_period):
            return False
        self._stages_period = period
        load = self._voices.heaviest_load(period)
        return bool(self._budget.stage_faults(engine, switches_on(engine), load))

    def _admit(self, engine: Engine, current: PreparedVoice) -> None:
        deadline = self._budget.deadline_alone(engine)
        if deadline is None:
            return
        try:
            admit(current.change.model, current.block_seconds, deadline, self._budget.cost)
        except RefusedError as error:
            engine.release(milliseconds_to_frames(DIP_MS, engine.rate))
            engine.go_dry()
            self._voices.unseat(str(error))


def _scratch(current: PreparedVoice) -> Voice:
    """Return a voice like the one that sounds, to be measured."""
    voice = current.voice
    return make_voice(voice.model, voice.rate, current.expression, voice.moves)
