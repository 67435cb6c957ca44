"""Who comes from another machine gets the page, and says the token before anything else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.access import LEASE_SECONDS
from ronn_jack.interfaces.web.door import DENIED
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import Http, WebListener
from tests.interfaces.web.strangers import TOKEN, for_strangers
from tests.support.osc_client import bundle, message
from tests.support.recording import RecordingNode

BROWSER = "text/html,*/*;q=0.8"


@pytest.fixture
def server(controller: Controller) -> Iterator[WebServer]:
    with for_strangers(controller) as server:
        yield server


@pytest.fixture
def http(server: WebServer) -> Http:
    return Http(server.port)


def denied(client: WebListener) -> None:
    """Wait until the connection ends that is not let in; nothing of the node is told."""
    with pytest.raises(ConnectionClosed) as end:
        while True:
            assert client.receive()[0] == "/ronn/error"
    assert end.value.rcvd is not None
    assert end.value.rcvd.code == DENIED


def test_a_stranger_gets_the_page_and_nothing_of_the_node(http: Http):
    assert http.ask("/", accept=BROWSER)[0] == 200
    assert http.ask("/page/main.js")[0] == 200
    for target in ("/", "/ronn/mix", "/?HOST_INFO", "/ronn/presets?VALUE"):
        assert http.ask(target)[0] == 403


def test_the_token_lets_in(server: WebServer, http: Http, controller: Controller):
    with WebListener(server.port) as client:
        client.send("/ronn/auth", TOKEN)
        assert client.receive() == ("/ronn/auth", [60])
        assert client.listen("/ronn/layers") == [6]
    assert http.ask("/ronn/mix?VALUE")[0] == 200, "for as long as it lasts"


@pytest.mark.parametrize(
    "first",
    [
        message("/ronn/auth", "wrong horse"), message("/ronn/auth"), message("/ronn/layers", 9),
        bundle(message("/ronn/auth", TOKEN), message("/ronn/layers", 9)), b"", b"rubbish",
        '{"COMMAND": "LISTEN", "DATA": "/ronn/mix"}',
    ],
    ids=["wrong", "none", "other", "more", "empty", "rubbish", "command"],
)  # fmt: skip
def test_anything_else_does_nothing(server: WebServer, controller: Controller, first: bytes | str):
    with WebListener(server.port) as client:
        client.socket.send(first)
        denied(client)
    assert controller.value("layers") == 6


def test_who_says_nothing_is_not_waited_for(controller: Controller):
    with (
        for_strangers(controller, token_seconds=0.1) as server,
        WebListener(server.port) as client,
    ):
        denied(client)


def test_who_waits_longest_makes_room_for_who_may_have_the_token(server: WebServer):
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(WebListener(server.port)) for _ in range(2)]
        client = stack.enter_context(WebListener(server.port))
        denied(silent[0])
        client.send("/ronn/auth", TOKEN)
        assert client.receive() == ("/ronn/auth", [60])
        silent[1].send("/ronn/auth", TOKEN)
        assert silent[1].receive() == ("/ronn/auth", [60]), "there was room enough"


def test_a_page_that_only_listens_keeps_its_lease(controller: Controller, node: RecordingNode):
    time = [0.0]
    with (
        for_strangers(controller, clock=lambda: time[0]) as server,
        WebListener(server.port) as client,
    ):
        client.send("/ronn/auth", TOKEN)
        assert client.receive() == ("/ronn/auth", [60])
        client.listen("/ronn/status/xruns")
        for xruns in range(1, 4):
            time[0] += 0.7 * LEASE_SECONDS
            node.statuses = {**node.statuses, "xruns": xruns}
            assert client.receive() == ("/ronn/status/xruns", [xruns])
        assert Http(server.port).ask("/ronn/mix?VALUE")[0] == 200


def test_without_a_token_there_is_nothing_for_a_stranger(controller: Controller):
    with for_strangers(controller, token=None) as server:
        assert Http(server.port).ask("/", accept=BROWSER)[0] == 403
        with pytest.raises(InvalidStatus):
            WebListener(server.port).__enter__()
