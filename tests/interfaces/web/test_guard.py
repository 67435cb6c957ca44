"""Who may ask over HTTP."""

from __future__ import annotations

import socket

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.web.guard import fault, own_names
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import Http

LOOPBACK = own_names("127.0.0.1")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:9421", "127.0.0.1", "127.1.2.3:80", "localhost:9421", "LocalHost", "localhost.",
     "[::1]:9421", "[::1]"],
)  # fmt: skip
def test_loopback_s_names_are_the_node_s(host):
    assert fault(host, None, "127.0.0.1", LOOPBACK) is None
    assert fault(host, f"http://{host}", "127.0.0.1", LOOPBACK) is None


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", "evil.example:9421", "127.0.0.1.evil.example", "localhost.evil",
     "127.0.0.1@evil.example", "evil.example@127.0.0.1", "127.0.0.1 evil", "127.0.0.1:x", "0.0.0.0",
     "192.168.1.7", "[::1", "::1", "[::1]x", "[]", "localhost:123456", "2130706433",
     "localhost..", "xn--lhost-xqa"],
)  # fmt: skip
def test_any_other_host_is_foreign(host):
    reason = fault(host, None, "127.0.0.1", LOOPBACK)
    assert reason is not None
    assert repr(host) in reason


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "http://localhost:3000", "http://localhost", "file://",
     "http://localhost:9421.evil.example", "http://localhost:94210", "localhost:9421",
     "ftp://localhost:9421", "http://localhost:9421/", "http://evil.example http://localhost:9421",
     "http://127.0.0.1:9421"],
)  # fmt: skip
def test_a_page_of_any_other_origin_is_refused(origin):
    reason = fault("localhost:9421", origin, "127.0.0.1", LOOPBACK)
    assert reason == f"Origin {origin!r} is not the node's own"


def test_a_page_of_the_node_s_own_may_ask_through_a_tunnel_too():
    assert fault("localhost:8000", "http://localhost:8000", "127.0.0.1", LOOPBACK) is None
    assert fault("localhost:9421", "https://LOCALHOST:9421", "127.0.0.1", LOOPBACK) is None


def test_beyond_loopback_it_is_called_by_its_address_or_the_machine_s_name():
    names = own_names("0.0.0.0")
    machine = socket.gethostname().lower()
    for host in ("192.168.1.7:9421", machine, f"{machine}.local:9421", "localhost"):
        assert fault(host, None, "192.168.1.7", names) is None, host
        assert fault(host, None, "::ffff:192.168.1.7", names) is None, host
    for host in ("192.168.1.8", "0.0.0.0", "evil.example"):
        assert fault(host, None, "192.168.1.7", names) is not None, host
    assert fault("studio.lan", None, "192.168.1.7", own_names("Studio.lan")) is None
    assert fault("[FE80::1]", None, "fe80::1%eth0", own_names("::")) is None


@pytest.mark.parametrize("target", ["/", "/ronn/mix?VALUE", "/nothing"])
def test_every_answer_is_guarded(http: Http, target):
    for names in ({"host": "evil.example"}, {"Origin": "null"}, {"Origin": "http://evil.example"}):
        status, headers, body = http.ask(target, **names)
        assert status == 403
        assert headers["x-content-type-options"] == "nosniff"
        assert body.startswith((b"Host", b"Origin"))
    own = {"Origin": f"http://{http.host}"}
    assert http.ask(target, **own)[0] == http.ask(target)[0] in (200, 404)


def test_the_websocket_is_guarded(http: Http):
    def status(host: str, *headers: str) -> bytes:
        connection, status = http.upgraded(host, *headers)
        connection.close()
        return status

    assert status(http.host) == b"101"
    assert status(http.host, f"Origin: http://{http.host}") == b"101"
    assert status("evil.example") == b"403"
    assert status(http.host, "Origin: null") == b"403"
    assert status(http.host, "Origin: http://evil.example") == b"403"


def test_an_address_that_is_not_permitted_is_told_the_remedy(controller: Controller):
    with WebServer(controller, lambda *_: None, port=0, permits=lambda host: False) as server:
        server.listen()
        server.start(9420)
        status, _, body = Http(server.port).ask("/")
    assert status == 403
    assert b"--allow 127.0.0.1" in body
