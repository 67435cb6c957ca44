"""What OSC packets ask for: operations for the controller, and answers for their senders.

It knows no socket: packets and their senders come from any transport.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping, Sequence

from ronn_jack import __version__
from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.addresses import (
    ERROR,
    PONG,
    ROOT,
    Endpoint,
    Role,
    resolve,
    value_message,
)
from ronn_jack.interfaces.osc.codec import Argument, Fault, Message, decode, encode
from ronn_jack.interfaces.osc.learning import Learning, ask
from ronn_jack.interfaces.osc.pattern import is_pattern
from ronn_jack.interfaces.osc.sender import Sender

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

_log = logging.getLogger(__name__)


class Dispatcher:
    """Does what packets ask for, and answers their senders.

    Parameters
    ----------
    controller : Controller
    learning : Learning, optional
        Binds MIDI controls.
    """

    def __init__(self, controller: Controller, learning: Learning | None = None) -> None:
        self._controller = controller
        self._learning = learning

    def handle(self, packet: bytes, sender: Sender) -> None:
        """[any-thread] Do what a packet says, and answer it."""
        request = Request(sender)
        try:
            self._do(decode(packet), request)
        except Exception:
            # A fault of ours in one message must not take the others' control away.
            _log.exception("while handling a packet from %s", sender.name)
            request.answer_error("", "internal error; the log says more")

    def _do(self, items: list[Message | Fault], request: Request) -> None:
        """Do what a packet says: first all changes as one, then answer what it asks."""
        asked = _Asked()
        try:
            for item in items:
                asked.take(item, request.addresses)
        except _TooMuchError as error:
            request.answer_error("", f"{error}; nothing of the packet was done")
            return
        for address, reason in asked.faults:
            request.answer_error(address, reason)
        if asked.operations:
            self._controller.apply(asked.operations, request)
        for endpoint, arguments in asked.learning:
            if self._learning is None:
                request.answer_error(endpoint.address, "there is no MIDI here")
            else:
                ask(self._learning, endpoint.address, arguments, request)
        # Once for all, as a pattern asks for many.
        status = self._controller.status() if asked.asks_status else {}
        for endpoint in asked.questions:
            self._answer(endpoint, request, status)

    def _answer(
        self, endpoint: Endpoint, request: Request, status: Mapping[str, int | float | str]
    ) -> None:
        match endpoint.role:
            case Role.NATIVE | Role.NORMALISED:
                value = self._controller.value(endpoint.name)
                normalised = endpoint.role is Role.NORMALISED
                request.sender.send(value_message(endpoint.name, value, normalised))
            case Role.STATUS:
                request.answer(endpoint.address, status[endpoint.name])
            case Role.PRESET:
                name = _one_line(self._controller.preset or "")
                request.answer(endpoint.address, name, self._controller.edited)
            case Role.PRESETS if not request.has_the_list:
                request.has_the_list = True
                request.answer(endpoint.address, *_fitting(self._controller.presets()))
            case Role.PING if self._controller.ready:
                request.answer(PONG, self._controller.name, __version__)


class _TooMuchError(Exception):
    """A packet asks for so much that others would wait; the text says of what."""


class _Asked:
    """What a packet asks for, in its order."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.questions: list[Endpoint] = []
        self.learning: list[tuple[Endpoint, tuple[Argument, ...]]] = []
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
        if endpoints[0].role is Role.LEARN:
            self.learning.append((endpoints[0], message.arguments))
            self._actions += 1
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


class Request:
    """One packet's sender, who is the origin of the changes in it.

    Attributes
    ----------
    addresses : dict
        The addresses by which the packet named parameters and actions.
    has_the_list : bool
        Whether it was sent the presets; one packet may ask thousands of times.
    """

    __slots__ = ("addresses", "has_the_list", "sender")

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.addresses: dict[str, str] = {}
        self.has_the_list = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and other.sender == self.sender

    def __hash__(self) -> int:
        return hash(self.sender)

    @property
    def name(self) -> str:
        """Who sent it, for the log."""
        return self.sender.name

    def refuse(self, subject: str, reason: str) -> None:
        """[any-thread] Answer that a parameter or action was not done, and why."""
        self.answer_error(self.addresses.get(subject, ROOT + subject), reason)

    def answer_error(self, address: str, reason: str) -> None:
        """[any-thread] Answer that something can't be done."""
        self.answer(ERROR, _one_line(address), _one_line(reason))

    def answer(self, address: str, *values: int | float | bool | str) -> None:
        """[any-thread] Send one message."""
        self.sender.send(encode(address, values))


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
