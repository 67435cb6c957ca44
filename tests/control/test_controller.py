"""Operations become one change; what can't be done is refused and the rest is done."""

from __future__ import annotations

import threading

import pytest

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.errors import ParameterError
from ronn_jack.parameters import PARAMETERS, Effect, Group
from tests.support.recording import RecordingNode, RecordingOrigin, controller_of
from tests.support.trial_values import another


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
        value, before = another(row), controller.values
        controller.apply([Set(row.name, value)], origin)
        moved = {n: v for n, v in controller.values.items() if v != before[n]}
        assert origin.refusals == [] and moved[row.name] == value
        if row.effect is Effect.REBUILD:
            # Drift follows it as well, and takes no network.
            drifts = [{row.name: value}] if row.name == "sync" else []
            assert len(node.rebuilds) == 1 and node.controls == drifts
        else:
            assert not node.rebuilds and node.controls == [moved]
            assert len(moved) == 1 or row.group is Group.EQUALISER
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
        (Set("activation", 17), "out of range"),
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
