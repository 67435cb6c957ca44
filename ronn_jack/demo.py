"""The node shows itself: a riff, a few knobs turned by OSC, and a recording of what was heard."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import TextIO

import numpy as np
import soundfile
from numpy.typing import NDArray
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient

from ronn_jack.app import POLL_SECONDS, App
from ronn_jack.control.presets import PresetStore
from ronn_jack.drivers import jack_library
from ronn_jack.drivers.jack_server import DummyServer, probe, realtime_allowed
from ronn_jack.errors import AudioFileError, JackError
from ronn_jack.interfaces.terminal import View, logging_to, open_view
from ronn_jack.interfaces.terminal_snapshot import take_snapshot, value_words
from ronn_jack.parameters import Value, defaults
from ronn_jack.phrase import pluck_phrase
from ronn_jack.settings import Settings, load_settings
from ronn_jack.units import gain_to_decibels

RATE = 48000
PERIOD = 512
"""Frames in a block of the private server: long, as it may run without realtime scheduling."""
PRIORITY = 10
"""What jackd asks for by itself."""
START: Mapping[str, Value] = {
    "layers": 4,
    "kernel": 5,
    "activation": "tanh",
    "input_gain": 12.0,
    "seed": 3,
    "auto_level": False,
}
"""What the demo begins with, where nothing else is asked for: a mild overdrive."""

_SPEAKERS = ":playback_"
_FADE_SECONDS = 0.1
"""The end of the recording, in which the node fades out and leaves."""
_START_SECONDS = 60.0
_STALL_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """Knobs that are turned together.

    Attributes
    ----------
    share : float
        When, as a share of the demo's length.
    words : str
        What is to be heard.
    values : mapping
        The parameters' new values.
    preset : str or None
        The preset whose values they are, to be loaded by its name.
    """

    share: float
    words: str
    values: Mapping[str, Value]
    preset: str | None = None


SCORE = (
    Turn(0.1, "another random network", {"seed": 7}),
    Turn(0.2, "a deeper one", {"layers": 9}),
    Turn(0.3, "another curve", {"activation": "sine"}),
    Turn(
        0.4,
        "taps so far apart that they smear like a reverb",
        {"layers": 7, "kernel": 9, "dilation": 4, "activation": "tanh"},
    ),
    Turn(0.6, "half of it dry", {"mix": 0.5}),
    Turn(0.9, "the riff itself", {"bypass": True}),
)
_PRESET_SHARE = 0.75


def run_demo(
    seconds: float,
    out: Path,
    settings: Settings | None = None,
    values: Mapping[str, Value] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Play the riff through the node for a while and write what was heard.

    A JACK server that runs is used, and its speakers; otherwise a private one is started and
    stopped again. SIGINT and SIGTERM end the demo early.

    Parameters
    ----------
    seconds : float
        Length of the recording.
    out : Path
        WAV file to write, 32-bit float.
    settings : Settings, optional
        The node's; its ports are taken from what is free.
    values : mapping, optional
        Accepted value of every parameter to begin with.
    stream : text stream, optional
        Where to show what happens; stdout unless given.

    Raises
    ------
    MachineError
        If libjack or jackd is missing, a server refuses, or the file can't be written.
    KeyboardInterrupt
        If it was interrupted before anything was heard.
    """
    _check_writable(out)
    settings = replace(settings or load_settings(), osc_port=0, http_port=0, bind="127.0.0.1")
    with contextlib.ExitStack() as stack:
        interrupts = stack.enter_context(_interrupts())
        view = stack.enter_context(open_view(stream or sys.stdout))
        stack.enter_context(logging_to(view))
        jack_library.load()
        facts = probe(settings.server)
        if facts is None:
            server = DummyServer(
                f"ronn-demo-{os.getpid()}", RATE, PERIOD, realtime_allowed(PRIORITY)
            )
            stack.enter_context(server)
            settings = replace(settings, server=server.name)
            view.event(f"no JACK server runs: started a private one, '{server.name}'")
        app = App(settings, values or {**defaults(), **START})
        stack.callback(app.stop)
        heard = _perform(app, view, interrupts, seconds)
        if heard.audio.shape[1]:
            _write(out, heard)
        view.event(f"{heard.turned} of {heard.turns} turns arrived by OSC, xruns {heard.xruns}")
        view.event(f"wrote {out}: {_level_words(heard)}")


@dataclass
class _Heard:
    """What came of the demo.

    Attributes
    ----------
    audio : ndarray [shape=(outputs, frames), float32]
    rate : int
        In Hz.
    turned, turns : int
        Turns whose values the node accepted, and turns that were due.
    """

    audio: NDArray[np.float32]
    rate: int
    turned: int
    turns: int
    xruns: int


@dataclass
class _Interrupts:
    """Whether somebody wants the demo to end.

    Until there is something to keep, a signal ends it at once.
    """

    keep: bool = False
    wanted: bool = False

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self.wanted = True
        if not self.keep:
            raise KeyboardInterrupt


