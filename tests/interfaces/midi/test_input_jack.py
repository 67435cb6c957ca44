"""What another program sends to the node's JACK port does what the profile says, byte by byte."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.interfaces.midi.input import MidiInput
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.support.controllers import DEVICES, touched
from tests.support.jack_server import jack_server, wait_for
from tests.support.late_midi import again_where_late
from tests.support.midi_profile import PROFILE
from tests.support.midi_rig import FakeController, FakeHardware
from tests.support.midi_streams import cut, stream, whole
from tests.support.rtmidi_sender import RtMidiSender

pytestmark = pytest.mark.slow


class Studio:
    def __init__(
        self, sender: RtMidiSender, client: JackClient, folder: Path, profile: str
    ) -> None:
        self._sender = sender
        self._controller = FakeController()
        settings = load_settings({"midi_profile": profile}, folder / "none")
        store = ProfileStore(user=folder)
        self._midi = MidiInput(self._controller, settings, store, FakeHardware())
        self._midi.read_from(client.midi.read)

    def brings(self, text: str, count: int) -> list[Operation]:
        """Send messages and return the operations that they bring, at least some."""
        self._sender.send(*map(bytes.fromhex, text.split(", ")))
        wait_for(lambda: self._poll() >= count, what=f"{count} operations")
        return [each for change in self._controller.changes for each in change]

    def hears(self, message: bytes, operation: Operation) -> bool:
        """Send a message, and say whether one like it has brought its operation yet."""
        self._sender.send(message)
        self._poll()
        return [operation] in self._controller.changes

    def _poll(self) -> int:
        self._midi.poll()
        return sum(map(len, self._controller.changes))


@pytest.fixture(scope="module")
def graph() -> Iterator[tuple[RtMidiSender, JackClient]]:
    with contextlib.ExitStack() as stack:
        # Long blocks, as MIDI of late ones is lost.
        server = stack.enter_context(jack_server("bytes", period=1024))
        client = JackClient("ronn", server.name, 2, 2)
        stack.callback(client.close)
        client.activate()
        sender = stack.enter_context(contextlib.closing(RtMidiSender(server.name)))

        def connected() -> bool:
            sender.send(bytes([0xB0, 119, 0]))
            return bool(client.midi.read())

        wait_for(connected, what="the connection")
        yield sender, client


@pytest.fixture
def sender(graph: tuple[RtMidiSender, JackClient]) -> RtMidiSender:
    return graph[0]


@pytest.fixture
def client(graph: tuple[RtMidiSender, JackClient]) -> JackClient:
    return graph[1]


def studio_of(sender: RtMidiSender, client: JackClient, folder: Path) -> Studio:
    """Return one that follows `PROFILE`."""
    (folder / "mine.toml").write_text(PROFILE)
    return Studio(sender, client, folder, str(folder / "mine.toml"))


@pytest.mark.parametrize(
    ("messages", "operations"),
    [
        ("b0 07 7f", [Set("mix", 1.0)]),
        ("b3 01 40, b3 21 00", [Set("morph", 8192 / 16383)]),
        ("b3 21 7f, b3 01 7f", [Set("morph", 1.0)]),
        ("b0 63 01, b0 62 02, b0 06 7f, b0 26 7f", [Set("drift_depth", 1.0)]),
        ("b1 65 00, b1 64 01, b1 06 00", [Set("input_gain", -24.0)]),
        ("e0 00 40", [Set("xy_x", 0.0)]),
        ("df 7f", [Set("xy_y", 1.0)]),
        ("a0 3c 00", [Set("output_gain", -24.0)]),
        ("90 24 40, 80 24 00", [Act("reseed")]),
        ("b0 50 03", [Set("layers", 9)]),
        ("b0 50 42", [Set("layers", 4)]),
        ("b0 20 02, c0 05", [Act("preset_load", 261)]),
    ],
)
@again_where_late
def test_each_kind_of_message(
    sender: RtMidiSender,
    client: JackClient,
    tmp_path: Path,
    messages: str,
    operations: list[Operation],
) -> None:
    studio = studio_of(sender, client, tmp_path)
    assert studio.brings(messages, len(operations)) == operations


@pytest.mark.parametrize("name", DEVICES)
@again_where_late
def test_each_shipped_profile(
    sender: RtMidiSender, client: JackClient, tmp_path: Path, name: str
) -> None:
    for message, operation in DEVICES[name].examples:
        studio = Studio(sender, client, tmp_path, name)
        assert studio.brings(message, 1) == [operation]


@again_where_late
def test_every_binding_of_every_shipped_profile_is_heard_as_it_was_sent(
    sender: RtMidiSender, client: JackClient
) -> None:
    for profile in ProfileStore(user=Path("/nonexistent")).readable():
        sent = [touched(binding.control) for binding in profile.bindings]
        heard: list[bytes] = []
        sender.send(*sent)
        wait_for(
            lambda heard=heard, sent=sent: heard.extend(client.midi.read()) or heard == sent,
            what=f"what {profile.name} sends",
        )


def test_bytes_that_are_no_messages_pass_by(
    sender: RtMidiSender, client: JackClient, tmp_path: Path
) -> None:
    random, studio = Random(1), studio_of(sender, client, tmp_path)
    # python-rtmidi itself refuses longer pieces.
    for turn in range(20):
        sent = stream(random, 30)
        sender.send(*(whole(sent) if turn % 2 else cut(random, sent, longest=3)))
        place = turn / 127.0
        # Again and again, as it may come where there is no room after what came before.
        wait_for(lambda n=turn, p=place: studio.hears(bytes((0xB0, 7, n)), Set("mix", p)))
