"""What OSC packets ask for: operations for the controller, and answers for their senders.

It knows no socket: packets and their senders come from any transport.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence

from ronn_jack import __version__
from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.addresses import (
    ERROR,
    PONG,
    ROOT,
    SESSION,
    Endpoint,
    Role,
    preset_texts,
    resolve,
    value_message,
)
from ronn_jack.interfaces.osc.aliases.alias import Aliases
from ronn_jack.interfaces.osc.codec import (
    IMMEDIATELY,
    Argument,
    Fault,
    Message,
    decode_timed,
    encode,
    one_line,
)
from ronn_jack.interfaces.osc.learning import Learning, ask, state_values
from ronn_jack.interfaces.osc.pattern import is_pattern
from ronn_jack.interfaces.osc.schedule import Due, Schedule
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.parameters import ACTIONS, Value

Later = Callable[[], None] | None
"""What is left to do."""

_MOST_ASKED = 4096
"""Things that one packet may ask for: by plain addresses it has no room for more."""
_MOST_ACTIONS = 64
"""Actions among them, as some read or write a file."""
_MOST_FAULTS = 64
"""Faults that are answered one by one; what has more was not meant for the node."""
_MOST_SESSIONS = 64
_READ_ONLY = (Role.STATUS, Role.CANDIDATE, Role.KEPT)
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
    sessions : Sessions, optional
        Takes what is between the node and one sender; without it nobody can subscribe.
    schedule : Schedule, optional
        Keeps what is meant for later, for whoever looks when it is due.
    aliases : Aliases, optional
        Other programs' addresses.
    learning : Learning, optional
        Binds MIDI controls.
    """

    def __init__(
        self,
        controller: Controller,
        sessions: Sessions | None = None,
        schedule: Schedule | None = None,
        aliases: Aliases | None = None,
        learning: Learning | None = None,
    ) -> None:
        self._controller = controller
        self._sessions = sessions or Sessions(Subscribers(), Access())
        self._schedule = schedule or Schedule()
        self._aliases = aliases or Aliases()
        self._learning = learning

    def handle(self, packet: bytes, sender: Sender) -> Later:
        """[any-thread] Do what a packet says, and answer it.

        Returns
        -------
        callable or None
            Does, on any thread, what is left and takes time, such as writing a file. The sender's
            next packet has to wait for it.
        """
        request = Request(sender)
        return self._guard(request, lambda: self._handle(packet, request))

    def perform(self, due: Due) -> Later:
        """[any-thread] Do what was meant for now when it came; returns what `handle` does."""
        request = Request(due.sender)
        return self._guard(request, lambda: self._do(due.items, request))

    def gone(self, sender: Sender) -> None:
        """[any-thread] Forget a sender that has gone, and end what it has heard for a try."""
        self._sessions.subscribers.forget(sender)
        self._controller.apply([Act("audition_end", own=True)], Request(sender))

    def _guard(self, request: Request, action: Callable[[], Later]) -> Later:
        try:
            return action()
        except Exception:
            # A fault of ours in one message must not take the others' control away.
            _log.exception("while handling a packet from %s", request.name)
            request.answer_error("", "internal error; the log says more")
            return None

    def _handle(self, packet: bytes, request: Request) -> Later:
        self._sessions.subscribers.heard(request.sender)
        now: list[Message | Fault] = []
        later: dict[float, list[Message | Fault]] = {}
        for time_tag, item in decode_timed(packet):
            at = None if time_tag <= IMMEDIATELY else self._schedule.when(time_tag)
            (now if at is None else later.setdefault(at, [])).append(item)
        refusals = set()
        for at, items in later.items():
            try:
                self._schedule.put(at, items, request.sender)
            except UsageError as error:
                refusals.add(str(error))
        if refusals:
            request.answer_error("", min(refusals))
        return self._do(now, request) if now else None

    def _do(self, items: Sequence[Message | Fault], request: Request) -> Later:
        """Do what a packet says: first all changes as one, then answer what it asks."""
        asked = _Asked()
        try:
            for item in items:
                for each in self._aliases.translate(item):
                    asked.take(each, request.addresses)
        except _TooMuchError as error:
            request.answer_error("", f"{error}; nothing of the packet was done")
            return None
        for address, reason in asked.faults:
            request.answer_error(address, reason)
        if asked.operations:
            self._sessions.subscribers.note(request.sender, asked.operations)
            self._controller.apply(asked.operations, request)
        for endpoint, arguments in asked.sessions:
            try:
                if endpoint.role is Role.LEARN:
                    ask(self._learning, endpoint.address, arguments, request)
                else:
                    self._sessions.take(endpoint, arguments, request.sender)
            except UsageError as error:
                request.answer_error(endpoint.address, str(error))
        if not asked.writes:
            return self._answer_all(asked.questions, request)
        return lambda: self._guard(request, lambda: self._write(asked, request)) and None

    def _write(self, asked: _Asked, request: Request) -> Later:
        self._controller.apply(asked.writes, request)
        return self._answer_all(asked.questions, request)

    def _answer_all(self, questions: Sequence[Endpoint], request: Request) -> Later:
        # Once for all, as a pattern asks for many.
        asks_status = any(endpoint.role is Role.STATUS for endpoint in questions)
        status = self._controller.status() if asks_status else {}
        for endpoint in questions:
            self._answer(endpoint, request, status)
        return None

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
                name = one_line(self._controller.preset or "")
                request.answer(endpoint.address, name, self._controller.edited)
            case Role.PRESETS if endpoint.address not in request.lists:
                request.lists.add(endpoint.address)
                texts = preset_texts(endpoint.address, self._controller.presets())
                request.answer(endpoint.address, *_fitting(texts))
            case Role.MIDI if endpoint.address not in request.lists:
                request.lists.add(endpoint.address)
                values = state_values(endpoint.address, self._controller.midi)
                request.answer(endpoint.address, *_fitting(values))
            case Role.SHARE:
                request.answer(endpoint.address, self._controller.share())
            case Role.KEPT if endpoint.address not in request.lists:
                request.lists.add(endpoint.address)
                texts = [self._controller.share(each) for each in self._controller.search.kept]
                request.answer(endpoint.address, *_fitting(texts))
            case Role.CANDIDATE:
                picture = self._controller.search.picture(int(endpoint.name))
                request.answer(endpoint.address, *picture)
            case Role.PING if self._controller.ready:
                request.answer(PONG, self._controller.name, __version__)


