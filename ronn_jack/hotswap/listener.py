"""Whom the builder tells what has become of the networks that it was asked for."""

from __future__ import annotations

from typing import Protocol

from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change


class Listener(Protocol):
    """Who is told what becomes of changes; on the builder's thread."""

    def sounding(self, change: Change) -> None:
        """The network of `change` has been let in; the one to begin with is not told of."""
        ...

    def refused(self, change: Change, reason: str) -> None:
        """The network of `change` is refused."""
        ...

    def fell_back(self, fallen: Change, good: Change | None, reason: str) -> None:
        """The network of `fallen` had to go; that of `good` follows, or the signal stays dry."""
        ...

    def strained(self) -> None:
        """The weights of the network that sounds were to move, and that would be too much."""
        ...

    def swapped(self, swap: Swap) -> None:
        """A network has taken another's place; its crossfade is over."""
        ...
