"""Undo and redo, as whoever turns the knobs meets them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.control.events import Moved, PresetEdited, PresetTaken
from ronn_jack.control.operations import Act, Cause, Operation, Set
from ronn_jack.model.architecture import model_of
from ronn_jack.parameters import ACTIONS, PARAMETERS, Scope, Value, defaults
from ronn_jack.parameters.share import share
from ronn_jack.render import offline_engine
from tests.support.recall_rig import Rig
from tests.support.trial_values import another


@pytest.fixture
def rig() -> Rig:
    return Rig()


def moved(name: str) -> Set:
    """Return a movement of a parameter to another value, of a network that is quickly played."""
    return Set(name, another(PARAMETERS[name]))


KINDS: dict[str, list[Operation]] = {
    **{name: [moved(name)] for name, row in PARAMETERS.items() if row.scope is Scope.SOUND},
    **{name: [Act(name)] for name in ACTIONS},
    "preset_load": [Act("preset_load", "drone")],
    "snapshot_load": [Act("snapshot_load", 1)],
    "load_text": [Act("load_text", share({**defaults(), "layers": 2, "kernel": 5}))],
    "several": [Set("layers", 2), Set("mix", 0.5), Set("fade_ms", 50.0), Act("reseed")],
}
UNDONE = ("undo", "redo", "panic", "like", "dislike", "lock", "unlock", "tap")
EXPLORING = [n for n in ACTIONS if n.startswith(("explore", "audition", "candidate", "breed"))]
for none in ("preset_save", "snapshot_save", *UNDONE, *EXPLORING):
    del KINDS[none]  # they make no step


@functools.cache
def noise() -> NDArray[np.float32]:
    return np.random.default_rng(3).uniform(-0.5, 0.5, (2, 2400)).astype(np.float32)


def rendered(values: Mapping[str, Value]) -> bytes:
    """Return what a sound makes of some noise, to the bit."""
    engine = offline_engine(model_of(values, 2, 2, 48000.0), values, 48000, level=0.5)
    return engine.process(noise()).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_change_is_undone_to_the_bit_and_done_again(rig: Rig, kind: str) -> None:
    small = [Set("layers", 3), Set("channels", 4), Set("kernel", 4)]
    rig.do(*small, Act("snapshot_save", 1))
    if kind == "ab":
        rig.do(Act("ab"))
    rig.do(Set("seed", 99), Set("drift_rate", 0.0))
    before, steps = rig.values, rig.steps[0]
    sound = rendered(before)
    rig.do(*KINDS[kind])
    after = rig.values
    assert after != before and rig.origin.refusals == []
    assert rig.steps == (steps + 1, 0)
    rig.do(Act("undo"))
    assert rig.values == before
    assert rendered(rig.values) == sound
    assert rig.steps == (steps, 1)
    rig.do(Act("redo"))
    assert rig.values == after


def test_every_parameter_of_a_sound_is_kept_by_every_kind_of_recall(rig: Rig) -> None:
    """So that a new one can't be forgotten."""
    sound = [name for name, row in PARAMETERS.items() if row.scope is Scope.SOUND]
    far = [moved(name) for name in sound if name != "recipe"]  # others have no XY
    far += [Set("layers", 3), Set("kernel", 4)]
    rig.do(Act("ab"))
    rig.do(*far)
    text, after = rig.controller.share(), rig.values
    rig.do(Act("snapshot_save", 8))
    for there, back in (
        (Act("undo"), Act("redo")),
        (Act("ab"), Act("ab")),
        (Act("load_text", share(defaults())), Act("load_text", text)),
        (Act("load_text", share(defaults())), Act("snapshot_load", 8)),
    ):
        rig.do(there)
        assert rig.values == defaults(), there
        rig.do(back)
        assert rig.values == after, back
    assert rig.origin.refusals == []