class _TooMuchError(Exception):
    """A packet asks for so much that others would wait; the text says of what."""


class _Asked:
    """What a packet asks for, in its order."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.writes: list[Operation] = []
        """Those that write files, once all others are done."""
        self.sessions: list[tuple[Endpoint, tuple[Argument, ...]]] = []
        self.questions: list[Endpoint] = []
        self.faults: list[tuple[str, str]] = []
        """Addresses that lead nowhere, and why."""
        self._actions = 0

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
            (self._asked, _MOST_ASKED, "values and actions"),
            (self._actions, _MOST_ACTIONS, "actions"),
            (len(self.sessions), _MOST_SESSIONS, "subscriptions and the like"),
            (len(self.faults), _MOST_FAULTS, "faults"),
        ):
            if found > most:
                raise _TooMuchError(f"a packet has room for {most} {what}, and this has more")

    @property
    def _asked(self) -> int:
        return len(self.operations) + len(self.writes) + len(self.questions)

    def _take(self, message: Message, addresses: dict[str, str]) -> None:
        endpoints = resolve(message.address)
        if endpoints[0].role is Role.ANSWER:
            return
        if endpoints[0].role in SESSION:
            self.sessions.append((endpoints[0], message.arguments))
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
                (self.writes if _writes(operation) else self.operations).append(operation)
                self._actions += isinstance(operation, Act)
            elif endpoint.role in _READ_ONLY and argument is not None:
                self.faults.append((endpoint.address, "can only be asked: send no value"))
            else:
                self.questions.append(endpoint)


class Request:
    """One packet's sender, who is the origin of the changes in it.

    Attributes
    ----------
    addresses : dict
        The addresses by which the packet named parameters and actions.
    lists : set
        Addresses of the lists that it was sent; one packet may ask thousands of times.
    """

    __slots__ = ("addresses", "lists", "sender")

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.addresses: dict[str, str] = {}
        self.lists: set[str] = set()

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
        self.answer(ERROR, one_line(address), one_line(reason))

    def answer(self, address: str, *values: int | float | bool | str) -> None:
        """[any-thread] Send one message."""
        self.sender.send(encode(address, values))


def _fitting(values: Sequence[Value]) -> Sequence[Value]:
    """Return the first values that one answer has room for."""
    sizes = itertools.accumulate(len(str(each).encode()) + _TEXT_OVERHEAD_BYTES for each in values)
    return values[: sum(size <= _LONGEST_LIST_BYTES for size in sizes)]


def _operation(endpoint: Endpoint, argument: Argument) -> Operation | None:
    """Return what a message changes; None if it asks."""
    if endpoint.role is Role.ACTION:
        return Act(endpoint.name, argument)
    if argument is not None and endpoint.role in (Role.NATIVE, Role.NORMALISED):
        return Set(endpoint.name, argument, endpoint.role is Role.NORMALISED)
    return None


def _writes(operation: Operation) -> bool:
    return isinstance(operation, Act) and ACTIONS[operation.name].argument == "name"


def _without_actions(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """Leave actions out if there is anything else.

    OSC 1.0 would have `/ronn/*`, sent to read all values, reseed and panic along the way.
    """
    asked = tuple(endpoint for endpoint in endpoints if endpoint.role is not Role.ACTION)
    return asked or endpoints
