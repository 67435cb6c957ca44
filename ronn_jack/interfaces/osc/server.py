"""The OSC server: UDP and TCP, feedback and what is due later, on one thread."""

from __future__ import annotations

import functools
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from ronn_jack.closing import ClosingOnce
from ronn_jack.control.controller import Controller
from ronn_jack.errors import MachineError, UsageError
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.addresses import AUTH, ERROR
from ronn_jack.interfaces.osc.aliases.alias import Aliases
from ronn_jack.interfaces.osc.aliases.alias_file import load_outward
from ronn_jack.interfaces.osc.aliases.outward import Outward
from ronn_jack.interfaces.osc.codec import Message, decode, encode
from ronn_jack.interfaces.osc.dispatcher import Dispatcher, Later
from ronn_jack.interfaces.osc.fair_queue import FairQueue, Packet
from ronn_jack.interfaces.osc.feedback import Feedback
from ronn_jack.interfaces.osc.learning import Learning
from ronn_jack.interfaces.osc.schedule import Schedule
from ronn_jack.interfaces.osc.sender import Sender
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.interfaces.osc.tcp import Connection, Connections
from ronn_jack.interfaces.osc.udp import DatagramSocket, Destinations, UdpSender
from ronn_jack.interfaces.ports import OSC_PORT, osc_sockets
from ronn_jack.settings import FeedbackTo

_RECEIVE_BUFFER_BYTES = 2**20
"""Room for a burst while another thread keeps the interpreter busy; the system may grant less."""
_BATCH = 256
"""Datagrams taken from the socket before anything else is looked at."""
_WORK_SECONDS = 0.005
"""Time in which packets are done before it is looked what else has come."""
_FED = 64
"""Packets of a connection that wait at a time; what else it sends is not read yet."""
_TROUBLED_SECONDS = 0.01
"""Pause after an unexpected fault, so that a lasting one doesn't use up a processor."""
_FLOOD = "too much at once: what does not fit is left out; send less, or wait for the answers"

_log = logging.getLogger(__name__)


