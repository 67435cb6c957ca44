"""MIDI from a real JACK port to the control side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.drivers.midi_rings import MidiRings
from ronn_jack.realtime.compiler.memory import record
from tests.support.jack_graph import MidiListener, MidiSender
from tests.support.jack_server import jack_server, wait_for
from tests.support.late_midi import again_where_late, settle

PERIOD = 1024
"""Long, as the server lets messages of late blocks fall."""
BLOCK_OF_MESSAGES = [bytes([0xB0, 20 + n // 128, n % 128]) for n in range(2727)]
"""As many as a port's buffer of jackd's has room for."""


@pytest.fixture(scope="module")
def studio() -> Iterator[tuple[MidiSender, JackClient]]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(jack_server("midi", period=PERIOD))
        client = JackClient("ronn", server.name, 2, 2)
        stack.callback(client.close)
        client.activate()
        keys = stack.enter_context(contextlib.closing(MidiSender(server.name)))
        keys.connect("ronn:midi_in")
        yield keys, client


@pytest.fixture
def keys(studio: tuple[MidiSender, JackClient]) -> MidiSender:
    return studio[0]


@pytest.fixture
def client(studio: tuple[MidiSender, JackClient]) -> JackClient:
    """The node's client."""
    return studio[1]


@again_where_late
def test_a_full_port_buffer_arrives_whole_and_in_order(
    keys: MidiSender, client: JackClient
) -> None:
    dropped = client.midi_dropped
    assert keys.send(*BLOCK_OF_MESSAGES, b"\x90\x40\x7f") == len(BLOCK_OF_MESSAGES)
    settle(client)
    assert client.midi.read() == BLOCK_OF_MESSAGES
    assert client.midi.read() == []
    # The port itself had no room for the last.
    assert client.midi_dropped == dropped + 1


@again_where_late
def test_what_the_ring_has_no_room_for_is_counted(keys: MidiSender, client: JackClient) -> None:
    dropped = client.midi_dropped
    sent = keys.send(*BLOCK_OF_MESSAGES, blocks=7)
    settle(client)
    # Only now, as it needs libjack to be loaded.
    from ronn_jack.drivers.jack_callbacks import MIDI_RING_SIZE

    room = MIDI_RING_SIZE
    assert len(client.midi.read()) == room
    assert client.midi_dropped - dropped == sent - room > 0
    keys.send(b"\x90\x40\x7f")
    settle(client)
    assert client.midi.read() == [b"\x90\x40\x7f"]


@again_where_late
def test_system_messages_stay_out_of_the_way_of_channel_messages(
    keys: MidiSender, client: JackClient
) -> None:
    keys.send(b"\xfe", b"\xc0\x05", b"\xf1\x00", b"\xf0\x01\xf7", b"\xff", b"\xf8", b"\xd0\x01")
    settle(client)
    assert client.midi.read() == [b"\xc0\x05", b"\xd0\x01"]
    assert [message for _, message in client.midi.read_clock()] == [b"\xf8"]


@again_where_late
def test_clock_and_transport_come_with_their_frame(keys: MidiSender, client: JackClient) -> None:
    messages = [b"\xf2\x10\x01", b"\xfa", b"\xf8", b"\xfc", b"\xfb", b"\xf8", b"\xf8", b"\xf8"]
    keys.send(*messages, blocks=3)
    settle(client)
    found = client.midi.read_clock()
    assert [message for _, message in found] == messages * 3
    frames = np.array([frame for frame, _ in found]).reshape(3, len(messages))
    assert (np.diff(frames) == PERIOD // len(messages)).all()
    assert (np.diff(frames[:, 0]) >= PERIOD).all()
    assert abs(int(frames[0, 0]) - keys.client.frame_time) < client.rate


@again_where_late
def test_of_a_clock_that_nobody_reads_the_latest_is_kept(
    keys: MidiSender, client: JackClient
) -> None:
    from ronn_jack.drivers.jack_callbacks import MIDI_CLOCK_SIZE

    kept, dropped = MIDI_CLOCK_SIZE, client.midi_dropped
    keys.send(*[b"\xf8"] * 2 * kept, b"\xfc")
    settle(client)
    found = client.midi.read_clock()
    assert len(found) == kept - 1
    assert found[-1][1] == b"\xfc"
    assert client.midi.read_clock() == []
    assert client.midi_dropped == dropped


@pytest.fixture
def lights(studio: tuple[MidiSender, JackClient]) -> Iterator[MidiListener]:
    keys, client = studio
    with contextlib.closing(MidiListener(keys.server)) as lights:
        lights.client.connect("ronn:midi_out", "lights:midi_in")

        def connected() -> bool:
            client.midi.send([b"\xb0\x77\x00"])
            return bool(lights.read())

        wait_for(connected, what="the connection")
        yield lights


def heard(lights: MidiListener, count: int) -> list[bytes]:
    messages: list[bytes] = []

    def all_heard() -> bool:
        messages.extend(lights.read())
        return len(messages) >= count

    wait_for(all_heard, what=f"{count} messages to arrive")
    return messages


@again_where_late
def test_what_is_sent_leaves_whole_in_order_and_some_in_each_block(
    client: JackClient, lights: MidiListener
) -> None:
    from ronn_jack.drivers.jack_callbacks import MIDI_OUT_BLOCK

    colour = bytes.fromhex("f000202902117808183cf7")
    messages = [b"\xc0\x05", colour, b"\xe8\x00\x40", *BLOCK_OF_MESSAGES[:997]]
    lights.read()  # what the connection was tried with
    assert client.midi.send(messages)
    assert heard(lights, 1000) == messages
    assert 1 <= lights.most <= MIDI_OUT_BLOCK


def test_what_the_outgoing_ring_has_no_room_for_is_counted(client: JackClient) -> None:
    from ronn_jack.drivers import jack_callbacks

    state, address = record(jack_callbacks.CLIENT)  # of a client for which no block comes
    midi = MidiRings(state, partial(jack_callbacks.send_midi.ctypes, address))
    size = jack_callbacks.MIDI_OUT_SIZE
    assert midi.send([b"\xf8"] * (size - 1))
    assert not midi.send([b"\xf8"] * 3)
    assert midi.dropped == 2
    state.out_read[0] += 1
    assert midi.send([b"\xfa"])
    assert midi.dropped == 2
