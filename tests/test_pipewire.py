"""The node on a real PipeWire, with whose own libjack it meets another kind of server."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import defaults
from ronn_jack.render import offline_engine
from tests.realtime.engine_driver import noise
from tests.support.jack_server import wait_for
from tests.support.node_process import node_process
from tests.support.pipewire import PipeWire, jack_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        jack_folder() is None,
        reason="PipeWire is not installed (Debian: pipewire-jack, pipewire, wireplumber, dbus)",
    ),
]

SOUND = {"activation": "tanh", "layers": 5, "kernel": 9, "dilation": 3, "seed": 77, "mix": 0.8}
OPTIONS = [word for name, value in SOUND.items() for word in ("--set", f"{name}={value}")]
FIELD = 1 + 8 * 121
CONNECTED = {
    ("microphone:capture_FL", "ronn:in_1"),
    ("microphone:capture_FR", "ronn:in_2"),
    ("ronn:out_1", "speakers:playback_FL"),
    ("ronn:out_2", "speakers:playback_FR"),
}
TRUSTED_SECONDS = 1.0
"""Age at which the node remembers connections: a dying daemon takes them away one by one."""
RESTARTS = 20
GROWTH = 5 << 20
"""Bytes that a restart of the daemon may cost, whose lost client can't be closed."""


@contextlib.contextmanager
def pipewire(managed=True):
    with tempfile.TemporaryDirectory(prefix="pw") as folder, PipeWire(Path(folder), managed) as it:
        yield it


@pytest.fixture(scope="module")
def daemon():
    with pipewire() as it:
        yield it


def running_node(daemon, *arguments):
    return node_process(None, *arguments, *OPTIONS, environment=daemon.environment)


def command(daemon, *words, prefix=()):
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", *words],
        env=daemon.environment,
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )


def rendered(x, rate):
    values = {**defaults(), **SOUND, "auto_level": False}
    return offline_engine(network_spec(values, 2, 2, rate), values, rate).process(x)


def heard(daemon, x, tmp_path):
    """Return what the node gives."""
    played, recorded = tmp_path / "played.npy", tmp_path / "heard.npy"
    np.save(played, x)
    with command(daemon, "tests.support.play_through", str(played), str(recorded)) as process:
        assert process.wait(60) == 0
    return np.load(recorded)


def memory(node):
    """Bytes that a process takes of its own."""
    text = Path(f"/proc/{node.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) << 10


def restart(daemon, node, number):
    """Let the daemon die, and come back once the node has noticed."""
    time.sleep(TRUSTED_SECONDS)
    daemon.end(number)
    wait_for(lambda: node.osc.ask("/ronn/status/state") == ["waiting"], what="the loss")
    assert node.process.poll() is None
    daemon.start()
    node.settle()
    wait_for(lambda: daemon.links() == CONNECTED, what="the connections")


def test_sound_quantum_and_rate(daemon, tmp_path):
    x = noise(48000)
    with running_node(daemon, "--set", "auto_level=off") as node:
        node.settle()
        # Not while it plays: the graph itself loses cycles in between.
        for quantum in (256, 2048):
            daemon.set("clock.force-quantum", quantum)
            assert np.array_equal(heard(daemon, x, tmp_path), rendered(x, 48000))
        try:
            daemon.set("clock.force-rate", 44100)
            wait_for(
                lambda: (
                    node.osc.ask("/ronn/status/receptive_field")
                    == [pytest.approx(FIELD / 44100, rel=1e-6)]
                ),
                what="the rate",
            )
            node.settle()
            y = heard(daemon, x[:, :44100], tmp_path)
            assert np.array_equal(y, rendered(x[:, :44100], 44100))
        finally:
            daemon.set("clock.force-rate", 0)
            daemon.set("clock.force-quantum", 0)
        assert node.end() == 0


def test_a_daemon_that_dies_and_comes_back_is_rejoined_with_its_connections(daemon):
    with running_node(daemon, "--connect") as node:
        wait_for(lambda: daemon.links() == CONNECTED, what="the default device")
        for number in (signal.SIGKILL, signal.SIGTERM):
            restart(daemon, node, number)
        assert node.end() == 0


def test_no_session_manager_and_so_no_metadata_is_no_fault():
    with pipewire(managed=False) as bare, running_node(bare) as node:
        node.settle()
        assert node.end() == 0


def test_a_demo_beside_a_node_that_runs_is_not_connected_with_it(daemon, tmp_path):
    arguments = ("ronn_jack", "demo", "--seconds", "1", "--out", str(tmp_path / "heard.wav"))
    with running_node(daemon) as node, command(daemon, *arguments) as demo:
        said = [(line, node.osc.ask("/ronn/status/level_in")[0]) for line in demo.stdout]
        assert demo.wait(30) == 0
    assert any(line.startswith("turning") for line, _ in said)
    assert max(level for _, level in said) < -100


def test_the_doctor_sees_that_the_audio_thread_is_not_realtime(daemon):
    unprivileged = ("setpriv", "--bounding-set", "-sys_nice", "prlimit", "--rtprio=0", "--")
    with command(daemon, "ronn_jack", "doctor", prefix=unprivileged) as doctor:
        line = next(line for line in doctor.stdout if "JACK server" in line)
        doctor.communicate()
    assert line.startswith("note")
    assert "frames a period, not realtime: install rtkit" in line


def test_a_demo_without_a_daemon_says_what_is_missing(daemon, tmp_path):
    environment = {**daemon.environment, "XDG_RUNTIME_DIR": str(tmp_path)}
    demo = subprocess.run(
        [sys.executable, "-m", "ronn_jack", "demo", "--out", str(tmp_path / "heard.wav")],
        env=environment,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert demo.returncode == 1
    assert demo.stderr.startswith("ronn-jack: no PipeWire runs")
    assert "leave out pw-jack" in demo.stderr


@pytest.mark.soak
def test_many_restarts_cost_little(daemon):
    with running_node(daemon, "--connect") as node:
        wait_for(lambda: daemon.links() == CONNECTED, what="the default device")
        # The first ones fill the heap's free lists.
        for _ in range(2):
            restart(daemon, node, signal.SIGKILL)
        before = memory(node)
        for turn in range(RESTARTS):
            restart(daemon, node, signal.SIGKILL if turn % 2 else signal.SIGTERM)
        assert memory(node) - before < RESTARTS * GROWTH
        assert node.end() == 0
