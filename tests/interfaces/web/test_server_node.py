"""The server as part of a running node."""

from __future__ import annotations

import re

import pytest
from websockets.sync.client import connect

from tests.interfaces.web.clients import Http, WebListener
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import NodeProcess, node_process
from tests.support.packets import unpacked


@pytest.mark.slow
def test_a_node_for_other_machines_prints_an_address_that_lets_them_in():
    with jack_server("web") as server, node_process(server.name, "--bind", "0.0.0.0") as node:
        wait_for(lambda: addresses(node), what="the page's address")
        [(port, token)] = addresses(node)
        with WebListener(int(port)) as listener:
            listener.send("/ronn/auth", token)
            assert listener.receive() == ("/ronn/auth", [60])


def addresses(node: NodeProcess) -> list[tuple[str, str]]:
    """Return ports and tokens of the addresses that a node has printed."""
    return re.findall(r"page at http://[^/]+:(\d+)/#token=(\S{16})\n", "".join(node.said()))


@pytest.mark.slow
def test_a_node_says_where_it_is_and_is_read_turned_and_listened_to_there():
    with jack_server("web") as server, node_process(server.name, "--set", "layers=6") as node:
        port = node.http_port()
        http = Http(port)
        assert http.read("/?HOST_INFO")["OSC_PORT"] == node.osc.port
        with WebListener(port) as listener:
            assert listener.listen("/ronn/layers") == [6]
            node.osc.send("/ronn/layers", 3)
            assert listener.receive() == ("/ronn/layers", [3])
            listener.send("/ronn/mix", 0.5)
            listener.told()
            assert node.osc.ask("/ronn/mix") == [0.5]
            assert http.read("/ronn/mix?VALUE") == {"VALUE": [0.5]}
            with connect(f"ws://127.0.0.1:{port}/page/pictures", max_size=None) as looking:
                looking.send("{}")
                # Made at the lowest priority, which has a 70th of a busy processor.
                network, signals = (unpacked(looking.recv(120.0)) for _ in range(2))
                assert [network["kind"], len(network["layers"])] == ["network", 3]
                assert [signals["kind"], signals["rate"]] == ["signals", 48_000.0]
                code = node.end()
        assert code == 0
