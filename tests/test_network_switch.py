"""The networks switched off and on, by OSC and MIDI, while a node plays through a JACK server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.retiming import GLIDE_SECONDS
from tests.realtime.engine_driver import engine_for, play
from tests.support.jack_graph import MidiSender, around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.takes import hold_in_one

RATE = 48000
REALTIME = realtime_allowed(10)
PERIOD = 256 if REALTIME else 1024
TURNS = 8
SECONDS = 20
"""Most that it may take until all have been done."""
SEEN = 512
SETTLED = RATE // 10
GLIDE = round(GLIDE_SECONDS * RATE)
SOUND = {"activation": "tanh", "kernel": 9, "dilation": 3, "seed": 3, "auto_level": "off"}
SPEC = NetworkSpec(activation="tanh", kernel=9, dilation=3, seed=3)
Heard = tuple[NDArray[np.float32], list[tuple[int, bool]]]
PROFILE = """\
version = 1
name = "Switch"

[[binding]]
message = "cc"
number = 70
parameter = "network"
"""


def heard(x: NDArray[np.float32], folder: Path) -> tuple[Heard, bool]:
    """Play through a node while its networks go and come.

    Returns
    -------
    heard : (audio, marks)
        What it gave and what it was given, ndarray [shape=(4, frames), float32], and frames in
        which all had settled, with whether the networks were on.
    disturbed : bool
        Whether JACK told of xruns.
    """
    profile = folder / "switch.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    options = [word for name, value in SOUND.items() for word in ("--set", f"{name}={value}")]
    options += ["--midi-profile", str(profile)]
    marks = []
    with (
        jack_server("switch", RATE, PERIOD, REALTIME) as server,
        node_process(server.name, *options) as node,
        around_node(server.name, x, x.shape[1]) as (player, recorder),
        contextlib.closing(MidiSender(server.name)) as keys,
    ):
        keys.connect("ronn:midi_in")
        node.settle()
        before = node.osc.ask("/ronn/status/xruns")
        recorder.record()
        player.roll()

        def passes() -> bool:
            y = recorder.audio[:, recorder.position - SEEN : recorder.position]
            return np.array_equal(y[:2], y[2:])

        def settle(on: bool, press: Callable[[], object] = lambda: None) -> None:
            def settled() -> bool:
                press()  # again, as the server drops the MIDI that a late block should have read
                return passes() != on

            wait_for(settled)
            end = recorder.position + 2 * SETTLED
            wait_for(lambda: recorder.position >= end)
            marks.append((recorder.position, on))

        wait_for(lambda: recorder.position > RATE // 2)
        settle(True)
        for turn in range(1, TURNS + 1):
            on = turn % 2 == 0
            if turn % 4 < 2:
                node.osc.send("/ronn/network", int(on))
                settle(on)
            else:
                settle(on, lambda on=on: keys.send(bytes([0xB0, 70, 127 * on])))
        assert not recorder.full
        disturbed = node.osc.ask("/ronn/status/xruns") != before
        assert node.osc.ask("/ronn/status/overloads") == [0]
    return (recorder.audio[:, : marks[-1][0]], marks), disturbed


@pytest.mark.slow
def test_they_go_and_come_without_a_step_and_sound_as_if_they_had_always_run(
    tmp_path: Path,
) -> None:
    t = np.arange(SECONDS * RATE) / RATE
    fade = np.minimum(1.0, t / 0.2) ** 2 * (3 - 2 * np.minimum(1.0, t / 0.2))
    tones = 0.1 * np.sin(2 * np.pi * 110.0 * t) + 0.1 * np.sin(2 * np.pi * 165.3 * t)
    played = np.tile((fade * tones).astype(np.float32), (2, 1))

    def hold(taken: Heard) -> None:
        audio, marks = taken
        y, x = audio[:2].astype(float), audio[2:]
        network = play(engine_for(SPEC, auto_level=False), x, 8192).astype(float)
        assert np.abs(network - x).max() > 0.01
        assert len(marks) == TURNS + 1
        for end, on in marks:
            expected = network if on else x
            assert np.abs(y - expected)[:, end - SETTLED : end].max() < 1e-5
        most = max(np.abs(np.diff(each)).max() for each in (x, network))
        together = np.abs(network).max() + np.abs(x).max()
        # Two signals that have nothing in common are added by gains whose squares are 1 together.
        assert np.abs(np.diff(y)).max() <= np.sqrt(2.0) * (most + together / GLIDE)

    hold_in_one(lambda: heard(played, tmp_path), hold)
