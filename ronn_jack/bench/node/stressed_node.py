"""A process of its own: a node under stress, by the callback of its choice.

The stress is Python threads that keep the interpreter's lock busy in this process, and OSC messages
from another one.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from ronn_jack.app import POLL_SECONDS, App
from ronn_jack.bench.node import osc_flood
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.control.scene import beginning
from ronn_jack.drivers import jack_library
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import Value
from ronn_jack.settings import load_settings

Callback = Literal["compiled", "interpreter"]

_WARM_UP_SECONDS = 1.0
_UNDISTURBED_SECONDS = 0.0005
"""Longest time between reading the clock and the blocks: others may take the lock meanwhile."""


@dataclass(frozen=True)
class Task:
    """What to run, and how hard to stress it."""

    server: str
    callback: Callback
    values: Mapping[str, Value]
    messages_per_second: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What happened in the time measured.

    Attributes
    ----------
    blocks_run, blocks_due : int
        Blocks that the callback finished, and those that fell due by the clock.
    messages_per_second : float
        OSC messages that were sent.
    times : list of int
        Histogram of the callback's times, as `ronn_jack.realtime.meters.histogram` keeps it.
    """

    callback: Callback
    seconds: float
    period_us: float
    blocks_run: int
    blocks_due: int
    xruns: int
    messages_per_second: float
    times: list[int]


class _InterpreterApp(App):
    """The node, but for its callback."""

    def _open(self, name: str) -> JackClient:
        jack_library.load()
        from ronn_jack.bench.node.interpreter_client import InterpreterClient

        settings = self.settings
        spec = network_spec(self.controller.values, settings.inputs, settings.outputs)
        return InterpreterClient(name, settings.server, spec)


def measure(task: Task, progress: Progress) -> Outcome:
    """Run a node under stress, and return what became of its blocks."""
    ports = {"osc_port": 0, "http_port": 0}
    settings = load_settings({"name": "ronn", "server": task.server, **ports})
    scene = beginning(task.values)
    app = (App if task.callback == "compiled" else _InterpreterApp)(settings, scene)
    app.start()
    stop = threading.Event()
    hogs = [threading.Thread(target=hog, args=(stop,)) for hog in (_serialise, _collect_garbage)]
    try:
        for hog in hogs:
            hog.start()
        with _flood(app.osc_port, task.messages_per_second) as flood:
            return _watch(app, task, flood)
    finally:
        stop.set()
        for hog in hogs:
            hog.join()
        app.stop()


def _watch(app: App, task: Task, flood: subprocess.Popen[str]) -> Outcome:
    client = app.client
    assert client is not None
    _wait(app, _WARM_UP_SECONDS)
    times, xruns = client.callback_times(), client.xruns
    begin, before = _blocks_now(client)
    _wait(app, task.seconds)
    end, after = _blocks_now(client)
    seconds, blocks = end - begin, after - before
    times, xruns = client.callback_times() - times, client.xruns - xruns
    sent, _ = flood.communicate()
    return Outcome(
        callback=task.callback,
        seconds=seconds,
        period_us=client.period / client.rate * 1e6,
        blocks_run=blocks,
        blocks_due=round(seconds * client.rate / client.period),
        xruns=xruns,
        messages_per_second=float(sent),
        times=times.tolist(),
    )


def _blocks_now(client: JackClient) -> tuple[float, int]:
    """Return the time in s and the blocks run until then.

    By the clock and not by the server's frames, which stand still while it waits for a client.
    """
    while True:
        begin = time.monotonic()
        blocks = client.blocks
        if time.monotonic() - begin < _UNDISTURBED_SECONDS:
            return begin, blocks


@contextmanager
def _flood(port: int, rate: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", osc_flood.__name__, str(port), str(rate)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(app: App, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.poll()
        time.sleep(POLL_SECONDS)


def _serialise(stop: threading.Event) -> None:
    table = {str(i): [i, {"name": "x" * 20}] for i in range(300)}
    while not stop.is_set():
        json.loads(json.dumps(table))


def _collect_garbage(stop: threading.Event) -> None:
    while not stop.is_set():
        gc.collect()


if __name__ == "__main__":
    answer(Task, measure, sys.stdout)
