"""Whose packets the OSC server hears, over real sockets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.codec import Message, decode
from ronn_jack.interfaces.osc.server import OscServer
from tests.support.jack_server import wait_for
from tests.support.osc_client import ANSWER_SECONDS, OscClient, message
from tests.support.recording import MemoryStore, RecordingNode


@pytest.fixture
def controller() -> Controller:
    return Controller(RecordingNode(), MemoryStore(fuzz={"layers": 3}))


@pytest.fixture
def server(controller: Controller) -> Iterator[OscServer]:
    with OscServer(controller, port=0) as server:
        yield server


@pytest.fixture
def client(server: OscServer) -> Iterator[OscClient]:
    with OscClient(server.port) as client:
        yield client


class TestAccess:
    """As on a computer of another: nobody is at home but who is allowed."""

    @pytest.fixture
    def far(self) -> Iterator[str]:
        """Return an address of this computer that others reach it by."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                pytest.skip("this computer is in no network")
            yield probe.getsockname()[0]

    def talk(self, server: OscServer, host: str) -> socket.socket:
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.bind((host, 0))
        out.connect((host, server.port))
        out.settimeout(ANSWER_SECONDS)
        return out

    def test_strangers_are_not_answered_but_counted(self, controller, far) -> None:
        with (
            OscServer(controller, "0.0.0.0", 0) as server,
            self.talk(server, far) as stranger,
            OscClient(server.port) as client,
        ):
            for packet in (message("/ronn/mix", 0.5), message("/ronn/auth", "guess"), b"rubbish"):
                stranger.send(packet)
            wait_for(lambda: controller.status()["osc_dropped"] == 3)
            assert client.answers(message("/ronn/status/osc_dropped"))[0][1] == [3]
            assert controller.value("mix") == 1.0
            stranger.setblocking(False)
            with pytest.raises(BlockingIOError):
                stranger.recv(100)

    def test_who_is_allowed_is_answered(self, controller, far) -> None:
        access = Access("0.0.0.0", [f"{far}/32"])
        with (
            OscServer(controller, "0.0.0.0", 0, access) as server,
            self.talk(server, far) as friend,
        ):
            friend.send(message("/ronn/mix"))
            assert decode(friend.recv(1000)) == [Message("/ronn/mix", (1.0,))]

    def test_a_token_opens_the_door(self, controller, far) -> None:
        access = Access("0.0.0.0", token="open sesame")
        with (
            OscServer(controller, "0.0.0.0", 0, access) as server,
            self.talk(server, far) as guest,
        ):
            for packet in (message("/ronn/mix", 0.5), message("/ronn/auth", "open")):
                guest.send(packet)
            guest.send(message("/ronn/auth", "open sesame"))
            assert decode(guest.recv(1000)) == [Message("/ronn/auth", (60,))]
            guest.send(message("/ronn/mix"))
            assert decode(guest.recv(1000)) == [Message("/ronn/mix", (1.0,))]
            guest.send(message("/ronn/subscribe"))
            assert b"/ronn/layers" in guest.recv(65536)

    def test_a_strange_connection_is_closed_unanswered(self, controller, far) -> None:
        access = Access("0.0.0.0", token="open sesame")
        with OscServer(controller, "0.0.0.0", 0, access) as server:
            for first, answered in ((message("/ronn/mix"), False), (AUTH, True)):
                with socket.create_connection((far, server.port), 5.0, (far, 0)) as out:
                    out.sendall(len(first).to_bytes(4, "big") + first)
                    with contextlib.suppress(ConnectionError):
                        received = b""
                        received = out.recv(1000)
                    assert bool(received) == answered

    def test_a_wrong_token_is_told_to_who_is_heard_anyway(self, server, client) -> None:
        [(address, reason)] = client.errors(message("/ronn/auth", "open sesame"))
        assert address == "/ronn/auth" and "osc_token" in reason


AUTH = message("/ronn/auth", "open sesame")
