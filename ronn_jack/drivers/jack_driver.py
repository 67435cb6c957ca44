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
from ronn_jack.realtime.compiler.memory import record
from ronn_jack.realtime.engine import Engine

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

        `ronn_jack.realtime.meters.histogram.quantile` reads it; the difference of two tells of the
        time between them. Blocks of a freewheeling server are left out.
        """
        counts: NDArray[np.int64] = self._state.times[0].copy()
        return counts

    def read(self) -> list[bytes]:
        """Return the MIDI messages that have arrived at `midi_in` since the last call."""
        # Asked a thousand times a second, mostly for nothing.
        written, taken = int(self._midi_written[0]), int(self._midi_read[0])
        messages = []
        for index in range(taken, written):
            packed = int(self._state.midi_ring[0, index % self._callbacks.MIDI_RING_SIZE])
            raw = packed.to_bytes(8, "little")
            messages.append(raw[1 : 1 + raw[0]])
        if messages:
            self._midi_read[0] = written
        return messages

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


def _paired(ours: Sequence[str], others: Sequence[str]) -> list[tuple[str, str]]:
    if len(others) == 1:
        return [(name, others[0]) for name in ours]
    if len(ours) == 1:
        return [(ours[0], other) for other in others[:2]]
    return list(zip(ours, others, strict=False))
