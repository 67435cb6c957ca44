"""What happens in time with a song, beside somebody who plays."""

from __future__ import annotations

import logging

import pytest

from ronn_jack.control.events import Moved
from ronn_jack.control.operations import Act, Cause, ClockOrigin, Operation, Set
from tests.support.recall_rig import Rig


class ClockedRig(Rig):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ClockOrigin()

    def beat(self, *operations: Operation) -> None:
        """Let a clock ask for a change; its network sounds."""
        self.controller.apply(operations, self.clock)
        if self.controller.awaits_network:
            self.controller.sounding(self.node.last_change)


@pytest.fixture
def rig() -> ClockedRig:
    return ClockedRig()


def test_it_makes_no_steps_and_takes_none_away(rig: ClockedRig) -> None:
    rig.do(Set("mix", 0.5))
    rig.do(Set("seed", 7))
    rig.do(Set("mix", 0.25))
    rig.do(Act("undo"))
    for place in range(100):
        rig.beat(Act("reseed"), Set("morph", place / 100))
    assert rig.steps == (2, 1)
    seed = rig.value("seed")
    rig.do(Act("redo"))
    assert rig.value("mix", "morph", "seed") == [0.25, 0.99, *seed]
    rig.do(Act("undo"))
    rig.do(Act("undo"))
    assert rig.value("mix", "morph", "seed") == [0.5, 0.99, 42]


def test_presets_and_snapshots_that_come_with_a_clock_are_none_either(rig: ClockedRig) -> None:
    rig.do(Set("layers", 5))
    for action in ("preset_next", "snapshot_next", "setlist_next", "ab", "randomize"):
        rig.beat(Act(action))
    assert rig.steps == (1, 0)
    rig.do(Act("undo"))
    assert rig.value("layers") == [6]


def test_a_panic_lasts_until_somebody_plays(rig: ClockedRig) -> None:
    rig.do(Act("panic"))
    rig.beat(Act("reseed"), Set("mix", 0.5))
    assert rig.node.panics == [True]
    rig.do(Set("mix", 0.25))
    assert rig.node.panics == [True, False]


def test_a_network_that_falls_takes_no_step_of_somebody_else_with_it(rig: ClockedRig) -> None:
    rig.do(Set("seed", 7))
    rig.beat(Act("reseed"))
    good = rig.node.last_change
    rig.beat(Act("reseed"))
    rig.controller.fell_back(rig.node.last_change, good, "too slow")
    assert rig.value("seed") == [good.values["seed"]] and rig.steps == (1, 0)
    rig.do(Act("undo"))
    assert rig.value("seed") == [42]


def test_what_moves_all_the_time_is_told_but_not_in_words(rig: ClockedRig) -> None:
    rig.beat(Set("morph", 0.5))
    rig.beat(Act("seed_next"))
    swept, stepped = rig.told(Moved)
    assert swept == Moved("clock", {"morph": 0.5}, Cause.CLOCK) and swept.lines() == []
    assert stepped.lines() == ["clock: seed = 43"]


def test_what_is_refused_again_and_again_is_logged_once(
    rig: ClockedRig, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            rig.beat(Act("snapshot_load", 3))
    assert len(caplog.messages) == 1
    assert "clock: snapshot_load refused: snapshot 3 is empty" in caplog.messages[0]