@contextlib.contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    interrupts = _Interrupts()
    before = {
        number: signal.signal(number, interrupts.handle)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Hands:
    """Turns the knobs when it is time, by OSC over UDP like anybody else."""

    app: App
    view: View
    score: list[Turn]
    done: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = UDPClient("127.0.0.1", self.app.osc_port)
        self._awaited: Mapping[str, Value] = {}
        self.arrived = 0

    def turn(self, share: float) -> None:
        """Do what is due at a share of the demo's length, and see whether the last turn arrived."""
        values = self.app.controller.values
        if self._awaited and all(values[name] == v for name, v in self._awaited.items()):
            self._awaited = {}
            self.arrived += 1
        while self.score and self.score[0].share <= share:
            turn = self.score.pop(0)
            self.done.append(turn)
            self._awaited = turn.values
            self._send(turn)

    def _send(self, turn: Turn) -> None:
        if turn.preset is None:
            knobs = ", ".join(f"{n} = {value_words(n, v)}" for n, v in turn.values.items())
            self.view.event(f"turning {knobs}: {turn.words}")
            messages = [(f"/ronn/{name}", value) for name, value in turn.values.items()]
        else:
            self.view.event(f"loading the preset {turn.preset}: {turn.words}")
            messages = [("/ronn/preset_load", turn.preset)]
        bundle = OscBundleBuilder(IMMEDIATELY)
        for address, value in messages:
            message = OscMessageBuilder(address)
            message.add_arg(value)
            bundle.add_content(message.build())
        self._client.send(bundle.build())


def _perform(app: App, view: View, interrupts: _Interrupts, seconds: float) -> _Heard:
    """Play, turn and record until the recording is full or somebody has heard enough."""
    # Imported late, as its compiled code needs libjack.
    from ronn_jack.drivers.jack_tape import Player, Recorder

    app.start()
    _wait_until_ready(app)
    client = app.client
    assert client is not None
    server, rate = app.settings.server, round(client.rate)
    riff = pluck_phrase(rate)[: app.settings.inputs]
    ports = [f"in_{i + 1}" for i in range(app.settings.outputs)]
    with contextlib.ExitStack() as stack:
        player = Player(server, riff, "ronn-riff", loop=True)
        stack.callback(player.close)
        recorder = Recorder(server, ports, round(seconds * rate), "ronn-recorder")
        stack.callback(recorder.close)
        for i in range(app.settings.inputs):
            player.connect(f"out_{i + 1}", f"{client.name}:in_{i + 1}")
        for i in range(app.settings.outputs):
            recorder.connect(f"in_{i + 1}", f"{client.name}:out_{i + 1}")
        for wire in client.wires_to(_SPEAKERS):
            client.connect(wire)
        hands = _Hands(app, view, _score())
        interrupts.keep = True
        recorder.record()
        player.roll()
        frames = recorder.audio.shape[1]
        end = frames - round(_FADE_SECONDS * rate)
        moved_at, position = time.monotonic(), 0
        while recorder.position < end and not interrupts.wanted:
            if recorder.position > position:
                moved_at, position = time.monotonic(), recorder.position
            if app.client is None or time.monotonic() > moved_at + _STALL_SECONDS:
                raise JackError("the JACK server went away during the demo: start it again")
            app.poll()
            hands.turn(position / frames)
            address = f"{app.settings.bind}:{app.osc_port}"
            view.update(take_snapshot(app.controller, app.client, address))
            time.sleep(POLL_SECONDS)
        hands.turn(position / frames)
        xruns = int(app.controller.status()["xruns"])
        app.stop()
        heard = recorder.audio[:, : recorder.position].copy()
    return _Heard(heard, rate, hands.arrived, len(hands.done), xruns)


def _score() -> list[Turn]:
    """Return the turns in their order, with the first preset among them if there is one."""
    store = PresetStore()
    presets = [
        Turn(_PRESET_SHARE, "a sound that was made before", store.load(name).values, name)
        for name in store.names()[:1]
    ]
    return sorted([*SCORE, *presets], key=lambda turn: turn.share)


def _wait_until_ready(app: App) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not app.controller.ready:
        if time.monotonic() > deadline:
            raise JackError(f"no network sounded within {_START_SECONDS:g} s: try again")
        app.poll()
        time.sleep(POLL_SECONDS)


def _check_writable(out: Path) -> None:
    """Refuse a target that can't be written before anything is played."""
    if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        raise AudioFileError(f"{out} can't be written: choose another file with --out")


def _write(out: Path, heard: _Heard) -> None:
    try:
        soundfile.write(out, heard.audio.T, heard.rate, subtype="FLOAT", format="WAV")
    except (OSError, soundfile.SoundFileError) as error:
        raise AudioFileError(f"{out} can't be written: {error}") from error


def _level_words(heard: _Heard) -> str:
    if not heard.audio.size:
        return "nothing was heard"
    peak = gain_to_decibels(float(np.abs(heard.audio).max()))
    rms = gain_to_decibels(float(np.sqrt(np.mean(np.square(heard.audio, dtype=np.float64)))))
    length = heard.audio.shape[1] / heard.rate
    return f"{length:.1f} s at {heard.rate} Hz, peak {peak:.1f} dBFS, RMS {rms:.1f} dBFS"
