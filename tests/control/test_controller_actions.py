"""Actions and presets: what a press does, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import PresetTaken
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import PresetError
from ronn_jack.parameters import Value
from tests.support.recording import MemoryStore, controller_of


class TestActions:
    @pytest.mark.parametrize("argument", [None, 1, 1.0, 0.5, 127, True, "1"])
    def test_a_press_fires(self, node, origin, argument):
        controller = controller_of(node)
        controller.apply([Act("seed_next", argument)], origin)
        assert controller.value("seed") == 43

    @pytest.mark.parametrize("argument", [0, 0.0, 0.49, -1, False, "0"])
    @pytest.mark.parametrize(
        "name", ["reseed", "seed_next", "seed_previous", "preset_next", "panic"]
    )
    def test_a_release_is_ignored(self, node, origin, name, argument):
        controller = controller_of(node, fuzz={"layers": 3})
        controller.apply([Act(name, argument)], origin)
        assert not (node.rebuilds or node.controls or node.panics or origin.refusals)

    def test_of_an_amount_only_zero_is_a_release(self, node, origin):
        controller = controller_of(node)
        controller.apply([Act("randomize", 0.0)], origin)
        assert not node.rebuilds
        controller.apply([Act("randomize", 0.1)], origin)
        assert len(node.rebuilds) == 1

    @pytest.mark.parametrize(
        ("sent", "step", "reached"),
        [
            (0, "seed_previous", 2**24 - 1),
            (2**24 - 1, "seed_next", 0),
            (2**24, "seed_next", 2**24 + 1),
            (2**24, "seed_previous", 2**24 - 1),
            (2**32 - 1, "seed_next", 0),
        ],
    )
    def test_seeds_wrap_where_float32_ends_unless_one_beyond_was_sent(
        self, node, origin, sent, step, reached
    ):
        controller = controller_of(node)
        controller.apply([Set("seed", sent), Act(step)], origin)
        assert controller.value("seed") == reached

    @pytest.mark.parametrize("action", ["reseed", "randomize"])
    @pytest.mark.parametrize("fits", [True, False])
    def test_drawn_seeds_can_be_held_by_a_float32(self, node, origin, action, fits):
        node.largest = 2**31 if fits else 0
        controller = controller_of(node)
        for _ in range(20):
            controller.apply([Act(action)], origin)
            for seed in (controller.value("seed"), controller.value("seed_b")):
                assert int(np.float32(seed)) == seed < 2**24

    @pytest.mark.parametrize("action", ["preset_load", "randomize", "reseed"])
    @pytest.mark.parametrize("argument", ["1_0", "٠", "0_1", "9" * 400])
    def test_what_is_no_plain_number_is_refused(self, node, origin, action, argument):
        controller = controller_of(node, **{f"preset-{i}": {} for i in range(11)})
        controller.apply([Act(action, argument)], origin)
        assert origin.subjects == [action]
        assert not node.rebuilds

    def test_reseed_moves_the_seed_alone(self, node, origin):
        controller = controller_of(node)
        before = dict(controller.values)
        controller.apply([Act("reseed")], origin)
        after = dict(controller.values)
        assert after.pop("seed") != before.pop("seed")
        assert after == before

    def test_operations_apply_in_order(self, node, origin):
        controller = controller_of(node, fuzz={"layers": 3, "kernel": 5})
        controller.apply([Set("layers", 9), Act("preset_load", "fuzz"), Set("kernel", 7)], origin)
        assert (controller.value("layers"), controller.value("kernel")) == (3, 7)
        assert len(node.rebuilds) == 1


class TestPresets:
    SOUNDS: Mapping[str, Mapping[str, Value]] = {
        "fuzz": {"layers": 3, "mix": 0.5},
        "drone": {"layers": 4},
        "glitch": {"layers": 5},
    }

    @pytest.mark.parametrize("argument", ["drone", 1, 1.0, "1"])
    def test_loading_by_name_or_index(self, node, origin, argument):
        controller = controller_of(node, **self.SOUNDS)
        controller.apply([Act("preset_load", argument)], origin)
        assert controller.value("layers") == 4

    def test_index_zero_is_no_release(self, node, origin):
        controller = controller_of(node, **self.SOUNDS)
        controller.apply([Act("preset_load", 0)], origin)
        assert controller.value("layers") == 3
        assert node.controls == [{"mix": 0.5}]

    def test_a_name_made_of_digits_comes_before_an_index(self, node, origin):
        store = MemoryStore(**{"first": {}, "0": {"layers": 12}, "808": {"layers": 8}})
        controller = Controller(node, store)
        for asked, layers in (("0", 12), (0, 6), (0.0, 6), ("808", 8), ("1", 12), (2, 8)):
            controller.apply([Act("preset_load", asked)], origin)
            assert controller.value("layers") == layers
        controller.apply([Act("preset_load", 808)], origin)
        assert "out of range" in origin.refusals[0][1]

    def test_only_known_names_get_to_the_store(self, node, origin):
        store = MemoryStore(fuzz={})
        Controller(node, store).apply([Act("preset_load", "../../etc/passwd")], origin)
        assert origin.subjects == ["preset_load"] and store.reads == []

    def test_stepping_goes_round(self, node, origin):
        controller = controller_of(node, **self.SOUNDS)
        heard = []
        for action in ["preset_next"] * 4 + ["preset_previous"] * 2:
            controller.apply([Act(action)], origin)
            heard.append(controller.value("layers"))
        assert heard == [3, 4, 5, 3, 5, 4]

    def test_stepping_back_begins_at_the_last(self, node, origin):
        controller = controller_of(node, **self.SOUNDS)
        controller.apply([Act("preset_previous")], origin)
        assert controller.value("layers") == 5

    def test_a_preset_that_cannot_be_had_does_not_block_the_way(self, node, origin):
        controller = controller_of(node, huge={"layers": 24, "dilation": 20}, drone={"layers": 4})
        controller.apply([Act("preset_next")], origin)
        assert origin.subjects == ["preset_next"] and controller.value("layers") == 6
        controller.apply([Act("preset_next")], origin)
        assert controller.value("layers") == 4

    def test_stepping_reaches_names_of_digits(self, node, origin):
        controller = controller_of(node, **{"1": {}, "drone": {}, "0": {}, "005": {}})
        heard = []
        for _ in range(5):
            controller.apply([Act("preset_next")], origin)
            heard.append(controller.preset)
        assert heard == ["1", "drone", "0", "005", "1"]
        assert origin.refusals == []

    def test_stepping_goes_on_from_the_preset_that_was_begun_with(self, node, origin):
        store = MemoryStore(**self.SOUNDS)
        preset = store.load("drone")
        controller = Controller(node, store, {**preset.values, "mix": 0.25}, preset=preset)
        assert (controller.preset, controller.edited) == ("drone", True)
        controller.apply([Act("preset_next")], origin)
        assert (controller.preset, controller.edited) == ("glitch", False)

    def test_a_preset_that_can_not_be_loaded_is_not_said_to_sound(self, node, origin):
        class Faulty(MemoryStore):
            def load(self, reference):
                if reference == "drone":
                    raise PresetError("faulty")
                return super().load(reference)

        controller = Controller(node, Faulty(**self.SOUNDS))
        told = []
        for _ in range(3):
            controller.apply([Act("preset_next")], origin)
            told.append((controller.preset, controller.edited))
        assert told == [("fuzz", False), ("fuzz", False), ("glitch", False)]

    def test_what_is_loaded_and_saved_is_reported(self, node, origin):
        controller = controller_of(node, **self.SOUNDS)
        subscription = controller.subscriptions.subscribe()
        controller.apply([Act("preset_load", 1), Act("preset_save", "mine")], origin)
        controller.apply([Act("preset_save", "a/b"), Act("preset_load", "x")], origin)
        told = [n.event for n in subscription.take()]
        assert [event.lines() for event in told if isinstance(event, PresetTaken)] == [
            ["test: preset drone"],
            ["test: saved as preset mine"],
        ]

    def test_stepping_through_nothing_is_refused(self, node, origin):
        controller_of(node).apply([Act("preset_next")], origin)
        assert "no presets" in origin.refusals[0][1]

    def test_saving_keeps_what_was_accepted(self, node, origin):
        store = MemoryStore()
        controller = Controller(node, store)
        controller.apply(
            [Act("preset_save", "mine"), Set("mix", 0.5), Set("layers", 24), Set("dilation", 20)],
            origin,
        )
        assert store.presets["mine"]["mix"] == 0.5
        assert store.presets["mine"]["layers"] == 6


class TestPanic:
    def test_it_silences_once_until_any_change(self, node, origin):
        controller = controller_of(node)
        controller.apply([Act("panic")], origin)
        controller.apply([Act("panic")], origin)
        assert node.panics == [True]
        controller.apply([Set("mix", 1.0)], origin)
        assert node.panics == [True, False]

    def test_what_is_refused_or_ignored_or_only_saves_does_not_end_it(self, node, origin):
        controller = controller_of(node)
        controller.apply([Act("panic")], origin)
        controller.apply([Set("mix", 2.0)], origin)
        controller.apply([Set("layers", 24), Set("dilation", 20)], origin)
        controller.apply([Act("reseed", 0.0)], origin)
        controller.apply([Act("preset_save", "mine")], origin)
        assert node.panics == [True]

    def test_in_one_change_the_last_word_counts(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("mix", 0.5), Act("panic")], origin)
        assert node.panics == [True]
        controller.apply([Act("panic"), Set("mix", 0.25)], origin)
        assert node.panics == [True, False]
        controller.apply([Act("panic"), Set("layers", 24), Set("dilation", 20)], origin)
        assert node.panics == [True, False, True]
