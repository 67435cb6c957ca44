"""A process of its own: how a running node answers a knob that is swept, and `reseed`."""

from __future__ import annotations

import contextlib
import queue
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ronn_jack.bench.node.live_node import Hand, Heard, WatchedApp, quantile
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.control.operations import NODE, Set
from ronn_jack.control.scene import beginning
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.codec import encode
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import defaults
from ronn_jack.settings import load_settings

SWEEP_SECONDS = 3.0
_MESSAGES_PER_SECOND = 100.0
_RESEED_SECONDS = 20.0
_PATIENCE_SECONDS = 30.0
_QUIET_SECONDS = 0.3
_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class KnobTask:
    """How often to do it, on a server that runs already, and what is played before."""

    server: str
    sweeps: int
    reseeds: int
    heard_seconds: float


@dataclass(frozen=True)
class KnobFindings:
    """What a hand waits for.

    Attributes
    ----------
    heard_per_second : list of float
        Networks that became audible while `kernel` was swept for 3 s, with `auto_level` on.
    last_ms : list of float
        From where the hand rested to the last network.
    reseed_p95_ms : float
        From the message to the first frame of its network, of the default architecture.
    """

    heard_per_second: list[float]
    last_ms: list[float]
    reseed_p95_ms: float


def heard_of_sweep(moments: Sequence[float], begin: float, end: float) -> tuple[float, float]:
    """Return how many networks a second were heard from `begin` to `end`, and how many ms later
    the last one was."""
    during = sum(begin <= moment <= end for moment in moments)
    last = max(moments, default=end)
    return during / (end - begin), 1e3 * max(0.0, last - end)


def measure_knobs(task: KnobTask, progress: Progress) -> KnobFindings:
    """Sweep `kernel` up or down, and draw new seeds, while a phrase plays."""
    from ronn_jack.drivers.jack_tape import Player

    overrides = {"name": "ronn", "server": task.server, "osc_port": 0, "http_port": 0}
    app = WatchedApp(load_settings({**overrides, "explore": False}), beginning(defaults()))
    with contextlib.ExitStack() as stack:
        app.start()
        stack.callback(app.stop)
        hand = stack.enter_context(contextlib.closing(Hand(app)))
        assert app.client is not None
        player = stack.enter_context(
            contextlib.closing(Player(task.server, pluck_phrase(app.client.rate), loop=True))
        )
        for port in ("1", "2"):
            player.connect(f"out_{port}", f"{app.client.name}:in_{port}")
        player.roll()
        while player.position < task.heard_seconds * player.rate:
            time.sleep(_POLL_SECONDS)
        sweeps = []
        for number in range(task.sweeps):
            progress(f"sweep {number + 1} of kernel")
            hand.settle()
            sweeps.append(_sweep(app, *((1.0, 0.0) if number % 2 else (0.0, 1.0))))
        progress("reseed")
        app.controller.apply([Set("kernel", defaults()["kernel"])], NODE)
        hand.settle()
        times = [swap.change_to_sound_ms for swap in hand.turn_often(task.reseeds, _RESEED_SECONDS)]
    rates, lasts = zip(*sweeps, strict=True)
    return KnobFindings(list(rates), list(lasts), quantile(times, 0.95))


def _sweep(app: WatchedApp, start: float, goal: float) -> tuple[float, float]:
    """Turn `kernel` from one end of its range to the other, until nothing more is heard of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", app.osc_port))
        begin, sent = time.monotonic(), 0
        while (passed := time.monotonic() - begin) < SWEEP_SECONDS:
            if sent <= passed * _MESSAGES_PER_SECOND:
                out.send(
                    encode("/ronn/n/kernel", [start + (goal - start) * passed / SWEEP_SECONDS])
                )
                sent += 1
            else:
                time.sleep(0.001)
        out.send(encode("/ronn/n/kernel", [goal]))
        end = time.monotonic()
    moments: list[float] = []
    quiet = end
    while time.monotonic() < quiet + _QUIET_SECONDS:
        if time.monotonic() > end + _PATIENCE_SECONDS:
            raise MachineError(f"a sweep did not end within {_PATIENCE_SECONDS:g} s")
        with contextlib.suppress(queue.Empty):
            heard = app.heard.get(timeout=_POLL_SECONDS)
            if isinstance(heard, Heard):
                moments.append(heard.at)
        if app.controller.status()["state"] != "running":
            quiet = time.monotonic()
    return heard_of_sweep(moments, begin, end)


if __name__ == "__main__":
    answer(KnobTask, measure_knobs, sys.stdout)
