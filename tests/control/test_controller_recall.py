"""Snapshots, compared sounds, texts and the setlist, as whoever turns the knobs meets them."""

from __future__ import annotations

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Set
from ronn_jack.control.recall_events import Compared, RecallMoved, SnapshotTaken
from ronn_jack.control.status import BY_CONTROLLER, STATUS
from ronn_jack.errors import PresetError
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import share
from tests.support.recall_rig import Rig
from tests.support.recording import MemoryStore


@pytest.fixture
def rig() -> Rig:
    return Rig()


class TestSnapshots:
    def test_all_of_the_sound_and_nothing_of_the_node_comes_back(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("mix", 0.5), Set("budget", 0.5))
        rig.do(Act("snapshot_save", 3))
        rig.do(Set("layers", 2), Set("mix", 0.1), Set("budget", 0.6), Set("bypass", 1))
        rig.do(Act("snapshot_load", 3))
        assert rig.value("layers", "mix", "budget", "bypass") == [9, 0.5, 0.6, True]
        assert len(rig.node.rebuilds) == 3

    @pytest.mark.parametrize("sent", ["3", 3.0, 3])
    def test_a_number_in_any_form(self, rig: Rig, sent: object) -> None:
        rig.do(Set("layers", 9), Act("snapshot_save", sent))
        assert list(rig.controller.scene.snapshots.sounds) == [3]

    @pytest.mark.parametrize("action", ["snapshot_load", "snapshot_save"])
    @pytest.mark.parametrize("sent", [None, 9, 1.5, "x", True, float("nan"), "9" * 400])
    def test_what_is_no_snapshot_is_refused(self, rig: Rig, action: str, sent: object) -> None:
        rig.do(Act(action, sent))
        [(subject, reason)] = rig.origin.refusals
        assert subject == action and "use 1 to 8" in reason

    @pytest.mark.parametrize("sent", [0, 0.0, False, -1])
    def test_a_release_of_a_button_does_nothing(self, rig: Rig, sent: object) -> None:
        rig.do(Act("snapshot_save", sent), Act("snapshot_load", sent))
        assert rig.origin.refusals == [] and rig.told() == []

    def test_an_empty_one_is_refused_with_those_there_are(self, rig: Rig) -> None:
        rig.do(Act("snapshot_save", 2), Act("snapshot_save", 5))
        rig.do(Act("snapshot_load", 3))
        assert rig.origin.refusals == [
            ("snapshot_load", "snapshot 3 is empty; saved so far: 2, 5, more by snapshot_save")
        ]

    def test_stepping_leaves_empty_ones_out_and_goes_round(self, rig: Rig) -> None:
        for number in (2, 5, 7):
            rig.do(Set("layers", number), Act("snapshot_save", number))
        heard = []
        for action in ["snapshot_next"] * 4 + ["snapshot_previous"] * 2:
            rig.do(Act(action))
            heard.append((rig.controller.status()["snapshot"], rig.value("layers")))
        assert heard == [(n, [n]) for n in (2, 5, 7, 2, 7, 5)]

    @pytest.mark.parametrize(("step", "first"), [("next", 2), ("previous", 2)])
    def test_stepping_begins_at_an_end(self, rig: Rig, step: str, first: int) -> None:
        rig.do(Act(f"snapshot_{step}"))
        assert "no snapshots" in rig.origin.refusals[0][1]
        rig.do(Act("preset_load", "fuzz"))
        rig.do(Act(f"snapshot_{step}"))
        assert rig.controller.status()["snapshot"] == first

    def test_one_that_does_not_fit_is_refused_as_a_whole_and_blocks_no_way(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("mix", 0.2), Act("snapshot_save", 1))
        rig.do(Set("layers", 3), Set("mix", 0.3), Act("snapshot_save", 2))
        rig.do(Set("mix", 0.4))
        before, steps = rig.values, rig.steps
        rig.ask(Act("snapshot_load", 1))
        rig.refuse()
        assert rig.values == before and rig.steps == steps
        assert rig.origin.refusals == [("snapshot_load", "too slow")]
        assert rig.controller.status()["snapshot"] == 2
        rig.do(Act("snapshot_next"))
        assert rig.value("mix") == [0.3]

    def test_what_was_moved_since_stays_when_it_is_refused(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("mix", 0.2), Set("morph", 0.5), Act("snapshot_save", 1))
        rig.do(Act("undo"))
        rig.ask(Act("snapshot_load", 1))
        rig.ask(Set("mix", 0.7))
        rig.refuse()
        assert rig.value("layers", "mix", "morph") == [6, 0.7, 0.0]
        rig.do(Act("undo"))
        assert rig.values == defaults()

    def test_they_are_the_presets_and_come_and_go_with_it(self, rig: Rig) -> None:
        rig.do(Act("snapshot_save", 1))
        rig.do(Act("preset_load", "fuzz"))
        assert rig.controller.status()["snapshots"] == "2"
        rig.do(Set("layers", 7), Act("snapshot_save", 4))
        rig.do(Act("undo"), Act("undo"))
        assert rig.controller.status()["snapshots"] == "1"
        rig.do(Act("redo"))
        assert rig.controller.status()["snapshots"] == "2 4"
        rig.do(Act("preset_load", "drone"))
        assert rig.controller.status()["snapshots"] == ""

    def test_a_new_one_is_unsaved_work_until_the_preset_is_saved(self, rig: Rig) -> None:
        rig.do(Act("preset_load", "fuzz"))
        assert not rig.controller.edited
        rig.do(Act("snapshot_save", 4))
        assert rig.controller.edited
        rig.do(Act("preset_save", "mine"))
        assert not rig.controller.edited
        assert list(rig.store.snapshots["mine"]) == [2, 4]
        assert rig.store.snapshots["mine"][2]["layers"] == 2

    def test_events_tell_of_them(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Act("snapshot_save", 3))
        assert rig.told(RecallMoved, SnapshotTaken) == [
            RecallMoved({"snapshot": 3, "snapshots": "3"}),
            SnapshotTaken("test", 3, saved=True),
        ]
        rig.do(Act("preset_load", "drone"))
        assert rig.told(RecallMoved) == [RecallMoved({"snapshot": 0, "snapshots": ""})]
        rig.do(Act("undo"))
        rig.told()
        rig.do(Act("snapshot_load", 3))
        assert rig.told(SnapshotTaken) == [SnapshotTaken("test", 3, saved=False)]


