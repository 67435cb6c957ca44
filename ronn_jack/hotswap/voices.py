"""Which network sounds, which one comes after it, and which one there is to fall back to.

All of it is the builder's thread's; what others may read says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change
from ronn_jack.hotswap.listener import Listener
from ronn_jack.hotswap.live_motion import MOVING_COST, LiveMotion
from ronn_jack.hotswap.priming import PreparedVoice, rejoin
from ronn_jack.hotswap.voice_factory import KeptNetworks
from ronn_jack.model.protocol import Model
from ronn_jack.realtime.engine import Engine

_OVERLOADED = "took the whole period, several blocks in a row"


class Voices:
    """Follows voices from being ready to being replaced, and tells what becomes of them.

    Parameters
    ----------
    live_motion : LiveMotion
        Told which voice there is to move.
    again : callable
        Asks for a network that sounded well, in the place of one that fell.

    Attributes
    ----------
    listener : Listener
        Told of each; it has to be there before the first.
    ready : PreparedVoice or None
        Waits until it can be handed to the audio thread.
    published : PreparedVoice or None
        Has been handed over, and was not heard yet.
    current : PreparedVoice or None
        Was let in last; any thread may read it.
    good : Change or None
        Sounded before that, and is fallen back to.
    displaced : Change or None
        What was to sound when the dry signal had to take its place.
    begun : bool
        Whether a network has sounded through this engine; any thread may read it.
    swap : Swap
        The last change of network that was heard; any thread may read it.
    kept : KeptNetworks
        Those that have sounded and may do so again.
    """

    def __init__(self, live_motion: LiveMotion, again: Callable[[Change], None]) -> None:
        self.listener: Listener
        self._live_motion = live_motion
        self._again = again
        self._fading: PreparedVoice | None = None
        self._leaving: PreparedVoice | None = None
        self._recalled = False
        self.ready: PreparedVoice | None = None
        self.published: PreparedVoice | None = None
        self.current: PreparedVoice | None = None
        self.good: Change | None = None
        self.displaced: Change | None = None
        self.begun = False
        self.swap = Swap()
        self.kept = KeptNetworks()

    @property
    def sounding(self) -> Model | None:
        """The network that was let in last; any thread may ask."""
        # Read once, as the builder's thread may take it away meanwhile.
        current = self.current
        return current.change.model if current else None

    def load(self, period: int) -> float:
        """[any-thread] Return the load of the network that sounds; 0 where no deadline holds."""
        current = self.current
        return current.load_at(period) if current else 0.0

    def heaviest_load(self, period: int) -> float:
        """[any-thread] Return that of the heaviest that sounds or is ready to."""
        # In the order in which a voice passes them.
        found = self.ready, self.published, self.current
        return max((each.load_at(period) for each in found if each is not None), default=0.0)

    def moving_load(self, period: int) -> float:
        """[any-thread] Return the load of the network that sounds while its weights move."""
        current = self.current
        if current is None or current.voice.moves or not current.voice.network.can_move:
            return self.load(period)
        return MOVING_COST * self.load(period)

    @property
    def coming(self) -> bool:
        """Whether a voice is on its way to being heard."""
        return self.ready is not None or self.published is not None

    @property
    def unsettled(self) -> bool:
        """Whether something is to be noted soon."""
        return self.coming or self._fading is not None or self._recalled

    def look(self, engine: Engine) -> None:
        """Note what the audio thread has let in, turned away, dropped or finished with."""
        self._note_fade()
        self._note_arrival(engine)
        voice, prepared = engine.collect(), self.published
        if voice is not None and voice.late and prepared is not None and voice is prepared.voice:
            voice.rejoin_at(voice.position)
            prepared.late += 1
            self.published = None
            self.ready = self.ready or prepared
        leaving = self._leaving
        if voice is not None and leaving is not None and voice is leaving.voice:
            self._leaving = None
            self.kept.keep(voice, leaving.period, leaving.block_seconds)

    def publish(self, engine: Engine, prepared: PreparedVoice, gap_frames: int) -> None:
        """Hand a voice to the audio thread, which may let it catch up so many frames."""
        self.published = prepared
        engine.publish(prepared.voice, gap_frames)

    def recall(self, engine: Engine) -> None:
        """Let the network that rests catch up, and come in again, once it is to be heard."""
        current = self.current
        self._recalled = engine.awaits_network and current is not None
        if current is None or not self._recalled or self.coming:
            return
        if engine.is_current(current.voice):
            engine.release(1)  # given back with the next block
        elif not engine.keeps(current.voice):
            rejoin(current.voice, engine)
            self.ready = current

    def make_way(self) -> None:
        """Take what sounded for the last good network: it has gone, and nothing came instead."""
        if self.current is not None:
            self.good, self.current = self.current.change, None
            self._live_motion.follow(None)

    def unseat(self, reason: str) -> None:
        """Fall back to the last good network, or to the dry signal where there is none."""
        assert self.current is not None
        fallen, self.current = self.current.change, None
        self._live_motion.follow(None)
        good, self.good = self.good, None
        self.displaced = fallen
        self.listener.fell_back(fallen, good, reason)
        if good is not None:
            self._again(good)

    def end(self, engine: Engine) -> None:
        """Report what was heard of the last network, and keep it to fall back to."""
        if self.published is not None and engine.is_current(self.published.voice):
            self._arrive(self.published)
        self.make_way()
        self.published = self.ready = None
        self.begun = False
        self._note_fade()

    def _note_arrival(self, engine: Engine) -> None:
        prepared = self.published
        arrived = prepared is not None and engine.is_current(prepared.voice)
        # Looked for after that: what was dropped before the arrival is there by now.
        dropped = engine.collect_dropped()
        if prepared is not None and dropped is prepared.voice:
            # Let in and dropped between two looks.
            self._arrive(prepared)
            arrived = False
        if dropped is not None and self.current is not None and dropped is self.current.voice:
            self.unseat(_OVERLOADED)
        if prepared is not None and arrived:
            self._arrive(prepared)

    def _arrive(self, prepared: PreparedVoice) -> None:
        if prepared is self.current:
            self.published = None
            return  # it has rested
        if self.current is not None:
            self.good = self.current.change
        self._leaving, self.current = self.current, prepared
        self.published = None  # only now, as who turns a stage on has to see it somewhere
        self.begun = True
        self._note_fade()
        self._fading = prepared
        self._live_motion.follow(prepared)
        change = prepared.change
        if not change.begins:
            waited = prepared.voice.heard_at - change.received
            prepared.swap = dataclasses.replace(prepared.swap, change_to_sound_ms=waited * 1e3)
            self.listener.sounding(change)
        self.swap = prepared.swap

    def _note_fade(self) -> None:
        """Report the last swap once its crossfade is over, or was cut short."""
        prepared = self._fading
        if prepared is None or (prepared is self.current and prepared.voice.fade_step is None):
            return
        self._fading = None
        self.swap = dataclasses.replace(prepared.swap, step=prepared.voice.fade_step)
        self.listener.swapped(self.swap)
