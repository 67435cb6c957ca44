"""A player and a recorder as JACK clients, so that a signal can be followed sample by sample.

player → node → recorder and player → recorder: what the recorder hears from the player directly
tells when the signal began. Both callbacks are compiled, as the node's is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, int32, int64, types, uint32
from numpy.typing import NDArray

from ronn_jack.drivers import jack_library
from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import entry
from ronn_jack.realtime.memory import record
from tests.support.jack_server import wait_for

jack = jack_library.load()
_get_buffer = types.ExternalFunction("jack_port_get_buffer", int64(int64, uint32))
_midi_clear = types.ExternalFunction("jack_midi_clear_buffer", types.void(int64))
_midi_reserve = types.ExternalFunction("jack_midi_event_reserve", int64(int64, uint32, int64))

TAPE = np.dtype(
    [
        ("ports", "i8", 4),
        ("channels", "i8"),
        ("audio", "i8"),  # float32 rows
        ("length", "i8"),
        ("position", "i8"),
        ("rolling", "i8"),
        ("midi", "i8"),  # port
        ("message", "u1", 4),
        ("message_size", "i8"),  # of the message to be sent next; the callback sets it to 0
    ],
    align=True,
)


@entry(int32(uint32, int64))
def play(frames, tape):
    t = carray(pointer(tape), (1,), TAPE)[0]
    for channel in range(t.channels):
        out = carray(pointer(_get_buffer(t.ports[channel], frames)), (frames,), np.float32)
        audio = carray(pointer(t.audio + channel * t.length * 4), (t.length,), np.float32)
        for i in range(frames):
            place = t.position + i
            out[i] = audio[place] if t.rolling != 0 and place < t.length else np.float32(0.0)
    if t.rolling != 0:
        t.position += int64(frames)
    buffer = _get_buffer(t.midi, frames)
    _midi_clear(buffer)
    if t.message_size > 0:
        place = _midi_reserve(buffer, uint32(0), t.message_size)
        if place != 0:
            out_bytes = carray(pointer(place), (t.message_size,), np.uint8)
            for i in range(t.message_size):
                out_bytes[i] = t.message[i]
            t.message_size = 0
    return 0


@entry(int32(uint32, int64))
def keep(frames, tape):
    t = carray(pointer(tape), (1,), TAPE)[0]
    if t.rolling == 0:
        return 0
    for channel in range(t.channels):
        source = carray(pointer(_get_buffer(t.ports[channel], frames)), (frames,), np.float32)
        audio = carray(pointer(t.audio + channel * t.length * 4), (t.length,), np.float32)
        for i in range(frames):
            if t.position + i < t.length:
                audio[t.position + i] = source[i]
    t.position += int64(frames)
    return 0


class _Tape:
    def __init__(self, server: str, name: str, callback: Any) -> None:
        self.client = jack.Client(name, no_start_server=True, servername=server)
        self.state, self.address = record(TAPE)
        library, ffi = jack._lib, jack._ffi
        library.jack_set_process_callback(
            self.client._ptr,
            ffi.cast("JackProcessCallback", callback.address),
            ffi.cast("void *", self.address),
        )

    def use(self, audio: NDArray[np.float32], ports: list[Any]) -> None:
        self.audio = audio
        self.state.channels, self.state.length = audio.shape
        self.state.audio = audio.ctypes.data
        for i, port in enumerate(ports):
            self.state.ports[0, i] = int(jack._ffi.cast("intptr_t", port._ptr))

    @property
    def position(self) -> int:
        return int(self.state.position[0])

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()


class Player(_Tape):
    """Plays an array [shape=(2, frames), float32] when told, and sends MIDI messages."""

    def __init__(self, server: str, audio: NDArray[np.float32]) -> None:
        super().__init__(server, "player", play)
        ports = [self.client.outports.register(f"out_{i + 1}") for i in range(len(audio))]
        midi = self.client.midi_outports.register("midi_out")
        self.state.midi = int(jack._ffi.cast("intptr_t", midi._ptr))
        self.use(np.ascontiguousarray(audio, np.float32), ports)
        self.client.activate()

    def roll(self) -> None:
        self.state.rolling = 1

    def send(self, message: bytes) -> None:
        """Send one MIDI message in the next block."""
        self.state.message[0, : len(message)] = list(message)
        self.state.message_size = len(message)
        wait_for(lambda: self.state.message_size[0] == 0, what="the MIDI message to leave")


class Recorder(_Tape):
    """Records the node (`dut_1`, `dut_2`) beside the player (`ref_1`, `ref_2`)."""

    def __init__(self, server: str, frames: int) -> None:
        super().__init__(server, "recorder", keep)
        names = ["dut_1", "dut_2", "ref_1", "ref_2"]
        self.use(
            np.zeros((4, frames), np.float32), [self.client.inports.register(n) for n in names]
        )
        self.client.activate()

    def record(self) -> None:
        self.state.rolling = 1

    def wait(self) -> None:
        wait_for(lambda: self.position >= self.state.length[0], 60, "the recording")

    def aligned(self) -> NDArray[np.float32]:
        """Return what the node gave, from the frame on in which the player's signal began."""
        heard = np.flatnonzero(self.audio[2])
        assert len(heard), "the player was not heard"
        return self.audio[:2, heard[0] :]
