"""Whose client is whose, though names change hands."""

import os

import pytest

from ronn_jack.drivers.jack_clients import client_processes, name_now
from ronn_jack.drivers.jack_driver import Connection, JackClient
from ronn_jack.drivers.jack_tape import Player, jack
from tests.realtime.engine_driver import noise
from tests.support.jack_server import jack_server, wait_for

A, B = frozenset({os.getpid()}), frozenset({1})
GONE, UNKNOWN = frozenset({2**22 + 1}), frozenset()


@pytest.mark.parametrize(
    ("processes", "clients", "now"),
    [
        (A, {"amp": A, "amp-01": B}, "amp"),
        (A, {"amp": B, "amp-01": A}, "amp-01"),  # swapped
        (A, {"amp": B}, None),  # yet to come
        (A, {"amp": B, "left": A, "right": A}, None),  # which of the two, nobody knows
        (A, {"amp": A, "other": A}, "amp"),
        (GONE, {"amp": B}, "amp"),  # started anew
        (UNKNOWN, {"amp": B}, "amp"),
        (UNKNOWN, {}, "amp"),
    ],
)
def test_a_client_is_found_by_its_process(processes, clients, now):
    assert name_now("amp", processes, clients, "ronn") == now


@pytest.mark.parametrize("processes", [UNKNOWN, GONE, B])
def test_nobody_else_is_sought_in_our_own_name(processes):
    assert name_now("ronn", processes, {"ronn": A}, "ronn") is None
    assert name_now("ronn", B, {"ronn": A, "ronn-01": B}, "ronn") == "ronn-01"


def test_connections_survive_names_that_change_hands():
    with jack_server("swap") as server:
        player = Player(server.name, noise(64), "amp")
        node = JackClient("ronn", server.name, 2, 2)
        other = None
        try:
            node.activate()
            assert client_processes()["amp"] == A
            inside = Connection("in_2", "out_1", own=True)
            named = jack.Client("helper", servername=server.name, no_start_server=True)
            named.connect("amp:out_1", "ronn:in_1")
            named.connect("ronn:out_1", "ronn:in_2")
            named.close()
            wait_for(lambda: len(node.connections()) == 3, what="what the next block shows")
            connections = node.connections()
            assert set(connections) == {
                Connection("in_1", "amp:out_1", A), inside, Connection("out_1", "in_2", own=True)
            }  # fmt: skip
            node.close()
            # Both come back with other names than they had; a stranger has ours.
            other = JackClient("ronn", server.name, 2, 2)
            other.activate()
            node = JackClient("ronn", server.name, 2, 2)
            node.activate()
            assert node.name == "ronn-01"
            # Somebody else's connection to the node that had the name which is ours now.
            foreign = Connection("in_1", "ronn-01:out_2", UNKNOWN)
            assert node.restore([*connections, foreign]) == [foreign]
            wait_for(lambda: len(node.connections()) == 3, what="what the next block shows")
            assert {(connection.port, connection.other) for connection in node.connections()} == {
                ("in_1", "amp:out_1"), ("in_2", "out_1"), ("out_1", "in_2")
            }  # fmt: skip
            assert other.connections() == []
            assert node.restore(connections) == [], "what is there already is no fault"
        finally:
            player.close()
            node.close()
            if other is not None:
                other.close()
