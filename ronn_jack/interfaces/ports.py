"""Ports of the network that the node listens on."""

from __future__ import annotations

import contextlib
import errno
import random
import socket

from ronn_jack.errors import MachineError

LARGEST_PORT = 65535
EVERYWHERE = ("0.0.0.0", "::")
"""What is listened on to be reached at all addresses of the machine."""
_NEVER_GIVEN_OUT = range(10000, 32000)
"""Numbers that systems give to no program that takes any port."""
_ATTEMPTS = 100


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
    MachineError
        If the port is taken or can't be had.
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
            raise MachineError(
                f"{purpose} port {port} is taken: close the program that has it, or use another "
                f"with {option}"
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
        with contextlib.suppress(MachineError):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                bound_socket("127.0.0.1", number, kind, "OSC", "--osc-port").close()
            return number
    raise MachineError("no port is free: close programs that have some")
