"""The node as a client of a JACK server. [control-thread]

The only importer of `jack`. One `JackClient` lives as long as one connection to a server; what
outlives a server that dies (the engine's settings, the wiring) belongs to the caller.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.drivers import jack_library
from ronn_jack.errors import JackError
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.memory import record

ICON_NAME = "audio-x-generic"
_METADATA = "http://jackaudio.org/metadata/"
_INTEGER = "http://www.w3.org/2001/XMLSchema#int"


@dataclass(frozen=True)
class Wire:
    """A connection of one of our ports, by our port's short name and the other's full name."""

    port: str
    other: str


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

    Raises
    ------
    JackError
        If libjack is missing, or no server runs under that name, or it refuses the client.
    """

    def __init__(self, name: str, server: str | None, inputs: int, outputs: int) -> None:
        self._jack = jack_library.load()
        from ronn_jack.drivers import jack_callbacks

        self._callbacks = jack_callbacks
        try:
            self._client = self._jack.Client(name, no_start_server=True, servername=server)
        except self._jack.JackOpenError as error:
            named = f"'{server}' " if server else ""
            raise JackError(
                f"no JACK server {named}to connect to: start one (jackd, qjackctl, PipeWire with "
                "pw-jack) or choose another with --server"
            ) from error
        try:
            self.engine = Engine(inputs, outputs, float(self._client.samplerate))
            self._ports = self._register_ports(inputs, outputs)
            self._state, self._address = record(self._callbacks.CLIENT)
            self._midi_written, self._midi_read = self._state.midi_written, self._state.midi_read
            self._clock_read = 0
            self._fill_state()
            self._set_callbacks()
        except (self._jack.JackError, JackError):
            self._client.close()
            raise

    def activate(self) -> None:
        """Start the audio; from here on the engine belongs to the audio thread."""
        try:
            self._client.activate()
        except self._jack.JackError as error:
            raise JackError(f"the JACK server refused to start the client: {error}") from error
        self._describe_ports()

    def close(self) -> None:
        """Stop the audio and leave the server; every voice may be freed afterwards."""
        # A server that is gone refuses; closing frees what is left all the same.
        with contextlib.suppress(self._jack.JackError):
            self._client.deactivate()
        self._client.close()

    @property
    def name(self) -> str:
        """The name that the server gave."""
        return str(self._client.name)

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        return self.engine.rate

    @property
    def period(self) -> int:
        """Frames in a block."""
        return int(self._state.period[0])

    @property
    def realtime(self) -> bool:
        """Whether the server runs with realtime scheduling."""
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

    def callback_times(self) -> NDArray[np.int64]:
        """Return the histogram of the time that the callback has taken in each block so far.

        `ronn_jack.realtime.histogram.quantile` reads it; the difference of two tells of the
        time between them. Blocks of a freewheeling server are left out.
        """
        counts: NDArray[np.int64] = self._state.times[0].copy()
        return counts

    @property
    def midi_dropped(self) -> int:
        """MIDI messages that came faster than they were read, and are lost."""
        return int(self._state.midi_dropped[0])

    def read(self) -> list[bytes]:
        """Return the channel messages that have come to `midi_in` since the last call."""
        # Asked a thousand times a second, mostly for nothing.
        written, taken = int(self._midi_written[0]), int(self._midi_read[0])
        if written == taken:
            return []
        places = np.arange(taken, written) % self._callbacks.MIDI_RING_SIZE
        messages = _unpacked(self._state.midi_ring[0, places])
        self._midi_read[0] = written
        return messages

    def read_clock(self) -> list[tuple[int, bytes]]:
        """Return the messages of clock and transport that have come since the last call.

        Returns
        -------
        list of (int, bytes)
            The frame in which each came, on the server's count, which does not wrap here; only
            the latest where more came than are kept.
        """
        size = self._callbacks.MIDI_CLOCK_SIZE
        written = int(self._state.clock_written[0])
        first = max(self._clock_read, written - size)
        places = np.arange(first, written) % size
        messages = _unpacked(self._state.clock_ring[0, places])
        frames = self._state.clock_frames[0, places].tolist()
        # Those may have been written over meanwhile, as nobody waits for the reader.
        late = max(0, int(self._state.clock_written[0]) + 1 - size - first)
        self._clock_read = written
        return list(zip(frames, messages, strict=True))[late:]

    def wires(self) -> list[Wire]:
        """Return the present connections of our ports."""
        return [
            Wire(name, other.name)
            for name, port in self._ports.items()
            for other in self._client.get_all_connections(port)
        ]

    def connect(self, wire: Wire) -> bool:
        """Make one connection; False while its other port is not there."""
        port = self._ports.get(wire.port)
        if port is None:
            return True
        try:
            other = self._client.get_port_by_name(wire.other)
            if not port.is_connected_to(other):
                source, sink = (other, port) if port.is_input else (port, other)
                self._client.connect(source, sink)
        except self._jack.JackError:
            return False
        return True

    def wires_to(self, pattern: str) -> list[Wire]:
        """Return the wires to the audio ports whose full name matches the regex `pattern`.

        Matching sources are taken in order for our inputs, matching sinks for our outputs; a
        single port on either side is shared by both of ours.
        """
        wires = []
        for inputs in (True, False):
            ours = [
                name
                for name, port in self._ports.items()
                if port.is_input == inputs and not port.is_midi
            ]
            others = [
                port.name
                for port in self._client.get_ports(is_audio=True, is_output=inputs)
                if port.is_output == inputs
                and re.search(pattern, port.name)
                and not port.name.startswith(f"{self.name}:")
            ]
            wires += [Wire(*pair) for pair in _paired(ours, others)]
        return wires

    def _register_ports(self, inputs: int, outputs: int) -> dict[str, Any]:
        client = self._client
        ports = [client.inports.register(f"in_{i + 1}") for i in range(inputs)]
        ports += [client.outports.register(f"out_{i + 1}") for i in range(outputs)]
        ports.append(client.midi_inports.register("midi_in"))
        ports.append(client.midi_outports.register("midi_out"))
        return {port.shortname: port for port in ports}

    def _fill_state(self) -> None:
        state = self._state
        state.engine = self.engine.address
        state.client = int(self._jack._ffi.cast("intptr_t", self._client._ptr))
        state.rate = self.engine.rate
        state.period = self._client.blocksize
        for name, port in self._ports.items():
            state[name] = int(self._jack._ffi.cast("intptr_t", port._ptr))

    def _set_callbacks(self) -> None:
        library, ffi, callbacks = self._jack._lib, self._jack._ffi, self._callbacks
        argument = ffi.cast("void *", self._address)

        def address(kind: str, callback: Any) -> Any:
            return ffi.cast(kind, callback.address)

        process = ffi.cast("JackProcessCallback", self._process_address())

        ours = self._client._ptr
        for refused in (
            library.jack_set_process_callback(ours, process, argument),
            library.jack_set_buffer_size_callback(
                ours, address("JackBufferSizeCallback", callbacks.buffer_size_changed), argument
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
        library.jack_on_info_shutdown(
            ours, address("JackInfoShutdownCallback", callbacks.shutdown), argument
        )

    def _process_address(self) -> int:
        return int(self._callbacks.process.address)

    def _describe_ports(self) -> None:
        """Set what patchbays show; a server without metadata support is no reason to stop."""
        try:
            self._describe(self._client.uuid, "icon-name", ICON_NAME)
            for order, (name, port) in enumerate(self._ports.items()):
                words = name.replace("_", " ").replace("midi", "MIDI")
                self._describe(port.uuid, "pretty-name", words[0].upper() + words[1:])
                self._describe(port.uuid, "order", str(order), _INTEGER)
                if not port.is_midi:
                    self._describe(port.uuid, "port-group", "in" if port.is_input else "out")
        except self._jack.JackError:
            return

    def _describe(self, subject: Any, key: str, value: str, kind: str = "text/plain") -> None:
        self._client.set_property(subject, _METADATA + key, value, kind)


def _unpacked(packed: NDArray[np.int64]) -> list[bytes]:
    """Return messages from words whose lowest byte is the length."""
    raw = packed.astype("<i8", copy=False).tobytes()
    return [raw[place + 1 : place + 1 + raw[place]] for place in range(0, len(raw), 8)]


def _paired(ours: Sequence[str], others: Sequence[str]) -> list[tuple[str, str]]:
    if len(others) == 1:
        return [(name, others[0]) for name in ours]
    if len(ours) == 1:
        return [(ours[0], other) for other in others[:2]]
    return list(zip(ours, others, strict=False))
