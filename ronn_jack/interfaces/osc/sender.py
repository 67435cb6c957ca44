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

    @property
    def host(self) -> str:
        """Its IP address."""
        ...

    @property
    def lasts(self) -> bool:
        """Whether it is known when it has gone, so that no lease is needed."""
        ...

    def send(self, packet: bytes) -> bool:
        """[any-thread] Send it a packet without waiting; return whether it is on its way."""
        ...

    def __hash__(self) -> int: ...
