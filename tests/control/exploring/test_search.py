"""What stands between a press and the draw."""

from __future__ import annotations

from random import Random

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.aim import Aim
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import ParameterError
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin


class TestSearch:
    class Finder:
        waiting = 3
        progress = "searching"
        aim = Aim()

        def __init__(self, found):
            self.found, self.asked, self.marks = found, [], []

        def find(self, values, amount, locks, fits):
            self.asked.append((amount, locks))
            return self.found

        def mark(self, values, liked):
            self.marks.append((values["seed"], liked))

    def search(self, found):
        self.finder = self.Finder(found)
        return Search(["kernel"], self.finder, Random(1))

    def controller(self, found):
        self.node, self.origin = RecordingNode(), RecordingOrigin()
        return Controller(self.node, MemoryStore(), search=self.search(found))

    def test_a_press_takes_what_was_found_and_is_undone(self):
        controller = self.controller({"layers": 9, "seed": 5})
        before = controller.values
        controller.apply([Act("randomize", 0.5)], self.origin)
        assert controller.values == {**before, "layers": 9, "seed": 5}
        assert self.finder.asked == [(0.5, {"kernel"})]
        controller.apply([Act("undo")], self.origin)
        assert controller.values == before

    def test_where_nothing_was_found_it_is_drawn_by_chance(self):
        controller = self.controller(None)
        controller.apply([Act("randomize")], self.origin)
        assert controller.value("seed") != 42
        assert controller.value("kernel") == 3

    def test_a_mark_is_of_the_present_sound_and_changes_nothing(self):
        controller = self.controller(None)
        controller.apply([Set("seed", 8), Act("like")], self.origin)
        controller.apply([Set("seed", 9), Act("dislike", 1.0), Act("like", 0.0)], self.origin)
        assert self.finder.marks == [(8, True), (9, False)]
        assert controller.status()["undo_steps"] == 1, "the sweep of the seed alone"

    def test_locks_come_and_go_and_are_told(self):
        controller = self.controller(None)
        controller.apply([Act("lock", "layers"), Act("lock", "layers")], self.origin)
        assert controller.status()["locks"] == "layers kernel"
        for _ in range(20):
            controller.apply([Act("randomize")], self.origin)
        assert (controller.value("layers"), controller.value("kernel")) == (6, 3)
        controller.apply([Act("unlock", "layers"), Act("unlock", "kernel")], self.origin)
        status = controller.status()
        assert (status["locks"], status["candidates"]) == ("", 3)
        assert self.origin.refusals == []

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (None, "nothing is no parameter's name; lock one of layers"),
            (5, "5 is no parameter's name"),
            ("mix", "mix is never drawn; lock one of layers"),
            ("layer", "did you mean 'layers'"),
        ],
    )
    def test_what_can_t_be_locked_is_refused_in_words(self, name, words):
        controller = self.controller(None)
        controller.apply([Act("lock", name), Act("unlock", name)], self.origin)
        assert self.origin.subjects == ["lock", "unlock"]
        assert all(words in reason for _, reason in self.origin.refusals), self.origin.refusals
        with pytest.raises(ParameterError):
            Search([name])
