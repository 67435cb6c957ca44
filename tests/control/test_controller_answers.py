"""What the node answers later: a network refused, one that sounds, weights that can't move."""

from __future__ import annotations

import threading

from ronn_jack.control.operations import Change, Set
from tests.support.recording import RecordingNode, controller_of


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
