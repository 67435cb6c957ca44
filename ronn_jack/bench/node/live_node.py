"""A process of its own: how soon a running node sounds as it was told to, by OSC over UDP."""

from __future__ import annotations

import itertools
import queue
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ronn_jack.app import App
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.control.events import Refused, Swap
from ronn_jack.control.operations import Set
from ronn_jack.control.scene import Scene, beginning
from ronn_jack.control.subscriptions import Delivery, Numbered
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.codec import encode
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import Value
from ronn_jack.settings import Settings, load_settings

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.005
_SWEEP_MESSAGES_PER_SECOND = 200.0
_INPUT_SECONDS = 6.0
"""Input heard before anything is measured: as much as priming C or finding a level looks back."""
_LEAST_CHANGES = 3
_PAUSE_SECONDS = (0.005, 0.02)
"""Between the end of a fade and the next change, so that no phase of the block is preferred."""


@dataclass(frozen=True)
class LiveTask:
    """What to change, on a server that runs already.

    Attributes
    ----------
    networks : sequence of (name, parameter values)
    changes : int
        Single changes to make of each network.
    change_seconds : float
        Time after which a slow network's changes are broken off; there are a few at least.
    sweep_seconds : float
        Length of a knob's sweep.
    """

    server: str
    period: int
    networks: Sequence[tuple[str, Mapping[str, Value]]]
    changes: int
    change_seconds: float
    sweep_seconds: float


@dataclass(frozen=True)
class LiveRow:
    """Changes of a network's seed, all else being equal.

    Attributes
    ----------
    p50_ms, p99_ms, max_ms : float
        From the arrival of a message to the first frame in which its network sounds.
    dips : int
        Changes for which old and new did not fit together.
    sweep_heard_per_second : float
        Networks that became audible during a sweep of 200 messages per second.
    sweep_gap_ms : float
        Longest time between two of them.
    sweep_p50_ms, sweep_p99_ms : float or None
        As above, of those networks; None if there were none.
    """

    network: str
    period: int
    auto_level: bool
    changes: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    dips: int
    sweep_heard_per_second: float
    sweep_gap_ms: float
    sweep_p50_ms: float | None
    sweep_p99_ms: float | None


@dataclass(frozen=True)
class LiveFindings:
    """All rows of one server."""

    rows: list[LiveRow]


@dataclass(frozen=True)
class Heard:
    """A change that was heard, and when by `time.monotonic`."""

    at: float
    swap: Swap


@dataclass(frozen=True)
class Sweep:
    """What was heard of a sweep from `begin` to `end`."""

    begin: float
    end: float
    heard: list[Heard]


class _WatchedApp(App):
    """The node; what becomes of its changes can be waited for."""

    def __init__(self, settings: Settings, scene: Scene) -> None:
        super().__init__(settings, scene)
        self.heard: queue.SimpleQueue[Heard | str] = queue.SimpleQueue()
        self._watching = Delivery(self.subscriptions.subscribe(), self._watch, pause_seconds=0.0)

    def stop(self) -> None:
        super().stop()
        self._watching.close()

    def _watch(self, numbered: Numbered) -> None:
        match numbered.event:
            case Swap() as swap:
                self.heard.put(Heard(time.monotonic(), swap))
            case Refused(reason=reason, network=True):
                self.heard.put(reason)


class _Bench:
    name = "bench"

    def refuse(self, subject: str, reason: str) -> None:
        """Fail: what is asked for here has to be possible."""
        raise MachineError(f"{subject} was refused: {reason}")


