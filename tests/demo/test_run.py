"""The demo runs to its end without a sound card or a terminal, and its knobs are heard."""

from __future__ import annotations

import functools
import os
import re
import signal
import socket
import subprocess
import threading
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.demo.run import run_demo
from ronn_jack.demo.score import START, Hands, Turn, score
from ronn_jack.drivers.jack_server import probe
from ronn_jack.errors import AudioFileError, JackError
from ronn_jack.interfaces.osc.codec import Message, decode
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import defaults, parameter
from ronn_jack.presets.store import PresetStore
from tests.support.jack_server import jack_server, server_name
from tests.support.patient_node import PATIENT

SECONDS = (3.0, 12.0, 48.0)
"""Lengths of a demo: where the machine is too busy for the turns of one, the next is tried."""


class Undisturbed:
    """No signals come."""

    wanted = threading.Event()

    def joining(self):
        pass


def start_demo(server, out, seconds, *arguments):
    """Start the demo as a user does, where the default server is `server`."""
    command = [*PATIENT, "demo", "--seconds", str(seconds)]
    return subprocess.Popen(
        [*command, "--out", str(out), *arguments],
        env={**os.environ, "JACK_DEFAULT_SERVER": server},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def all_arrived(said):
    turns = len(score(PresetStore()))
    return f"{turns} of {turns} turns arrived by OSC" in said


@functools.cache
def riff():
    return pluck_phrase(48000)[0]


def plays(piece):
    """Whether a piece, which is not silent, is a part of the riff, bit for bit."""
    loudest = np.argmax(np.abs(piece))
    starts = np.flatnonzero(riff() == piece[loudest]) - loudest
    found = any(np.array_equal(riff()[start : start + len(piece)], piece) for start in starts)
    return found and piece[loudest] != 0.0


def turned(audio):
    """Return the frame from which on the node may be bypassed."""
    return round(0.9 * len(audio))


def ends_in_the_riff(out):
    audio, _ = soundfile.read(out, dtype="float32")
    # A late turn leaves little of it before the end.
    ends = range(turned(audio), round(0.999 * len(audio)), 250)
    return any(plays(audio[at : at + 500, 0]) for at in ends)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """What a demo without any server said and recorded, and how long it was."""
    out = tmp_path_factory.mktemp("demo") / "heard.wav"
    for seconds in SECONDS:
        demo = start_demo(server_name("none"), out, seconds)
        said, complaints = demo.communicate(timeout=seconds + 100)
        assert (demo.returncode, complaints) == (0, "")
        if all_arrived(said) and ends_in_the_riff(out):
            break
    return said, out, seconds


@pytest.mark.slow
def test_it_ends_well_and_says_where_the_sound_is(finished):
    said, out, seconds = finished
    assert f"wrote {out}: {seconds} s at 48000 Hz, peak " in said.splitlines()[-1]
    assert all(character.isprintable() or character == "\n" for character in said)


@pytest.mark.slow
def test_what_was_heard_is_sound(finished):
    audio, rate = soundfile.read(finished[1], dtype="float32")
    assert (rate, audio.shape) == (48000, (round(finished[2] * 48000), 2))
    assert soundfile.info(finished[1]).subtype == "FLOAT"
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 1.0
    for tenth in np.array_split(audio[:-4800], 10):
        assert np.sqrt(np.mean(tenth**2)) > 0.003


@pytest.mark.slow
def test_every_turn_of_a_knob_arrived(finished):
    assert all_arrived(finished[0])


@pytest.mark.slow
def test_the_last_turn_is_heard_the_bypassed_node_gives_the_riff_itself(finished):
    audio, _ = soundfile.read(finished[1], dtype="float32")
    assert ends_in_the_riff(finished[1])
    assert not any(plays(audio[at : at + 500, 0]) for at in range(20000, turned(audio), 2500))


@pytest.mark.slow
def test_the_recording_ends_in_a_fade(finished):
    audio, _ = soundfile.read(finished[1], dtype="float32")
    assert np.abs(audio[-1000:]).max() == 0.0


@pytest.mark.slow
def test_its_private_server_is_gone_afterwards(finished):
    name = re.search("'(ronn-demo-[0-9]+)'", finished[0])[1]
    assert probe(name) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_an_interrupted_demo_keeps_what_was_heard_and_leaves_the_users_server(number, tmp_path):
    out = tmp_path / "heard.wav"
    with jack_server("demo", rate=44100, period=512) as server:
        demo = start_demo(server.name, out, 20.0)
        page = None
        for line in demo.stdout:
            if line.startswith("page at "):
                page = urllib.request.Request(line.split()[-1], headers={"Accept": "text/html"})
            elif page is not None and line.startswith("turning"):
                with urllib.request.urlopen(page) as answer:
                    assert b"page/main.js" in answer.read()
                demo.send_signal(number)
                break
        said, complaints = demo.communicate(timeout=60)
        assert (demo.returncode, complaints) == (0, "")
        assert probe(server.name) is not None
    assert "private" not in said
    audio, rate = soundfile.read(out)
    assert rate == 44100
    assert 2.0 <= len(audio) / rate < 20.0


@pytest.mark.slow
def test_a_demo_that_is_ended_before_it_is_heard_ends_well_and_writes_nothing(tmp_path):
    out = tmp_path / "heard.wav"
    demo = start_demo(server_name("none"), out, 20.0)
    assert "private" in demo.stdout.readline()
    demo.send_signal(signal.SIGTERM)
    _, complaints = demo.communicate(timeout=60)
    assert (demo.returncode, complaints) == (0, "")
    assert not out.exists()
    assert probe(server_name("none")) is None


@pytest.mark.slow
def test_a_network_that_this_machine_can_not_run_is_refused_in_one_line(tmp_path):
    heavy = ("layers=24", "channels=64", "kernel=64", "dilation=1")
    out = tmp_path / "heard.wav"
    sets = [word for assignment in heavy for word in ("--set", assignment)]
    demo = start_demo(server_name("none"), out, 1.0, *sets)
    _, complaints = demo.communicate(timeout=100)
    assert demo.returncode == 1
    assert complaints.startswith("ronn-jack: the network to begin with was refused: needs ")
    assert complaints.count("\n") == 1
    assert "of the 512-frame period" in complaints
    assert not out.exists()


@pytest.mark.parametrize("place", ["missing/heard.wav", ".", "pipe"])
def test_a_file_that_can_not_be_written_is_refused_before_anything_starts(tmp_path, place):
    os.mkfifo(tmp_path / "pipe")
    words = r"can't be written: (there is no folder|it is there, and is no file)"
    with pytest.raises(AudioFileError, match=words):
        run_demo(1.0, tmp_path / place, Undisturbed())


def test_a_missing_jackd_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server_name("none"))
    with pytest.raises(JackError, match=r"jackd is not installed: install it \(Debian"):
        run_demo(1.0, tmp_path / "heard.wav", Undisturbed())


