"""What clients find by zeroconf, and what they read there."""

from __future__ import annotations

import socket
import sys
import threading

import pytest
from pythonoscquery.osc_query_client import OSCQueryClient
from zeroconf import ServiceBrowser, ServiceListener, Zeroconf

from ronn_jack.interfaces.web.announce import OSC_TYPE, OSCQUERY_TYPE, Announcer, addresses_of
from tests.support.jack_server import wait_for

LOOPBACK = "127.0.0.1"
FIND_MS = 20_000


class Found(ServiceListener):
    """Notes what comes and goes, by name."""

    def __init__(self):
        self.services = {}

    def add_service(self, zeroconf, kind, name):
        self.services[name] = zeroconf.get_service_info(kind, name, FIND_MS)

    def update_service(self, zeroconf, kind, name):
        pass

    def remove_service(self, zeroconf, kind, name):
        del self.services[name]


@pytest.fixture
def found():
    try:
        zeroconf = Zeroconf([LOOPBACK])
    except OSError as error:
        pytest.skip(f"nothing can be found here: {error}")
    listener = Found()
    browser = ServiceBrowser(zeroconf, [OSCQUERY_TYPE, OSC_TYPE], listener)
    yield listener.services
    browser.cancel()
    zeroconf.close()


@pytest.mark.slow
def test_clients_on_this_computer_find_the_node_and_read_it(server, found):
    name = f"ronn-test-{server.port}"
    with Announcer(LOOPBACK) as one, Announcer(LOOPBACK) as two:
        one.start(name, server.port, 9420)
        # Among what other nodes of this computer announce.
        own = {f"{name}.{OSCQUERY_TYPE}", f"{name}.{OSC_TYPE}"}
        wait_for(lambda: own <= found.keys(), what="the node to be found")
        service = found[f"{name}.{OSCQUERY_TYPE}"]
        assert (service.port, service.parsed_addresses()) == (server.port, [LOOPBACK])
        assert found[f"{name}.{OSC_TYPE}"].port == 9420
        client = OSCQueryClient(service)
        info = client.get_host_info()
        assert (info.name, info.osc_ip, info.osc_port) == ("ronn", LOOPBACK, 9420)
        root = client.query_node("/")
        assert root.find_subnode("/ronn/mix").value == [1.0]
        assert root.find_subnode("/ronn/reseed").value == [None]
        assert client.query_node("/ronn/colour") is None
        two.start(name, 9431, 9430)
        wait_for(lambda: f"{name}-2.{OSCQUERY_TYPE}" in found, what="the other node to be found")
        assert found[f"{name}-2.{OSCQUERY_TYPE}"].port == 9431
    wait_for(lambda: not [n for n in found if n.startswith(name)], what="both to say good-bye")


def test_it_can_be_closed_at_any_moment():
    before = set(threading.enumerate())
    with Announcer(LOOPBACK) as announcer:
        announcer.start("ronn-test", 9421, 9420)
    announcer.close()
    # A busy machine may take longer than is waited for its thread.
    wait_for(lambda: set(threading.enumerate()) <= before, what="its thread to end")


def test_without_zeroconf_nothing_is_announced(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "zeroconf", None)  # so the system takes it for missing
    before = set(threading.enumerate())
    with caplog.at_level("DEBUG"), Announcer(LOOPBACK) as announcer:
        announcer.start("ronn-test", 9421, 9420)
        assert set(threading.enumerate()) <= before
    assert [each for each in caplog.messages if "ronn-jack[zeroconf]" in each]


def test_where_the_node_is_found():
    assert addresses_of("127.0.0.1") == addresses_of("localhost") == [LOOPBACK]
    assert addresses_of("192.0.2.1") == ["192.0.2.1"]
    everywhere = addresses_of("0.0.0.0")
    assert all(socket.inet_aton(each)[0] != 127 for each in everywhere)
