"""The node's place on a server: joined, kept while servers come and go, and left in silence."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import ServerJoined, ServerLost, StateChanged, Stopped
from ronn_jack.control.timing import Timing
from ronn_jack.drivers.jack_devices import DEFAULT_DEVICE
from ronn_jack.drivers.jack_driver import Connection, JackClient
from ronn_jack.errors import JackError, NoServerError, SpecError
from ronn_jack.hotswap.node import LiveNode

_CONNECTIONS_SECONDS = 0.25
_LOOK_SECONDS = 0.1
"""Time between two looks at the audio thread's counters."""
_SETTLED_SECONDS = 0.5
"""Connections noted later than this before a server's end may be what it has left of them."""
_LATE_SECONDS = 0.2
_MUTED_POLL_SECONDS = 0.001
_RECONNECT_SECONDS = 0.1
_RESTORE_SECONDS = 30.0
_SESSION_SECONDS = 120.0
"""Time that the other programs of a session have to start."""

log = logging.getLogger(__name__)


class Supervisor:
    """Keeps a node on a server, and tells what happens there.

    All methods but those of MIDI and of a song belong to one thread.

    Parameters
    ----------
    controller : Controller
        Asks the node for its network whenever it joins a server.
    node : LiveNode
        What plays through the client.
    open_client : callable
        Returns a new client of the server, given the name to ask for.
    name : str
        The name to ask for at first; later it is the one that the server gave.
    clock : callable, optional
        Tells the time in seconds.
    """

    def __init__(
        self,
        controller: Controller,
        node: LiveNode,
        open_client: Callable[[str], JackClient],
        name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._controller = controller
        self._publish = controller.subscriptions.publish
        self._node = node
        self._open_client = open_client
        self._name = name
        self.client: JackClient | None = None
        """The present client; None while there is no server."""
        self._recent: list[tuple[float, list[Connection]]] = []
        self._missing: list[Connection] = []
        self._restore_until = 0.0
        self._next_noting = self._next_restoring = self._next_attempt = self._next_look = 0.0
        self._midi_targets: frozenset[str] = frozenset()
        self._joined = self._checked = False
        self._obstacle = ""
        self._state = ""

    def start(self, connect: str | None) -> None:
        """Join the server.

        Parameters
        ----------
        connect : str or None
            Pattern of the ports to connect with, or DEFAULT_DEVICE.

        Raises
        ------
        MachineError
            If there is no libjack or no server.
        SpecError
            If the network is too long at the server's rate.
        """
        client = self._open_client(self._name)
        self._start_audio(client)
        if connect is not None:
            self._connect_matching(client, connect)

    def connections(self) -> list[Connection]:
        """Return the connections of the node's ports, and those that wait for their other port."""
        made = self._recent[-1][1] if self._recent else []
        if self.client is not None and not self.client.lost:
            with contextlib.suppress(JackError):
                made = self.client.connections()
        return _and_missing(made, self._missing)

    def connect(self, connections: Sequence[Connection]) -> None:
        """Make connections, each as soon as its other port is there; for some minutes at most."""
        self._missing = list(connections)
        self._restore_until = self._clock() + _SESSION_SECONDS

    def describe(self) -> None:
        """Set what patchbays show of the node."""
        if self.client is not None:
            self._describe(self.client)

    def poll(self) -> None:
        """Take care of a server that went or came back, and of connections to restore."""
        now = self._clock()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            self._look()
        if self.client is None:
            self._try_again(now)
        elif self.client.lost:
            self._lose(now)
        elif self.client.rate_changed:
            self._follow_rate(self.client)
        else:
            self._check_scheduling(self.client)
            self._keep_connections(self.client, now)

    def stop(self) -> None:
        """Fade out and leave the server; doing so twice is harmless."""
        client, self.client = self.client, None
        if client is not None:
            self._look()
            status = self._controller.status()
            if not client.lost:
                self._fade_out(client)
            # It may still report a network that was heard, so the end is told after it.
            self._node.detach()
            client.close()
            self._publish(Stopped(status))

    def read_midi(self) -> list[bytes]:
        """[any-thread] Return the messages that came to the JACK port since the last call."""
        client = self.client
        return client.midi.read() if client is not None else []

    def read_timing(self) -> Timing | None:
        """[any-thread] Return what is told of a song since the last call; None without server."""
        client = self.client
        if client is None:
            return None
        ticks = [(frame / client.rate, message) for frame, message in client.midi.read_clock()]
        return Timing(client.midi.frame / client.rate, ticks, *client.transport)

    def send_midi(self, messages: Sequence[bytes]) -> bool:
        """[any-thread] Send messages from the JACK port; False if not all could be."""
        client = self.client
        return client is not None and client.midi.send(messages)

    @property
    def midi_targets(self) -> frozenset[str]:
        """Ports that the JACK port's messages go to, as they were a moment ago."""
        return self._midi_targets

    def _fade_out(self, client: JackClient) -> None:
        """Fall silent; a server whose blocks are late gets the time it needs, within reason."""
        deadline = time.monotonic() + self._node.fade_out() + _LATE_SECONDS
        while not client.engine.muted and time.monotonic() < deadline:
            time.sleep(_MUTED_POLL_SECONDS)
        # The block that ends the fade has still to be played.
        time.sleep(client.period / client.rate)

    def _look(self) -> None:
        for event in self._node.look():
            self._publish(event)
        state = self._node.state
        if state != self._state:
            self._state = state
            self._publish(StateChanged(state))

    def _start_audio(self, client: JackClient) -> None:
        # Told before the first network can sound, as the swap is told by another thread.
        self._tell_joined(client)
        try:
            self._begin(client)
            client.activate()
            self._joined = True
            self._name = client.name  # asked for again, so that no two nodes swap their names
        except BaseException:
            self._node.detach()
            client.close()
            raise
        self.client = client

    def _tell_joined(self, client: JackClient) -> None:
        self._publish(ServerJoined(client.name, client.rate, client.period, client.realtime))

    def _check_scheduling(self, client: JackClient) -> None:
        """Tell of an audio thread without realtime scheduling, once it has run."""
        if self._checked or not client.blocks:
            return
        self._checked = True
        if not client.realtime:
            log.warning(
                "the audio thread runs without realtime scheduling, so expect dropouts: "
                "'ronn-jack doctor' says what to do"
            )

    def _begin(self, client: JackClient) -> None:
        try:
            self._controller.begin(lambda: self._node.attach(client))
        except SpecError as error:
            if not self._joined:
                raise
            # The server has come back at another rate, and is no reason to end.
            self._controller.cannot_begin(str(error))
            self._node.go_dry()

    def _follow_rate(self, client: JackClient) -> None:
        """Go on at the server's new rate, as after a server that came back at it."""
        self._fade_out(client)
        if client.follow_rate():
            self._node.detach()
            self._tell_joined(client)
            self._begin(client)
            client.resume()

    def _describe(self, client: JackClient) -> None:
        try:
            client.describe()
        except JackError as error:
            log.warning("%s", error)

    def _connect_matching(self, client: JackClient, pattern: str) -> None:
        connections = client.connections_to(pattern)
        for connection in connections:
            client.connect(connection)
        if connections:
            pairs = [f"{made.port} with {made.other}" for made in connections]
            log.info("connected %s", ", ".join(pairs))
        elif pattern == DEFAULT_DEVICE:
            log.warning("there is no sound card: choose ports with --connect PATTERN")
        else:
            log.warning("no JACK port matches --connect %s; jack_lsp lists them", pattern)
        sources = {made.other for made in connections if made.port in ("in_1", "in_2")}
        if len(sources) == 2:
            log.info("a guitar in one of two channels is heard on both sides with --inputs 1")

    def _lose(self, now: float) -> None:
        """Leave a server that is gone, and remember its connections while it was well."""
        assert self.client is not None
        self._publish(ServerLost())
        made = _remembered(self._recent, now - _SETTLED_SECONDS)
        # A server that goes again at once takes nothing that was still to be restored.
        self._missing = _and_missing(made, self._missing)
        self._recent = []
        self._midi_targets = frozenset()
        client, self.client = self.client, None
        self._node.detach()
        client.close()

    def _try_again(self, now: float) -> None:
        if now < self._next_attempt:
            return
        self._next_attempt = now + _RECONNECT_SECONDS
        try:
            self._start_audio(client := self._open_client(self._name))
        except NoServerError:
            return
        except JackError as error:
            if str(error) != self._obstacle:
                self._obstacle = str(error)
                log.warning("still waiting: %s", error)
            return
        self._obstacle = ""
        self._restore_until = now + _RESTORE_SECONDS
        self._describe(client)

    def _keep_connections(self, client: JackClient, now: float) -> None:
        if self._missing and self._next_restoring <= now < self._restore_until:
            self._next_restoring = now + _RECONNECT_SECONDS
            self._missing = client.restore(self._missing)
        if now >= self._next_noting:
            self._next_noting = now + _CONNECTIONS_SECONDS
            with contextlib.suppress(JackError):
                connections = client.connections()
                if not client.lost:
                    self._recent = [*self._recent[-4:], (now, connections)]
                    targets = (each.other for each in connections if each.port == "midi_out")
                    self._midi_targets = frozenset(targets)


def _remembered(
    noted: Sequence[tuple[float, list[Connection]]], settled: float
) -> list[Connection]:
    """Return the connections that were noted last by the time `settled`, and all noted since."""
    old = [made for at, made in noted if at < settled][-1:]
    new = [made for at, made in noted if at >= settled]
    return list(dict.fromkeys(connection for made in old + new for connection in made))


def _and_missing(made: list[Connection], missing: Sequence[Connection]) -> list[Connection]:
    """Return connections, and those missing that are not among them."""
    ends = {(each.port, each.other) for each in made}
    return made + [each for each in missing if (each.port, each.other) not in ends]
