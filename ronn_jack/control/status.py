"""The one table of what a running node tells of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.control.exploring.aim import KINDS
from ronn_jack.control.exploring.search import PROGRESS
from ronn_jack.parameters import MOST_SNAPSHOTS, PLACES, Kind
from ronn_jack.units import SILENCE_DB


@dataclass(frozen=True)
class Status:
    """One row of the table.

    Attributes
    ----------
    minimum, maximum : float
        Inclusive limits of a number in `unit`; infinite where there is none.
    choices : tuple of str
        The words that an enum can be; empty for other kinds.
    """

    name: str
    kind: Kind
    unit: str
    minimum: float
    maximum: float
    description: str
    choices: tuple[str, ...] = ()
    by_interface: bool = False
    """Whether an interface counts it, and not the node."""

    @property
    def range_text(self) -> str:
        """What it can be, in words."""
        if self.kind is Kind.ENUM:
            return " ".join(self.choices)
        if self.kind is Kind.TEXT:
            return "text"
        if self.kind is Kind.BOOL:
            return "0 or 1"
        if math.isinf(self.minimum) and math.isinf(self.maximum):
            limits = "any"
        elif math.isinf(self.maximum):
            limits = f"from {self.minimum:g}"
        else:
            limits = f"{self.minimum:g} to {self.maximum:g}"
        return f"{limits} {self.unit}".rstrip()

    def accepts(self, value: float | str) -> bool:
        """Say whether a value is one that the row lets be expected."""
        if self.kind is Kind.TEXT:
            return isinstance(value, str)
        if self.kind is Kind.ENUM:
            return value in self.choices
        number = float if self.kind is Kind.FLOAT else int
        return type(value) is number and self.minimum <= value <= self.maximum


def _count(name: str, description: str, by_interface: bool = False) -> Status:
    return Status(name, Kind.INT, "", 0, math.inf, description, by_interface=by_interface)


def _number_of(name: str, most: int, description: str) -> Status:
    return Status(name, Kind.INT, "", 0, most, description)


def _number(name: str, unit: str, low: float, high: float, description: str) -> Status:
    return Status(name, Kind.FLOAT, unit, low, high, description)


def _time(name: str, description: str, unit: str = "ms") -> Status:
    return _number(name, unit, 0.0, math.inf, description)


def _level(name: str, unit: str, description: str) -> Status:
    return _number(name, unit, SILENCE_DB, math.inf, description)


def _share(name: str, description: str, most: float = math.inf) -> Status:
    return _number(name, "", 0.0, most, description)


_TABLE = (
    _time("receptive_field", "length of the running network's memory", "s"),
    _time("delay", "longest step from tap to tap, which is heard as the delay", "s"),
    Status(
        "delay_beats", Kind.TEXT, "", 0, 0,
        "beats that it takes, such as 1/4, where `sync` is on: its value, or an octave that fits",
    ),
    _count("parameters", "weights and biases of the running network"),
    _share("load", "share of the period that the callback takes; 1 is all of it"),
    _count("xruns", "blocks that came too late since the start"),
    Status(
        "xruns_after", Kind.TEXT, "", 0, 0,
        "what had asked for a network last when the latest xrun came, or nothing",
    ),
    _share("callback_p50", "share of the period that half of 10 s of callbacks stayed within"),
    _share("callback_p99", "share of the period that 99 % of them stayed within"),
    _share("callback_max", "share of the period that the longest of them took"),
    _time("build_ms", "time that the last network took to build"),
    _time("prime_ms", "part of it in which it took the recent input and was levelled"),
    _level("level_in", "dBFS", "level of the input"),
    _level("level_out", "dBFS", "level of the output"),
    Status(
        "state", Kind.ENUM, "", 0, 5, "what the node is doing",
        ("waiting", "building", "fading", "silent", "running", "dry"),
    ),
    _level("true_peak", "dBTP", "true peak of the output"),
    _level("loudness", "LUFS", "momentary loudness of the output, of its last 400 ms"),
    _share("progress", "how far the network in the making has come", 1.0),
    _time("change_to_sound_ms", "from the last change's arrival to its first sounding block"),
    _time("fade_ms", "length of the last crossfade"),
    _number(
        "swap_step", "", 0.0, math.inf,
        "largest step between two wet samples in the last crossfade",
    ),
    _share("network_load", "share of the period that the network alone takes, as measured"),
    _level("level", "dB", "gain that matches the network to its input"),
    Status("silent", Kind.BOOL, "", 0, 1, "1 where the network is too quiet to be matched, else 0"),
    _count("overloads", "networks dropped because they overloaded the callback"),
    _count("midi_dropped", "MIDI messages that came faster than they could be taken, and are lost"),
    _count("osc_dropped", "OSC packets of strangers or of a flood, not done", by_interface=True),
)  # fmt: skip

_CONTROL_TABLE = (
    Status(
        "landed", Kind.TEXT, "", 0, 0,
        "what a control's position became that asked for more than fits, or nothing",
    ),
    Status("locks", Kind.TEXT, "", 0, 0, "parameters that `randomize` leaves as they are"),
    _count("candidates", "sounds that were found worth hearing and wait for `randomize`"),
    Status(
        "exploring", Kind.ENUM, "", 0, len(PROGRESS) - 1, "whether more of them are looked for; "
        "exhausted where many tries in a row were in vain", PROGRESS,
    ),
    Status(
        "exploring_from", Kind.ENUM, "", 0, len(KINDS) - 1, "from which sounds they are drawn: the "
        "present one, one of `candidate_more`, or two of `breed`", KINDS,
    ),
    _share("exploring_amount", "how far they may be from it, as `explore` was given it", 1.0),
    _number_of("audition", PLACES, "candidate that is heard for a try; 0 for none"),
    _count("undo_steps", "changes of the sound that can be undone"),
    _count("redo_steps", "undone changes that can be done again"),
    _number_of("snapshot", MOST_SNAPSHOTS, "snapshot loaded or saved last; 0 for none"),
    Status("snapshots", Kind.TEXT, "", 0, 0, "numbers of the snapshots that are not empty"),
    Status(
        "ab", Kind.ENUM, "", 0, 2, "which of the two sounds to compare this is; off before there "
        "are two", ("off", "a", "b"),
    ),
)  # fmt: skip

BY_CONTROLLER: Mapping[str, Status] = {row.name: row for row in _CONTROL_TABLE}
"""What the controller says, by its name: where recall and the search stand, and more."""
STATUS: Mapping[str, Status] = {row.name: row for row in (*_TABLE, *_CONTROL_TABLE)}
"""What can be asked of a running node, by its name."""