class TestUndo:
    def test_where_there_is_nothing_it_is_refused(self, rig: Rig) -> None:
        rig.do(Act("undo"), Act("redo"))
        assert rig.origin.refusals == [
            ("undo", "there is nothing to undo"),
            ("redo", "there is nothing to redo"),
        ]

    def test_operations_of_one_message_are_one_step_and_in_order(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("mix", 0.5))
        assert rig.steps == (1, 0)
        rig.do(Set("mix", 0.25), Act("undo"))
        assert rig.value("layers", "mix") == [9, 0.5] and rig.steps == (1, 1)
        rig.do(Act("undo"), Set("mix", 0.1))
        assert rig.value("layers", "mix") == [6, 0.1] and rig.steps == (1, 0)

    def test_a_change_that_is_refused_at_once_is_no_step(self, rig: Rig) -> None:
        rig.do(Set("mix", 2.0))
        rig.do(Set("layers", 24), Set("dilation", 20))
        rig.do(Act("preset_load", "nothing"))
        rig.store.presets["huge"] = {**defaults(), "layers": 24, "dilation": 20}
        rig.do(Act("preset_load", "huge"))
        rig.do(Set("mix", 1.0))
        assert len(rig.origin.refusals) == 4
        assert rig.steps == (0, 0) and rig.values == defaults()

    def test_a_network_that_is_refused_later_takes_its_step_back_out(self, rig: Rig) -> None:
        rig.do(Set("seed", 7))
        rig.do(Set("seed", 8))
        rig.do(Act("undo"))
        rig.ask(Set("layers", 9))
        rig.refuse()
        assert rig.steps == (1, 1), "what was undone can still be done again"
        rig.ask(Set("layers", 9), Set("mix", 0.5))
        rig.refuse()
        assert rig.steps == (2, 0), "the mix has moved"
        rig.do(Act("undo"))
        assert rig.value("seed", "layers", "mix") == [7, 6, 1.0]

    def test_all_that_came_after_the_one_that_sounds_goes(self, rig: Rig) -> None:
        rig.ask(Set("layers", 9))
        first = rig.node.last_change
        rig.ask(Set("channels", 16))
        rig.ask(Set("kernel", 9))
        rig.refuse()
        assert rig.steps == (0, 0) and rig.values == defaults()
        rig.controller.sounding(first)
        assert rig.value("layers", "channels", "kernel") == [9, 8, 3]
        rig.do(Act("undo"))
        assert rig.values == defaults()

    def test_those_that_sound_by_then_stay(self, rig: Rig) -> None:
        rig.ask(Set("layers", 9))
        first = rig.node.last_change
        rig.ask(Set("channels", 64))
        rig.controller.sounding(first)
        rig.refuse()
        assert rig.steps == (1, 0)
        assert rig.value("layers", "channels") == [9, 8]
        rig.do(Act("undo"))
        assert rig.values == defaults()

    def test_a_storm_of_changes_before_a_refusal(self, rig: Rig) -> None:
        rig.do(Set("seed", 7))
        for number in range(500):
            rig.ask(Set("layers", 2 + number % 20), Set("mix", number / 500))
        rig.refuse()
        assert rig.value("layers", "seed") == [6, 7]
        rig.do(Act("undo"))
        assert rig.value("layers", "seed", "mix") == [6, 7, 1.0]
        rig.do(Act("undo"))
        assert rig.values == defaults()

    def test_one_that_does_not_fit_is_refused_and_history_stays(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("mix", 0.5))
        rig.do(Set("seed", 7))
        before = rig.values
        rig.do(Act("undo"))
        rig.ask(Act("undo"))
        rig.refuse()
        assert rig.origin.refusals == [("undo", "too slow")]
        assert rig.value("layers", "mix", "seed") == [9, 0.5, 42]
        assert rig.steps == (1, 1)
        rig.do(Act("redo"))
        assert rig.values == before

    def test_one_that_can_not_be_had_at_this_rate_is_refused_at_once(self, rig: Rig) -> None:
        rig.node.rate = 192000.0
        rig.do(Set("kernel", 100), Set("layers", 16))
        rig.do(Set("layers", 3), Set("mix", 0.5))
        rig.node.rate = 48000.0
        before = rig.values
        rig.do(Act("undo"))
        [(subject, reason)] = rig.origin.refusals
        assert subject == "undo" and "exceeds 60 s at 48000 Hz" in reason
        assert rig.values == before and rig.steps == (2, 0)

    def test_weights_that_can_not_move_are_no_reason_for_half_an_undo(self, rig: Rig) -> None:
        rig.do(Set("morph", 0.5), Set("mix", 0.5))
        rig.do(Set("morph", 0.0), Set("mix", 0.25))
        rig.node.fault = "too heavy"
        rig.do(Act("undo"))
        assert rig.origin.refusals == [("undo", "too heavy")]
        assert rig.value("morph", "mix") == [0.0, 0.25] and rig.steps == (2, 0)

    def test_weights_that_come_to_rest_by_themselves_are_no_step(self, rig: Rig) -> None:
        rig.do(Set("morph", 0.5))
        rig.node.fault = "too heavy"
        rig.controller.strained()
        assert rig.steps == (0, 0) and rig.value("morph") == [0.0]

    def test_a_network_that_falls_takes_its_step_with_it(self, rig: Rig) -> None:
        rig.do(Set("layers", 9))
        rig.controller.fell_back(rig.node.last_change, None, "too slow")
        assert rig.steps == (0, 0) and rig.values == defaults()

    def test_a_change_under_way_to_another_server_is_still_taken_back(self, rig: Rig) -> None:
        rig.ask(Set("layers", 9))
        rig.controller.begin(lambda: None)
        rig.refuse()
        assert rig.steps == (0, 0) and rig.values == defaults()

    def test_it_ends_a_silence_and_what_is_no_undo_does_not(self, rig: Rig) -> None:
        rig.do(Act("panic"))
        rig.do(Act("undo"))
        assert rig.node.panics == [True]
        rig.do(Set("mix", 0.5), Act("panic"))
        rig.do(Act("undo"))
        assert rig.node.panics == [True, False]

    def test_a_preset_goes_back_with_its_name_and_its_place(self, rig: Rig) -> None:
        rig.do(Act("preset_next"))
        rig.do(Act("preset_next"))
        rig.do(Set("mix", 0.1))
        rig.told()
        rig.do(Act("undo"))
        assert rig.told() == [
            Moved("test", {"mix": 1.0}, Cause.RECALL),
            PresetEdited("drone", False),
        ]
        rig.do(Act("undo"))
        assert (rig.controller.preset, rig.controller.edited) == ("fuzz", False)
        assert rig.value("fade_ms") == [30.0]
        rig.told()
        rig.do(Act("undo"))
        assert rig.told(PresetTaken) == [PresetTaken("test", "", False)]
        assert rig.controller.preset is None
        rig.do(Act("preset_next"))
        assert rig.controller.preset == "fuzz"

    def test_saving_is_no_step_and_is_not_undone(self, rig: Rig) -> None:
        rig.do(Set("layers", 9))
        rig.do(Act("preset_save", "mine"))
        assert rig.steps == (1, 0)
        rig.do(Act("undo"))
        assert (rig.controller.preset, rig.value("layers")) == (None, [6])
        rig.do(Act("redo"))
        assert (rig.controller.preset, rig.controller.edited) == ("mine", False)
        assert "mine" in rig.store.presets

    def test_a_subscriber_that_hears_nothing_costs_no_step(self, rig: Rig) -> None:
        deaf = rig.controller.subscriptions.subscribe(capacity=1)
        for seed in range(200):
            rig.do(Set("seed", seed))
        for seed in range(198, -1, -1):
            rig.do(Act("undo"))
            assert rig.value("seed") == [seed]
        assert len(deaf.take()) == 2


def test_a_refused_preset_leaves_nothing_of_it_behind(rig: Rig) -> None:
    rig.do(Set("mix", 0.3))
    before = rig.values
    rig.ask(Act("preset_load", "fuzz"))
    rig.refuse()
    assert rig.values == before and rig.controller.preset is None
    assert [e.name for e in rig.told(PresetTaken)] == ["fuzz", ""]
    rig.do(Act("preset_next"))
    assert rig.controller.preset == "drone", "it must not block the way to the others"
