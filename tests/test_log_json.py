"""`run --log-json`: what a session leaves behind for programs to read."""

import json
import os

import pytest

from ronn_jack.control.status import STATUS
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process

PLAIN = ("--set", "auto_level=off")


def events(text):
    """Return the events but for xruns, which come as the machine has time."""
    read = [json.loads(line) for line in text.splitlines()]
    return [event for event in read if event["event"] != "xruns"]


@pytest.mark.slow
def test_a_session_is_told_as_json_lines(tmp_path):
    path = tmp_path / "log"
    with (
        jack_server("log") as server,
        node_process(server.name, *PLAIN, "--log-json", str(path)) as node,
    ):
        # The first network has sounded before its crossfade is over and told of.
        wait_for(lambda: path.read_text(encoding="utf-8").count('"swap"') == 1)
        node.osc.send("/ronn/layers", 9)
        wait_for(lambda: node.osc.ask("/ronn/layers") == [9])
        wait_for(lambda: path.read_text(encoding="utf-8").count('"swap"') == 2)
        node.osc.send("/ronn/channels", 65)
        node.osc.ask("/ronn/ping", answer="/ronn/pong")
        assert node.end() == 0
    told = events(path.read_text(encoding="utf-8"))
    assert [event["event"] for event in told] == [
        "server",
        "swap",
        "change",
        "swap",
        "refusal",
        "end",
    ]
    by_name = {event["event"]: event for event in told}
    assert by_name["server"]["rate"] == 48000.0
    assert by_name["change"]["values"] == {"layers": 9}
    assert by_name["change"]["origin"].startswith("osc 127.0.0.1:")
    swap = by_name["swap"]
    assert swap["subject"] == "layers"
    assert swap["change_to_sound_ms"] >= swap["build_ms"] >= swap["prime_ms"] > 0.0
    assert swap["fade_ms"] == 30.0
    assert swap["step"] == 0.0  # nothing is played
    assert (by_name["refusal"]["subject"], by_name["refusal"]["network"]) == ("channels", False)
    assert set(by_name["end"]["status"]) == set(STATUS)
    assert by_name["end"]["status"]["callback_p50"] > 0.0


@pytest.mark.slow
def test_a_pipe_that_nobody_reads_holds_nothing_up_and_the_preset_is_told(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with (
        jack_server("pipe") as server,
        node_process(server.name, *PLAIN, "--preset", "hall", "--log-json", str(path)) as node,
    ):
        assert node.osc.ask("/ronn/preset") == ["hall", 1]  # by auto_level=off
        names = node.osc.ask("/ronn/presets")
        node.osc.send("/ronn/preset_next")
        following = names[names.index("hall") + 1]
        wait_for(lambda: node.osc.ask("/ronn/preset") == [following, 0])
        assert node.end() == 0
        said = node.said()[0]
        assert "start: preset hall\n" in said
        assert f": preset {following}\n" in said


@pytest.mark.slow
def test_on_stdout_the_lines_are_alone_and_people_read_stderr():
    with (
        jack_server("stdout") as server,
        node_process(server.name, *PLAIN, "--log-json", "-") as node,
    ):
        node.osc.send("/ronn/mix", 0.5)
        wait_for(lambda: node.osc.ask("/ronn/mix") == [0.5])
        wait_for(lambda: "without realtime scheduling" in node.said()[1])
        node.end()
        out, err = node.said()
    # The first network's crossfade may end, and be told of, at any time.
    told = [event["event"] for event in events(out) if event["event"] != "swap"]
    assert told[-2:] == ["change", "end"]
    assert "mix = 0.5" in err
    assert "warning: the audio thread runs without realtime scheduling" in err
    assert err.count("realtime") == 1
