"""A candidate is heard for a try: until it is kept there is nothing to undo, and a way back."""

from __future__ import annotations

from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Moved
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Act, Change, ClockOrigin, Set
from ronn_jack.control.recall_events import Auditioned
from ronn_jack.interfaces.state_keeper import state_of
from ronn_jack.model.architecture import architecture
from ronn_jack.parameters import Value
from tests.support.candidates import pool_with
from tests.support.recall_rig import Rig

SMALL: dict[str, Value] = {"layers": 3, "channels": 2, "seed": 7, "drive": 6.0}
OTHER: dict[str, Value] = {"layers": 2, "channels": 4, "seed": 8}


class Explorer(Rig):
    """Somebody who tries what is in a pool."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = pool_with(SMALL, OTHER)
        search = Search(finder=self.pool)
        self.controller = Controller(self.node, self.store, search=search, clock=lambda: self.time)
        self.subscription = self.controller.subscriptions.subscribe()

    @property
    def heard(self) -> Any:
        return self.controller.status()["audition"]


@pytest.fixture
def rig() -> Explorer:
    return Explorer()


def test_it_is_heard_and_left_again_without_a_step(rig: Explorer) -> None:
    rig.do(Set("mix", 0.5))
    before, steps = rig.values, rig.steps
    rig.do(Act("audition", 1))
    assert rig.value(*SMALL) == [3, 2, 7, 6.0]
    assert (rig.heard, rig.steps) == (1, steps)
    assert rig.controller.scene.kept.values == before
    assert state_of(rig.controller.scene).values == before, "a restart does not keep it"
    rig.do(Act("audition", 2))
    assert rig.value("layers", "drive", "mix") == [2, 0.0, 0.5]
    rig.do(Act("audition_end"))
    assert (rig.values, rig.heard, rig.steps) == (before, 0, steps)
    assert [spec.layers for spec, _ in rig.node.rebuilds] == [3, 2, 6]
    rig.do(Act("undo"))
    assert rig.value("mix") == [1.0]
    assert rig.origin.refusals == []


def test_a_click_keeps_it_as_one_step(rig: Explorer) -> None:
    before = rig.values
    rig.do(Act("audition", 1))
    rig.do(Act("audition_keep"))
    assert (rig.heard, rig.steps) == (0, (1, 0))
    kept = rig.values
    assert len(rig.node.rebuilds) == 1, "it sounds already"
    rig.do(Act("audition_end"))
    assert rig.values == kept
    assert rig.pool.places == [2, 25]
    rig.do(Act("undo"))
    assert rig.values == before
    rig.do(Act("redo"))
    assert rig.values == kept
    rig.do(Act("undo"), Act("audition", 25))
    assert rig.values == kept


def test_it_is_heard_and_kept_in_one_message(rig: Explorer) -> None:
    rig.do(Set("mix", 0.5), Act("audition", 2), Act("audition_keep"), Set("mix", 0.25))
    assert (rig.heard, rig.value("layers", "mix"), rig.steps) == (0, [2, 0.25], (3, 0))
    rig.do(Act("undo"), Act("undo"))
    assert rig.value("layers", "mix") == [6, 0.5]


def test_it_is_levelled_whatever_was_chosen(rig: Explorer) -> None:
    rig.do(Set("auto_level", False))
    rig.do(Act("audition", 1))
    assert rig.value("auto_level") == [True]
    rig.do(Act("audition_end"))
    assert rig.value("auto_level") == [False]


def test_what_it_has_not_moved_is_turned_beside_it(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Set("mix", 0.5))
    assert (rig.heard, rig.steps) == (1, (1, 0))
    rig.do(Act("audition_end"))
    assert rig.value("layers", "mix") == [6, 0.5]
    rig.do(Act("undo"))
    assert rig.value("layers", "mix") == [6, 1.0]


def test_who_turns_what_he_hears_has_kept_it(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Set("layers", 3))
    assert rig.heard == 1, "nothing was turned"
    rig.do(Set("layers", "much"))
    assert rig.heard == 1, "what is refused keeps nothing"
    rig.do(Set("layers", 5))
    assert (rig.heard, rig.steps) == (0, (2, 0))
    assert rig.value("layers", "seed") == [5, 7]
    rig.do(Act("undo"))
    assert rig.value("layers", "seed") == [3, 7]
    rig.do(Act("undo"))
    assert rig.value("layers", "seed") == [6, 42]


def test_a_clock_that_moves_it_on_does_not_take_the_way_back(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.controller.apply([Set("layers", 9)], ClockOrigin())
    assert (rig.heard, rig.value("layers"), rig.steps) == (0, [9], (1, 0))
    rig.do(Act("undo"))
    assert rig.value("seed", "drive") == [42, 0.0]


@pytest.mark.parametrize("save", [Act("preset_save", "mine"), Act("snapshot_save", 3)])
def test_who_saves_what_he_hears_has_kept_it(rig: Explorer, save: Act) -> None:
    rig.do(Act("audition", 1))
    rig.do(save)
    assert (rig.heard, rig.value("layers")) == (0, [3])
    rig.do(Act("undo"))
    assert rig.value("layers") == [6]


def test_a_save_that_is_refused_keeps_nothing(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("preset_save"), Act("snapshot_save", 99))
    assert (rig.heard, rig.steps, rig.pool.places) == (1, (0, 0), [1, 2])


def test_to_point_at_one_ends_no_panic_and_to_keep_it_does(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("panic"))
    rig.do(Act("audition", 2))
    rig.do(Act("audition_end"))
    assert rig.node.panics == [True]
    rig.do(Act("audition", 1), Act("audition_keep"))
    assert rig.node.panics == [True, False]


def test_undo_goes_back_to_the_sound_before(rig: Explorer) -> None:
    rig.do(Set("mix", 0.5))
    rig.do(Act("audition", 1))
    rig.do(Act("undo"))
    assert (rig.heard, rig.value("layers", "mix"), rig.steps) == (0, [6, 0.5], (1, 0))


@pytest.mark.parametrize(
    ("action", "layers"),
    [(Act("preset_load", "drone"), 4), (Act("reseed"), 6), (Act("seed_next"), 6)],
)
def test_what_goes_to_another_sound_begins_at_the_one_before(
    rig: Explorer, action: Act, layers: int
) -> None:
    rig.do(Act("audition", 1))
    rig.do(action)
    assert (rig.heard, rig.value("layers"), rig.steps) == (0, [layers], (1, 0))
    rig.do(Act("undo"))
    assert rig.value("layers", "seed") == [6, 42]


def test_what_is_refused_leaves_it(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("preset_load", "nothing"), Act("audition", 9), Act("redo"))
    assert rig.origin.subjects == ["preset_load", "audition", "redo"]
    assert "candidate 9 is empty; there are 1, 2" in rig.origin.refusals[1][1]
    assert (rig.heard, rig.value("layers")) == (1, [3])
    rig.do(Act("audition_end"))
    assert rig.value("layers") == [6]


def test_a_network_that_is_refused_is_no_audition(rig: Explorer) -> None:
    before = rig.values
    rig.ask(Act("audition", 1))
    rig.refuse()
    assert (rig.heard, rig.values, rig.steps) == (0, before, (0, 0))
    rig.ask(Act("audition", 1))
    rig.ask(Act("audition_keep"))
    rig.refuse()
    assert (rig.heard, rig.values, rig.steps) == (0, before, (0, 0))


def test_candidates_are_walked_through(rig: Explorer) -> None:
    for action, place in (("next", 1), ("next", 2), ("next", 1), ("previous", 2)):
        rig.do(Act(f"audition_{action}"))
        assert rig.heard == place
    rig.do(Act("audition_keep"))
    rig.do(Act("audition_previous", 1.0), Act("audition_next", 0.0))
    assert rig.heard == 1


def test_a_release_does_nothing(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("audition", 0.0), Act("audition_keep", 0), Act("audition_end", 0))
    assert (rig.heard, rig.steps) == (1, (0, 0))


def test_a_like_is_of_what_is_heard(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("like"))
    assert rig.pool.picture(1)[2] == 1
    assert rig.heard == 1
    rig.do(Act("dislike"))
    assert rig.pool.places == [2]
    assert rig.value("layers") == [3], "it is heard on, though it has no place any more"
    rig.do(Act("audition_end"))
    assert rig.value("layers") == [6]


def test_it_is_told_once_and_its_values_are_not_logged(rig: Explorer) -> None:
    rig.do(Act("audition", 1))
    rig.do(Act("audition_end"))
    rig.do(Act("audition_end"))
    told = rig.told(Auditioned, Moved)
    assert [event.place for event in told if isinstance(event, Auditioned)] == [1, 0]
    assert sum(isinstance(event, Moved) for event in told) == 2
    assert [line for event in told for line in event.lines()] == ["test: candidate 1"]


def test_what_is_locked_stays(rig: Explorer) -> None:
    rig.do(Act("lock", "layers"))
    rig.do(Act("audition", 1))
    assert rig.value("layers", "seed") == [6, 7]


@pytest.mark.parametrize("action", ["audition", "candidate_like", "candidate_never"])
@pytest.mark.parametrize("argument", [None, 33, "one", 1.5, True])
def test_what_is_no_candidate_is_refused_in_words(
    rig: Explorer, action: str, argument: object
) -> None:
    rig.do(Act(action, argument))
    assert "is no candidate; use 1 to 32" in rig.origin.refusals[0][1]


def test_without_a_search_there_are_none() -> None:
    rig = Rig()
    rig.do(Act("audition", 1), Act("audition_next"), Act("audition_keep"), Act("breed"))
    reasons = [reason for _, reason in rig.origin.refusals]
    assert "there are none yet" in reasons[0] and "no candidates yet" in reasons[1]
    assert "audition one first" in reasons[2] and "keep more" in reasons[3]
    assert rig.controller.status()["exploring"] == "off"


def test_two_kept_ones_are_bred(rig: Explorer) -> None:
    rig.do(Act("audition", 1), Act("audition_keep"))
    rig.do(Act("breed"))
    rig.do(Act("audition", 2), Act("audition_keep"))
    rig.do(Act("breed", "25 25"), Act("breed", "25 30"), Act("breed", "25"))
    assert len(rig.origin.refusals) == 4
    for breed in (Act("breed", "25 26"), Act("breed"), Act("breed", 1.0)):
        rig.do(Act("explore"), breed)
        assert rig.controller.status()["exploring_from"] == "two"
        assert len({genes[0] for genes in rig.pool.aim.parents}) == 2
    assert rig.pool.places == [25, 26]


def test_more_like_one_spares_it_and_explore_begins_anew(rig: Explorer) -> None:
    rig.do(Act("candidate_more", 2))
    status = rig.controller.status()
    assert (status["exploring_from"], rig.pool.places, rig.pool.picture(2)[2]) == ("one", [2], 1)
    rig.do(Act("explore", 0.4))
    status = rig.controller.status()
    assert (status["exploring_from"], status["exploring_amount"]) == ("present", 0.4)
    assert rig.pool.places == []
    rig.do(Act("explore", 0.0), Act("explore", 2.0))
    assert rig.origin.subjects == ["explore"]


class TestACandidateThatCanNotBeHeardOn:
    """The sound from before it comes back, whatever way the candidate goes."""

    @pytest.fixture
    def before(self, rig: Explorer) -> dict[str, Value]:
        rig.do(Set("drive", 3.0), Set("auto_level", False))
        return rig.values

    def test_alone_it_takes_all_with_it(self, rig: Explorer, before: dict[str, Value]) -> None:
        good = Change(rig.controller.model(), before, "layers")
        rig.do(Act("audition", 1))
        rig.controller.fell_back(rig.node.last_change, good, "too slow")
        assert (rig.values, rig.heard, rig.steps) == (before, 0, (1, 0))

    def test_after_another_one_that_sounded(self, rig: Explorer, before: dict[str, Value]) -> None:
        rig.do(Act("audition", 1))
        good = rig.node.last_change
        rig.do(Act("audition", 2))
        rig.controller.fell_back(rig.node.last_change, good, "too slow")
        assert (rig.values, rig.heard, rig.steps) == (before, 0, (1, 0))
        assert architecture(rig.node.last_change.values) == architecture(before)
        rig.controller.sounding(rig.node.last_change)
        assert (rig.values, rig.steps, len(rig.node.rebuilds)) == (before, (1, 0), 3)

    def test_one_that_falls_while_another_is_on_its_way(
        self, rig: Explorer, before: dict[str, Value]
    ) -> None:
        good = Change(rig.controller.model(), before, "layers")
        rig.do(Act("audition", 1))
        fallen = rig.node.last_change
        rig.ask(Act("audition", 2))
        rig.controller.fell_back(fallen, good, "too slow")
        rig.refuse()
        assert (rig.values, rig.heard, rig.steps) == (before, 0, (1, 0))

    @pytest.mark.parametrize("first", [(), (Act("audition", 2),)])
    def test_one_that_arrives_though_a_newer_one_was_refused(
        self, rig: Explorer, before: dict[str, Value], first: tuple[Act, ...]
    ) -> None:
        if first:
            rig.do(*first)
        rig.ask(Act("audition", 1))
        arriving = rig.node.last_change
        rig.ask(Act("audition", 2), Set("kernel", 5))
        rig.refuse()
        rig.controller.sounding(arriving)
        assert (rig.values, rig.heard, rig.steps) == (before, 0, (1, 0))
        rig.controller.sounding(rig.node.last_change)
        assert architecture(rig.node.last_change.values) == architecture(before)
        assert (rig.values, rig.steps) == (before, (1, 0))
