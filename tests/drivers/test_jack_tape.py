"""What is played is what is recorded, sample by sample; and a private server leaves nothing."""

from __future__ import annotations

import signal
import subprocess
import sys

import numpy as np
import pytest

from ronn_jack.drivers.jack_server import DummyServer, probe
from ronn_jack.drivers.jack_tape import Player, Recorder
from ronn_jack.drivers.jack_trouble import server_process
from ronn_jack.errors import JackError
from tests.support.jack_server import jack_server, server_name, wait_for


@pytest.fixture(scope="module")
def server():
    with jack_server("tape", rate=44100, period=128) as running:
        yield running


@pytest.fixture
def noise():
    return np.random.default_rng(1).uniform(-1, 1, (2, 1000)).astype(np.float32)


def recorded(server, audio, frames, loop):
    """Return what a recorder that runs before the player hears of it."""
    recorder = Recorder(server.name, ["left", "right"], frames)
    player = Player(server.name, audio, loop=loop)
    try:
        for i, port in enumerate(("left", "right")):
            player.connect(f"out_{i + 1}", f"recorder:{port}")
        recorder.record()
        player.roll()
        wait_for(lambda: recorder.full, what="the recording")
        begin = np.flatnonzero(recorder.audio[0])[0]
        return recorder.audio[:, begin:].copy()
    finally:
        player.close()
        recorder.close()


def test_a_signal_is_played_once_and_then_silence(server, noise):
    heard = recorded(server, noise, 8192, loop=False)
    assert np.array_equal(heard[:, :1000], noise)
    assert not heard[:, 1000:].any()


def test_a_looped_signal_begins_again_without_a_gap(server, noise):
    heard = recorded(server, noise, 8192, loop=True)
    repeated = np.tile(noise, 9)[:, : heard.shape[1]]
    assert np.array_equal(heard, repeated)


def test_a_recording_ends_when_it_is_full(server):
    recorder = Recorder(server.name, ["left"], 1001)
    try:
        recorder.record()
        wait_for(lambda: recorder.full, what="the recording")
        assert recorder.position == 1001
    finally:
        recorder.close()


def test_a_port_that_is_not_there_is_named(server, noise):
    player = Player(server.name, noise)
    try:
        with pytest.raises(JackError, match="player:out_1 with nobody:in"):
            player.connect("out_1", "nobody:in")
    finally:
        player.close()


def test_a_server_says_what_it_runs_at(server):
    facts = probe(server.name)
    assert facts is not None
    assert (facts.name, facts.rate, facts.period) == (server.name, 44100, 128)
    assert not facts.realtime


def test_a_missing_server_is_no_server():
    assert probe(server_name("none")) is None
    with pytest.raises(JackError, match="no JACK server"):
        Recorder(server_name("none"), ["left"], 100)


def test_a_stopped_server_is_gone_and_may_be_stopped_again():
    server = DummyServer(server_name("stopped"), period=1024)
    server.start()
    server.stop()
    server.stop()
    assert probe(server.name) is None


def test_a_server_that_can_not_start_says_why():
    server = DummyServer(server_name("wrong"), rate=-1, period=0)
    with pytest.raises(JackError, match="jackd did not start"):
        server.start()


def test_a_missing_jackd_is_named_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JackError, match=r"jackd is not installed: install it \(Debian"):
        DummyServer(server_name("absent")).start()


def test_a_lost_server_is_noticed(noise):
    with jack_server("lost", period=1024) as server:
        player = Player(server.name, noise)
        try:
            assert not player.lost
            server.kill()
            assert not server.running
            wait_for(lambda: player.lost, what="the player to notice")
        finally:
            player.close()


@pytest.mark.slow
def test_a_server_dies_with_the_program_that_started_it():
    name = server_name("orphan")
    program = (
        "import os, signal; from ronn_jack.drivers.jack_server import DummyServer\n"
        f"DummyServer({name!r}).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == -signal.SIGKILL
    wait_for(lambda: server_process(name) is None, what="the server to end")
