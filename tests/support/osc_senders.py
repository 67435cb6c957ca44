"""Senders of OSC that have no socket, and a clock that is set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from ronn_jack.interfaces.osc.codec import Message, decode


@dataclass
class Clock:
    """Tells the time that it is set to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass(eq=False)
class Mailbox:
    """A sender that keeps what it is sent.

    Attributes
    ----------
    takes : bool
        Whether there is room for what is sent.
    """

    name: str = "osc test"
    host: str = "127.0.0.1"
    lasts: bool = False
    takes: bool = True
    packets: list[bytes] = field(default_factory=list)

    def send(self, packet: bytes) -> bool:
        if self.takes:
            self.packets.append(packet)
        return self.takes

    def read(self) -> dict[str, object]:
        """Return and forget what has come: by its address the value, or a tuple of several."""
        messages = [item for packet in self.packets for item in decode(packet)]
        self.packets.clear()
        assert all(isinstance(each, Message) for each in messages)
        return {
            m.address: m.arguments[0] if len(m.arguments) == 1 else m.arguments for m in messages
        }
