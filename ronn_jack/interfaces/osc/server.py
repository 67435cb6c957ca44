"""The OSC server: datagrams in, operations to the controller, answers to the sender.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002.
"""

from __future__ import annotations

import errno
import itertools
import logging
import selectors
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Self

from ronn_jack import __version__
from ronn_jack.closing import Closing
from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.errors import MachineError, UsageError
from ronn_jack.interfaces.osc.addresses import (
    ERROR,
    PONG,
    ROOT,
    Endpoint,
    Role,
    resolve,
)
from ronn_jack.interfaces.osc.codec import Argument, Fault, Message, decode, encode
from ronn_jack.interfaces.osc.datagrams import DatagramSocket
from ronn_jack.interfaces.osc.pattern import is_pattern
from ronn_jack.parameters import PARAMETERS

DEFAULT_PORT = 9420

_LARGEST_PORT = 65535
_RECEIVE_BUFFER_BYTES = 2**20
"""Room for a burst while another thread keeps the interpreter busy; the system may grant less."""
_BATCH = 256
"""Datagrams taken from the socket before it is looked whether the server is to close."""
_MOST_ASKED = 4096
"""Things that one packet may ask for: by plain addresses it has no room for more."""
_MOST_ACTIONS = 64
"""Actions among them, as some read or write a file."""
_MOST_FAULTS = 64
"""Faults that are answered one by one; what has more was not meant for the node."""
_LONGEST_TEXT = 500
_LONGEST_LIST_BYTES = 32_000
"""Room for a thousand names of the usual length, in the largest packet that liblo takes."""
_TEXT_OVERHEAD_BYTES = 5
"""A text's type tag and the padding that it has at most."""
_TROUBLED_SECONDS = 0.01
"""Pause after an unexpected socket error, so that a lasting one doesn't use up a processor."""

_log = logging.getLogger(__name__)


class OscServer(Closing):
    """Listens on a UDP port in a thread of its own and answers from the same port.

    Parameters
    ----------
    controller : Controller
    host : str, optional
        Address to listen on.
    port : int, optional
        0 takes any free one.
    """

    def __init__(
        self, controller: Controller, host: str = "127.0.0.1", port: int = DEFAULT_PORT
    ) -> None:
        self._controller = controller
        self._host = host
        self._port = port
        self._closing = threading.Event()
        self._sockets: tuple[socket.socket, ...] = ()
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on once started."""
        return self._port

    def start(self) -> None:
        """Listen and serve until closed.

        Raises
        ------
        MachineError
            If the port is taken or can't be listened on.
        """
        listening = _bound_socket(self._host, self._port)
        self._port = listening.getsockname()[1]
        waker, wakened = socket.socketpair()
        self._sockets = (waker, wakened, listening)
        self._thread = threading.Thread(
            target=self._serve, args=(listening, wakened), name="osc", daemon=True
        )
        self._thread.start()
        _log.info("listening for OSC on %s port %d", self._host, self._port)

    def close(self) -> None:
        """Stop serving and free the port; doing so twice is harmless."""
        self._closing.set()
        if self._thread is not None:
            self._sockets[0].send(b"\0")
            self._thread.join()
            self._thread = None
        for each in self._sockets:
            each.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def _serve(self, listening: socket.socket, wakened: socket.socket) -> None:
        datagrams = DatagramSocket(listening)
        with selectors.DefaultSelector() as selector:
            selector.register(listening, selectors.EVENT_READ)
            selector.register(wakened, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select()
                self._drain(datagrams)

    def _drain(self, datagrams: DatagramSocket) -> None:
        """Handle what is waiting: each wait may cost a turn of the interpreter lock."""
        for _ in range(_BATCH):
            try:
                received = datagrams.receive()
            except OSError as error:
                _log.debug("receiving: %s", error)
                self._closing.wait(_TROUBLED_SECONDS)
                return
            if received is None:
                return
            datagram, address = received
            self._handle(datagram, _Sender(datagrams, address))

    def _handle(self, datagram: bytes, sender: _Sender) -> None:
        try:
            self._do(decode(datagram), sender)
        except Exception:
            # A fault of ours in one message must not take the others' control away.
            _log.exception("while handling a packet from %s", sender.name)
            sender.answer_error("", "internal error; the log says more")

    def _do(self, items: list[Message | Fault], sender: _Sender) -> None:
        """Do what a datagram says: first all changes as one, then answer what it asks."""
        asked = _Asked()
        try:
            for item in items:
                asked.take(item, sender.addresses)
        except _TooMuchError as error:
            sender.answer_error("", f"{error}; nothing of the packet was done")
            return
        for address, reason in asked.faults:
            sender.answer_error(address, reason)
        if asked.operations:
            self._controller.apply(asked.operations, sender)
        # Once for all, as a pattern asks for many.
        status = self._controller.status() if asked.asks_status else {}
        for endpoint in asked.questions:
            self._answer(endpoint, sender, status)

    def _answer(
        self, endpoint: Endpoint, sender: _Sender, status: Mapping[str, int | float | str]
    ) -> None:
        match endpoint.role:
            case Role.NATIVE:
                sender.answer(endpoint.address, self._controller.value(endpoint.name))
            case Role.NORMALISED:
                value = self._controller.value(endpoint.name)
                sender.answer(endpoint.address, PARAMETERS[endpoint.name].normalise(value))
            case Role.STATUS:
                sender.answer(endpoint.address, status[endpoint.name])
            case Role.PRESET:
                name = _one_line(self._controller.preset or "")
                sender.answer(endpoint.address, name, self._controller.edited)
            case Role.PRESETS if not sender.has_the_list:
                sender.has_the_list = True
                sender.answer(endpoint.address, *_fitting(self._controller.presets()))
            case Role.PING if self._controller.ready:
                sender.answer(PONG, self._controller.name, __version__)


class _TooMuchError(Exception):
    """A packet asks for so much that others would wait; the text says of what."""


class _Asked:
    """What a packet asks for, in its order."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.questions: list[Endpoint] = []
        self.faults: list[tuple[str, str]] = []
        """Addresses that lead nowhere, and why."""
        self._actions = 0

    @property
    def asks_status(self) -> bool:
        return any(endpoint.role is Role.STATUS for endpoint in self.questions)

    def take(self, item: Message | Fault, addresses: dict[str, str]) -> None:
        """Add a message, and the address by which it names each parameter or action."""
        try:
            if isinstance(item, Fault):
                self.faults.append((item.address, item.reason))
            else:
                self._take(item, addresses)
        except UsageError as error:
            self.faults.append((item.address, str(error)))
        for found, most, what in (
            (len(self.operations) + len(self.questions), _MOST_ASKED, "values and actions"),
            (self._actions, _MOST_ACTIONS, "actions"),
            (len(self.faults), _MOST_FAULTS, "faults"),
        ):
            if found > most:
                raise _TooMuchError(f"a packet has room for {most} {what}, and this has more")

    def _take(self, message: Message, addresses: dict[str, str]) -> None:
        endpoints = resolve(message.address)
        if endpoints[0].role is Role.ANSWER:
            return
        if len(message.arguments) > 1:
            raise UsageError(f"takes one value, not {len(message.arguments)}")
        argument = message.arguments[0] if message.arguments else None
        if argument is None and is_pattern(message.address):
            endpoints = _without_actions(endpoints)
        for endpoint in endpoints:
            operation = _operation(endpoint, argument)
            if operation is not None:
                addresses[endpoint.name] = endpoint.address
                self.operations.append(operation)
                self._actions += isinstance(operation, Act)
            elif endpoint.role is Role.STATUS and argument is not None:
                self.faults.append((endpoint.address, "can only be asked: send no value"))
            else:
                self.questions.append(endpoint)


