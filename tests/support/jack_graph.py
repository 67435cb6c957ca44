"""Clients around the node, so that a signal can be followed sample by sample.

player → node → recorder and player → recorder: what the recorder hears from the player directly
tells when the signal began.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.drivers import jack_tape
from ronn_jack.drivers.jack_tape import jack
from ronn_jack.realtime.compiler.atomics import load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import offset, record
from tests.support.jack_server import wait_for
from tests.support.libjack import port_address, set_process_callback

Player = jack_tape.Player

_get_buffer = external("jack_port_get_buffer", int64(int64, uint32))
_midi_clear = external("jack_midi_clear_buffer", void(int64))
_midi_reserve = external("jack_midi_event_reserve", int64(int64, uint32, int64))

MOST_MESSAGES = 16384
BURST = np.dtype(
    [
        ("port", "i8"),
        ("waiting", "i8"),  # messages to be sent in the next block; the callback sets it to 0
        ("blocks", "i8"),  # in which the same is to be sent, one after the other
        ("taken", "i8"),  # messages that the port's buffer had room for, in all blocks
        ("messages", "i8", MOST_MESSAGES),  # the lowest byte is the length
    ],
    align=True,
)
_WAITING = offset(BURST, "waiting")


@entry(int32(uint32, int64))
def send(frames, burst):
    b = carray(pointer(burst), (1,), BURST)[0]
    buffer = _get_buffer(b.port, frames)
    _midi_clear(buffer)
    waiting = load_acquire(burst + _WAITING)
    for number in range(waiting):
        size = b.messages[number] & 0xFF
        place = _midi_reserve(buffer, uint32(number * int64(frames) // waiting), size)
        if place == 0:
            break
        out = carray(pointer(place), (size,), np.uint8)
        for i in range(size):
            out[i] = (b.messages[number] >> (8 * (i + 1))) & 0xFF
        b.taken += 1
    if waiting > 0:
        b.blocks -= 1
        if b.blocks == 0:
            store_release(burst + _WAITING, int64(0))
    return 0


class MidiSender:
    """A client `keys` that sends MIDI messages from its port `midi_out`."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.client = jack.Client("keys", no_start_server=True, servername=server)
        self._port: Any = self.client.midi_outports.register("midi_out")
        self._burst, address = record(BURST)
        self._burst.port = port_address(self._port)
        set_process_callback(self.client, send.address, address)
        self.client.activate()

    def connect(self, port: str) -> None:
        """Connect with a port, by its full name; return when messages go that way."""
        self.client.connect(self._port, port)
        wait_for(lambda: self._port.is_connected_to(port), what=f"the connection with {port}")

    def send(self, *messages: bytes, blocks: int = 1) -> int:
        """Send messages, evenly spread over the next block, and wait until they have left.

        Returns
        -------
        int
            How many the port's buffer had room for, the same being sent in a number of blocks.
        """
        for number, message in enumerate(messages):
            packed = bytes([len(message), *message])
            self._burst.messages[0, number] = int.from_bytes(packed, "little")
        self._burst.taken, self._burst.blocks = 0, blocks
        self._burst.waiting = len(messages)
        wait_for(lambda: self._burst.waiting[0] == 0, what="the MIDI messages to leave")
        return int(self._burst.taken[0])

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
            player.connect(f"out_{i}", f"ronn:in_{i}")
            recorder.connect(f"dut_{i}", f"ronn:out_{i}")
            recorder.connect(f"ref_{i}", f"player:out_{i}")
        yield player, recorder
    finally:
        recorder.close()
        player.close()


HEARD = np.dtype(
    [
        ("port", "i8"),
        ("event", "i8", 3),  # a jack_midi_event_t
        ("blocks", "i8"),
        ("most", "i8"),  # messages in the fullest block
        ("written", "i8"),
        ("sizes", "i8", MOST_MESSAGES),
        ("bytes", "u1", MOST_MESSAGES * 16),
    ],
    align=True,
)
_WRITTEN = offset(HEARD, "written")
_HEARD_EVENT = offset(HEARD, "event")
_event_count = external("jack_midi_get_event_count", uint32(int64))
_event_get = external("jack_midi_event_get", int32(int64, int64, uint32))


@entry(int32(uint32, int64))
def hear(frames, heard):
    h = carray(pointer(heard), (1,), HEARD)[0]
    buffer = _get_buffer(h.port, frames)
    count = int64(_event_count(buffer))
    h.most = max(h.most, count)
    for number in range(count):
        if _event_get(heard + _HEARD_EVENT, buffer, uint32(number)) == 0:
            size = min(h.event[1], 16)
            message = carray(pointer(h.event[2]), (size,), np.uint8)
            place = h.written % MOST_MESSAGES
            h.sizes[place] = size
            for i in range(size):
                h.bytes[place * 16 + i] = message[i]
            store_release(heard + _WRITTEN, h.written + 1)
    h.blocks += 1
    return 0


class MidiListener:
    """A client `lights` that hears MIDI messages at its port `midi_in`."""

    def __init__(self, server: str) -> None:
        self.client = jack.Client("lights", no_start_server=True, servername=server)
        port: Any = self.client.midi_inports.register("midi_in")
        self._heard, address = record(HEARD)
        self._heard.port = port_address(port)
        set_process_callback(self.client, hear.address, address)
        self.client.activate()
        self._read = 0

    @property
    def most(self) -> int:
        """Messages in the fullest block."""
        return int(self._heard.most[0])

    def read(self) -> list[bytes]:
        """Return what has come since the last call."""
        written = int(self._heard.written[0])
        places = [number % MOST_MESSAGES for number in range(self._read, written)]
        self._read = written
        raw = self._heard.bytes[0]
        return [bytes(raw[p * 16 : p * 16 + self._heard.sizes[0, p]]) for p in places]

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()
