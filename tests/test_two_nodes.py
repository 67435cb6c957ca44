"""Two nodes through a restart of their server, which may bring them back in any order."""

import contextlib
import json
import urllib.request

import pytest

from ronn_jack.drivers.jack_tape import jack
from ronn_jack.interfaces.ports import OSC_PORT
from ronn_jack.running_nodes import running_nodes
from tests.support.command_line import ended, started
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.osc_client import OscClient
from tests.support.stopped import stopped


@contextlib.contextmanager
def observer(server):
    client = jack.Client("observer", servername=server.name, no_start_server=True)
    try:
        yield client
    finally:
        client.close()


def connections(client):
    """Return all connections between nodes, by the full names of their ports."""
    return {
        (source.name, sink.name)
        for source in client.get_ports("ronn", is_audio=True, is_output=True)
        for sink in client.get_all_connections(source)
    }


def name(node):
    return node.osc.ask("/ronn/ping", answer="/ronn/pong")[0]


def wait_for_frames(client, frames):
    # Of the last period's begin, as a guess at the frame now goes back where periods are late.
    begin = client.last_frame_time
    wait_for(lambda: (client.last_frame_time - begin) % 2**32 > frames)


@pytest.mark.slow
def test_two_nodes_keep_their_names_and_connections_and_do_not_feed_back():
    chain = {("ronn:out_1", "ronn-01:in_1"), ("ronn:out_2", "ronn-01:in_2")}
    with (
        jack_server("two") as server,
        node_process(server.name) as first,
        node_process(server.name) as second,
    ):
        with observer(server) as client:
            for connection in chain:
                client.connect(*connection)
            # The nodes trust connections that have lasted.
            wait_for_frames(client, 4 * server.rate)
        server.kill()
        for node in (first, second):
            wait_for(lambda node=node: node.osc.ask("/ronn/status/state") == ["waiting"])
        # The second comes back first.
        with contextlib.ExitStack() as held:
            held.enter_context(stopped(first.process.pid))
            with jack_server("two") as again, observer(again) as client:
                wait_for(lambda: client.get_ports("ronn.*:out_2"), what="the second node")
                held.close()
                wait_for(lambda: len(client.get_ports("ronn.*:out_2")) == 2)
                wait_for(lambda: connections(client) == chain, what="the chain")
                wait_for_frames(client, again.rate / 2)
                assert connections(client) == chain
                assert (name(first), name(second)) == ("ronn", "ronn-01")
                assert second.end() == first.end() == 0


@pytest.mark.slow
def test_nodes_that_are_told_no_ports_find_their_own(tmp_path):
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    found = []
    with jack_server("ports") as server, contextlib.ExitStack() as stack:
        for count in (1, 2):
            process = started("run", "-s", server.name, environment=environment)
            stack.callback(ended, process)
            stack.callback(process.terminate)
            wait_for(lambda count=count: len(running_nodes(tmp_path / "ronn_jack")) == count)
            (node,) = {*running_nodes(tmp_path / "ronn_jack")} - {*found}
            found.append(node)
        ports = [[int(each.rpartition(":")[2]) for each in (n.osc, n.http)] for n in found]
        # Which they are, others of this machine decide, who may take or free a pair at any moment.
        assert ports[0] != ports[1]
        for osc, http in ports:
            assert (http, osc % 10) == (osc + 1, 0)
        for node, (osc, http) in zip(found, ports, strict=True):
            with OscClient(osc) as client:
                assert client.ask("/ronn/ping", answer="/ronn/pong")[0] == node.name
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/?HOST_INFO") as answer:
                assert json.load(answer)["OSC_PORT"] == osc
        process.terminate()
        out, _ = process.communicate(timeout=60)
        told = f"is taken, so this node has {ports[1][0]} and {ports[1][1]}" in out
        assert told == (ports[1][0] != OSC_PORT)
