"""The node as a client of a JACK server. [control-thread]

The only importer of `jack`. One `JackClient` lives as long as one connection to a server; what
outlives a server that dies (the engine's settings, the connections) belongs to the caller.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ronn_jack.drivers import jack_calls, jack_library, jack_metadata
from ronn_jack.drivers.jack_clients import Processes, client_processes, name_now
from ronn_jack.drivers.jack_devices import Port, chosen, paired_sinks, paired_sources
from ronn_jack.drivers.midi_rings import MidiRings
from ronn_jack.errors import JackError, NoServerError
from ronn_jack.realtime.compiler.memory import record
from ronn_jack.realtime.engine import Engine

# Linux alone tells, and callbacks keep the thread's number there alone.
_LINUX = sys.platform == "linux"
_REALTIME = (os.SCHED_FIFO, os.SCHED_RR) if _LINUX else ()
_RESET_ON_FORK = os.SCHED_RESET_ON_FORK if _LINUX else 0
_GONE = "the JACK server has gone while it was joined: try again"
_TAKE_SECONDS = 0.2
"""Time that the audio thread has to come out of the engine, longer than any block."""
_TAKE_POLL_SECONDS = 0.001

T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """A connection of one of our ports.

    Attributes
    ----------
    port : str
        Our port's short name.
    other : str
        The other port's full name; the short name where it is our own.
    processes : frozenset of int
        Behind the other client; empty where that is not known.
    own : bool
        Whether the node is connected with itself.
    """

    port: str
    other: str
    processes: Processes = frozenset()
    own: bool = False


class JackClient:
    """An activated JACK client that runs an engine.

    Parameters
    ----------
    name : str
        Client name; the server may append a number to it.
    server : str or None
        Server name; None is the default server.
    inputs, outputs : int
        Audio ports to register, 1 or 2 each.

    Attributes
    ----------
    midi : MidiRings
        What has come to `midi_in`, and is to leave from `midi_out`.

    Raises
    ------
    JackError
        If libjack is missing, or no server runs under that name, or it refuses the client.
    """

    def __init__(self, name: str, server: str | None, inputs: int, outputs: int) -> None:
        self._jack = jack_library.load()
        from ronn_jack.drivers import jack_callbacks

        self._callbacks = jack_callbacks
        self._server = jack_library.server_name(server)
        client = jack_library.open_client(name, server)
        if client is None:
            raise jack_library.no_server(server)
        self._client = client
        self._state, self._address = record(self._callbacks.CLIENT)
        try:
            rate = self._call(lambda: float(client.samplerate))
            if rate <= 0.0:
                raise NoServerError(_GONE)
            self._known: dict[str, Processes] = {}
            self.engine = Engine(inputs, outputs, rate)
            self._ports, self._name = self._register_ports(inputs, outputs)
            send = self._callbacks.send_midi.ctypes
            self.midi = MidiRings(self._state, partial(send, self._address))
            self._fill_state()
            self._set_callbacks()
        except BaseException:
            self.close()
            raise

    def activate(self) -> None:
        """Start the audio; from here on the engine belongs to the audio thread."""
        self._call(self._client.activate)

    def describe(self) -> None:
        """Set what patchbays show; a server without metadata is no fault.

        Raises
        ------
        JackError
            If libjack does not return.
        """
        jack_calls.call(
            lambda: jack_metadata.describe(self._client, self._ports),
            jack_calls.OPEN_SECONDS,
            self._server,
        )

    def close(self) -> None:
        """Stop the audio and leave the server, if it does not let us wait too long.

        Threads of a server that is lost may still run, but they find no engine any more.
        """
        alone = self.lost and self._take_engine()
        jack_library.close_client(self._client, self._state if alone else self, self.lost)

    def follow_rate(self) -> bool:
        """Put an engine for the server's new rate in place of the old one; be silent meanwhile.

        `resume` has to follow. False, with nothing done, where the audio thread does not let go
        of the old one.
        """
        if not self._take_engine():
            return False
        rate = float(self._state.server_rate[0])
        self.engine = Engine(self.engine.inputs, self.engine.outputs, rate)
        self._state.rate = rate
        return True

    def resume(self) -> None:
        """Let the audio thread have the engine that `follow_rate` made."""
        self._callbacks.lend_engine.ctypes(self._address, self.engine.address)

    @property
    def name(self) -> str:
        """The name that the server gave."""
        return self._name

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        return self.engine.rate

    @property
    def rate_changed(self) -> bool:
        """Whether the server has gone over to another rate than the engine's."""
        return float(self._state.server_rate[0]) != self.rate

    @property
    def period(self) -> int:
        """Frames in a block."""
        return int(self._state.period[0])

    @property
    def realtime(self) -> bool:
        """Whether the audio thread has realtime scheduling; what the server says until it runs.

        PipeWire says so in any case, and jackd of its own thread alone.
        """
        thread = int(self._state.thread[0])
        if thread:
            with contextlib.suppress(OSError):
                return os.sched_getscheduler(thread) & ~_RESET_ON_FORK in _REALTIME
        return bool(self._client.realtime)

    @property
    def lost(self) -> bool:
        """Whether the server has gone or has thrown us out."""
        return bool(self._state.shutdown[0])

    @property
    def blocks(self) -> int:
        """Blocks processed."""
        return int(self._state.blocks[0])

    @property
    def xruns(self) -> int:
        """Xruns the server has reported."""
        return int(self._state.xruns[0])

    @property
    def load(self) -> float:
        """Share of the period that the callback takes, smoothed over 0.3 s."""
        return float(self._state.load[0])

    @property
    def transport(self) -> tuple[bool, float, float]:
        """Whether JACK's transport rolls, on which beat, and its tempo, which is 0 if not told."""
        state = self._state
        return bool(state.rolling[0]), float(state.beat[0]), float(state.tempo[0])

    def callback_times(self) -> NDArray[np.int64]:
        """Return the histogram of the time that the callback has taken in each block so far.

        `ronn_jack.realtime.meters.histogram.quantile` reads it; the difference of two tells of the
        time between them. Blocks of a freewheeling server are left out.
        """
        counts: NDArray[np.int64] = self._state.times[0].copy()
        return counts

    @property
    def midi_dropped(self) -> int:
        """MIDI messages that came faster than they could be taken, and are lost."""
        return self.midi.dropped

    def connections(self) -> list[Connection]:
        """Return the present connections of our ports, such that they can be made again.

        Raises
        ------
        JackError
            If there is no telling, as the server goes.
        """
        found = self._call(self._connected)
        others = {other.partition(":")[0] for _, other in found}
        if not others <= self._known.keys():
            # Looked up only for newcomers: it takes some milliseconds.
            processes = client_processes()
            self._known = {name: processes.get(name, frozenset()) for name in others}
        return [self._connection(name, other) for name, other in found]

    def _connected(self) -> list[tuple[str, str]]:
        return [
            (name, str(other.name))
            for name, port in self._ports.items()
            for other in self._client.get_all_connections(port)
        ]

    def _connection(self, port: str, other: str) -> Connection:
        client, _, name = other.partition(":")
        if client == self._name:
            return Connection(port, name, own=True)
        return Connection(port, other, self._known[client])

    def connect(self, connection: Connection) -> bool:
        """Make one connection; False while its other port is not there."""
        port = self._ports.get(connection.port)
        if port is None:
            return True

        def connect() -> None:
            other = self._client.get_port_by_name(connection.other)
            source, sink = (other, port) if port.is_input else (port, other)
            try:
                self._client.connect(source, sink)
            except self._jack.JackErrorCode as error:
                # Not asked beforehand, as one that was made a moment ago may not be seen yet.
                if error.code != errno.EEXIST:
                    raise

        try:
            self._call(connect)
        except JackError:
            return False
        return True

    def restore(self, connections: Sequence[Connection]) -> list[Connection]:
        """Make connections of an earlier client again; return those whose other port is not there.

        A client is known by its process where that is possible, as its name may be another's now.
        """
        clients = client_processes() if any(lost.processes for lost in connections) else {}
        return [lost for lost in connections if not self._restore(lost, clients)]

    def _restore(self, lost: Connection, clients: Mapping[str, Processes]) -> bool:
        client, _, port = (self._name, ":", lost.other) if lost.own else lost.other.partition(":")
        now = client if lost.own else name_now(client, lost.processes, clients, self._name)
        return now is not None and self.connect(Connection(lost.port, f"{now}:{port}"))

    def connections_to(self, pattern: str) -> list[Connection]:
        """Return the connections to the audio ports of others that `pattern` chooses.

        Sources are taken in order for our inputs, sinks for our outputs; `jack_devices` says
        which.
        """
        # Ports may go while they are listed.
        sources, sinks = self._call(
            lambda: [chosen(self._others(is_output), pattern) for is_output in (True, False)]
        )
        pairs = paired_sources(self._audio_ports(True), sources)
        pairs += paired_sinks(self._audio_ports(False), sinks)
        return [Connection(*pair) for pair in pairs]

    def _audio_ports(self, inputs: bool) -> list[str]:
        return [
            name
            for name, port in self._ports.items()
            if port.is_input == inputs and not port.is_midi
        ]

    def _others(self, outputs: bool) -> list[Port]:
        return [
            Port(port.name, port.is_physical)
            for port in self._client.get_ports(is_audio=True, is_output=outputs)
            if port.is_output == outputs and not self._client.owns(port)
        ]

    def _take_engine(self) -> bool:
        """Take the engine back; False if the audio thread is in it for unduly long."""
        deadline = time.monotonic() + _TAKE_SECONDS
        while not self._callbacks.lend_engine.ctypes(self._address, 0):
            if time.monotonic() > deadline:
                return False
            time.sleep(_TAKE_POLL_SECONDS)
        return True

    def _call(self, action: Callable[[], T]) -> T:
        try:
            return jack_calls.call(action, server=self._server)
        except JackError as error:
            if self.lost or jack_library.has_gone(self._server):
                raise NoServerError(_GONE) from error
            raise

    def _register_ports(self, inputs: int, outputs: int) -> tuple[dict[str, Any], str]:
        client = self._client
        wanted = [(client.inports, f"in_{i + 1}") for i in range(inputs)]
        wanted += [(client.outports, f"out_{i + 1}") for i in range(outputs)]
        wanted += [(client.midi_inports, "midi_in"), (client.midi_outports, "midi_out")]

        def register() -> tuple[dict[str, Any], str]:
            ports = {}
            for kind, name in wanted:
                try:
                    ports[name] = kind.register(name)
                except self._jack.JackError as error:
                    raise JackError(
                        f"the JACK server has no port left for {name}: start it with more "
                        f"(jackd --port-max), or close another client"
                    ) from error
            # The name that counts is that under which the server has registered the ports.
            name = str(ports["in_1"].name).rpartition(":")[0]
            if not name:
                raise NoServerError(_GONE)
            return ports, name

        return self._call(register)

    def _fill_state(self) -> None:
        state = self._state
        state.engine = self.engine.address
        state.client = int(self._jack._ffi.cast("intptr_t", self._client._ptr))
        state.rate = state.server_rate = self.engine.rate
        state.period = self._client.blocksize
        for name, port in self._ports.items():
            state[name] = int(self._jack._ffi.cast("intptr_t", port._ptr))

    def _set_callbacks(self) -> None:
        library, ffi, callbacks = self._jack._lib, self._jack._ffi, self._callbacks
        argument = ffi.cast("void *", self._address)

        def address(kind: str, callback: Any) -> Any:
            return ffi.cast(kind, callback.address)

        process = ffi.cast("JackProcessCallback", self.process_address())
        ours = self._client._ptr
        for refused in (
            library.jack_set_process_callback(ours, process, argument),
            library.jack_set_buffer_size_callback(
                ours, address("JackBufferSizeCallback", callbacks.buffer_size_changed), argument
            ),
            library.jack_set_sample_rate_callback(
                ours, address("JackSampleRateCallback", callbacks.sample_rate_changed), argument
            ),
            library.jack_set_xrun_callback(
                ours, address("JackXRunCallback", callbacks.xrun), argument
            ),
            library.jack_set_freewheel_callback(
                ours, address("JackFreewheelCallback", callbacks.freewheel), argument
            ),
        ):
            if refused:
                raise JackError("the JACK server refused a callback; restart it and try again")
        with_reason, plain = callbacks.shutdown_with_reason.address, callbacks.shutdown.address
        jack_library.on_shutdown(self._client, with_reason, plain, argument)

    def process_address(self) -> int:
        return int(self._callbacks.process.address)
