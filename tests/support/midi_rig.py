"""A MIDI input with everything around it played by the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from ronn_jack.control.events import Event
from ronn_jack.control.operations import Operation
from ronn_jack.interfaces.midi.input import MidiInput, MidiOrigin
from ronn_jack.interfaces.midi.ports import HardwarePorts
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import Value, defaults
from ronn_jack.settings import Settings


class FakeController:
    def __init__(self) -> None:
        self.values = defaults()
        self.changes: list[list[Operation]] = []
        self.origins: list[MidiOrigin] = []
        self.changed = threading.Event()
        self.faults: list[Exception] = []
        """What the next changes fail by."""
        self.on_apply: Callable[[], object] = lambda: None

    def value(self, name: str) -> Value:
        return self.values[name]

    def apply(self, operations: Sequence[Operation], origin: MidiOrigin) -> None:
        if self.faults:
            raise self.faults.pop()
        self.on_apply()
        self.changes.append(list(operations))
        self.origins.append(origin)
        self.changed.set()


class FakeHardware(HardwarePorts):
    """Ports whose messages the test puts into `waiting`."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, bytes]] = []
        self.scans = 0
        self.closed = False

    @property
    def names(self) -> list[str]:
        return []

    def rescan(self) -> None:
        self.scans += 1

    def read(self) -> Iterator[tuple[str, bytes]]:
        taken, self.waiting = self.waiting, []
        yield from taken

    def close(self) -> None:
        self.closed = True


class Rig:
    """A MIDI input with everything around it played by the test."""

    def __init__(self, store: ProfileStore, settings: Settings) -> None:
        self.controller = FakeController()
        self.hardware = FakeHardware()
        self.events: list[Event] = []
        self.time = 0.0
        self.midi = MidiInput(
            self.controller,
            settings,
            store,
            self.hardware,
            lambda event, origin: self.events.append(event),
            lambda: self.time,
        )

    def round(self, *messages: bytes, port: str = "any port") -> list[list[Operation]]:
        self.hardware.waiting += [(port, message) for message in messages]
        self.midi.poll()
        return self.controller.changes

    def wait(self, seconds: float) -> list[list[Operation]]:
        self.time += seconds
        self.midi.poll()
        return self.controller.changes
