"""A client of a node's OSC, for the command line."""

from __future__ import annotations

import contextlib
import math
import select
import shlex
import socket
import time
from collections.abc import Iterator, Sequence

from ronn_jack.closing import Closing
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.addresses import (
    ERROR,
    SUBSCRIBE,
    SUBSCRIBE_NORMALISED,
    UNSUBSCRIBE,
)
from ronn_jack.interfaces.osc.codec import Argument, Message, decode, encode
from ronn_jack.interfaces.osc.tcp import FramingError, SizeFraming
from ronn_jack.units import as_number

RENEW_SECONDS = 15.0
_CONNECT_SECONDS = 5.0
_LARGEST_FLOAT32 = (2.0 - 2.0**-23) * 2.0**127


class Client(Closing):
    """Sends messages to a node and receives what it answers.

    Parameters
    ----------
    host : str
    port : int
    tcp : bool
        Whether to connect by TCP.
    """

    def __init__(self, host: str, port: int, tcp: bool = False) -> None:
        self._place = f"{host} port {port}"
        self._framing = SizeFraming() if tcp else None
        kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        try:
            found = socket.getaddrinfo(host, port, type=kind)
            # As the node does where a name means both.
            family, kind, protocol, _, address = min(found, key=lambda f: f[0] != socket.AF_INET)
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, ValueError):
            raise MachineError(f"host {host} can't be found; use another --host") from None
        try:
            self._socket.settimeout(_CONNECT_SECONDS)
            self._socket.connect(address)
        except OSError as error:
            self._socket.close()
            raise self._unreachable(error) from None

    def close(self) -> None:
        """Free the socket; a connection ends."""
        self._socket.close()

    def send(self, address: str, values: Sequence[int | float | str] = ()) -> None:
        """Send a message.

        Raises
        ------
        MachineError
            If it is known that nobody takes it.
        """
        packet = encode(address, values)
        try:
            self._socket.sendall(self._framing.frame(packet) if self._framing else packet)
        except OSError as error:
            raise self._unreachable(error) from None

    def receive(self, until: float) -> list[Message]:
        """Return the messages that come next; none if nothing has come by a time.

        Parameters
        ----------
        until : float
            By `time.monotonic()`.

        Raises
        ------
        MachineError
            If it is known that nobody is there.
        """
        if not select.select([self._socket], [], [], max(0.0, until - time.monotonic()))[0]:
            return []
        try:
            received = self._socket.recv(65536)
            if self._framing and not received:
                raise MachineError(f"the node on {self._place} has closed the connection")
            packets = self._framing.split(received) if self._framing else [received]
        except OSError as error:
            raise self._unreachable(error) from None
        except FramingError as error:
            raise MachineError(f"what answers on {self._place} is no node: {error}") from None
        return [item for p in packets for item in decode(p) if isinstance(item, Message)]

    def _unreachable(self, error: OSError) -> MachineError:
        if isinstance(error, ConnectionRefusedError):
            reason = "nobody listens there; start `ronn-jack run`, or use another --port"
        else:
            reason = f"{error.strerror or error}; look at --host and --port"
        return MachineError(f"no node on {self._place}: {reason}")


def value_of(text: str) -> int | float | str:
    """Return what a word of the command line is sent as: a number if it is one."""
    number = as_number(text)
    if isinstance(number, int) and -(2**31) <= number < 2**63:
        return number
    if isinstance(number, float) and not _LARGEST_FLOAT32 < abs(number) < math.inf:
        return number
    return text


def words(message: Message) -> str:
    """Return a message as it is written on a command line."""
    return shlex.join([message.address, *map(_word, message.arguments)])


def answers(client: Client, seconds: float) -> Iterator[str]:
    """Yield what is answered within some time, in words.

    Raises
    ------
    MachineError
        At the end, if something could not be done, saying what and why.
    """
    faults = []
    until = time.monotonic() + seconds
    while received := client.receive(until):
        for message in received:
            if message.address == ERROR:
                faults.append(": ".join(str(each) for each in message.arguments if each))
            else:
                yield words(message)
    if faults:
        raise MachineError("; ".join(faults))


def changes(client: Client, normalised: bool, interval_ms: int) -> Iterator[str]:
    """Subscribe, and yield all values and then each change, in words, until it is closed.

    A node that was started anew is subscribed again.

    Raises
    ------
    MachineError
        If the node refuses it, or has gone.
    """
    shown: dict[str, tuple[Argument, ...]] = {}
    try:
        while True:
            client.send(SUBSCRIBE_NORMALISED if normalised else SUBSCRIBE, [interval_ms])
            until = time.monotonic() + RENEW_SECONDS
            while received := client.receive(until):
                for message in received:
                    if message.address == ERROR:
                        raise MachineError(": ".join(map(str, message.arguments)))
                    if shown.get(message.address) != message.arguments:
                        shown[message.address] = message.arguments
                        yield words(message)
    finally:
        with contextlib.suppress(MachineError):
            client.send(UNSUBSCRIBE)


def _word(argument: Argument) -> str:
    return f"{argument:.7g}" if isinstance(argument, float) else str(argument)
