"""What happens in a running node, as events that can be read by people and by programs.

They are plain values, told through `ronn_jack.control.subscriptions` and numbered there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from ronn_jack.control.operations import Cause
from ronn_jack.parameters import Value, parameter

_log = logging.getLogger(__name__)


class Event(Protocol):
    """Something that happened; its fields are those of a line in the event log."""

    kind: ClassVar[str]
    """The event's name in the event log."""
    level: ClassVar[int]
    """How much it matters, as `logging` counts; below INFO it is for parts of the node alone."""
    __dataclass_fields__: ClassVar[dict[str, Any]]
    """Every event is a dataclass."""

    def lines(self) -> list[str]:
        """Return it in words."""
        ...


def log_event(event: Event) -> None:
    """Log an event in words."""
    for line in event.lines():
        _log.log(event.level, "%s", line)


UNLOGGED = {"logged": False}
"""Metadata of a field that is for parts of the node alone."""


class Inner:
    """Base of events that only parts of the node follow: no line says anything of them."""

    level: ClassVar[int] = logging.DEBUG

    def lines(self) -> list[str]:
        """Return nothing."""
        return []


@dataclass(frozen=True)
class Dump(Inner):
    """The whole state, for who has just come or has missed something.

    Attributes
    ----------
    left_out : int
        Events that were missed.
    values, preset : mapping and str or None
        Accepted values of all parameters; the preset loaded or saved last.
    edited, silent : bool
        Whether the sound is another by now; whether silence was asked for.
    recall : mapping
        Where recall stands: those of BY_CONTROLLER in the table of status.
    """

    kind: ClassVar[str] = "dump"
    left_out: int
    values: Mapping[str, Value]
    preset: str | None
    edited: bool
    silent: bool
    recall: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """Values moved.

    Attributes
    ----------
    origin : str
        Who asked for it; "node" where the node took them back.
    values : mapping
        What moved, in native units.
    """

    kind: ClassVar[str] = "change"
    level: ClassVar[int] = logging.INFO
    origin: str
    values: Mapping[str, Value]
    cause: Cause = field(default=Cause.OPERATION, metadata=UNLOGGED)

    def lines(self) -> list[str]:
        """Return a line for each value, but none of those that move again and again."""
        values = {} if self.cause in (Cause.CLOCK, Cause.AUDITION) else self.values
        return [f"{self.origin}: {n} = {parameter(n).words(v)}" for n, v in values.items()]


@dataclass(frozen=True)
class PresetTaken:
    """A preset was loaded, or the sound saved as one; without a name, it comes from none again."""

    kind: ClassVar[str] = "preset"
    level: ClassVar[int] = logging.INFO
    origin: str
    name: str
    saved: bool

    def lines(self) -> list[str]:
        """Return a line."""
        what = "saved as preset" if self.saved else "preset" if self.name else "no preset"
        return [f"{self.origin}: {what} {self.name}".rstrip()]


@dataclass(frozen=True)
class PresetEdited(Inner):
    """The sound is no longer that of the preset, or is it again; loading and saving imply so."""

    kind: ClassVar[str] = "preset_edited"
    name: str
    edited: bool


@dataclass(frozen=True)
class Silenced(Inner):
    """Silence was asked for, or ended by a change."""

    kind: ClassVar[str] = "silence"
    silent: bool


@dataclass(frozen=True)
class StateChanged(Inner):
    """The status `state` is another."""

    kind: ClassVar[str] = "state"
    state: str


@dataclass(frozen=True)
class NetworkAsked(Inner):
    """A network was asked for; `subject` is empty for the one that the node begins with."""

    kind: ClassVar[str] = "network_asked"
    subject: str


@dataclass(frozen=True)
class NetworkSounds(Inner):
    """A network that was asked for has been let in, and its crossfade begins."""

    kind: ClassVar[str] = "network_sounds"
    subject: str


@dataclass(frozen=True)
class MidiPort:
    """A hardware MIDI port was opened or has gone.

    Attributes
    ----------
    profile : str
        Name of the profile by which it is read.
    """

    kind: ClassVar[str] = "midi_port"
    level: ClassVar[int] = logging.INFO
    port: str
    profile: str
    open: bool

    def lines(self) -> list[str]:
        """Return a line."""
        return [f"MIDI port {'opened' if self.open else 'gone'}: {self.port}"]


@dataclass(frozen=True)
class Refused:
    """Something could not be done, and the sound went on as it was.

    Attributes
    ----------
    origin, subject : str
        Who asked for it, by what; both empty for the network that the node was to begin with.
    network : bool
        Whether a network was refused, whose change had been accepted before.
    """

    kind: ClassVar[str] = "refusal"
    level: ClassVar[int] = logging.INFO
    origin: str
    subject: str
    reason: str
    network: bool

    def lines(self) -> list[str]:
        """Return a line for a network; of a value its sender has been told."""
        if not self.network:
            return []
        asked = f"{self.subject} from {self.origin}" if self.subject else "the first network was"
        return [f"{asked} refused: {self.reason}"]