class _Hand:
    """Turns the node's seed by OSC."""

    def __init__(self, app: _WatchedApp) -> None:
        self._app = app
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", app.osc_port))
        self._random = np.random.default_rng(0)
        self._seed = 1000

    def close(self) -> None:
        self._socket.close()

    def settle(self) -> None:
        """Wait until nothing is being built or faded, and forget what was heard."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while self._app.controller.status()["state"] != "running":
            if time.monotonic() > end:
                raise MachineError(f"the node did not settle within {_PATIENCE_SECONDS:g} s")
            time.sleep(_POLL_SECONDS)
        while not self._app.heard.empty():
            self._app.heard.get()

    def turn(self) -> Swap:
        """Make one change, wait until it is heard and has faded in."""
        self._send()
        try:
            heard = self._app.heard.get(timeout=_PATIENCE_SECONDS)
        except queue.Empty:
            raise MachineError(f"a change was not heard within {_PATIENCE_SECONDS:g} s") from None
        if isinstance(heard, str):
            raise MachineError(f"a change was refused: {heard}")
        self.settle()
        time.sleep(self._random.uniform(*_PAUSE_SECONDS))
        return heard.swap

    def turn_often(self, most: int, seconds: float) -> list[Swap]:
        """Make so many changes, or as many as there is time for."""
        end = time.monotonic() + seconds
        swaps: list[Swap] = []
        while len(swaps) < most and (len(swaps) < _LEAST_CHANGES or time.monotonic() < end):
            swaps.append(self.turn())
        return swaps

    def sweep(self, seconds: float) -> Sweep:
        """Turn on and on; return what was heard until the hand rests."""
        begin = time.monotonic()
        sent = 0
        while (passed := time.monotonic() - begin) < seconds:
            if sent < passed * _SWEEP_MESSAGES_PER_SECOND:
                self._send()
                sent += 1
            else:
                time.sleep(0.001)
        found = []
        while not self._app.heard.empty():
            heard = self._app.heard.get()
            if isinstance(heard, Heard):
                found.append(heard)
        return Sweep(begin, begin + passed, found)

    def _send(self) -> None:
        self._seed += 1
        self._socket.send(encode("/ronn/seed", [self._seed]))


def measure_live(task: LiveTask, progress: Progress) -> LiveFindings:
    """Change each network, first without auto level and then with it, while a phrase plays."""
    from ronn_jack.drivers.jack_tape import Player

    ports = {"osc_port": 0, "http_port": 0}
    settings = load_settings({"name": "ronn", "server": task.server, **ports})
    values = {**task.networks[0][1]}
    app = _WatchedApp(settings, beginning(values))
    app.start()
    hand = _Hand(app)
    try:
        assert app.client is not None
        player = Player(task.server, pluck_phrase(app.client.rate), loop=True)
        try:
            for port in ("1", "2"):
                player.connect(f"out_{port}", f"{app.client.name}:in_{port}")
            player.roll()
            while player.position < _INPUT_SECONDS * player.rate:
                time.sleep(_POLL_SECONDS)
            rows = []
            for auto_level in (False, True):
                for name, architecture in task.networks:
                    level = "on" if auto_level else "off"
                    progress(f"network {name}, {task.period} frames, auto level {level}")
                    _prepare(app, hand, architecture, auto_level)
                    swaps = hand.turn_often(task.changes, task.change_seconds)
                    sweep = hand.sweep(task.sweep_seconds)
                    hand.settle()
                    rows.append(live_row(name, task.period, auto_level, swaps, sweep))
        finally:
            player.close()
    finally:
        hand.close()
        app.stop()
    return LiveFindings(rows)


def live_row(
    name: str, period: int, auto_level: bool, swaps: Sequence[Swap], sweep: Sweep
) -> LiveRow:
    """Return what single changes and a sweep say of a network."""
    times = [swap.change_to_sound_ms for swap in swaps]
    swept = [heard.swap.change_to_sound_ms for heard in sweep.heard]
    moments = [sweep.begin, *(heard.at for heard in sweep.heard), sweep.end]
    return LiveRow(
        network=name,
        period=period,
        auto_level=auto_level,
        changes=len(times),
        p50_ms=_quantile(times, 0.5),
        p99_ms=_quantile(times, 0.99),
        max_ms=max(times),
        dips=sum(swap.dip for swap in swaps),
        sweep_heard_per_second=len(swept) / (sweep.end - sweep.begin),
        sweep_gap_ms=1e3 * max(b - a for a, b in itertools.pairwise(moments)),
        sweep_p50_ms=_quantile(swept, 0.5) if swept else None,
        sweep_p99_ms=_quantile(swept, 0.99) if swept else None,
    )


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed."""
    return float(np.quantile(values, share, method="inverted_cdf"))


def _prepare(
    app: _WatchedApp, hand: _Hand, architecture: Mapping[str, Value], auto_level: bool
) -> None:
    values = {**architecture, "auto_level": auto_level}
    app.controller.apply([Set(name, value) for name, value in values.items()], _Bench())
    hand.settle()
    hand.turn()


if __name__ == "__main__":
    answer(LiveTask, measure_live, sys.stdout)
