"""What the builder is asked for, and whom it tells what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change
from ronn_jack.model.protocol import Model


@dataclass(frozen=True)
class Request:
    """A network that should sound.

    Attributes
    ----------
    fade_ms : float
        Length of the crossfade that brings it in.
    levelled : bool
        Whether it is to be as loud as its input.
    change : Change or None
        What asked for it, to be told if it can't be had; None for the first network.
    seed_b : int
        Seed of the weights that morph leads to.
    """

    spec: Model
    fade_ms: float
    levelled: bool
    change: Change | None = None
    seed_b: int = 0

    @property
    def subject(self) -> str:
        """The parameter or action that asked for it; empty for the first network."""
        return self.change.subject if self.change else ""


class Listener(Protocol):
    """Who is told what becomes of requests; on the builder's thread."""

    def sounding(self, change: Change) -> None:
        """The network of `change` has been let in."""
        ...

    def refused(self, change: Change | None, reason: str) -> None:
        """The network of `change` can't be had; None stands for the one to begin with."""
        ...

    def fell_back(self, fallen: Change | None, good: Change | None, reason: str, dry: bool) -> None:
        """The network of `fallen` had to go; that of `good` follows, or the signal stays dry.

        None stands for the network that the node began with.
        """
        ...

    def strained(self) -> None:
        """The weights of the network that sounds were to move, and that would be too much."""
        ...

    def swapped(self, swap: Swap) -> None:
        """A network has taken another's place; its crossfade is over."""
        ...
