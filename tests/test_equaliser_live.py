"""The equaliser's knobs, swept through a real JACK server by OSC and by MIDI."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.model.latent.playing import EQUALISER
from ronn_jack.parameters import PARAMETERS, Value
from tests.support.jack_graph import MidiSender, Player, Recorder, around_node
from tests.support.jack_server import jack_server
from tests.support.node_process import NodeProcess, node_process
from tests.support.takes import hold_in_one

RATE = 48000
REALTIME = realtime_allowed(10)
PERIOD = 256 if REALTIME else 1024
SECONDS = 6
HERTZ = 50.0
KNOBS = [row for row in PARAMETERS.values() if row.name in EQUALISER]
PROFILE = "version = 1\n" + "\n".join(
    f'[[binding]]\nmessage = "cc"\nnumber = {number}\nparameter = "{row.name}"'
    for number, row in enumerate(KNOBS, 1)
)
START: dict[str, Value] = {"network": False, "eq": True, "auto_level": False}
PEAK = 1e-5
"""So quiet that the guard bends nothing, with all bands at their most."""
INNER = slice(RATE // 4, -RATE // 4)
STEPS = (0.0, 0.3, 1.0, 0.6, 0.1, 0.9, 0.5)

Turn = Callable[[NodeProcess, MidiSender, int, float], None]


def by_osc(node: NodeProcess, _: MidiSender, number: int, place: float) -> None:
    node.osc.send(f"/ronn/n/{KNOBS[number].name}", place)
    node.osc.ask("/ronn/ping", answer="/ronn/pong")  # no flood, which is measured elsewhere


def by_midi(_: NodeProcess, keys: MidiSender, number: int, place: float) -> None:
    keys.send(bytes([0xB0, number + 1, round(127 * place)]))


@contextlib.contextmanager
def playing_node(
    folder: Path, x: NDArray[np.float32]
) -> Iterator[tuple[NodeProcess, MidiSender, Player, Recorder]]:
    profile = folder / "knobs.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    options = [word for name, value in START.items() for word in ("--set", f"{name}={value}")]
    with (
        jack_server("equaliser", RATE, PERIOD, REALTIME) as server,
        node_process(server.name, *options, "--midi-profile", str(profile)) as node,
        contextlib.closing(MidiSender(server.name)) as keys,
        around_node(server.name, x, x.shape[1]) as (player, recorder),
    ):
        keys.connect("ronn:midi_in")
        node.settle()
        yield node, keys, player, recorder


def sweep(node: NodeProcess, keys: MidiSender, turn: Turn) -> None:
    """Turn all knobs to and fro."""
    for place in STEPS:
        for number in range(len(KNOBS)):
            turn(node, keys, number, place)


def above_5_khz(y: NDArray[np.float32]) -> float:
    """Return how loud it is above 5 kHz at most, in dB of the 100 ms around that moment."""
    size = 2048
    # Each half laps over the next part, as a window hears nothing at its ends.
    parts = sliding_window_view(y, size)[:: size // 2].astype(float) * np.blackman(size)
    power = np.abs(np.fft.rfft(parts, axis=1)) ** 2
    high, whole = power[:, round(5000 * size / RATE) :].sum(axis=1), power.sum(axis=1)
    around = sliding_window_view(whole, 5).max(axis=1)
    return float(10 * np.log10((high[2:-2] / around).max()))


def swept(folder: Path, x: NDArray[np.float32], turn: Turn) -> tuple[NDArray[np.float32], int]:
    """Return what is heard while the knobs are swept, and how many xruns there were."""
    with playing_node(folder, x) as (node, keys, player, recorder):
        before = node.osc.ask("/ronn/status/xruns")
        recorder.record()
        player.roll()
        while not recorder.full:
            sweep(node, keys, turn)
        assert node.osc.ask("/ronn/status/overloads") == [0]
        return recorder.aligned()[0], node.osc.ask("/ronn/status/xruns")[0] - before[0]


@pytest.mark.parametrize(
    "turn",
    [pytest.param(by_osc, marks=pytest.mark.slow), pytest.param(by_midi, marks=pytest.mark.soak)],
)
def test_every_knob_is_swept_without_an_xrun_or_a_step(tmp_path: Path, turn: Turn) -> None:
    t = np.arange(SECONDS * RATE) / RATE
    x = np.tile(PEAK * np.sin(2 * np.pi * HERTZ * t), (2, 1)).astype(np.float32)

    def take() -> tuple[tuple[NDArray[np.float32], int], bool]:
        heard, xruns = swept(tmp_path, x, turn)
        return (heard, xruns), xruns > 0

    def hold(taken: tuple[NDArray[np.float32], int]) -> None:
        heard, xruns = taken
        assert 2 * PEAK < np.abs(heard).max() < 0.8
        if xruns and not REALTIME:
            return  # what is lost with a block is a step
        assert xruns == 0
        assert above_5_khz(heard) <= -100.0
        stepped = heard.copy()
        # Where nothing is cut off by the ends.
        stepped[INNER.start + np.abs(heard[INNER]).argmax() :] *= 1.02
        assert above_5_khz(stepped) > -100.0

    hold_in_one(take, hold)
