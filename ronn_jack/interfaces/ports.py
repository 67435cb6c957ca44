"""Ports of the network that the node listens on.

Those that nobody has chosen are the first pair that is free, so that several nodes of one machine
don't get in each other's way: 9420 for OSC and 9421 for HTTP, 9430 and 9431, and so on.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from ronn_jack.closing import Closing
from ronn_jack.errors import MachineError, PortTakenError
from ronn_jack.settings import LARGEST_PORT

PAIRS = tuple((9420 + 10 * n, 9421 + 10 * n) for n in range(50))
"""Ports of OSC and HTTP that are tried where none are chosen."""
OSC_PORT, HTTP_PORT = PAIRS[0]
"""The ports of a node that is alone."""

EVERYWHERE = ("0.0.0.0", "::")
"""What is listened on to be reached at all addresses of the machine."""
_NEVER_GIVEN_OUT = range(10000, 32000)
"""Numbers that systems give to no program that takes any port."""
_ATTEMPTS = 100
"""To find a number that is free for UDP and TCP."""
_OSC_OPTION = "--osc-port"

_log = logging.getLogger(__name__)

Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Listening(Closing):
    """Sockets that a node listens on; those of OSC have one number."""

    udp: socket.socket
    tcp: socket.socket
    http: socket.socket

    @property
    def ports(self) -> tuple[int, int]:
        """The ports of OSC and HTTP."""
        return self.udp.getsockname()[1], self.http.getsockname()[1]

    def close(self) -> None:
        """Free the ports."""
        for each in (self.udp, self.tcp, self.http):
            each.close()


def port_pairs(
    osc_port: int | None, http_port: int | None, pairs: Pairs = PAIRS
) -> list[tuple[int, int]]:
    """Return the ports of OSC and HTTP to try, in order.

    Parameters
    ----------
    osc_port, http_port : int or None
        What was chosen; it is kept. None for what was not.
    pairs : sequence of pairs, optional
        Of which a port that was not chosen is.
    """
    chosen = {
        (osc if osc_port is None else osc_port, http if http_port is None else http_port): None
        for osc, http in pairs
    }
    # Both listen by TCP, so that a port that was chosen for one is none for the other.
    return [(osc, http) for osc, http in chosen if osc != http or len(chosen) == 1]


def listen(
    host: str, osc_port: int | None, http_port: int | None, pairs: Pairs = PAIRS
) -> Listening:
    """Listen as `first_free` does, and log where that is not what a node that is alone has."""
    listening = first_free(host, osc_port, http_port, pairs)
    reason = why_others(listening.ports, osc_port, http_port, pairs)
    if reason:
        _log.warning("%s, so this node has %d and %d", reason, *listening.ports)
    return listening


def why_others(
    ports: tuple[int, int], osc_port: int | None, http_port: int | None, pairs: Pairs = PAIRS
) -> str:
    """Return why a node has other ports than one that is alone; "" if it has the same."""
    alone = port_pairs(osc_port, http_port, pairs)[0]
    same = all(wanted in (0, had) for wanted, had in zip(alone, ports, strict=True))
    return "" if same else f"port {' or '.join(str(each) for each in alone if each)} is taken"


def first_free(
    host: str, osc_port: int | None, http_port: int | None, pairs: Pairs = PAIRS
) -> Listening:
    """Listen for OSC and HTTP, on the first of `port_pairs` that is free.

    Raises
    ------
    MachineError
        If a port that was chosen is taken, or no pair is free, or the address can't be had.
    """
    chosen = port_pairs(osc_port, http_port, pairs)
    for osc, http in chosen:
        try:
            return _listening(host, osc, http)
        except PortTakenError as error:
            if error.port in (osc_port, http_port):
                raise
    raise MachineError(
        f"a port is taken in each pair from {chosen[0][0]} and {chosen[0][1]} to "
        f"{chosen[-1][0]} and {chosen[-1][1]}: close a program that has some, or choose others "
        "with --osc-port and --http-port"
    )


def _listening(host: str, osc: int, http: int) -> Listening:
    udp, tcp = osc_sockets(host, osc)
    try:
        return Listening(
            udp, tcp, bound_socket(host, http, socket.SOCK_STREAM, "HTTP", "--http-port")
        )
    except MachineError:
        udp.close()
        tcp.close()
        raise


def osc_sockets(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return sockets of UDP and TCP that have the same port.

    Takes and raises what `bound_socket` does.
    """
    for left in reversed(range(1 if port else _ATTEMPTS)):
        udp = bound_socket(host, port, socket.SOCK_DGRAM, "OSC", _OSC_OPTION)
        number = udp.getsockname()[1]
        try:
            return udp, bound_socket(host, number, socket.SOCK_STREAM, "OSC (TCP)", _OSC_OPTION)
        except MachineError:
            udp.close()
            if not left:
                raise
    raise AssertionError("there is at least one attempt")


def bound_socket(
    host: str, port: int, kind: socket.SocketKind, purpose: str, option: str
) -> socket.socket:
    """Return a socket that has a port, and that never blocks.

    Parameters
    ----------
    host : str
        Address or name; one that has both kinds of addresses is taken by its IPv4 one, as most OSC
        senders know that alone.
    port : int
        0 takes any free one.
    kind : SocketKind
        Of UDP, or of TCP, which listens then.
    purpose, option : str
        What it is for, and the option that chooses the port, for messages.

    Raises
    ------
    PortTakenError
        If another program has the port.
    MachineError
        If it can't be had otherwise.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise MachineError(f"{purpose} port {port} is out of range; use 0 to {LARGEST_PORT}")
    try:
        found = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)
        family, _, protocol, _, address = min(found, key=lambda f: f[0] != socket.AF_INET)
        bound = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:
        # An address that can't even be encoded is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else "no address"
        raise MachineError(
            f"can't listen for {purpose} on '{host}' port {port}: {reason}; use another --bind"
        ) from None
    try:
        bound.setblocking(False)
        if kind is socket.SOCK_STREAM:
            # Free as soon as who had it has ended, whatever its connections are still doing.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        if kind is socket.SOCK_STREAM:
            bound.listen()
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"{purpose} port {port} is taken: close the program that has it, or use another "
                f"with {option}",
                port,
            ) from None
        raise MachineError(
            f"can't listen for {purpose} on '{host}' port {port}: {error.strerror}; "
            f"choose others with --bind and {option}"
        ) from None
    return bound


def free_port() -> int:
    """Return a number that is free on this machine for UDP and TCP, to start a node with.

    It stays free, since nothing gets it by chance: neither a program that takes any port nor a
    connection, which would hold its number for a minute after its end.

    Raises
    ------
    MachineError
        If none is found.
    """
    for number in random.sample(_NEVER_GIVEN_OUT, _ATTEMPTS):
        with contextlib.suppress(PortTakenError):
            for each in osc_sockets("127.0.0.1", number):
                each.close()
            return number
    raise MachineError("no port is free: close programs that have some")
