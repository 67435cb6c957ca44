"""Two nodes through a restart of their server, which may bring them back in any order."""

import contextlib
import os
import signal

import pytest

from ronn_jack.drivers.jack_tape import jack
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process


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
    begin = client.frame_time
    wait_for(lambda: (client.frame_time - begin) % 2**32 > frames)


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
            wait_for_frames(client, server.rate)
        server.kill()
        for node in (first, second):
            wait_for(lambda node=node: node.osc.ask("/ronn/status/state") == ["waiting"])
        # The second comes back first.
        os.kill(first.process.pid, signal.SIGSTOP)
        try:
            with jack_server("two") as again, observer(again) as client:
                wait_for(lambda: client.get_ports("ronn.*:out_2"), what="the second node")
                os.kill(first.process.pid, signal.SIGCONT)
                wait_for(lambda: len(client.get_ports("ronn.*:out_2")) == 2)
                wait_for(lambda: connections(client) == chain, what="the chain")
                wait_for_frames(client, again.rate / 2)
                assert connections(client) == chain
                assert (name(first), name(second)) == ("ronn", "ronn-01")
                assert second.end() == first.end() == 0
        finally:
            if first.process.poll() is None:
                first.process.send_signal(signal.SIGCONT)