class _Sender:
    """Who sent a datagram, the same for all from one address; the origin of the changes in it."""

    __slots__ = ("_address", "_datagrams", "addresses", "has_the_list")

    def __init__(self, datagrams: DatagramSocket, address: bytes) -> None:
        self._datagrams = datagrams
        self._address = address
        self.addresses: dict[str, str] = {}
        """The addresses by which the datagram named parameters and actions."""
        self.has_the_list = False
        """Whether it was sent the presets; one datagram may ask thousands of times."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sender) and other._identity == self._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[DatagramSocket, bytes]:
        return self._datagrams, self._address

    @property
    def name(self) -> str:
        return f"osc {self._datagrams.name_of(self._address)}"

    def refuse(self, subject: str, reason: str) -> None:
        self.answer_error(self.addresses.get(subject, ROOT + subject), reason)

    def answer_error(self, address: str, reason: str) -> None:
        self.answer(ERROR, _one_line(address), _one_line(reason))

    def answer(self, address: str, *values: int | float | bool | str) -> None:
        """[any-thread] Send one message; a sender that can't be reached is let go."""
        try:
            self._datagrams.send(encode(address, values), self._address)
        except OSError as error:
            _log.debug("answering %s: %s", self.name, error)


def _fitting(names: Sequence[str]) -> Sequence[str]:
    """Return the first names that one answer has room for."""
    sizes = itertools.accumulate(len(name.encode()) + _TEXT_OVERHEAD_BYTES for name in names)
    return names[: sum(size <= _LONGEST_LIST_BYTES for size in sizes)]


def _operation(endpoint: Endpoint, argument: Argument) -> Operation | None:
    """Return what a message changes; None if it asks."""
    if endpoint.role is Role.ACTION:
        return Act(endpoint.name, argument)
    if argument is not None and endpoint.role in (Role.NATIVE, Role.NORMALISED):
        return Set(endpoint.name, argument, endpoint.role is Role.NORMALISED)
    return None


def _without_actions(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """Leave actions out if there is anything else.

    OSC 1.0 would have `/ronn/*`, sent to read all values, reseed and panic along the way.
    """
    asked = tuple(endpoint for endpoint in endpoints if endpoint.role is not Role.ACTION)
    return asked or endpoints


def _one_line(text: str) -> str:
    """Return what can be shown in one line: a long value is cut, the remedy at the end kept."""
    shown = text
    if not text.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in text)
    if len(shown) <= _LONGEST_TEXT:
        return shown
    half = _LONGEST_TEXT // 2
    return f"{shown[:half]}…{shown[-half:]}"


def _bound_socket(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LARGEST_PORT:
        raise MachineError(f"OSC port {port} is out of range; use 0 to {_LARGEST_PORT}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
        # Most OSC senders know IPv4 alone, while 'localhost' often means IPv6 first.
        family, kind, protocol, _, address = min(found, key=lambda f: f[0] != socket.AF_INET)
        listening = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:
        # An address that can't even be encoded is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else "no address"
        raise MachineError(
            f"can't listen for OSC on '{host}' port {port}: {reason}; use another --bind"
        ) from None
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        listening.bind(address)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = "is taken: close the program that has it, or use another with --osc-port"
            raise MachineError(f"OSC port {port} {reason}") from None
        raise MachineError(
            f"can't listen for OSC on '{host}' port {port}: {error.strerror}; "
            "choose others with --bind and --osc-port"
        ) from None
    return listening
