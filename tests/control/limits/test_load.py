"""What is refused, or left as it is, since it would be too much beside the network that sounds."""

import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.parameters import defaults
from tests.support.recording import controller_of

REASON = "reverb needs 40% of the 64-frame period at 48000 Hz"


def test_a_stage_that_does_not_fit_stays_off_and_who_asked_is_told(node, origin):
    controller = controller_of(node)
    node.refused_stages = {"reverb": REASON}
    controller.apply([Set("reverb", True), Set("mix", 0.5)], origin)
    assert origin.refusals == [("reverb", REASON)]
    assert controller.value("reverb") is False
    assert node.controls[-1] == {"mix": 0.5}
    node.refused_stages = {}
    controller.apply([Set("reverb", True)], origin)
    assert controller.value("reverb") is True


def test_one_that_is_on_is_not_asked_about(node, origin):
    controller = controller_of(node)
    controller.apply([Set("reverb", True)], origin)
    node.refused_stages = {"reverb": REASON}
    controller.apply([Set("reverb", True), Set("reverb_mix", 0.5)], origin)
    controller.apply([Set("reverb", False)], origin)
    assert not origin.refusals
    assert controller.value("reverb") is False


def test_a_whole_sound_that_needs_it_is_not_gone_to(node, origin):
    controller = controller_of(node)
    controller.apply([Set("reverb", True)], origin)
    controller.apply([Act("undo")], origin)
    node.refused_stages = {"reverb": REASON}
    controller.apply([Act("redo")], origin)
    assert origin.refusals == [("redo", REASON)]
    assert controller.value("reverb") is False


def test_beside_a_network_that_is_asked_for_it_comes_with_that(node, origin):
    controller = controller_of(node)
    node.refused_stages = {"reverb": REASON}
    controller.apply([Set("layers", 3), Set("reverb", True)], origin)
    assert controller.value("reverb") is True
    assert not origin.refusals


@pytest.mark.parametrize("name", ["morph", "drift_depth"])
def test_weights_that_can_t_move_rest(name, node, origin):
    controller = controller_of(node)
    node.fault = "too heavy"
    controller.apply([Set(name, 0.5)], origin)
    assert origin.refusals == [(name, "too heavy")]
    assert controller.value(name) == defaults()[name]


def test_one_that_waited_in_vain_for_a_network_goes_back_and_who_asked_is_told(node, origin):
    controller = controller_of(node)
    node.refused_stages = {"reverb": REASON}
    controller.apply([Set("layers", 3), Set("reverb", True)], origin)
    controller.sounding(node.last_change)
    assert origin.refusals == [("reverb", REASON)]
    assert (controller.value("layers"), controller.value("reverb")) == (3, False)
    controller.apply([Act("undo")], origin)
    assert (controller.value("layers"), controller.value("reverb")) == (6, False)
    assert origin.subjects == ["reverb"]
