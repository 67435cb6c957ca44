"""`ronn-jack osc` and `ronn-jack watch`, against a server of OSC."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.client import Client, answers, changes, value_of, words
from ronn_jack.interfaces.osc.codec import Message
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import PARAMETERS
from tests.support.jack_server import wait_for
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

ROOT = Path(__file__).parents[3]


@pytest.fixture
def controller() -> Controller:
    return Controller(RecordingNode(), MemoryStore(fuzz={"layers": 3}))


@pytest.fixture
def server(controller: Controller) -> Iterator[OscServer]:
    with OscServer(controller, port=0) as server:
        yield server


@pytest.fixture(params=[False, True], ids=["udp", "tcp"])
def client(server: OscServer, request: pytest.FixtureRequest) -> Iterator[Client]:
    with Client("127.0.0.1", server.port, request.param) as client:
        yield client


def program(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ronn_jack", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9", 9),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("4294967295", 4294967295),
        ("tanh", "tanh"),
        ("", ""),
        ("1_0", "1_0"),
        ("9" * 30, "9" * 30),
        ("-9999999999", "-9999999999"),
        ("1e300", "1e300"),
        ("inf", float("inf")),
    ],
)
def test_what_a_word_is_sent_as(text: str, value: object) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_what_a_message_is_written_as() -> None:
    assert words(Message("/ronn/mix", (0.10000000149011612,))) == "/ronn/mix 0.1"
    assert words(Message("/ronn/preset", ("two words", 1))) == "/ronn/preset 'two words' 1"


class TestSending:
    def test_a_question_is_answered(self, client: Client) -> None:
        client.send("/ronn/mix")
        assert next(answers(client, 20.0)) == "/ronn/mix 1"

    def test_what_can_not_be_done_is_told_at_the_end(self, client: Client) -> None:
        client.send("/ronn/layers", [99])
        with pytest.raises(MachineError, match="/ronn/layers: layers = 99 is out of range"):
            list(answers(client, 5.0))

    @pytest.mark.parametrize("tcp", [False, True])
    def test_nobody_there_is_told_with_the_remedy(self, tcp: bool) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (
            pytest.raises(MachineError, match=f"port {port}: nobody listens there; start"),
            Client("127.0.0.1", port, tcp) as client,
        ):
            client.send("/ronn/mix")
            client.receive(time.monotonic() + 20.0)

    def test_a_host_that_is_none_is_told(self) -> None:
        with pytest.raises(MachineError, match="can't be found; use another --host"):
            Client("no such.host", 9420)


def test_watching_tells_everything_and_then_the_changes(client: Client, controller) -> None:
    told = changes(client, normalised=True, interval_ms=100)
    lines = [next(told) for _ in PARAMETERS]
    assert f"/ronn/n/layers {5 / 23:.7g}" in lines
    controller.apply([Set("mix", 0.25)], RecordingOrigin())
    while next(told) != "/ronn/n/mix 0.25":
        pass


def test_a_node_that_ends_a_connection_is_told(server: OscServer) -> None:
    with Client("127.0.0.1", server.port, tcp=True) as client:
        told = changes(client, normalised=False, interval_ms=100)
        next(told)
        closing = threading.Thread(target=server.close)
        closing.start()
        with pytest.raises(MachineError, match="closed the connection"):
            list(told)
        closing.join()


class TestCommands:
    @pytest.mark.slow
    def test_osc_prints_answers_and_fails_in_one_line(self, server: OscServer, controller) -> None:
        def run(wait: int, *arguments: str) -> subprocess.Popen[str]:
            return program("osc", "--port", server.port, "--wait", wait, *arguments)

        for name, value, arguments in (
            ("layers", 3, ["/ronn/preset_load", "fuzz"]),
            ("input_gain", -3.5, ["--tcp", "/ronn/input_gain", "-3.5"]),
        ):
            process = run(1, *arguments)
            assert (*process.communicate(timeout=60), process.returncode) == ("", "", 0)
            wait_for(lambda name=name, value=value: controller.value(name) == value)
        asking, wrong = run(5, "/ronn/layers"), run(5, "/ronn/layers", "99")
        assert (*asking.communicate(timeout=60), asking.returncode) == ("/ronn/layers 3\n", "", 0)
        out, err = wrong.communicate(timeout=60)
        assert (out, wrong.returncode) == ("", 1)
        assert err.startswith("ronn-jack: /ronn/layers: layers = 99 is out of")
        assert err.count("\n") == 1

    def test_watch_prints_until_it_is_interrupted(self, server: OscServer, controller) -> None:
        process = program("watch", "--port", server.port)
        assert process.stdout is not None
        lines = iter(process.stdout)
        while next(lines) != "/ronn/layers 6\n":
            pass
        controller.apply([Set("layers", 9)], RecordingOrigin())
        while next(lines) != "/ronn/layers 9\n":
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
