"""Operations become one change; what can't be done is refused and the rest is done."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np
import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import PresetTaken
from ronn_jack.control.operations import Act, Change, Operation, Set
from ronn_jack.errors import ParameterError, PresetError
from ronn_jack.parameters import PARAMETERS, Effect, Kind, Value
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin, controller_of


@pytest.fixture
def node() -> RecordingNode:
    return RecordingNode()


@pytest.fixture
def origin() -> RecordingOrigin:
    return RecordingOrigin()


def test_a_continuous_value_reaches_the_node_without_a_rebuild(node, origin):
    controller = controller_of(node)
    controller.apply([Set("mix", "0.25")], origin)
    assert controller.value("mix") == 0.25
    assert node.controls == [{"mix": 0.25}]
    assert not node.rebuilds and not origin.refusals


def test_many_structural_values_are_one_rebuild(node, origin):
    controller = controller_of(node)
    controller.apply(
        [Set("layers", 9), Set("kernel", 15), Set("activation", "sine"), Set("mix", 0.5)], origin
    )
    [(spec, change)] = node.rebuilds
    assert (spec.layers, spec.kernel, spec.activation) == (9, 15, "sine")
    assert change.origin is origin
    assert node.controls == [{"mix": 0.5}]


def test_a_value_that_is_there_already_changes_nothing(node, origin):
    controller = controller_of(node)
    controller.apply([Set("layers", 6), Set("mix", 1.0)], origin)
    assert not node.rebuilds and not node.controls and not origin.refusals


def test_every_parameter_reaches_the_node_in_the_way_its_effect_says(node, origin):
    controller = controller_of(node)
    for row in PARAMETERS.values():
        node.rebuilds.clear()
        node.controls.clear()
        value = not row.default if row.kind is Kind.BOOL else row.denormalise(0.4)
        controller.apply([Set(row.name, value)], origin)
        assert origin.refusals == []
        if row.effect is Effect.REBUILD:
            assert len(node.rebuilds) == 1 and not node.controls
        else:
            assert not node.rebuilds and list(node.controls[0]) == [row.name]
        controller.apply([Set(row.name, row.default)], origin)


@pytest.mark.parametrize(
    ("operation", "hint"),
    [
        (Set("layer", 3), "did you mean 'layers'"),
        (Set("layers", 25), "1 to 24"),
        (Set("layers", "many"), "no number"),
        (Set("layers", None), "no number"),
        (Set("mix", float("nan")), "finite"),
        (Set("mix", float("inf")), "finite"),
        (Set("mix", float("-inf"), normalised=True), "finite"),
        (Set("mix", "much", normalised=True), "no number"),
        (Set("activation", "rely"), "did you mean 'relu'"),
        (Set("activation", 13), "out of range"),
        (Act("rese3d"), "did you mean 'reseed'"),
        (Act("reseed", "soon"), "no finite number"),
        (Act("reseed", float("nan")), "no finite number"),
        (Act("randomize", 1.5), "0 to 1"),
        (Act("randomize", -0.5), "0 to 1"),
        (Act("preset_load"), "name or index"),
        (Act("preset_load", True), "name or index"),
        (Act("preset_load", "fuz"), "did you mean 'fuzz'"),
        (Act("preset_load", 2), "out of range"),
        (Act("preset_load", -1), "out of range"),
        (Act("preset_load", 0.5), "unknown preset"),
        (Act("preset_save"), "needs the name"),
        (Act("preset_save", 3), "needs the name"),
        (Act("preset_save", "a/b"), "has a '/'"),
    ],
)
def test_a_bad_operation_is_refused_alone(node, origin, operation: Operation, hint):
    controller = controller_of(node, fuzz={}, drone={})
    before = dict(controller.values)
    controller.apply([Set("channels", 4), operation, Set("mix", 0.5)], origin)
    [(subject, reason)] = origin.refusals
    assert subject == operation.name
    assert hint in reason and "\n" not in reason
    assert dict(controller.values) == {**before, "channels": 4, "mix": 0.5}
    assert len(node.rebuilds) == 1


def test_structural_values_that_do_not_go_together_all_return_and_the_others_apply(node, origin):
    controller = controller_of(node)
    controller.apply(
        [Set("seed", 7), Set("mix", 0.5), Set("layers", 24), Set("dilation", 9)], origin
    )
    assert origin.subjects == ["dilation"]
    assert "exceeds 60 s at 48000 Hz" in origin.refusals[0][1]
    assert [controller.value(n) for n in ("seed", "layers", "dilation")] == [42, 6, 2]
    assert controller.value("mix") == 0.5
    assert not node.rebuilds and node.controls == [{"mix": 0.5}]


def test_the_limit_is_that_of_the_nodes_rate(origin):
    # 1 + 99 · (2^16 − 1) frames: 135 s at 48 kHz, 33.8 s at 192 kHz.
    operations = [Set("kernel", 100), Set("layers", 16)]
    slow, fast = RecordingNode(rate=48000.0), RecordingNode(rate=192000.0)
    controller_of(slow).apply(operations, origin)
    assert not slow.rebuilds and len(origin.refusals) == 1
    controller_of(fast).apply(operations, origin)
    assert len(fast.rebuilds) == 1 and len(origin.refusals) == 1


def test_a_recipe_that_lacks_something_is_refused_in_words(node, origin):
    controller = controller_of(node)
    controller.apply([Set("recipe", "plugin"), Set("residual", "on")], origin)
    assert "plugin has no residual" in origin.refusals[0][1]
    assert controller.value("recipe") == "ronn" and controller.value("residual") is False


def test_the_film_point_is_in_the_spec_only_with_xy(node, origin):
    controller = controller_of(node)
    controller.apply([Set("xy_x", 0.5), Set("seed", 1)], origin)
    assert node.rebuilds[-1][0].film is None
    controller.apply([Set("xy", True)], origin)
    assert node.rebuilds[-1][0].film == (0.5, 0.0)
    assert controller.model() == node.rebuilds[-1][0]


class TestRefusedLater:
    """The node tries a network and can't have it."""

    def test_the_values_return_to_what_sounds_and_the_asker_is_told(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9), Set("channels", 64), Set("mix", 0.5)], origin)
        assert controller.value("layers") == 9
        controller.refused(node.last_change, "too slow")
        assert origin.refusals == [("channels", "too slow")]
        assert (controller.value("layers"), controller.value("channels")) == (6, 8)
        assert controller.value("mix") == 0.5

    def test_they_return_to_the_last_network_that_sounded(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        controller.sounding(node.last_change)
        controller.apply([Set("layers", 10)], origin)
        controller.apply([Set("channels", 64)], origin)
        controller.refused(node.last_change, "too slow")
        assert (controller.value("layers"), controller.value("channels")) == (9, 8)

    def test_a_newer_change_is_left_alone(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        older = node.last_change
        controller.apply([Set("layers", 7)], origin)
        controller.refused(older, "too slow")
        assert controller.value("layers") == 7
        assert origin.refusals == [("layers", "too slow")]

    def test_an_older_change_that_is_heard_after_all_is_what_they_return_to(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        older = node.last_change
        controller.apply([Set("channels", 64)], origin)
        controller.refused(node.last_change, "too slow")
        controller.sounding(older)
        assert (controller.value("layers"), controller.value("channels")) == (9, 8)

    def test_an_older_change_that_is_heard_takes_no_newer_value_back(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        older = node.last_change
        controller.apply([Set("channels", 16)], origin)
        controller.sounding(older)
        assert (controller.value("layers"), controller.value("channels")) == (9, 16)

    def test_a_late_refusal_of_what_sounds_by_now_takes_nothing_back(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        controller.sounding(node.last_change)
        controller.refused(node.last_change, "fell back")
        assert controller.value("layers") == 9

    def test_the_refused_value_can_be_asked_for_again(self, node, origin):
        controller = controller_of(node)
        for _ in range(2):
            controller.apply([Set("layers", 9)], origin)
            controller.refused(node.last_change, "too slow")
        assert len(node.rebuilds) == 2 and len(origin.refusals) == 2

    def test_a_node_may_refuse_at_once(self, origin):
        class HastyNode(RecordingNode):
            def request(self, change: Change) -> None:
                controller.refused(change, "not this one")

        controller = controller_of(HastyNode())
        controller.apply([Set("layers", 9)], origin)
        assert controller.value("layers") == 6
        assert origin.refusals == [("layers", "not this one")]


class TestLink:
    def test_moving_one_gain_sets_the_other_to_its_negative(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("link", "on"), Set("input_gain", 6)], origin)
        assert controller.value("output_gain") == -6.0
        controller.apply([Set("output_gain", 0.75, normalised=True)], origin)
        assert (controller.value("input_gain"), controller.value("output_gain")) == (-12.0, 12.0)
        assert node.controls[-1] == {"input_gain": -12.0, "output_gain": 12.0}

    def test_without_it_they_are_apart_and_turning_it_on_moves_nothing(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("input_gain", 6)], origin)
        controller.apply([Set("link", True)], origin)
        assert (controller.value("input_gain"), controller.value("output_gain")) == (6.0, 0.0)


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


class TestStrained:
    """The node finds that it can't move the weights after all."""

    def test_they_rest_and_the_asker_is_told(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("morph", 0.5), Set("drift_depth", 0.2), Set("mix", 0.5)], origin)
        node.fault = "too heavy"
        controller.strained()
        assert origin.refusals == [("morph", "too heavy"), ("drift_depth", "too heavy")]
        assert node.controls[-1] == {"morph": 0.0, "drift_depth": 0.0}
        assert controller.value("morph") == controller.value("drift_depth") == 0.0
        assert controller.value("mix") == 0.5

    def test_nothing_is_taken_back_while_a_network_is_on_its_way(self, node, origin):
        controller = controller_of(node)
        node.fault = "too heavy"
        controller.apply([Set("layers", 3), Set("morph", 0.5)], origin)
        controller.strained()
        assert controller.value("morph") == 0.5
        controller.refused(node.last_change, "too slow")
        controller.strained()
        assert controller.value("morph") == 0.0

    def test_what_can_move_by_now_is_left_alone(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("morph", 0.5)], origin)
        controller.strained()
        assert controller.value("morph") == 0.5 and not origin.refusals


class TestJoining:
    """The node begins to sound through a server, at first or once it is back."""

    @staticmethod
    def join():
        pass

    def test_the_node_is_asked_for_what_the_values_say(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("seed_b", 5), Set("layers", 9)], origin)
        controller.sounding(node.last_change)
        controller.apply([Set("seed_b", 6)], origin)
        controller.refused(node.last_change, "too slow")
        controller.begin(self.join)
        [(spec, change)] = node.starts
        assert (spec, change.values["seed_b"]) == (controller.model(), 5)
        assert controller.model().layers == 9

    def test_a_change_under_way_is_asked_for_again_and_counts_from_now(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        before = node.last_change
        controller.begin(self.join)
        again = node.last_change
        assert not node.starts
        assert again.origin is origin and again.received > before.received
        controller.refused(again, "too slow")
        assert origin.refusals == [("layers", "too slow")]
        assert controller.value("layers") == 6

    def test_no_change_comes_between_the_joining_and_the_asking(self, node, origin):
        controller = controller_of(node)
        change = threading.Thread(target=lambda: controller.apply([Set("layers", 9)], origin))

        def join():
            change.start()
            change.join(0.02)
            assert change.is_alive()
            node.rate = 44100.0

        controller.begin(join)
        change.join()
        assert [spec.layers for spec, _ in node.starts] == [6]
        assert [spec.layers for spec, _ in node.rebuilds] == [9]

    def test_a_fall_leads_back_to_what_it_began_with(self, node, origin):
        controller = controller_of(node)
        controller.apply([Set("layers", 9)], origin)
        controller.sounding(node.last_change)
        controller.begin(self.join)
        controller.apply([Set("layers", 10)], origin)
        controller.sounding(node.last_change)
        controller.fell_back(node.last_change, node.first_change, "too slow")
        assert controller.value("layers") == 9


def test_an_unknown_parameter_cannot_be_asked_for(node):
    with pytest.raises(ParameterError, match="did you mean 'kernel'"):
        controller_of(node).value("kernels")


def test_many_threads_lose_no_step(node):
    controller = controller_of(node)
    origin = RecordingOrigin()

    def step() -> None:
        for _ in range(200):
            controller.apply([Act("seed_next"), Set("mix", 0.5)], origin)

    threads = [threading.Thread(target=step) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert controller.value("seed") == 42 + 800
    assert [spec.seed for spec, _ in node.rebuilds] == list(range(43, 843))
