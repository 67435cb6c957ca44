"""Clients around the node, so that a signal can be followed sample by sample.

player → node → recorder and player → recorder: what the recorder hears from the player directly
tells when the signal began.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import carray, int32, int64, types, uint32
from numpy.typing import NDArray

from ronn_jack.drivers import jack_tape
from ronn_jack.drivers.jack_tape import jack
from ronn_jack.realtime.atomics import load_acquire, pointer, store_release
from ronn_jack.realtime.compile import entry
from ronn_jack.realtime.memory import offset, record
from tests.support.jack_server import wait_for

Player = jack_tape.Player

_get_buffer = types.ExternalFunction("jack_port_get_buffer", int64(int64, uint32))
_midi_clear = types.ExternalFunction("jack_midi_clear_buffer", types.void(int64))
_midi_reserve = types.ExternalFunction("jack_midi_event_reserve", int64(int64, uint32, int64))

MESSAGE = np.dtype(
    [
        ("port", "i8"),
        ("length", "i8"),  # of the message to be sent next; the callback sets it to 0
        ("content", "u1", 8),
    ],
    align=True,
)
_SIZE = offset(MESSAGE, "length")


@entry(int32(uint32, int64))
def send(frames, message):
    m = carray(pointer(message), (1,), MESSAGE)[0]
    buffer = _get_buffer(m.port, frames)
    _midi_clear(buffer)
    size = load_acquire(message + _SIZE)
    if size > 0:
        place = _midi_reserve(buffer, uint32(0), size)
        if place != 0:
            out = carray(pointer(place), (size,), np.uint8)
            for i in range(size):
                out[i] = m.content[i]
            store_release(message + _SIZE, int64(0))
    return 0


class MidiSender:
    """A client `keys` that sends MIDI messages from its port `midi_out`."""

    def __init__(self, server: str) -> None:
        self.client = jack.Client("keys", no_start_server=True, servername=server)
        port: Any = self.client.midi_outports.register("midi_out")
        self._message, address = record(MESSAGE)
        self._message.port = int(jack._ffi.cast("intptr_t", port._ptr))
        jack._lib.jack_set_process_callback(
            self.client._ptr,
            jack._ffi.cast("JackProcessCallback", send.address),
            jack._ffi.cast("void *", address),
        )
        self.client.activate()

    def send(self, message: bytes) -> None:
        """Send one message in the next block and wait until it has left."""
        self._message.content[0, : len(message)] = list(message)
        self._message.length = len(message)
        wait_for(lambda: self._message.length[0] == 0, what="the MIDI message to leave")

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()


class Recorder(jack_tape.Recorder):
    """Records the node (`dut_1`, `dut_2`) beside the player (`ref_1`, `ref_2`)."""

    def __init__(self, server: str | None, frames: int) -> None:
        super().__init__(server, ["dut_1", "dut_2", "ref_1", "ref_2"], frames)

    def wait(self) -> None:
        wait_for(lambda: self.full, 60, "the recording")

    def aligned(self) -> NDArray[np.float32]:
        """Return what the node gave, from the frame on in which the player's signal began."""
        heard = np.flatnonzero(self.audio[2])
        assert len(heard), "the player was not heard"
        return self.audio[:2, heard[0] :]


@contextlib.contextmanager
def around_node(
    server: str | None, audio: NDArray[np.float32], frames: int
) -> Iterator[tuple[Player, Recorder]]:
    """Route a player of `audio` through the node to a recorder of `frames`, and yield both."""
    player, recorder = Player(server, audio), Recorder(server, frames)
    try:
        for i in (1, 2):
            player.client.connect(f"player:out_{i}", f"ronn:in_{i}")
            player.client.connect(f"ronn:out_{i}", f"recorder:dut_{i}")
            player.client.connect(f"player:out_{i}", f"recorder:ref_{i}")
        yield player, recorder
    finally:
        recorder.close()
        player.close()
