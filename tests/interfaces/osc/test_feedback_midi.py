"""What happens between MIDI controllers and parameters is no state: it is told once."""

from __future__ import annotations

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.midi_events import (
    BindingRemoved,
    LearnCancelled,
    Learned,
    LearnStarted,
    LearnUndone,
    TakeoverGap,
)
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.osc.addresses import STATUS_ROOT
from ronn_jack.interfaces.osc.feedback import TICK_SECONDS, Feedback
from ronn_jack.interfaces.osc.subscribers import Subscribers
from tests.support.osc_senders import Clock, Mailbox
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin


class Desk:
    """A node with subscribers; time passes by its ticks."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.controller = Controller(RecordingNode(), MemoryStore())
        self.publish = self.controller.subscriptions.publish
        self.subscribers = Subscribers(self.clock)
        self.feedback = Feedback(self.controller, self.subscribers, self.clock)

    def subscribed(self) -> Mailbox:
        box = Mailbox()
        self.subscribers.add(box, box)
        return box

    def told(self, box: Mailbox) -> dict[str, object]:
        """Let a tick pass, and return what a subscriber is told but the status."""
        self.clock.now += TICK_SECONDS
        self.feedback.tick()
        return {a: v for a, v in box.read().items() if not a.startswith(STATUS_ROOT)}

    def turn(self, **values: object) -> None:
        """Move parameters from somewhere else."""
        self.controller.apply([Set(n, v) for n, v in values.items()], RecordingOrigin())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_is_told_to_all_and_nothing_old_to_who_comes_later(desk: Desk) -> None:
    box = desk.subscribed()
    desk.told(box)
    publish = desk.publish
    publish(LearnStarted("osc", "mix"))
    publish(Learned("osc", "mix", "cc 7 on channel 1", "midi_in", "generic", ("layers", "seed")))
    assert desk.told(box) == {
        "/ronn/learning": "mix",
        "/ronn/learned": ("mix", "cc 7 on channel 1", "midi_in", "layers, seed"),
    }
    publish(LearnCancelled("mix", "it was cancelled"))
    publish(BindingRemoved("osc", "mix", "cc 7", "generic"))
    publish(LearnUndone("osc", "mix"))
    assert desk.told(box) == {
        "/ronn/learn_cancelled": ("mix", "it was cancelled"),
        "/ronn/unlearned": ("mix", "cc 7"),
        "/ronn/learn_undone": "mix",
    }
    other = desk.subscribed()
    assert "/ronn/learned" not in desk.told(other)
    assert desk.told(box) == {}


def test_of_a_control_that_comes_near_the_newest_is_told(desk: Desk) -> None:
    box = desk.subscribed()
    desk.told(box)
    for gap in (0.5, 0.25, 0.0):
        desk.publish(TakeoverGap("midi", "mix", "cc 7", 0.75, gap))
    assert desk.told(box) == {"/ronn/takeover": ("mix", 0.75, 0.0, "cc 7")}
    assert desk.told(box) == {}


def test_what_could_not_be_sent_does_no_harm(desk: Desk) -> None:
    box = desk.subscribed()
    desk.told(box)
    box.takes = False
    desk.publish(TakeoverGap("midi", "mix", "cc 7", 0.75, 0.0))
    desk.told(box)
    box.takes = True
    desk.turn(layers=9)
    assert desk.told(box)["/ronn/layers"] == 9