class OscServer(ClosingOnce):
    """Listens on a UDP and a TCP port of one number, and answers from it.

    Parameters
    ----------
    controller : Controller
    host : str, optional
        Address to listen on.
    port : int, optional
        0 takes any free one.
    access : Access, optional
        Who is heard; by default as many as the address alone lets in.
    feedback : sequence of FeedbackTo, optional
        Destinations that are told of changes without asking.
    aliases : Aliases, optional
        Other programs' addresses.
    learning : Learning, optional
        Binds MIDI controls.

    Raises
    ------
    UsageError
        If a destination's table of aliases is unknown or faulty.

    Attributes
    ----------
    dispatcher : Dispatcher
        Takes packets of other transports too.
    subscribers : Subscribers
        Has to be told when a sender of another transport, one that `lasts`, has gone.
    """

    def __init__(
        self,
        controller: Controller,
        host: str = "127.0.0.1",
        port: int = OSC_PORT,
        access: Access | None = None,
        feedback: Sequence[FeedbackTo] = (),
        aliases: Aliases | None = None,
        learning: Learning | None = None,
    ) -> None:
        super().__init__()
        self._controller = controller
        self._host = host
        self._port = port
        self._access = access or Access(host)
        self._told = [(each, _outward(each)) for each in feedback]
        self._schedule = Schedule()
        self._destinations: Destinations | None = None
        self.subscribers = Subscribers()
        sessions = Sessions(self.subscribers, self._access, self._reach)
        self.dispatcher = Dispatcher(controller, sessions, self._schedule, aliases, learning)
        self._closing = threading.Event()
        self._sockets: tuple[socket.socket, ...] = ()
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on once started."""
        return self._port

    def start(self, sockets: tuple[socket.socket, socket.socket] | None = None) -> None:
        """Listen and serve until closed.

        Parameters
        ----------
        sockets : tuple of socket, optional
            Of UDP and TCP, as `osc_sockets` gives them; by default those of the server's port.

        Raises
        ------
        MachineError
            If the port is taken or can't be listened on, or a destination can't be found.
        """
        udp, tcp = sockets or osc_sockets(self._host, self._port)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        self._port = udp.getsockname()[1]
        waker, wakened = socket.socketpair()
        waker.setblocking(False)
        wakened.setblocking(False)
        self._sockets = (waker, wakened, udp, tcp)
        datagrams = DatagramSocket(udp)
        self._destinations = Destinations(udp, datagrams)
        for each, outward in self._told:
            try:
                there = self._destinations.resolve(each.host, each.port)
                self.subscribers.add(there, None, each.normalised, each.interval_ms, outward)
            except UsageError as error:
                self.close()
                raise MachineError(f"osc_feedback: {error}") from None
        loop = _Loop(
            self._controller,
            self.dispatcher,
            self._access,
            self._schedule,
            self.subscribers,
            self._closing,
        )
        self._thread = threading.Thread(
            target=loop.serve, args=(datagrams, *self._sockets), name="osc", daemon=True
        )
        self._thread.start()
        _log.info("listening for OSC on %s port %d", self._host, self._port)

    def handle(self, packet: bytes, sender: Sender) -> Later:
        """[any-thread] Do what a packet of another transport says; returns what is left to do."""
        later = self.dispatcher.handle(packet, sender)
        # It may have subscribed, or be meant for later.
        _wake(self._sockets[0])
        return later

    def _end(self) -> None:
        """Stop serving and free the port."""
        self._closing.set()
        if self._thread is not None:
            _wake(self._sockets[0])
            self._thread.join()
            self._thread = None
        if self._destinations is not None:
            self._destinations.close()
        for each in self._sockets:
            each.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def _reach(self, host: str, port: int) -> Sender:
        assert self._destinations is not None
        return self._destinations.reach(host, port)


class _Loop:
    """What the serving thread does."""

    def __init__(
        self,
        controller: Controller,
        dispatcher: Dispatcher,
        access: Access,
        schedule: Schedule,
        subscribers: Subscribers,
        closing: threading.Event,
    ) -> None:
        self._controller = controller
        self._dispatcher = dispatcher
        self._access = access
        self._schedule = schedule
        self._closing = closing
        self._feedback = Feedback(controller, subscribers)
        self._queue = FairQueue()
        self._written: deque[tuple[Sender, float]] = deque()
        """Senders whose files are written, and how long it took to begin."""

    def serve(
        self,
        datagrams: DatagramSocket,
        waker: socket.socket,
        wakened: socket.socket,
        udp: socket.socket,
        tcp: socket.socket,
    ) -> None:
        """Serve until the server is to close."""
        self._waker = waker
        self._datagrams = datagrams
        with (
            ThreadPoolExecutor(1, "osc files") as self._files,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(udp, selectors.EVENT_READ, lambda _: self._drain())
            selector.register(wakened, selectors.EVENT_READ, lambda _: _empty(wakened))
            self._connections = Connections(
                tcp,
                selector,
                functools.partial(_wake, waker),
                self._hear,
                lambda connection: self._queue.waiting_of(connection) < _FED,
                self._dispatcher.gone,
            )
            while not self._closing.is_set():
                for key, events in selector.select(self._patience()):
                    key.data(events)
                try:
                    self._work()
                except Exception:
                    _log.exception("while serving OSC")
                    self._closing.wait(_TROUBLED_SECONDS)
            self._connections.close()
            self._feedback.close()

    def _patience(self) -> float | None:
        """Return how long may be waited for packets, in s; None if nothing else is to be done."""
        if self._queue:
            return 0.0
        until = min(self._schedule.next, self._feedback.next)
        return max(0.0, until - time.monotonic()) if until < float("inf") else None

    def _work(self) -> None:
        """Do what waits, for a while."""
        now = time.monotonic()
        end = now + _WORK_SECONDS
        while now < end:
            self._go_on(now)
            taken = self._queue.take()
            if taken is None:
                return
            packet, sender = taken
            later = (
                self._dispatcher.handle(packet, sender)
                if isinstance(packet, bytes)
                else self._dispatcher.perform(packet)
            )
            begun, now = now, time.monotonic()
            if later is None:
                self._queue.done(sender, now - begun)
            else:
                self._files.submit(later).add_done_callback(
                    functools.partial(self._is_written, sender, now - begun)
                )
            # Before the system has to drop what it has no room for.
            self._drain()

    def _go_on(self, now: float) -> None:
        """Do what is not a matter of turns."""
        while self._written:
            self._queue.done(*self._written.popleft())
        for due in self._schedule.take(now):
            self._put(due, due.sender)
        self._connections.feed()
        if now >= self._feedback.next:
            self._feedback.tick()

    def _is_written(self, sender: Sender, seconds: float, _: object) -> None:
        """[any-thread] Let a sender's next packet come."""
        self._written.append((sender, seconds))
        _wake(self._waker)

    def _drain(self) -> None:
        """Take what has come by UDP: the system keeps little, and drops the rest."""
        for _ in range(_BATCH):
            if self._queue.full:
                return
            try:
                received = self._datagrams.receive()
            except OSError as error:
                _log.debug("receiving: %s", error)
                self._closing.wait(_TROUBLED_SECONDS)
                return
            if received is None:
                return
            datagram, address = received
            self._hear(datagram, UdpSender(self._datagrams, address))

    def _hear(self, packet: bytes, sender: UdpSender | Connection) -> bool:
        """Take a packet if its sender is allowed to send it; return whether it is."""
        if self._access.here_only or self._access.permits(sender.host):
            self._put(packet, sender)
            return True
        if self._access.takes_token and packet.startswith(AUTH.encode() + b"\0"):
            match decode(packet):
                case [Message(arguments=[str() as token])]:
                    if self._access.authorise(sender.host, token):
                        self._put(packet, sender)
                        return True
        self._controller.counters["osc_dropped"] += 1
        return False

    def _put(self, packet: Packet, sender: Sender) -> None:
        if not self._queue.put(packet, sender):
            self._controller.counters["osc_dropped"] += 1
            if self._queue.turn_away(sender):
                sender.send(encode(ERROR, ["", _FLOOD]))


def _outward(to: FeedbackTo) -> Outward | None:
    try:
        return None if to.aliases is None else load_outward(to.aliases)
    except UsageError as error:
        raise UsageError(f"osc_feedback: {error}") from None


def _wake(waker: socket.socket) -> None:
    try:
        waker.send(b"\0")
    except OSError as error:
        _log.debug("waking: %s", error)  # it wakes already, or has ended


def _empty(wakened: socket.socket) -> None:
    wakened.recv(4096)
