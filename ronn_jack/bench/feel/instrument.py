"""A network that is played as in a node, on signals in place of JACK's.

What happens beside the audio happens between its blocks: nothing else is different.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.bench.feel.measures import louder_by
from ronn_jack.control.operations import Change
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.levels.follower import LevelFollower
from ronn_jack.hotswap.live_motion import LiveMotion
from ronn_jack.hotswap.priming import prepare
from ronn_jack.hotswap.responses.room import begin_in_room
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.loudness.pad import RECENT_SECONDS, pad_from
from ronn_jack.model.architecture import model_of
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.units import decibels_to_gain

HEADROOM_DB = 24.0
"""By which an output may be turned down and measured as if it were not, to spare it the guard."""
_HEARD_SECONDS = 5.0
_HISTORY_SECONDS = 75.0
_GLIDE_SECONDS = 1.0
_TURN_SECONDS = 0.01
_PATIENCE_SECONDS = 20.0

Signal = NDArray[np.float32]
Hand = Callable[[float], Mapping[str, Value]]
"""Returns where a hand has moved controls to, after a share of its time, 0–1."""


@dataclass(frozen=True, eq=False)
class Source:
    """What is played, over and over.

    Attributes
    ----------
    samples : ndarray [shape=(2, frames), float32]
    rate : float
        In Hz.
    """

    name: str
    samples: Signal
    rate: float


class Instrument:
    """A network that sounds, after its source was heard for some seconds and its receptive field.

    While what came before a source is still in the field, a network is not as loud as it stays.

    Parameters
    ----------
    source : Source
    values : mapping
        Parameters that differ from the defaults.
    headroom_db : float
        Only of use with `mix` at 1, as the dry signal is not turned down.

    Attributes
    ----------
    place : int
        Frame of the source that is played next.
    prepared : PreparedVoice
        What sounds.
    """

    def __init__(
        self, source: Source, values: Mapping[str, Value], headroom_db: float = 0.0
    ) -> None:
        self.source = source
        self._headroom_db = headroom_db
        self._values = {**defaults(), **values}
        self.place = 0
        model = model_of(self._values, 2, 2, source.rate)
        history = min(_HISTORY_SECONDS, 20.0 + model.receptive_field / source.rate)
        self.engine = engine = Engine(2, 2, source.rate, history)
        self._aim(self._values)
        begin_in_room(engine, self._values)
        engine.set(Control.MASTER, 1.0)
        engine.settle()
        self.play(_HEARD_SECONDS + model.receptive_field / source.rate)
        self._loudness = InputLoudness(engine)
        self._follower = LevelFollower(lambda: False)
        self._motion = LiveMotion(lambda: None)
        self._motion.aim(self._values)
        self.prepared = prepare(
            Change(model, self._values, "bench"), engine, None, None, self._input_gain, Job(),
            expression=self._motion.expression(int(self._values["seed_b"])),
            input_loudness=self._loudness,
        )  # fmt: skip
        self.prepared.voice.set_fade(1, 0.0)
        engine.publish(self.prepared.voice)
        self._motion.follow(self.prepared)
        self.play(_TURN_SECONDS)

    def play(self, seconds: float) -> tuple[Signal, Signal]:
        """Play the source on; return what went in and what came out."""
        return self.play_frames(round(seconds * self.source.rate))

    def play_frames(self, frames: int) -> tuple[Signal, Signal]:
        """Play so much of the source on; return what went in and what came out."""
        samples = self.source.samples
        at = (self.place + np.arange(frames)) % samples.shape[1]
        self.place = (self.place + frames) % samples.shape[1]
        dry = np.ascontiguousarray(samples[:, at])
        wet = self.engine.process(dry)
        return dry, wet * np.float32(decibels_to_gain(self._headroom_db))

    def move(self, values: Mapping[str, Value]) -> None:
        """Move controls, as a node does that is told to."""
        self._values |= values
        self._motion.aim(values)
        if self._motion.is_due:
            self._motion.let_move()
        self._aim(values)

    def play_live(self, seconds: float, hand: Hand = lambda share: {}) -> tuple[Signal, Signal]:
        """Play in real time while a hand moves controls, and the level is followed meanwhile."""
        begin, passed, done = time.monotonic(), 0.0, 0
        heard: list[tuple[Signal, Signal]] = []
        while passed < seconds:
            passed = min(seconds, time.monotonic() - begin)
            self.move(hand(passed / seconds))
            due = round(passed * self.source.rate)
            if due > done:
                heard.append(self.play_frames(due - done))
                done = due
            self.follow()
            time.sleep(0.001)
        dry, wet = zip(*heard, strict=True)
        return np.concatenate(dry, axis=1), np.concatenate(wet, axis=1)

    def follow(self) -> bool:
        """Let the level follow, as far as there is time; tell whether it is as good as it gets."""
        self._follower.tend(self.engine, self._loudness, self._input_gain, self.prepared)
        level = self.prepared.level
        return not level or not level.quick

    def settle(self) -> None:
        """Play until the level is that of all that was heard, and the controls have glided."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self.follow() and time.monotonic() < end:
            self.play_live(_TURN_SECONDS)
        self.play(_GLIDE_SECONDS)

    def probe(self) -> tuple[Signal, Signal]:
        """Return what goes in and comes out in a turn of the source, once all has settled."""
        frames = self.source.samples.shape[1]
        self.settle()
        self.play_frames(frames - self.place)
        return self.play_frames(frames)

    def louder_by(self) -> float:
        """Return by how many LU it is louder than its source, with the controls at rest."""
        return louder_by(*self.probe(), self.source.rate)

    def freeze(self) -> None:
        """Hold what was heard last as a pad, as a node does."""
        engine, end = self.engine, self.engine.position
        frames = min(end, round(RECENT_SECONDS * engine.rate))
        recent, raw = engine.recent_input(end, frames), engine.recent_dry(end, frames)
        engine.set_freeze(True, 0, pad_from(recent, engine.rate, raw))

    @property
    def _input_gain(self) -> float:
        return decibels_to_gain(float(self._values["input_gain"]))

    def _aim(self, values: Mapping[str, Value]) -> None:
        aim(self.engine, values)
        if "output_gain" in values:
            lowered = float(values["output_gain"]) - self._headroom_db
            self.engine.set(Control.OUTPUT_GAIN, decibels_to_gain(lowered))
