"""The node shows itself: a riff, a few knobs turned by OSC, and a recording of what was heard."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ronn_jack.app import POLL_SECONDS, App
from ronn_jack.audio_files.target import TargetFormat, check_target, written
from ronn_jack.control.events import Refused, log_event
from ronn_jack.control.scene import beginning
from ronn_jack.control.subscriptions import Delivery, Numbered
from ronn_jack.demo.score import START, Hands, score
from ronn_jack.drivers import jack_library
from ronn_jack.drivers.jack_server import DummyServer, probe, realtime_allowed
from ronn_jack.errors import JackError, RefusedError
from ronn_jack.interfaces.terminal.view import View, logging_to, open_view
from ronn_jack.interrupts import Interrupts
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import Value, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.settings import Settings, load_settings
from ronn_jack.units import gain_to_decibels

RATE = 48000
PERIOD = 512
"""Frames in a block of the private server: long, as it may run without realtime scheduling."""
PRIORITY = 10
"""Realtime priority that jackd asks for by itself."""

_SPEAKERS = ":playback_"
_FADE_SECONDS = 0.1
"""The end of the recording, in which the node fades out and leaves."""
_START_SECONDS = 60.0
_STALL_SECONDS = 5.0


def run_demo(
    seconds: float,
    out: Path,
    interrupts: Interrupts,
    settings: Settings | None = None,
    values: Mapping[str, Value] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Play the riff through the node for a while and write what was heard.

    A JACK server that runs is used, with its speakers; where none runs and none was named, a
    private one is started and stopped again.

    Parameters
    ----------
    seconds : float
        Length of the recording.
    out : Path
        WAV file to write, 32-bit float.
    interrupts : Interrupts
        Tell to end early; nothing is written unless something was heard.
    settings : Settings, optional
        The node's, but for its address and ports: it listens on loopback at a free one.
    values : mapping, optional
        Accepted value of every parameter to begin with.
    stream : text stream, optional
        Where to show what happens; stdout unless given.

    Raises
    ------
    MachineError
        If libjack or jackd is missing, the server that was named does not run or refuses, or the
        file can't be written.
    RefusedError
        If this machine can't run the network.
    """
    check_target(out)
    settings = replace(settings or load_settings(), bind="127.0.0.1", osc_port=0, http_port=0)
    interrupts.joining()  # before the terminal shows what has to be taken away again
    try:
        _show(seconds, out, interrupts, settings, values or {**defaults(), **START}, stream)
    except JackError:
        # JACK is not waited for any more when the demo is to end.
        if not interrupts.wanted.is_set():
            raise


def _show(
    seconds: float,
    out: Path,
    interrupts: Interrupts,
    settings: Settings,
    values: Mapping[str, Value],
    stream: TextIO | None,
) -> None:
    with contextlib.ExitStack() as stack:
        view = stack.enter_context(open_view(stream or sys.stdout))
        stack.enter_context(logging_to(view))
        jack_library.load()
        if settings.server is None and probe() is None:
            name = f"ronn-demo-{os.getpid()}"
            server = DummyServer(name, RATE, PERIOD, realtime_allowed(PRIORITY))
            stack.enter_context(server)
            settings = replace(settings, server=name)
            view.event(f"no JACK server runs: started a private one, '{name}'")
        refusals: list[str] = []

        def receive(numbered: Numbered) -> None:
            log_event(numbered.event)
            if isinstance(numbered.event, Refused) and numbered.event.network:
                refusals.append(numbered.event.reason)

        app = App(settings, beginning(values))
        stack.enter_context(Delivery(app.subscriptions.subscribe(), receive))
        stack.callback(app.stop)
        app.start()
        _wait_until_ready(app, refusals, interrupts)
        if interrupts.wanted.is_set():
            return
        audio, rate = _perform(app, view, interrupts, seconds)
        if audio.size:
            _write(out, audio, rate)
            view.event(f"wrote {out}: {_sound_words(audio, rate)}")


def _wait_until_ready(app: App, refusals: list[str], interrupts: Interrupts) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not app.controller.ready and not interrupts.wanted.is_set():
        if refusals:
            raise RefusedError(f"the network to begin with was refused: {refusals[0]}")
        if time.monotonic() > deadline:
            raise JackError(f"no network sounded within {_START_SECONDS:g} s: is JACK stuck?")
        app.poll()
        time.sleep(POLL_SECONDS)


def _perform(
    app: App, view: View, interrupts: Interrupts, seconds: float
) -> tuple[NDArray[np.float32], int]:
    """Play, turn and record until the recording is full or somebody has heard enough.

    Returns
    -------
    audio : ndarray [shape=(outputs, frames), float32]
    rate : int
        In Hz.
    """
    # Imported late, as its compiled code needs libjack.
    from ronn_jack.drivers.jack_tape import Player, Recorder

    client = app.client
    assert client is not None
    settings, rate = app.settings, round(client.rate)
    frames = round(seconds * rate)
    with contextlib.ExitStack() as stack:
        riff = pluck_phrase(rate)[: settings.inputs]
        player = Player(settings.server, riff, "ronn-riff", loop=True)
        stack.callback(player.close)
        ports = [f"in_{i + 1}" for i in range(settings.outputs)]
        recorder = Recorder(settings.server, ports, frames, "ronn-recorder")
        stack.callback(recorder.close)
        for i in range(settings.inputs):
            player.connect(f"out_{i + 1}", f"{client.name}:in_{i + 1}")
        for i in range(settings.outputs):
            recorder.connect(f"in_{i + 1}", f"{client.name}:out_{i + 1}")
        for connection in client.connections_to(_SPEAKERS):
            client.connect(connection)
        hands = stack.enter_context(Hands(score(PresetStore()), app.osc_port, view))
        position, moved_at = 0, time.monotonic()
        interrupts.started()
        recorder.record()
        player.roll()
        while position < frames - _FADE_SECONDS * rate and not interrupts.wanted.is_set():
            now = time.monotonic()
            if recorder.position > position:
                position, moved_at = recorder.position, now
            if app.client is None or now > moved_at + _STALL_SECONDS:
                raise JackError("the JACK server went away during the demo: start it again")
            app.poll()
            hands.turn(position / frames, app.controller.values)
            view.update(app.snapshot())
            time.sleep(POLL_SECONDS)
        xruns = app.controller.status()["xruns"]
        view.event(f"{hands.arrived} of {hands.begun} turns arrived by OSC, xruns {xruns}")
        app.stop()
        gone = time.monotonic() + _STALL_SECONDS
        while not (recorder.full or interrupts.wanted.is_set() or time.monotonic() > gone):
            time.sleep(POLL_SECONDS)
        return recorder.audio[:, : recorder.position].copy(), rate


def _write(out: Path, audio: NDArray[np.float32], rate: int) -> None:
    with written(out, TargetFormat("WAV", "FLOAT"), rate, len(audio)) as writer:
        writer.write(audio.T)


def _sound_words(audio: NDArray[np.float32], rate: int) -> str:
    length = audio.shape[1] / rate
    peak = gain_to_decibels(float(np.abs(audio).max(initial=0.0)))
    power = float(np.square(audio, dtype=np.float64).sum()) / max(1, audio.size)
    rms = gain_to_decibels(power**0.5)
    return f"{length:.1f} s at {rate} Hz, peak {peak:.1f} dBFS, RMS {rms:.1f} dBFS"
