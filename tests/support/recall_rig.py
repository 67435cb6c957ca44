"""A controller at which somebody turns knobs, whose networks sound when the test says so."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Operation
from ronn_jack.parameters import Value, defaults
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

SOUNDS: Mapping[str, Mapping[str, Value]] = {
    "fuzz": {"layers": 3, "mix": 0.5},
    "drone": {"layers": 4, "fade_ms": 200.0},
}


class Rig:
    """A controller at which somebody turns knobs; `node` only writes down what it is asked for."""

    def __init__(self, **scene: Any) -> None:
        self.node, self.origin, self.time = RecordingNode(), RecordingOrigin(), 0.0
        self.store = MemoryStore(**SOUNDS)
        self.store.snapshots["fuzz"] = {2: {**defaults(), "layers": 2}}
        self.store.songs = ("drone", "fuzz", "drone")
        self.controller = Controller(
            self.node, self.store, search=Search(random=Random(5)), clock=lambda: self.time, **scene
        )
        self.subscription = self.controller.subscriptions.subscribe()

    def do(self, *operations: Operation, after: float = 1.0) -> None:
        """Ask for a change; its network sounds."""
        self.ask(*operations, after=after)
        if self.controller.awaits_network:
            self.controller.sounding(self.node.last_change)

    def ask(self, *operations: Operation, after: float = 1.0) -> None:
        """Ask for a change of which the node says nothing yet."""
        self.time += after
        self.controller.apply(operations, self.origin)

    def refuse(self) -> None:
        self.controller.refused(self.node.last_change, "too slow")

    @property
    def values(self) -> dict[str, Value]:
        return dict(self.controller.values)

    def value(self, *names: str) -> list[Value]:
        return [self.controller.value(name) for name in names]

    @property
    def steps(self) -> tuple[Any, Any]:
        """How many can be undone, and done again."""
        status = self.controller.status()
        return status["undo_steps"], status["redo_steps"]

    def told(self, *kinds: type) -> list[Any]:
        events = [numbered.event for numbered in self.subscription.take()]
        return [event for event in events if isinstance(event, kinds or object)]
