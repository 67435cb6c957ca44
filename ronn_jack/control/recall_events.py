"""What happens to snapshots, compared sounds and the history, as events."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ronn_jack.control.events import Inner
from ronn_jack.parameters import Value


@dataclass(frozen=True)
class RecallMoved(Inner):
    """Another snapshot, others that are not empty, or another of two compared sounds.

    Attributes
    ----------
    values : mapping
        Those of BY_CONTROLLER in the table of status that are others now; how many steps can be
        undone is in the status alone, as it moves with every change.
    """

    kind: ClassVar[str] = "recall"
    values: Mapping[str, Value]


@dataclass(frozen=True)
class SnapshotTaken:
    """A snapshot was loaded, or the sound saved as one."""

    kind: ClassVar[str] = "snapshot"
    level: ClassVar[int] = logging.INFO
    origin: str
    number: int
    saved: bool

    def lines(self) -> list[str]:
        """Return a line."""
        return [f"{self.origin}: {'saved as snapshot' if self.saved else 'snapshot'} {self.number}"]


@dataclass(frozen=True)
class Compared:
    """The other of two sounds was gone to; `slot` is "a" or "b"."""

    kind: ClassVar[str] = "compared"
    level: ClassVar[int] = logging.INFO
    origin: str
    slot: str

    def lines(self) -> list[str]:
        """Return a line."""
        return [f"{self.origin}: sound {self.slot.upper()}"]


@dataclass(frozen=True)
class Auditioned:
    """A candidate is heard for a try; `place` is 0 once it was kept or gone back from."""

    kind: ClassVar[str] = "audition"
    level: ClassVar[int] = logging.INFO
    origin: str
    place: int

    def lines(self) -> list[str]:
        """Return a line where one begins."""
        return [f"{self.origin}: candidate {self.place}"] if self.place else []
