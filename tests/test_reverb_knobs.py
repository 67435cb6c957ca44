"""The reverb in a node that plays through a real JACK server: every knob by OSC and by MIDI."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.parameters import PARAMETERS, Group, Kind
from tests.support.jack_graph import MidiSender, Player, Recorder, around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import NodeProcess, node_process
from tests.support.takes import hold_in_one

RATE = 48000
REALTIME = realtime_allowed(10)
PERIOD = 256 if REALTIME else 1024
HERTZ = 50.0
AMPLITUDE = 0.25
# A network that gives what it is given, so that the room alone could make a step.
PLAIN = {
    "layers": 1, "kernel": 1, "activation": "linear", "init": "dirac", "auto_level": "off",
    "reverb": "on", "reverb_mix": 1.0, "reverb_x": -1.0,
}  # fmt: skip
LAST = ("reverb_mix", "reverb_x", "reverb_low_cut")
"""At the end of their ranges they are long, or leave nothing of a low tone."""
OWN = [
    name
    for name, row in PARAMETERS.items()
    if row.group is Group.REVERB and row.kind is not Kind.NAME
]
KNOBS = [*(name for name in OWN if name not in LAST), *LAST]
STEP_SECONDS = 0.02
PLACES = [*np.linspace(1.0, 0.0, 9), *np.linspace(0.0, 1.0, 9)]
LOUDEST = -85.0
"""The straight glide of a mix from end to end has corners of -90 dB, and all else is below -130.

One that turns back in its middle, as where turns are late, has -84.
"""
FIRST_CC = 70
PROFILE = 'version = 1\nname = "Rooms"\n' + "".join(
    f'\n[[binding]]\nmessage = "cc"\nnumber = {FIRST_CC + place}\nparameter = "{name}"\n'
    for place, name in enumerate(KNOBS)
)


@contextlib.contextmanager
def playing(
    folder: Path, x: NDArray[np.float32], frames: int
) -> Iterator[tuple[NodeProcess, Player, Recorder, MidiSender]]:
    """Give a node with its reverb on, and what plays through it."""
    profile = folder / "rooms.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    options = [word for name, value in PLAIN.items() for word in ("--set", f"{name}={value}")]
    options += ["--midi-profile", str(profile)]
    with (
        jack_server("rooms", RATE, PERIOD, REALTIME) as server,
        node_process(server.name, *options) as node,
        around_node(server.name, x, frames) as (player, recorder),
        contextlib.closing(MidiSender(server.name)) as keys,
    ):
        keys.connect("ronn:midi_in")
        node.settle()
        yield node, player, recorder, keys


def by_osc(node: NodeProcess, keys: MidiSender) -> Iterator[Callable[[], object]]:
    """Yield a turn of a knob after the other, each over all of its range, down and up."""
    for name, place in itertools.product(KNOBS, PLACES):
        yield lambda name=name, place=place: node.osc.send(f"/ronn/n/{name}", float(place))


def by_midi(node: NodeProcess, keys: MidiSender) -> Iterator[Callable[[], object]]:
    for number, place in itertools.product(range(len(KNOBS)), PLACES):
        message = bytes([0xB0, FIRST_CC + number, round(127 * place)])
        yield lambda message=message: keys.send(message)


def above(y: NDArray[np.float32], hertz: float) -> float:
    """Return the loudest of what lies above a frequency, beside the tone, in dB."""
    size = 4096
    blocks = np.lib.stride_tricks.sliding_window_view(y.astype(float), size, axis=1)[
        :, :: size // 2
    ]
    spectra = np.abs(np.fft.rfft(blocks * np.hanning(size))) ** 2
    high = np.fft.rfftfreq(size, 1 / RATE) > hertz
    tone = size**2 / 16 * AMPLITUDE**2
    return 10 * np.log10(spectra[..., high].sum(-1).max() / tone)


@pytest.mark.parametrize(
    "hand",
    [pytest.param(by_osc, marks=pytest.mark.soak), pytest.param(by_midi, marks=pytest.mark.slow)],
)
def test_no_knob_makes_a_step_of_its_own(tmp_path: Path, hand) -> None:
    turns = len(KNOBS) * len(PLACES)
    frames = round((turns + 25) * STEP_SECONDS * RATE)
    t = np.arange(frames) / RATE
    fade = np.minimum(1.0, t / 0.2) ** 2 * (3 - 2 * np.minimum(1.0, t / 0.2))
    x = np.tile((AMPLITUDE * fade * np.sin(2 * np.pi * HERTZ * t)).astype(np.float32), (2, 1))

    def take() -> tuple[tuple[NDArray[np.float32], list[list[object]]], bool]:
        with playing(tmp_path, x, frames + RATE // 2) as (node, player, recorder, keys):
            before = node.osc.ask("/ronn/status/xruns")
            recorder.record()
            player.roll()
            began, latest = player.position, 0
            for number, turn in enumerate(hand(node, keys), 10):
                due = began + round(number * STEP_SECONDS * RATE)
                wait_for(lambda due=due: player.position >= due)
                latest = max(latest, player.position - due)
                turn()
            recorder.wait()
            answers = [node.osc.ask(f"/ronn/n/{name}") for name in KNOBS]
            assert node.osc.ask("/ronn/status/overloads") == [0]
            disturbed = node.osc.ask("/ronn/status/xruns") != before
            disturbed |= latest > 2 * STEP_SECONDS * RATE
        return (recorder.aligned()[:, RATE // 4 : frames], answers), disturbed

    def hold(taken: tuple[NDArray[np.float32], list[list[object]]]) -> None:
        y, answers = taken
        # The server drops the messages that a late block should have read.
        assert answers == [[1.0]] * len(KNOBS), "they have not been turned"
        assert np.abs(y).max() > 0.1 * AMPLITUDE
        assert above(y, 5000.0) <= LOUDEST

    hold_in_one(take, hold, 3)
