"""Stand-ins for the controller's neighbours that write down what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change
from ronn_jack.control.status import STATUS
from ronn_jack.errors import PresetError, unknown
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value, defaults
from ronn_jack.presets.store import preset_number


@dataclass
class RecordingNode:
    """A node that plays nothing."""

    name: str = "ronn"
    inputs: int = 2
    outputs: int = 2
    rate: float = 48000.0
    ready: bool = True
    largest: int = 2**31
    """Parameter count of the largest network that fits."""
    fault: str = ""
    """Why the weights can't move."""
    refused_stages: dict[str, str] = field(default_factory=dict)
    """Why stages can't be turned on, by the parameter that does."""
    controls: list[Mapping[str, Value]] = field(default_factory=list)
    rebuilds: list[tuple[Model, Change]] = field(default_factory=list)
    starts: list[tuple[Model, Change]] = field(default_factory=list)
    panics: list[bool] = field(default_factory=list)
    statuses: dict[str, int | float | str] = field(
        default_factory=lambda: {**dict.fromkeys(STATUS, 0), "state": "playing", "load": 0.25}
    )

    def set_controls(self, values: Mapping[str, Value]) -> None:
        self.controls.append(dict(values))

    def admit_stages(self) -> None:
        pass

    def moving_fault(self) -> str:
        return self.fault

    def stage_faults(self, values: Mapping[str, Value], anew: bool = False) -> Mapping[str, str]:
        return {name: why for name, why in self.refused_stages.items() if values[name]}

    def request(self, change: Change) -> None:
        (self.starts if change.begins else self.rebuilds).append((change.model, change))

    def fits(self, spec: Model, most: float = 1.0) -> bool:
        return spec.parameter_count <= self.largest

    def panic(self, silent: bool) -> None:
        self.panics.append(silent)

    def status(self) -> Mapping[str, int | float | str]:
        return self.statuses

    @property
    def last_change(self) -> Change:
        return self.rebuilds[-1][1]

    @property
    def first_change(self) -> Change:
        return self.starts[-1][1]


@dataclass
class RecordingOrigin:
    """Somebody who asks for changes and remembers the answers."""

    name: str = "test"
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, subject: str, reason: str) -> None:
        self.refusals.append((subject, reason))

    @property
    def subjects(self) -> list[str]:
        return [subject for subject, _ in self.refusals]


class Listener:
    """Told by a builder what becomes of requests; tells a controller too, if there is one.

    Attributes
    ----------
    at_fall : callable
        Called once a network has fallen, before another can follow.
    """

    def __init__(self) -> None:
        self.controller: Controller | None = None
        self.heard: list[Change] = []
        self.refusals: list[tuple[Change, str]] = []
        self.falls: list[tuple[Change, Change | None, str]] = []
        self.swaps: list[Swap] = []
        self.at_fall: Callable[[], object] = lambda: None

    def sounding(self, change: Change) -> None:
        self.heard.append(change)
        if self.controller is not None:
            self.controller.sounding(change)

    def refused(self, change: Change, reason: str) -> None:
        self.refusals.append((change, reason))
        if self.controller is not None:
            self.controller.refused(change, reason)

    def fell_back(self, fallen: Change, good: Change | None, reason: str) -> None:
        self.falls.append((fallen, good, reason))
        if self.controller is not None:
            self.controller.fell_back(fallen, good, reason)
        self.at_fall()

    def strained(self) -> None:
        if self.controller is not None:
            self.controller.strained()

    def swapped(self, swap: Swap) -> None:
        self.swaps.append(swap)


@dataclass(frozen=True)
class Listed:
    name: str
    description: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class StoredPreset:
    name: str
    values: Mapping[str, Value]
    snapshots: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)


class MemoryStore:
    """Presets that live as long as the test."""

    def __init__(self, **presets: Mapping[str, Value]) -> None:
        self.presets = {name: {**defaults(), **values} for name, values in presets.items()}
        self.snapshots: dict[str, Mapping[int, Mapping[str, Value]]] = {}
        self.notes: dict[str, tuple[str, Sequence[str]]] = {}
        """Description and tags, by name."""
        self.songs: Sequence[str] = ()
        self.reads: list[str] = []

    def names(self) -> Sequence[str]:
        return list(self.presets)

    def entries(self) -> Sequence[Listed]:
        return [Listed(name, *self.notes.get(name, ())) for name in self.presets]

    def load(self, reference: str | float) -> StoredPreset:
        name = reference
        if name not in self.presets:
            number = preset_number(reference, len(self.presets))
            if number is None:
                raise PresetError(unknown("preset", reference, self.presets))
            name = list(self.presets)[number]
        self.reads.append(name)
        return StoredPreset(name, self.presets[name], self.snapshots.get(name, {}))

    def setlist(self) -> Sequence[str]:
        return self.songs

    def save(
        self,
        name: str,
        values: Mapping[str, Value],
        *,
        snapshots: Mapping[int, Mapping[str, Value]] | None = None,
    ) -> Path:
        if "/" in name:
            raise PresetError(f"preset name '{name}' has a '/'; use letters and digits")
        self.presets[name] = dict(values)
        self.snapshots[name] = snapshots or {}
        return Path(name)


def controller_of(node: RecordingNode, **presets: Mapping[str, Value]) -> Controller:
    """Return a controller of `node` with named presets."""
    return Controller(node, MemoryStore(**presets))
