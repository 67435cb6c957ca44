"""Pictures of the stages are drawn when values are others, and not before."""

from __future__ import annotations

import pytest

from ronn_jack.parameters import defaults
from ronn_jack.pictures.rack.rack import ROOM_SECONDS, Rack
from ronn_jack.pictures.rack.room import room_packet
from tests.support.packets import unpacked

RATE = 48_000.0
FAULTY = 13


class Node:
    """Accepted values, a clock that stands still, and rooms of which one seed can't be drawn."""

    def __init__(self) -> None:
        self.values = defaults() | {"reverb_x": -2.0}
        self.now = 0.0
        self.faults = 0
        self.rack = Rack(lambda: self.values, lambda: self.now, self._draw)

    def _draw(self, key, room, rate):
        if room.seed == FAULTY:
            self.faults += 1
            raise ZeroDivisionError("no such room")
        return room_packet(key, room, rate)

    def put(self, **values) -> None:
        self.values = self.values | values

    def news(self, **has: str) -> dict[str, str]:
        """Return the keys of what is news to a page that has those."""
        self.rack.look(RATE)
        found = [unpacked(packet) for packet in self.rack.news(has)]
        return {each["kind"]: each["key"] for each in found}


@pytest.fixture
def node() -> Node:
    return Node()


def test_each_page_gets_what_it_lacks_until_values_are_others(node):
    first = node.news()
    assert set(first) == {"equaliser", "room"}
    assert node.news(**first) == {}
    assert node.news() == first, "another page"
    node.put(layers=9, mix=0.2)
    assert node.news() == first, "nothing of it is drawn here"
    node.put(eq_x=1.0)
    assert set(node.news(**first)) == {"equaliser"}


def test_a_room_that_is_moved_is_drawn_with_rests_between_and_at_last_as_it_is(node):
    has = node.news()
    for step in range(1, 4):
        node.put(reverb_x=-2.0 + 0.1 * step)
        assert node.news(**has) == {}, "it was drawn just now"
    node.now += ROOM_SECONDS
    assert set(node.news(**has)) == {"room"}


def test_what_can_t_be_drawn_is_tried_once_and_keeps_the_last_picture(node):
    has = node.news()
    node.now += ROOM_SECONDS
    node.put(reverb_seed=FAULTY)
    with pytest.raises(ZeroDivisionError):
        node.news()
    assert node.news()["room"] == has["room"]
    assert node.faults == 1
