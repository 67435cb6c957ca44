"""A whole node with its controller, beside an engine that runs when the test says so."""

from __future__ import annotations

import contextlib

import numpy as np

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.hotswap.builder import Builder
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.hotswap.responses.maker import ResponseMaker
from ronn_jack.parameters import defaults
from ronn_jack.render import offline_engine
from tests.realtime.engine_driver import RATE, noise, play
from tests.support.jack_server import wait_for
from tests.support.recording import Listener, MemoryStore, RecordingOrigin
from tests.support.rigged import WatchedEngine

QUIET = {"auto_level": False, "output_gain": -24.0, "fade_ms": 5.0}
FRAMES = round(RATE)
"""More than any of these networks and its filter remember, and than any glide takes."""


class Audio:
    """An engine that runs when the test says so."""

    name = "test"
    load = 0.0
    xruns = 0
    midi_dropped = 0

    def __init__(self, period: int) -> None:
        self.engine = WatchedEngine(2, 2, RATE, 10.0)
        self.period = period

    def callback_times(self):
        return np.zeros(1, np.int64)


class Desk:
    """A node with its controller, and a hand on its knobs."""

    def __init__(self, period, values, pipeline, cost):
        self.store, self.may_fall = MemoryStore(), False
        self.audio, self.listener, self.origin = Audio(period), Listener(), RecordingOrigin()
        self.pipeline = pipeline
        self.builder = Builder(self.listener, cost, pipeline)
        self.responses = ResponseMaker()
        self.node = LiveNode(2, 2, cost=cost, builder=self.builder, responses=self.responses)
        self.node.set_controls(values)
        self.controller = self.listener.controller = Controller(self.node, self.store, values)
        self.controller.begin(lambda: self.node.attach(self.audio))
        self.run_until(lambda: len(self.listener.swaps) == 1)

    def run_until(self, condition):
        def step():
            self.audio.engine.process(noise(64))
            return condition()

        wait_for(step)

    def turn(self, **values):
        self.controller.apply([Set(name, value) for name, value in values.items()], self.origin)

    @property
    def voice(self):
        return self.builder.voices.current.voice

    def let_move(self):
        """Wait until the weights can move."""
        self.run_until(lambda: self.voice.moves)

    def rejoin(self):
        """Lose the server, and join another one."""
        self.node.detach()
        self.audio = Audio(self.audio.period)
        self.controller.begin(lambda: self.node.attach(self.audio))


@contextlib.contextmanager
def desk(period=0, pipeline=None, cost=None, **values):
    with_values = Desk(period, {**defaults(), **QUIET, **values}, pipeline, cost)
    try:
        yield with_values
        assert with_values.may_fall or not with_values.listener.falls
    finally:
        with_values.node.detach()


def rendered(values, x, frames=0):
    """Return what `render` gives for `x` after so many frames of silence."""
    controller = Controller(LiveNode(2, 2, Listener()), MemoryStore(), values)
    engine = offline_engine(controller.model(), values, RATE)
    silence = np.zeros((2, frames), np.float32)
    return play(engine, np.concatenate([silence, x], axis=1), 4096)[:, frames:]


def same_sound(desk, seconds=3):
    """Whether the node gives what a render with its values does, once all glides are over.

    Which samples a tile takes together depends on the frame at which a network began: up to the
    rounding of it, as much as a network may differ from its reference in float64.
    """
    x = noise(seconds * FRAMES, seed=5)
    live = play(desk.audio.engine, x)[:, -FRAMES:]
    offline = rendered(desk.controller.values, x)[:, -FRAMES:]
    return np.abs(live - offline).max() <= 1e-5 * np.abs(offline).max()
