"""Who sends OSC packets, and where their answers go."""

from __future__ import annotations

from typing import Protocol


class Sender(Protocol):
    """Whoever sent a packet: a UDP address, a connection.

    Two senders are equal if an echo to the one is an echo to the other; they can be hashed.
    """

    @property
    def name(self) -> str:
        """Who it is, for the log: "osc 127.0.0.1:5000"."""
        ...

    def send(self, packet: bytes) -> None:
        """[any-thread] Send it a packet without waiting; one that can't be reached is let go."""
        ...

    def __hash__(self) -> int: ...
