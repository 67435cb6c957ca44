"""What the controller drives and reads: its neighbours as it sees them.

The running engine with its builder is the node; the preset files are the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Change
from ronn_jack.control.tempo import Taps
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value


class Node(Protocol):
    """The running effect. Its methods return at once and are called by one thread at a time."""

    @property
    def name(self) -> str:
        """Name of the client in the audio graph."""
        ...

    @property
    def inputs(self) -> int:
        """Number of audio inputs, 1 or 2."""
        ...

    @property
    def outputs(self) -> int:
        """Number of audio outputs, 1 or 2."""
        ...

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the ports are registered and the first network sounds."""
        ...

    def set_controls(self, values: Mapping[str, Value]) -> None:
        """Aim at new values of continuous parameters and settings; only those that changed.

        A stage that can't be beside the network that sounds waits for another.
        """
        ...

    def admit_stages(self) -> None:
        """Let stages be heard that waited, as far as the network that sounds now lets them."""
        ...

    def moving_fault(self) -> str:
        """Return why the network that sounds can't morph or drift; "" if it can."""
        ...

    def stage_faults(self, values: Mapping[str, Value], anew: bool = False) -> Mapping[str, str]:
        """Return why stages that values turn on can't be, by the parameters that do.

        Those that are on already are only told of if they are admitted anew, and then no others:
        what waits for a network may fit beside that one.
        """
        ...

    def request(self, change: Change) -> None:
        """Ask for a network; the newest request wins.

        The node calls `Controller.sounding(change)` once the network is handed over, unless it is
        the one to begin with, or `Controller.refused(change, reason)` if it can't be; never while
        it holds a lock that this method takes.
        """
        ...

    def fits(self, model: Model, most: float = 1.0) -> bool:
        """Tell whether this machine can run the network within its budget, and a share of time."""
        ...

    def panic(self, silent: bool) -> None:
        """Be silent at once, or sound again."""
        ...

    def status(self) -> Mapping[str, int | float | str]:
        """Return the present value of every key of STATUS that no interface counts."""
        ...


class Preset(Protocol):
    """A sound with a name."""

    @property
    def name(self) -> str:
        """What it is loaded by."""
        ...

    @property
    def values(self) -> Mapping[str, Value]:
        """Accepted values of the parameters that loading it sets."""
        ...

    @property
    def snapshots(self) -> Mapping[int, Mapping[str, Value]]:
        """Accepted values of the sounds that it has beside its own, by number."""
        ...


@dataclass(frozen=True)
class SavedPreset:
    """A preset as it was saved."""

    name: str
    values: Mapping[str, Value]
    snapshots: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)


class ListedPreset(Protocol):
    """What can be told of a preset without loading it."""

    @property
    def name(self) -> str:
        """What it is loaded by."""
        ...

    @property
    def description(self) -> str:
        """What a musician hears, or why it can't be loaded."""
        ...

    @property
    def tags(self) -> Sequence[str]:
        """What it can be found by."""
        ...


class PresetStore(Protocol):
    """Where presets are kept."""

    def entries(self) -> Sequence[ListedPreset]:
        """Return what there is in the order of the indices."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names in the order of their indices."""
        ...

    def load(self, reference: str | float) -> Preset:
        """Read the one of a name or else of an index; PresetError if it is unknown or faulty."""
        ...

    def save(
        self,
        name: str,
        values: Mapping[str, Value],
        *,
        snapshots: Mapping[int, Mapping[str, Value]] | None = None,
    ) -> Path:
        """Write one and return its file; PresetError if it can't be.

        None as its snapshots leaves those that its file has.
        """
        ...

    def setlist(self) -> Sequence[str]:
        """Return the names of the presets to be played, in order; PresetError if it is faulty."""
        ...


class Machine(Protocol):
    """Says what can be had on this machine now.

    Attributes
    ----------
    taps : Taps
        That it was given.
    search : Search
        Draws sounds.
    """

    taps: Taps
    search: Search

    def fits(self, values: Mapping[str, Value]) -> bool:
        """Tell whether a full set of values makes a network that can run."""
        ...

    def check(self, values: Mapping[str, Value]) -> None:
        """Raise UsageError if a sound can't be had as a whole, as far as that is known yet."""
        ...
