"""What is between the node and one sender: subscribing to feedback, and being let in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ronn_jack.errors import UsageError, shown
from ronn_jack.interfaces.osc.access import LEASE_SECONDS, Access
from ronn_jack.interfaces.osc.addresses import AUTH, NORMALISED_ROOT, Endpoint, Role
from ronn_jack.interfaces.osc.codec import Argument, encode
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.settings import (
    DEFAULT_INTERVAL_MS,
    LARGEST_PORT,
    LONGEST_INTERVAL_MS,
    SHORTEST_INTERVAL_MS,
)
from ronn_jack.units import as_number

Reach = Callable[[str, int], Sender]


class Sessions:
    """Takes messages that ask for nothing of the sound.

    Parameters
    ----------
    subscribers : Subscribers
    access : Access
    reach : callable, optional
        Returns the destination at an IP address and a UDP port, or raises UsageError.
    """

    def __init__(
        self, subscribers: Subscribers, access: Access, reach: Reach | None = None
    ) -> None:
        self.subscribers = subscribers
        self._access = access
        self._reach = reach

    def take(self, endpoint: Endpoint, arguments: Sequence[Argument], sender: Sender) -> None:
        """[any-thread] Do what a message asks for.

        Raises
        ------
        UsageError
            If it can't be done.
        """
        match endpoint.role:
            case Role.SUBSCRIBE:
                where, interval = _with_interval(arguments)
                normalised = endpoint.address.startswith(NORMALISED_ROOT)
                destination = self._destination(where, sender)
                self.subscribers.add(destination, sender, normalised, interval)
            case Role.UNSUBSCRIBE:
                there = self._destination(arguments, sender) if arguments else None
                self.subscribers.remove(sender, there)
            case Role.REFRESH:
                if arguments:
                    raise UsageError(f"takes no value, not {len(arguments)}")
                self.subscribers.refresh(sender)
            case Role.AUTH:
                self._authorise(arguments, sender)

    def _destination(self, where: Sequence[Argument], sender: Sender) -> Sender:
        """Return the destination of a host and a port; of neither, the sender."""
        if not where:
            return sender
        if len(where) != 2 or not isinstance(where[0], str):
            raise UsageError("a destination is a host as text and a port: 192.168.1.7 9000")
        host, port = where[0], _whole(where[1], "port", 1, LARGEST_PORT)
        if self._reach is None:
            raise UsageError("only the sender itself can be told here: leave out host and port")
        there = self._reach(host, port)
        if not self._access.allows(there.host, sender.host):
            raise UsageError(
                f"host {there.host} is not yours; let the node be started with --allow {there.host}"
            )
        return there

    def _authorise(self, arguments: Sequence[Argument], sender: Sender) -> None:
        if not self._access.takes_token:
            raise UsageError("there is no token; write osc_token in config.toml to have one")
        if len(arguments) != 1 or not self._access.authorise(sender.host, arguments[0]):
            raise UsageError(
                "this is not the token; osc_token in config.toml says it, or else the node's output"
            )
        sender.send(encode(AUTH, [int(LEASE_SECONDS)]))


def _with_interval(arguments: Sequence[Argument]) -> tuple[Sequence[Argument], int]:
    """Return host and port if they are given, and the interval in ms."""
    if len(arguments) > 3:
        raise UsageError(f"takes a host, a port and an interval at most, not {len(arguments)}")
    if len(arguments) % 2 == 0:
        return arguments, DEFAULT_INTERVAL_MS
    *where, last = arguments
    if not where and isinstance(last, str) and as_number(last) is None:
        raise UsageError(f"host {shown(last)} needs a port: send both, or neither")
    return where, _whole(last, "interval", SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS)


def _whole(value: Argument, what: str, low: int, high: int) -> int:
    number = None if isinstance(value, bool) else as_number(value)
    if number is None or not low <= number <= high or not float(number).is_integer():
        raise UsageError(f"{what} {shown(value)} is out of range; use {low} to {high}")
    return round(number)
