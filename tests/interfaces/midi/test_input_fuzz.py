"""Whatever bytes come, each is taken or left, nothing fails and nothing grows."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from random import Random

import psutil
import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.parameters import ACTIONS, PARAMETERS
from tests.support.midi_profile import PROFILE
from tests.support.midi_rig import JACK, LearningRig
from tests.support.midi_streams import NUMBERS, cut, files, played, stream, whole

pytestmark = pytest.mark.slow

PORTS = (JACK, "nanoKONTROL2 20:0")
GROWTH_BYTES = 16 * 2**20
"""Of a process in a million messages, most of which it is given in its first ones."""
TARGETS = [*PARAMETERS, *(a.name for a in ACTIONS.values() if a.argument in ("", "amount"))]


def message(random: Random) -> bytes:
    """Return a message that somebody could mean, or is nearly one, or is none."""
    if random.random() < 0.2:
        return random.randbytes(random.randrange(6))
    status = random.choice((0x80, 0x90, 0xA0, 0xB0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0))
    size = 1 if status in (0xC0, 0xD0) else 2
    data = [random.choice((*NUMBERS, 37, 60)), random.choice((0, 1, 63, 64, 65, 126, 127))]
    return bytes([status | random.choice((0, 0, 0, 9)), *data[:size]])


class Storm:
    """Attributes: `messages`, how many have come."""

    def __init__(self, folder: Path, seed: int) -> None:
        (folder / "generic.toml").write_text(PROFILE)
        self.rig = LearningRig(folder)
        self.random = Random(seed)
        self.messages = 0

    def blow(self, rounds: int, learns: bool = False) -> None:
        rig, random = self.rig, self.random
        for _ in range(rounds):
            rig.time += random.choice((0.0, 0.001, 0.002, 0.01, 1.0))
            if learns and random.random() < 0.02:
                name = random.choice(TARGETS)
                ask = random.choice((rig.midi.learning.learn, rig.midi.learning.unlearn))
                ask(name, rig.asker, rig.asker.told.append)
            if learns and random.random() < 0.01:
                rig.midi.learning.undo(rig.asker, rig.asker.told.append)
            for _ in range(random.randrange(20)):
                rig.hardware.waiting.append((random.choice(PORTS), message(random)))
            if random.random() < 0.1:
                self._send(stream(random, random.randrange(40)))
            self._poll()

    def play(self, sent: bytes) -> None:
        """Let a stream come, message by message and then cut anywhere."""
        for pieces in (whole(sent), cut(self.random, sent)):
            for piece in pieces:
                self.rig.hardware.waiting.append((JACK, piece))
                self._poll()

    def _send(self, sent: bytes) -> None:
        pieces = whole(sent) if self.random.random() < 0.5 else cut(self.random, sent)
        port = self.random.choice(PORTS)
        self.rig.hardware.waiting += [(port, piece) for piece in pieces]

    def _poll(self) -> None:
        """Take what has come: each change has to be one that makes sense."""
        rig = self.rig
        self.messages += len(rig.hardware.waiting)
        rig.midi.poll()
        for operation in (each for change in rig.controller.changes for each in change):
            if isinstance(operation, Set):
                value = PARAMETERS[operation.name].parse(operation.value)
                rig.controller.values[operation.name] = value
            else:
                assert operation.name in ACTIONS
        rig.controller.changes.clear()
        rig.controller.origins.clear()
        rig.events.clear()
        rig.asker.told.clear()


@pytest.mark.parametrize("takeover", ["jump", "pickup", "scale"])
def test_nothing_grows(tmp_path: Path, takeover: str) -> None:
    (tmp_path / "none").write_text(f'version = 1\nmidi_takeover = "{takeover}"\n')
    storm = Storm(tmp_path, 1)
    storm.blow(300)
    tracemalloc.start()
    try:
        storm.blow(100)
        before, _ = tracemalloc.get_traced_memory()
        storm.blow(300)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 50_000


@pytest.mark.fuzz
@pytest.mark.timeout(7200)
def test_nothing_grows_in_a_million_messages(tmp_path: Path) -> None:
    storm, process = Storm(tmp_path, 2), psutil.Process()
    storm.blow(5000)
    before = process.memory_info().rss
    while storm.messages < 1_000_000:
        storm.blow(5000)
    assert process.memory_info().rss - before < GROWTH_BYTES


class TestPublicFiles:
    """What others have written to try MIDI programs by."""

    @pytest.fixture
    def storm(self, tmp_path: Path) -> Storm:
        return Storm(tmp_path, 3)

    @pytest.mark.parametrize("name", files())
    def test_each_is_taken_or_left_and_a_control_works_afterwards(
        self, storm: Storm, name: str
    ) -> None:
        content = files()[name]
        storm.play(played(content))
        storm.play(content)
        assert storm.rig.does(b"\xb0\x07\x00")[-1] == Set("mix", 0.0)
        assert storm.rig.does(b"\xb0\x07\x7f") == [Set("mix", 1.0)]

    @pytest.mark.parametrize(
        ("name", "operations"),
        [
            (
                "test-rpn-00-01-fine-tuning.mid",
                [
                    Set("input_gain", -24.0 + 48.0 * value / 127, absolute=True)
                    for value in (0x40, 0x60, 0x40)
                ],
            ),
            (
                "test-control-00-20-bank-select.mid",
                [Act("preset_load", bank << 14) for bank in (0x78, 0x79, 0x79, 0x78)],
            ),
        ],
    )
    def test_parameter_numbers_and_banks_are_read(
        self, storm: Storm, name: str, operations: list[object]
    ) -> None:
        messages = list(whole(played(files()[name])))
        assert [each for message in messages for each in storm.rig.does(message)] == operations


@pytest.mark.parametrize(
    "rounds", [300, pytest.param(100_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(7200)])]
)
def test_learning_amid_a_storm_leaves_profiles_that_can_be_read(
    tmp_path: Path, rounds: int
) -> None:
    storm = Storm(tmp_path, rounds)
    storm.blow(rounds, learns=True)
    assert {path.stem for path in tmp_path.glob("*.toml")} <= {
        profile.name for profile in storm.rig.store.readable()
    }