@dataclass(frozen=True)
class Swap:
    """One network has taken another's place.

    Attributes
    ----------
    subject : str
        The parameter or action that asked for it; empty for the network that the node began with.
    change_to_sound_ms : float
        From the arrival of the message to the block in which the new network first sounds.
    build_ms : float
        From its turn in the builder to a voice that may be handed over.
    prime_ms : float
        The part of it in which the network took the recent input and was levelled.
    load : float
        Share of the period that the network alone takes, as measured.
    fade_ms : float
        Length of the crossfade, or of the dip's second half.
    dip : bool
        Whether old and new did not fit together, so that one went before the other came.
    correlation : float
        Of the two outputs, 0–1.
    level_db : float
        Gain that matches it to its input.
    silent : bool
        Whether it is too quiet for that.
    step : float or None
        Largest step between two samples of the wet signal in the crossfade; None until its end.
    """

    kind: ClassVar[str] = "swap"
    level: ClassVar[int] = logging.INFO
    subject: str = ""
    change_to_sound_ms: float = 0.0
    build_ms: float = 0.0
    prime_ms: float = 0.0
    load: float = 0.0
    fade_ms: float = 0.0
    dip: bool = False
    correlation: float = 0.0
    level_db: float = 0.0
    silent: bool = False
    step: float | None = None

    def lines(self) -> list[str]:
        """Return how long it took, and what it is like."""
        if self.subject:
            arrival = f"{self.subject}: sounding after {self.change_to_sound_ms:.0f} ms"
        else:
            arrival = "the first network sounds"
        facts = [f"built in {self.build_ms:.0f} ms", f"load {self.load:.0%}"]
        facts.append(f"{'dip' if self.dip else 'fade'} {self.fade_ms:g} ms")
        if self.level_db:
            facts.append(f"level {self.level_db:+.1f} dB")
        words = f"{arrival} ({', '.join(facts)})"
        return [f"{words}; the network is silent" if self.silent else words]


@dataclass(frozen=True)
class FellBack:
    """A network that sounded had to go.

    Attributes
    ----------
    subject : str
        The parameter or action that had asked for it; empty for the first network.
    dry : bool
        Whether the dry signal takes its place, and not the last good network.
    """

    kind: ClassVar[str] = "fall_back"
    level: ClassVar[int] = logging.WARNING
    subject: str
    dry: bool
    reason: str

    def lines(self) -> list[str]:
        """Return what fell, to what, and why."""
        fallen = f"the network of {self.subject}" if self.subject else "the first network"
        place = "the dry signal" if self.dry else "the last good network"
        return [f"{fallen} fell back to {place}: {self.reason}"]


@dataclass(frozen=True)
class Xruns:
    """Blocks came too late.

    Attributes
    ----------
    count : int
        Since the last such event.
    total : int
        Since the node's start.
    subject : str
        The parameter or action that asked for a network last before them; empty if none did.
    origin : str
        Who moved it.
    since_change_ms : float or None
        How long ago that was.
    """

    kind: ClassVar[str] = "xruns"
    level: ClassVar[int] = logging.WARNING
    count: int
    total: int
    subject: str = ""
    origin: str = ""
    since_change_ms: float | None = None

    def lines(self) -> list[str]:
        """Return how many there were, and after which change."""
        words = "an xrun" if self.count == 1 else f"{self.count} xruns"
        if self.since_change_ms is not None:
            ago = f"{self.since_change_ms:.0f} ms"
            words += f", {ago} after {self.subject} from {self.origin}"
        return [f"{words} ({self.total} in all)"]


@dataclass(frozen=True)
class MidiDropped:
    """MIDI messages were lost, since more came than could be taken; once for a burst.

    Attributes
    ----------
    count : int
        Since the burst began.
    total : int
        Since the node's start.
    """

    kind: ClassVar[str] = "midi_dropped"
    level: ClassVar[int] = logging.WARNING
    count: int
    total: int

    def lines(self) -> list[str]:
        """Return how many there were, and what helps."""
        lost = "a message" if self.count == 1 else f"{self.count} messages"
        return [
            f"too much MIDI at once: {lost} lost so far ({self.total} in all); "
            "look for a loop in its connections, or a sender that floods"
        ]


@dataclass(frozen=True)
class ServerJoined:
    """The node has become a client of a server.

    Attributes
    ----------
    name : str
        The client's name.
    rate : float
        Sample rate in Hz.
    period : int
        Frames in a block.
    """

    kind: ClassVar[str] = "server"
    level: ClassVar[int] = logging.INFO
    name: str
    rate: float
    period: int
    realtime: bool

    def lines(self) -> list[str]:
        """Return what the server is like."""
        return [f"{self.name} on JACK: {self.rate:g} Hz, {self.period} frames a period"]


@dataclass(frozen=True)
class ServerLost:
    """The server has gone; the node waits until it is back."""

    kind: ClassVar[str] = "server_lost"
    level: ClassVar[int] = logging.WARNING

    def lines(self) -> list[str]:
        """Return what is done about it."""
        return ["the JACK server has gone; waiting until it is back"]


@dataclass(frozen=True)
class Stopped:
    """The node ends."""

    kind: ClassVar[str] = "end"
    level: ClassVar[int] = logging.INFO
    status: Mapping[str, int | float | str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return nothing: the terminal shows that it has ended."""
        return []
