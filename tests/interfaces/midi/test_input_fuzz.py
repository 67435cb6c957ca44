"""Whatever bytes come, each is taken or left, nothing fails and nothing grows."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from random import Random

import pytest

from ronn_jack.control.operations import Set
from ronn_jack.parameters import ACTIONS, PARAMETERS
from tests.support.midi_profile import PROFILE
from tests.support.midi_rig import LearningRig

NUMBERS = [0, 1, 6, 7, 20, 26, 32, 33, 38, 64, 80, 81, 82, *range(96, 102)]
TARGETS = [*PARAMETERS, *(a.name for a in ACTIONS.values() if a.argument in ("", "amount"))]


def message(random: Random) -> bytes:
    """Return a message that somebody could mean, or is nearly one, or is none."""
    if random.random() < 0.2:
        return random.randbytes(random.randrange(6))
    status = random.choice((0x80, 0x90, 0xA0, 0xB0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0))
    size = 1 if status in (0xC0, 0xD0) else 2
    data = [random.choice((*NUMBERS, 36, 37, 60)), random.choice((0, 1, 63, 64, 65, 126, 127))]
    return bytes([status | random.choice((0, 0, 0, 9)), *data[:size]])


class Storm:
    def __init__(self, folder: Path, seed: int) -> None:
        (folder / "generic.toml").write_text(PROFILE)
        self.rig = LearningRig(folder)
        self.random = Random(seed)

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
                port = random.choice(("midi_in", "nanoKONTROL2 20:0"))
                rig.hardware.waiting.append((port, message(random)))
            rig.midi.poll()
            for operation in (each for change in rig.controller.changes for each in change):
                if isinstance(operation, Set):
                    value = PARAMETERS[operation.name].parse(operation.value)
                    rig.controller.values[operation.name] = value
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


@pytest.mark.parametrize(
    "rounds", [300, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_learning_amid_a_storm_leaves_profiles_that_can_be_read(
    tmp_path: Path, rounds: int
) -> None:
    storm = Storm(tmp_path, rounds)
    storm.blow(rounds, learns=True)
    assert {path.stem for path in tmp_path.glob("*.toml")} <= {
        profile.name for profile in storm.rig.store.readable()
    }
