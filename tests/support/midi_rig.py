"""A MIDI input with everything around it played by the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ronn_jack.control.events import Event
from ronn_jack.control.operations import Operation
from ronn_jack.interfaces.midi.input import MidiInput, MidiOrigin
from ronn_jack.interfaces.midi.ports import HardwarePorts
from ronn_jack.midimap.learn import ENCODER_SECONDS
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import Value, defaults
from ronn_jack.settings import Settings, load_settings

JACK = "midi_in"


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


class Asker:
    """Somebody who asks, is answered, and is refused."""

    name = "osc tester"

    def __init__(self) -> None:
        self.refusals: list[tuple[str, str]] = []
        self.told: list[Event] = []

    def refuse(self, subject: str, reason: str) -> None:
        self.refusals.append((subject, reason))


class LearningRig(Rig):
    def __init__(self, folder: Path) -> None:
        self.store = ProfileStore(user=folder)
        super().__init__(self.store, load_settings(user_file=folder / "none"))
        self.folder = folder
        self.asker = Asker()
        self.time = 100.0

    def learn(self, name: str, *messages: bytes, port: str = JACK) -> Event:
        """Ask for it, touch the control, and return what came of it."""
        self.midi.learning.learn(name, self.asker, self.asker.told.append)
        self.round()
        self.round(*messages, port=port)
        self.wait(ENCODER_SECONDS)
        return self.asker.told[-1]

    def unlearn(self, name: str) -> None:
        self.midi.learning.unlearn(name, self.asker, self.asker.told.append)
        self.round()

    def undo(self) -> None:
        self.midi.learning.undo(self.asker, self.asker.told.append)
        self.round()

    def does(self, *messages: bytes, port: str = JACK) -> list[object]:
        """Return the operations that messages bring."""
        self.controller.changes.clear()
        self.round(*messages, port=port)
        return [operation for change in self.controller.changes for operation in change]
