"""Whatever packets come, each is answered in words, nothing fails and nothing grows."""

from __future__ import annotations

import logging
import tracemalloc
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from random import Random

import psutil
import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, ERROR
from ronn_jack.interfaces.osc.aliases.alias_file import load_aliases
from ronn_jack.interfaces.osc.codec import Message, decode
from ronn_jack.interfaces.osc.dispatcher import Dispatcher, Later
from ronn_jack.interfaces.osc.feedback import Feedback
from ronn_jack.interfaces.osc.schedule import Schedule
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.parameters import Value
from tests.support.midi_rig import LearningRig
from tests.support.osc_rubbish import Rubbish
from tests.support.osc_senders import Clock, Mailbox
from tests.support.recording import MemoryStore, RecordingNode

ALIASES = [path.stem for path in sorted((shipped_folder() / "aliases").glob("*.toml"))]
FOREIGN = ["/1/fader1", "/track/1/volume", "/strip/fader", "/mix", "/ronn", "/"]
SENDERS = 8
MOST_PRESETS = 8
LEARNT_BYTES = 600_000
"""What is kept of the latest packets for as long as there is room: steps to be undone, answers
found, errors told."""
GROWTH_BYTES = 24 * 2**20
"""Of a process in a million packets, most of which it is given in its first ones."""


class ShortMemory(MemoryStore):
    """Presets that are forgotten when there are many."""

    def save(
        self,
        name: str,
        values: Mapping[str, Value],
        *,
        snapshots: Mapping[int, Mapping[str, Value]] | None = None,
    ) -> Path:
        self.reads.clear()
        path = super().save(name, values, snapshots=snapshots)
        while len(self.presets) > MOST_PRESETS:
            oldest = next(iter(self.presets))
            del self.presets[oldest]
            self.snapshots.pop(oldest, None)
        return path


class Desk:
    """All of the node that packets reach, without its sockets, and several who send them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.rubbish = Rubbish(seed, [*ENDPOINTS, *FOREIGN])
        self.midi = LearningRig(folder)
        self.clock = Clock()
        self.node = RecordingNode()
        for name in ("controls", "rebuilds", "starts", "panics"):
            setattr(self.node, name, deque(maxlen=2))
        self.controller = Controller(
            self.node,
            ShortMemory(fuzz={"layers": 3}),
            search=Search(random=Random(seed)),
            clock=self.clock,
        )
        self.subscribers = Subscribers(self.clock)
        self.schedule = Schedule(self.clock, self.clock)
        self.senders = [Mailbox(f"osc {number}") for number in range(SENDERS)]
        sessions = Sessions(
            self.subscribers, Access("127.0.0.1"), lambda host, port: self.senders[port % SENDERS]
        )
        self.dispatcher = Dispatcher(
            self.controller,
            sessions,
            self.schedule,
            load_aliases(ALIASES),
            self.midi.midi.learning,
        )
        self.feedback = Feedback(self.controller, self.subscribers, self.clock)

    def take(self, packets: int) -> None:
        for _ in range(packets):
            self._take(self.rubbish.datagram())

    def _take(self, packet: bytes) -> None:
        random = self.random
        self.clock.now += random.choice((0.0, 0.001, 0.01, 0.2, 2.0))
        self.midi.time = self.clock.now
        finish(self.dispatcher.handle(packet, random.choice(self.senders)))
        for due in self.schedule.take(self.clock.now):
            finish(self.dispatcher.perform(due))
        if self.controller.awaits_network and self.node.rebuilds and random.random() < 0.7:
            change = self.node.last_change
            if random.random() < 0.2:
                self.controller.refused(change, "too slow")
            else:
                self.controller.sounding(change)
        if self.clock.now >= self.feedback.next:
            self.feedback.tick()
        if random.random() < 0.1:
            self.midi.round(bytes((0xB0, random.randrange(128), random.randrange(128))))
            self.midi.controller.changes.clear()
            self.midi.controller.origins.clear()
        self.midi.events.clear()
        for sender in self.senders:
            for answer in sender.packets:
                check(answer, packet)
            sender.packets.clear()


def finish(later: Later) -> None:
    if later is not None:
        later()


def check(answer: bytes, packet: bytes) -> None:
    """Look whether an answer is OSC, and an error one line that tells no fault of our own."""
    for each in decode(answer):
        assert isinstance(each, Message), (answer, packet)
        if each.address == ERROR:
            address, reason = each.arguments
            assert isinstance(address, str) and isinstance(reason, str)
            assert (address + reason).isprintable() and 0 < len(reason) <= 501, packet
            assert "internal" not in reason, packet


@pytest.mark.slow
@pytest.mark.parametrize(
    "packets", [5000, pytest.param(1_000_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(7200)])]
)
def test_every_packet_is_answered_in_words_and_nothing_grows(
    tmp_path: Path, packets: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    desk, process = Desk(tmp_path, packets), psutil.Process()
    desk.take(packets // 5)
    begun = process.memory_info().rss
    for _ in range(10):
        desk.take(packets * 6 // 100)
        assert not [record for record in caplog.records if record.exc_info]
        caplog.clear()
    assert process.memory_info().rss - begun < GROWTH_BYTES
    tracemalloc.start()
    try:
        desk.take(packets // 10)
        before, _ = tracemalloc.get_traced_memory()
        desk.take(packets // 10)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < LEARNT_BYTES
