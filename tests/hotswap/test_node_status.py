"""What a node tells of itself is what the table says."""

from __future__ import annotations

from ronn_jack.control.status import BY_CONTROLLER, STATUS
from ronn_jack.hotswap.node import LiveNode
from tests.support.desk import desk
from tests.support.recording import Listener


def strays(status):
    """Return what a status says that the table doesn't let expect."""
    told = [name for name, row in STATUS.items() if not row.by_interface]
    assert [*status, *BY_CONTROLLER] == told  # the controller tells the others
    return {name: value for name, value in status.items() if not STATUS[name].accepts(value)}


def test_before_there_is_audio():
    assert strays(LiveNode(2, 2, Listener()).status()) == {}


def test_while_a_network_comes_and_after_it_sounds():
    with desk() as d:
        told = [d.node.status()]
        d.turn(seed=5)
        told.append(d.node.status())
        d.run_until(lambda: len(d.listener.swaps) == 2)
        told.append(d.node.status())
    assert [strays(status) for status in told] == [{}, {}, {}]
    assert told[-1]["build_ms"] > 0.0
