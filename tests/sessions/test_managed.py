"""The node under a session manager, on a real server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ronn_jack.drivers.jack_library import open_client
from tests.support.jack_server import jack_server, wait_for
from tests.support.osc_client import OscClient
from tests.support.patient_node import PATIENT
from tests.support.ports import own_port
from tests.support.rtmidi_sender import RtMidiSender
from tests.support.session_manager import SessionManager

pytestmark = pytest.mark.slow
PROGRAM = Path(sys.executable).parent / "ronn-jack"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with jack_server("session", period=1024) as running:
        yield running.name


class Program:
    """The node as a manager starts it: without arguments."""

    def __init__(
        self, server: str, manager: SessionManager, folder: Path, environment: Mapping[str, str]
    ) -> None:
        port = own_port()
        config = folder / "config" / "ronn_jack" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f'version = 1\nserver = "{server}"\nosc_port = {port}\n')
        environment = {
            **os.environ,
            **environment,
            "NSM_URL": manager.url,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_RUNTIME_DIR": str(folder),
            "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
        }
        self.environment = environment
        self.process = subprocess.Popen(
            PATIENT,
            env=environment,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        self.osc = OscClient(port)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self) -> None:
        """End it if it still runs: by force only if it must be, as that can lock JACK up."""
        self.osc.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def started(
    server: str, folder: Path, **environment: str
) -> Iterator[tuple[SessionManager, Program]]:
    with SessionManager() as manager:
        program = Program(server, manager, folder, environment)
        try:
            manager.welcome()
            yield manager, program
            assert manager.breaches == []
        finally:
            program.close()


def clients(server: str) -> set[str]:
    looking = open_client("looking", server)
    try:
        return {str(port.name).partition(":")[0] for port in looking.get_ports()} - {"system"}
    finally:
        looking.close()


def connections(server: str, port: str) -> list[str]:
    looking = open_client("looking", server)
    try:
        return [str(other.name) for other in looking.get_all_connections(port)]
    finally:
        looking.close()


def test_a_session_is_opened_changed_saved_and_brought_back(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "songs" / "ronn.nABC"
    with started(server, tmp_path) as (manager, program):
        assert manager.announced[0] == "ronn"
        assert manager.announced[2] == "ronn-jack"
        assert manager.announced[5] == program.process.pid
        assert clients(server) == set(), "no client before a session is open"
        assert manager.save()[0] == "/error"

        _opened(manager, str(folder), "Song", "ronn.nABC")
        assert clients(server) == {"ronn.nABC"}
        ports = next(told[1] for heard, told in manager.heard if heard.endswith("/message"))
        assert str(ports).startswith(f"OSC on port {program.osc.port}, HTTP on port ")
        assert manager.count("/nsm/client/is_dirty") == 0
        program.osc.send("/ronn/mix", 0.25)
        manager.wait_for(lambda: manager.count("/nsm/client/is_dirty") == 1)
        for address, number in (("seed", 7), ("snapshot_save", 2), ("seed", 8)):
            program.osc.send(f"/ronn/{address}", number)
        assert program.osc.ask("/ronn/seed") == [8]
        _connect(server, "system:capture_1", "ronn.nABC:in_2")
        clean = manager.count("/nsm/client/is_clean")
        assert manager.save()[0] == "/reply"
        assert manager.count("/nsm/client/is_clean") == clean + 1
        program.osc.send("/ronn/mix", 0.5)
        manager.wait_for(lambda: manager.count("/nsm/client/is_dirty") == 2)
        program.osc.send("/ronn/mix", 0.25)
        manager.wait_for(lambda: manager.count("/nsm/client/is_clean") == clean + 2)
        assert program.end() == 0
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == ["session.toml", "sound.toml"]
    assert not any("nABC" in path.read_text() for path in files), "it is to be moved about"

    moved = folder.rename(folder.with_name("ronn.nXYZ"))
    with started(server, tmp_path) as (manager, program):
        _opened(manager, str(moved), "Copy", "ronn.nXYZ")
        assert program.osc.ask("/ronn/mix") == [0.25]
        program.osc.send("/ronn/snapshot_load", 2)
        wait_for(lambda: program.osc.ask("/ronn/seed") == [7], what="the snapshot")
        wait_for(lambda: connections(server, "ronn.nXYZ:in_2") == ["system:capture_1"])


def test_sessions_are_switched_without_a_restart(server: str, tmp_path: Path) -> None:
    first, second = str(tmp_path / "one" / "ronn.n1"), str(tmp_path / "two" / "ronn.n2")
    with started(server, tmp_path) as (manager, program):
        _opened(manager, first, "One", "ronn.n1")
        program.osc.send("/ronn/mix", 0.25)
        manager.wait_for(lambda: manager.count("/nsm/client/is_dirty") == 1)
        manager.save()
        _opened(manager, second, "Two", "ronn.n2")
        assert clients(server) == {"ronn.n2"}
        assert program.osc.ask("/ronn/mix") == [1.0]
        _opened(manager, first, "One", "ronn.n1")
        assert clients(server) == {"ronn.n1"}
        assert program.osc.ask("/ronn/mix") == [0.25]


def test_a_session_keeps_the_controls_that_were_learned_in_it(server: str, tmp_path: Path) -> None:
    first, second = tmp_path / "one" / "ronn.n1", tmp_path / "two" / "ronn.n2"
    with started(server, tmp_path) as (manager, program):

        def turned(keys: RtMidiSender, name: str, value: object) -> bool:
            """Turn controller 20 down, as the server drops what a late block should have read."""
            keys.send(b"\xb0\x14\x00")
            return program.osc.ask(f"/ronn/{name}") == [value]

        _opened(manager, str(first), "One", "ronn.n1")
        _learn_mix(server, "ronn.n1", program.osc.port)
        assert manager.save()[0] == "/reply"
        assert (first / "midi" / "generic.toml").exists()
        assert not (tmp_path / "config" / "ronn_jack" / "midi").exists()
        _opened(manager, str(second), "Two", "ronn.n2")
        with contextlib.closing(RtMidiSender(server, "ronn.n2:midi_in")) as keys:
            wait_for(lambda: turned(keys, "layers", 1), what="what it did before")
        _opened(manager, str(first), "One", "ronn.n1")
        with contextlib.closing(RtMidiSender(server, "ronn.n1:midi_in")) as keys:
            wait_for(lambda: turned(keys, "mix", 0.0), what="what was learned")
        assert program.osc.ask("/ronn/layers") != [1]


def test_a_session_at_fault_is_answered_and_the_present_one_plays_on(
    server: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad" / "ronn.n2"
    bad.mkdir(parents=True)
    (bad / "sound.toml").write_text("version = 1\n[parameters]\nlayers = 99\n")
    with started(server, tmp_path) as (manager, program):
        _opened(manager, str(tmp_path / "good"), "Good", "ronn.n1")
        address, (to, code, reason) = manager.open(str(bad), "Bad", "ronn.n2")
        assert (address, to, code) == ("/error", "/nsm/client/open", -9)
        assert "layers = 99" in str(reason)
        assert clients(server) == {"ronn.n1"}
        assert program.osc.ask("/ronn/mix") == [1.0]


def test_the_page_is_shown_and_hidden(server: str, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.support.page_visitor "$1"\n')
    browser.chmod(0o755)
    shown, hidden = "/nsm/client/gui_is_shown", "/nsm/client/gui_is_hidden"
    with started(server, tmp_path, BROWSER=f"{browser} %s") as (manager, _):
        _opened(manager, str(tmp_path / "song"), "Song", "ronn.n1")
        assert "optional-gui" in str(manager.announced[1])
        for times in (1, 2):
            manager.wait_for(lambda times=times: manager.count(hidden) == times)
            manager.tell("/nsm/client/show_optional_gui")
            manager.wait_for(lambda times=times: manager.count(shown) == times)
            manager.tell("/nsm/client/hide_optional_gui")
        manager.wait_for(lambda: manager.count(hidden) == 3)


def test_nodes_that_run_are_listed(server: str, tmp_path: Path) -> None:
    with started(server, tmp_path) as (manager, program):
        assert _listed(program) == ""
        _opened(manager, str(tmp_path / "song"), "Song", "ronn.n1")
        line = f"ronn.n1          process {program.process.pid}  OSC 127.0.0.1:{program.osc.port}"
        assert _listed(program).startswith(line)
        program.end()
        assert _listed(program) == ""


@pytest.mark.parametrize("url", ["osc.udp://127.0.0.1:9/", "nonsense"])
def test_without_a_manager_it_runs_as_ever(server: str, tmp_path: Path, url: str) -> None:
    with SessionManager() as manager:
        manager.url = url
        program = Program(server, manager, tmp_path, {})
        try:
            program.osc.ask("/ronn/ping", answer="/ronn/pong")
            assert clients(server) == {"ronn"}
            assert program.end() == 0
        finally:
            program.close()


def _learn_mix(server: str, node: str, port: int) -> None:
    """Bind controller 20 of a node's JACK port, which is that of layers."""
    with (
        contextlib.closing(RtMidiSender(server, f"{node}:midi_in")) as keys,
        OscClient(port) as player,
    ):
        player.send("/ronn/subscribe")
        player.send("/ronn/learn", "mix")
        while player.receive()[0] != "/ronn/learning":
            pass
        keys.send(*(bytes([0xB0, 20, level]) for level in range(40, 60)))
        while player.receive()[0] != "/ronn/learned":
            pass


def _opened(manager: SessionManager, path: str, title: str, client_id: str) -> None:
    address, arguments = manager.open(path, title, client_id)
    assert address == "/reply", arguments


def _listed(program: Program) -> str:
    command = [sys.executable, "-m", "ronn_jack", "ps"]
    done = subprocess.run(
        command, env=program.environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def _connect(server: str, source: str, sink: str) -> None:
    looking = open_client("looking", server)
    try:
        looking.connect(source, sink)
    finally:
        looking.close()


def test_a_session_whose_profile_is_at_fault_leaves_the_present_one(
    server: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad" / "midi" / "generic.toml"
    bad.parent.mkdir(parents=True)
    bad.write_text("version = 7\n")
    with started(server, tmp_path) as (manager, _):
        _opened(manager, str(tmp_path / "good"), "Good", "ronn.n1")
        address, (_, code, reason) = manager.open(str(tmp_path / "bad"), "Bad", "ronn.n2")
        assert (address, code) == ("/error", -9)
        assert str(bad) in str(reason)
        assert clients(server) == {"ronn.n1"}
