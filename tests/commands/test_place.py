"""A command speaks to the node that its user means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.commands.place import connected, place
from ronn_jack.control.controller import Controller
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.client import answers
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.ports import OSC_PORT, free_port
from ronn_jack.running_nodes import Registration, RunningNode
from tests.support.recording import MemoryStore, RecordingNode


@pytest.fixture
def server() -> Iterator[OscServer]:
    with OscServer(Controller(RecordingNode(), MemoryStore()), port=0) as server:
        yield server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own settings and nodes out."""
    for kind in ("XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(kind, str(tmp_path))
    return tmp_path


def node(name: str, bound: str = "127.0.0.1", port: int = 9430) -> RunningNode:
    return RunningNode(1, name, "", f"{bound}:{port}", "")


def is_reached(host: str | None = None, port: int | None = None) -> bool:
    with connected(host, port, tcp=False) as client:
        client.send("/ronn/mix")
        return next(answers(client, 20.0)) == "/ronn/mix 1"


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::"])
def test_the_only_node_is_meant_wherever_it_listens(server: OscServer, bound: str) -> None:
    with contextlib.closing(Registration()) as registration:
        registration.tell(node("ronn", bound, server.port))
        assert is_reached()


def test_where_several_run_they_are_listed() -> None:
    nodes = [node("ronn", port=9420), node("ronn-01")]
    listed = r"2 nodes run \(ronn has 127.0.0.1:9420, ronn-01 has 127.0.0.1:9430\)"
    with pytest.raises(UsageError, match=rf"{listed}: choose one with --port"):
        place(None, None, nodes)
    assert place(None, 9440, nodes) == ("127.0.0.1", 9440)


def test_without_any_it_is_where_one_that_is_alone_would_be() -> None:
    assert place(None, None, []) == ("127.0.0.1", OSC_PORT)


def test_what_is_said_counts_more_than_what_runs(server: OscServer, folder: Path) -> None:
    with contextlib.closing(Registration()) as registration:
        registration.tell(node("ronn", port=free_port()))
        assert is_reached(port=server.port)
        config = folder / "ronn_jack" / "config.toml"
        config.parent.mkdir(exist_ok=True)
        config.write_text(f"version = 1\nosc_port = {server.port}\n")
        assert is_reached()
    # A host may be another computer.
    assert place("localhost", None, [node("ronn")]) == ("localhost", OSC_PORT)
