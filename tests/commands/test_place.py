"""A command speaks to the node that its user means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.commands import place
from ronn_jack.commands.place import connected
from ronn_jack.control.controller import Controller
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.client import answers
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.ports import free_port
from ronn_jack.running_nodes import RunningNode
from tests.support.recording import MemoryStore, RecordingNode


@pytest.fixture
def server() -> Iterator[OscServer]:
    with OscServer(Controller(RecordingNode(), MemoryStore()), port=0) as server:
        yield server


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunningNode]:
    """Nodes that run, to be filled by the test; the user's own settings are kept out."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    nodes: list[RunningNode] = []
    monkeypatch.setattr(place, "running_nodes", lambda: nodes)
    return nodes


def node(name: str, bound: str, port: int) -> RunningNode:
    return RunningNode(1, name, "", f"{bound}:{port}", "")


def is_reached(host: str | None = None, port: int | None = None) -> bool:
    with connected(host, port, tcp=False) as client:
        client.send("/ronn/mix")
        return next(answers(client, 20.0)) == "/ronn/mix 1"


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::"])
def test_the_only_node_is_meant_wherever_it_listens(
    server: OscServer, nodes: list[RunningNode], bound: str
) -> None:
    nodes.append(node("ronn", bound, server.port))
    assert is_reached()


def test_where_several_run_they_are_listed(server: OscServer, nodes: list[RunningNode]) -> None:
    nodes += [node("ronn", "127.0.0.1", 9420), node("ronn-01", "127.0.0.1", server.port)]
    listed = rf"2 nodes run \(ronn has 127.0.0.1:9420, ronn-01 has 127.0.0.1:{server.port}\)"
    with pytest.raises(UsageError, match=rf"{listed}: choose one with --port"):
        is_reached()
    assert is_reached(port=server.port)


def test_without_any_it_is_where_one_that_is_alone_would_be(
    server: OscServer, nodes: list[RunningNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert nodes == []
    monkeypatch.setattr(place, "OSC_PORT", server.port)
    assert is_reached()


def test_what_is_said_counts_more_than_what_runs(
    server: OscServer, nodes: list[RunningNode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes.append(node("ronn", "127.0.0.1", free_port()))
    assert is_reached(port=server.port)
    config = tmp_path / "ronn_jack" / "config.toml"
    config.parent.mkdir()
    config.write_text(f"version = 1\nosc_port = {server.port}\n")
    assert is_reached()
    config.unlink()
    monkeypatch.setattr(place, "OSC_PORT", server.port)
    assert is_reached(host="localhost"), "which may be another computer"
