"""The node's client where the server has little to give."""

import contextlib
import itertools

import pytest

from ronn_jack.doctor import diagnose
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.drivers.jack_tape import Recorder, jack
from ronn_jack.errors import JackError, NoServerError
from ronn_jack.settings import load_settings
from tests.support.jack_server import jack_server, server_name, wait_for
from tests.support.jack_timebase import Timebase
from tests.support.node_process import node_process

pytestmark = pytest.mark.slow

FEW = 6
"""Ports of a server, of which it takes four itself."""


def test_a_server_that_does_not_run_is_named():
    with pytest.raises(NoServerError, match=f"'{server_name('none')}'.*choose another with"):
        JackClient("ronn", server_name("none"), 2, 2)


def test_a_server_without_enough_ports_is_refused_in_words_and_left():
    with jack_server("few", most_ports=FEW) as server:
        # The server begins to count at the second port.
        with pytest.raises(JackError, match=r"no port left for in_2.*--port-max"):
            JackClient("ronn", server.name, 2, 2)
        with pytest.raises(JackError, match="port registration failed"):
            Recorder(server.name, ["a", "b", "c"], 64)
        findings = diagnose(load_settings({"server": server.name, "osc_port": 0, "http_port": 0}))
        client = jack.Client("ronn", servername=server.name, no_start_server=True)
        try:
            assert client.name == "ronn"
            assert len(client.get_ports()) == 4
        finally:
            client.close()
    (finding,) = [finding for finding in findings if finding.subject == "JACK server"]
    assert finding.ok is False
    assert "with 1 of the 6 ports that the node needs" in finding.text
    assert "--port-max" in finding.remedy


def test_a_server_that_goes_while_it_is_joined_is_told_so():
    with jack_server("going") as server:
        client = JackClient("ronn", server.name, 1, 1)
        try:
            server.kill()
            with pytest.raises(NoServerError, match="has gone while it was joined: try again"):
                client.activate()
        finally:
            client.close()


def test_ports_that_vanish_while_they_are_looked_at_are_told_in_words(monkeypatch):
    with jack_server("vanishing") as server:
        client = JackClient("ronn", server.name, 1, 1)
        try:
            with monkeypatch.context() as patch:
                patch.setattr(jack.Client, "get_port_by_name", vanished)
                with pytest.raises(JackError, match="refused: no such port"):
                    client.connections_to("system:*")
        finally:
            client.close()
        # libjack has no name to tell once the server has taken the port back.
        for name, words in ((property(vanished), "no such port"), ("", "has gone while")):
            monkeypatch.setattr(jack.Port, "name", name)
            with pytest.raises(JackError, match=words):
                JackClient("ronn", server.name, 1, 1)


def vanished(*_):
    raise RuntimeError("no such port")


@pytest.mark.slow
def test_a_node_whose_server_returns_with_too_few_ports_waits_and_says_why():
    with jack_server("fewer") as server, node_process(server.name) as node:
        node.join()
        server.kill()
        wait_for(lambda: node.osc.ask("/ronn/status/state") == ["waiting"])
        with jack_server("fewer", most_ports=FEW):
            wait_for(lambda: "no port left" in "".join(node.said()), what="the reason")
        assert node.osc.ask("/ronn/status/state") == ["waiting"]
        with jack_server("fewer"):
            node.osc.ask("/ronn/ping", answer="/ronn/pong")
            assert node.end() == 0
        reasons = [line for line in "".join(node.said()).splitlines() if "still waiting" in line]
        assert all(one != other for one, other in itertools.pairwise(reasons)), reasons


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("a" * 60, "a" * 60 + "-01"),
        ("a" * 61, "a" * 60),
        ("a" * 63, "a" * 60),
        ("ä" * 31, "ä" * 30),
    ],
)
def test_a_second_client_of_a_long_name_has_one_that_fits(name, cut):
    with jack_server("names") as server:
        first = JackClient(name, server.name, 1, 1)
        try:
            assert first.name == name
            second = JackClient(name, server.name, 1, 1)
            assert second.name == cut
            second.close()
        finally:
            first.close()


def test_the_transport_is_followed_with_its_bars_and_beats_or_without():
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(jack_server("transport", period=256))
        client = JackClient("ronn", server.name, 1, 1)
        stack.callback(client.close)
        client.activate()
        song = stack.enter_context(contextlib.closing(Timebase(server.name, 120.0)))
        wait_for(lambda: client.blocks, what="a block")
        assert client.transport == (False, 0.0, 0.0)
        song.start()
        wait_for(lambda: client.transport[0], what="the transport to roll")
        assert client.transport[2] == 0.0, "nobody tells a tempo"
        song.stop()
        wait_for(lambda: not client.transport[0], what="the transport to stop")
        song.tell()
        song.go_to(1000.0)
        wait_for(lambda: client.transport[1] > 999.0, what="another place")
        assert client.transport == (False, pytest.approx(1000.0, abs=0.01), 120.0)
        song.start()
        wait_for(lambda: client.transport[1] > 1000.5, what="half a beat")
        assert client.transport[0]
        song.stop()
        wait_for(lambda: not client.transport[0], what="the transport to stop")
        # Six eighths a bar: 60 of them are 30 quarter notes.
        song.beats_per_bar, song.beat_type = 6.0, 8.0
        song.go_to(60.0)
        wait_for(lambda: client.transport[2] == 60.0, what="the tempo of quarter notes")
        assert client.transport[1] == pytest.approx(30.0, abs=0.01)
