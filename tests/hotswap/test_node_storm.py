"""Whatever crosses whatever: in the end the values are those of what sounds, and nothing is left.

Knobs, overloads, other block sizes and lost servers come in a seeded order; how they meet the
builder's thread is left to chance, as what is asserted has to hold however they do.
"""

import contextlib
import random

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Set
from ronn_jack.hotswap.builder import Builder
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import defaults
from tests.support.desk import QUIET
from tests.support.jack_server import wait_for
from tests.support.recording import MemoryStore, RecordingOrigin
from tests.support.rigged import RiggedPipeline, taking
from tests.support.running_builder import let_look
from tests.support.running_engine import RATE, StandingEngine

pytestmark = pytest.mark.slow

STORMS = 40


def time_block(voice, block):
    """Let a network take what its channels tell, and twice as much while its weights move."""
    return taking(voice.model.channels / 40 * 64 / RATE, moving=2.0)(voice, block)


class Node:
    """A node with its controller and listener, beside an engine that plays when told to."""

    def __init__(self, choices):
        self.choices, self.origin = choices, RecordingOrigin()
        self.heard, self.swaps = [], []
        values = {**defaults(), **QUIET}
        self.builder = Builder(self, pipeline=RiggedPipeline(time_block=time_block))
        self.node = LiveNode(2, 2, builder=self.builder)
        self.node.set_controls(values)
        self.controller = Controller(self.node, MemoryStore(), values)
        self.fell_back = self.controller.fell_back
        self.refused, self.strained = self.controller.refused, self.controller.strained
        self.join()

    def sounding(self, change):
        self.heard.append(change.subject)
        self.controller.sounding(change)

    def swapped(self, swap):
        self.swaps += [swap.subject] if swap.subject else []

    def join(self):
        self.audio = StandingEngine(self.choices.choice([32, 64, 128]))
        self.controller.begin(lambda: self.node.attach(self.audio))

    def rejoin(self):
        self.node.detach()
        self.join()

    def play(self):
        for _ in range(self.choices.randint(1, 30)):
            self.audio.step()

    def overload(self):
        self.audio.busy_ns = 1001
        for _ in range(self.choices.randint(3, 6)):
            self.audio.step()
        self.audio.busy_ns = 0

    def resize(self):
        self.audio.period = self.choices.choice([32, 64, 128])

    def panic(self):
        self.controller.apply([Act("panic")], self.origin)

    def turn(self):
        c = self.choices
        values = {
            "seed": c.randrange(1000),
            "seed_b": c.randrange(1000),
            # Heavy enough to be refused, to need a dip, or neither.
            "channels": c.choice([2, 4, 8, 16, 24, 64]),
            "morph": c.choice([0.0, 0.5]),
            "auto_level": c.random() < 0.5,
            "freeze": c.random() < 0.5,
            "fade_ms": c.choice([1.0, 5.0, 50.0]),
            "budget": c.choice([0.3, 0.5, 0.7, 0.9]),
        }
        names = c.sample(sorted(values), c.choice([1, 1, 2, 3]))
        self.controller.apply([Set(name, values[name]) for name in names], self.origin)

    def fault(self):
        """Return in what the node contradicts itself or is not done; "" if in nothing."""
        engine, values, builder = self.audio.engine, self.controller.values, self.builder
        current = builder.voices.current
        faults = {
            "building": builder.building or builder.voices.unsettled or engine.fading,
            "a change unanswered": self.controller.awaits_network,
            "sounding": engine.sounds != (current is not None),
            "dry": engine.dry == engine.sounds,
            "voices": engine.held_voices != int(engine.sounds),
            "swaps": self.swaps != self.heard,
        }
        if current is not None:
            wanted = network_spec(values, 2, 2, RATE)
            faults |= {
                "another sounds": not engine.is_current(current.voice),
                "values": wanted != current.change.model,
                "morph": values["morph"] > 0.0 and not current.voice.moves,
                "where it moves": current.expression.morph != values["morph"],
                "what it moves to": current.expression.seed_b != values["seed_b"],
                "level": values["auto_level"] != (current.level is not None),
            }
        return ", ".join(name for name, wrong in faults.items() if wrong)

    def settled(self):
        self.audio.step()
        return not self.fault()


@pytest.mark.parametrize("seed", range(STORMS))
def test_after_a_storm_all_is_consistent(caplog, seed):
    storm = Node(random.Random(seed))
    acts = [storm.turn, storm.play, storm.overload, storm.resize, storm.panic, storm.rejoin]
    try:
        for act in storm.choices.choices(acts, (10, 8, 2, 2, 1, 1), k=40):
            act()
        with contextlib.suppress(pytest.fail.Exception):
            wait_for(storm.settled)
            # It may have been so before the builder saw what came last.
            let_look(storm.audio)
            wait_for(storm.settled)
        assert not storm.fault()
    finally:
        storm.node.detach()
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