class TestCompared:
    def test_the_first_press_keeps_the_sound_and_the_next_ones_toggle(self, rig: Rig) -> None:
        assert rig.controller.status()["ab"] == "off"
        rig.do(Act("ab"))
        assert rig.values == defaults() and rig.controller.status()["ab"] == "b"
        rig.do(Set("layers", 9), Set("mix", 0.5))
        heard = []
        for _ in range(3):
            rig.do(Act("ab"))
            heard.append((rig.controller.status()["ab"], *rig.value("layers", "mix")))
        assert heard == [("a", 6, 1.0), ("b", 9, 0.5), ("a", 6, 1.0)]
        assert [e.slot for e in rig.told(Compared)] == ["b", "a", "b", "a"]

    def test_each_keeps_what_is_done_to_it(self, rig: Rig) -> None:
        rig.do(Act("ab"))
        rig.do(Set("mix", 0.5))
        rig.do(Act("ab"))
        rig.do(Set("mix", 0.1))
        rig.do(Act("ab"))
        assert rig.value("mix") == [0.5]
        rig.do(Act("ab"))
        assert rig.value("mix") == [0.1]

    def test_one_that_does_not_fit_is_refused_and_this_one_stays(self, rig: Rig) -> None:
        rig.do(Act("ab"))
        rig.do(Set("layers", 9), Set("mix", 0.5))
        before, steps = rig.values, rig.steps
        rig.ask(Act("ab"))
        rig.refuse()
        assert rig.values == before and rig.steps == steps
        assert rig.controller.status()["ab"] == "b"
        rig.do(Act("ab"))
        assert rig.value("layers", "mix") == [6, 1.0]

    def test_undo_goes_back_to_the_one_before(self, rig: Rig) -> None:
        rig.do(Act("ab"))
        rig.do(Set("mix", 0.5))
        rig.do(Act("ab"))
        rig.do(Act("undo"))
        assert rig.value("mix") == [0.5] and rig.controller.status()["ab"] == "b"


class TestText:
    def test_a_sound_goes_from_one_node_to_another(self, rig: Rig) -> None:
        rig.do(Set("layers", 9), Set("activation", "sine"), Set("mix", 0.25), Set("budget", 0.5))
        other = Rig()
        other.do(Set("kernel", 9), Act("load_text", rig.controller.share()))
        assert other.values == {**rig.values, "budget": 0.7, "rate": 48_000}
        assert len(other.node.rebuilds) == 1

    @pytest.mark.parametrize("sent", [None, 1, "", "fuzz", "ronn:1:00000000:layers=9"])
    def test_what_is_none_is_refused(self, rig: Rig, sent: object) -> None:
        rig.do(Act("load_text", sent))
        assert rig.origin.subjects == ["load_text"] and rig.values == defaults()

    def test_one_that_makes_no_network_is_refused_as_a_whole(self, rig: Rig) -> None:
        text = share({**defaults(), "layers": 24, "dilation": 20, "mix": 0.5})
        rig.do(Act("load_text", text))
        assert "60 s" in rig.origin.refusals[0][1] and rig.values == defaults()


class TestSetlist:
    def test_stepping_goes_through_it_and_round(self, rig: Rig) -> None:
        heard = []
        for action in ["setlist_next"] * 4 + ["setlist_previous"] * 2:
            rig.do(Act(action))
            heard.append(rig.controller.preset)
        assert heard == ["drone", "fuzz", "drone", "drone", "drone", "fuzz"]

    def test_another_preset_in_between_does_not_move_its_place(self, rig: Rig) -> None:
        rig.do(Act("setlist_next"))
        rig.do(Act("preset_load", "fuzz"))
        rig.do(Act("setlist_next"))
        rig.do(Act("setlist_next"))
        assert rig.controller.preset == "drone"

    def test_a_song_that_can_not_be_had_does_not_block_the_way(self, rig: Rig) -> None:
        rig.store.songs = ("fuzz", "gone", "drone")
        for _ in range(3):
            rig.do(Act("setlist_next"))
        assert rig.origin.subjects == ["setlist_next"] and rig.controller.preset == "drone"

    def test_a_faulty_one_is_told(self, rig: Rig) -> None:
        class Faulty(MemoryStore):
            def setlist(self) -> list[str]:
                raise PresetError("there is no setlist")

        controller = Controller(rig.node, Faulty())
        controller.apply([Act("setlist_next")], rig.origin)
        assert rig.origin.refusals == [("setlist_next", "there is no setlist")]


def test_status_and_dump_tell_where_recall_stands(rig: Rig) -> None:
    rig.do(Set("layers", 9), Act("snapshot_save", 3), Act("ab"))
    status = rig.controller.status()
    assert list(status) == list(STATUS)
    assert all(STATUS[name].accepts(status[name]) for name in BY_CONTROLLER)
    [dump] = rig.controller.subscriptions.subscribe(dump=True).take()
    assert dump.event.recall == {n: v for n, v in status.items() if n in dump.event.recall}
    assert set(dump.event.recall) == {"snapshot", "snapshots", "ab", "audition"}
