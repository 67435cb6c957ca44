"""A node that runs is found, read and turned by programs that others have written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from zeroconf import Zeroconf

from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import NodeProcess, node_process
from tests.support.npm_clients import needs_npm_clients, node_script, read_tree

pytestmark = pytest.mark.slow

BROWSER = """
import json, sys
from zeroconf import ServiceBrowser, Zeroconf

def tell(zeroconf, service_type, name, state_change):
    info = zeroconf.get_service_info(service_type, name, 20_000)
    if info is not None:
        print(json.dumps([service_type, name, info.parsed_addresses(), info.port]), flush=True)

ServiceBrowser(Zeroconf(["127.0.0.1"]), ["_oscjson._tcp.local.", "_osc._udp.local."], [tell])
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    with jack_server("foreign") as server, node_process(server.name, "--set", "bias=off") as node:
        yield node


@pytest.fixture
def http_port(node: NodeProcess) -> int:
    return node.http_port()


def test_python_zeroconf_finds_it_from_another_process(node: NodeProcess, http_port: int) -> None:
    try:
        Zeroconf(["127.0.0.1"]).close()
    except OSError as error:
        pytest.skip(f"nothing can be found here: {error}")
    browser = subprocess.Popen(
        [sys.executable, "-c", BROWSER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with browser:
        wanted = {("_oscjson._tcp.local.", http_port), ("_osc._udp.local.", node.osc.port)}
        assert browser.stdout is not None
        for line in browser.stdout:
            kind, name, addresses, port = json.loads(line)
            if (kind, port) in wanted:
                assert name.endswith(f".{kind}") and addresses == ["127.0.0.1"]
                wanted.remove((kind, port))
            if not wanted:
                break
        browser.kill()
    assert not wanted


@needs_npm_clients
def test_npm_clients_turn_and_read_it(node: NodeProcess, http_port: int) -> None:
    with node_script("turn.js", "udp", node.osc.port) as client:
        wait_for(lambda: node.osc.ask("/ronn/bias") == [1], what="npm's osc")
        client.kill()
    host, methods = read_tree(http_port)
    assert host["oscPort"] == node.osc.port
    for name, value in {"layers": 9, "mix": 0.5, "activation": "tanh"}.items():
        assert methods[f"/ronn/{name}"][1][0]["value"] == value