def test_every_turn_of_the_score_moves_something_to_a_value_that_is_allowed():
    values = {**defaults(), **START}
    turns = score(PresetStore())
    assert [turn.share for turn in turns] == sorted(turn.share for turn in turns)
    for turn in turns:
        for name, value in turn.values.items():
            assert parameter(name).parse(value) == value
        assert any(values[name] != value for name, value in turn.values.items())
        values.update(turn.values)


class Shown:
    def __init__(self):
        self.events = []

    def event(self, text):
        self.events.append(text)


def test_hands_turn_in_time_by_one_bundle_and_count_what_arrives():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.settimeout(10)
        turns = [
            Turn(0.25, "more", {"layers": 9, "mix": 0.5}),
            Turn(0.5, "made before", {"seed": 5}, "warm"),
        ]
        shown = Shown()
        accepted = defaults()
        with Hands(turns, node.getsockname()[1], shown) as hands:
            hands.turn(0.2, accepted)
            assert hands.begun == 0
            hands.turn(0.3, accepted)
            assert decode(node.recv(1000)) == [
                Message("/ronn/layers", (9,)),
                Message("/ronn/mix", (0.5,)),
            ]
            hands.turn(0.35, accepted)
            assert (hands.begun, hands.arrived) == (1, 0)
            hands.turn(0.4, {**accepted, "layers": 9, "mix": 0.5})
            assert (hands.begun, hands.arrived) == (1, 1)
            hands.turn(0.6, accepted)
            assert decode(node.recv(1000)) == [Message("/ronn/preset_load", ("warm",))]
            hands.turn(0.7, accepted)
            assert (hands.begun, hands.arrived) == (2, 1)
    assert shown.events == [
        "turning layers = 9, mix = 0.5: more",
        "loading preset warm: made before",
    ]
