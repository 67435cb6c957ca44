"""A running node's answers: to a knob, to `reseed`, and while the search is at work."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ronn_jack.bench.feel.callback_cost import added, tolerated_us
from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.knob_node import SWEEP_SECONDS, KnobFindings, KnobTask
from ronn_jack.bench.node.crowd import Asker, ask_quietly
from ronn_jack.bench.node.node_process import NodeProcess
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.drivers.jack_server import DummyServer, realtime_allowed

RATE = 48_000
PERIOD = 128
LEAST_HEARD = 10.0
MOST_LAST_MS = 200.0
MOST_RESEED_MS = 25.0
_SWEEPS, _QUICK_SWEEPS = 4, 1
_RESEEDS, _QUICK_RESEEDS = 100, 5
_HEARD_SECONDS, _QUICK_HEARD_SECONDS = 6.0, 1.0
"""Of a phrase, after which the level is that of what is played."""
_PAIRS, _QUICK_PAIRS = 4, 1
_ASKED_SECONDS, _QUICK_ASKED_SECONDS = 10.0, 1.0
"""The node tells the times of its last ten seconds."""
_BEFORE_SECONDS = 3.0
_PATIENCE_SECONDS = 240.0
_SEARCH_SECONDS = 60.0
_POLL_SECONDS = 0.5
_CANDIDATES = "/ronn/status/candidates"


@dataclass(frozen=True)
class Turn:
    """A node's times in µs, and what the search has found meanwhile."""

    callback_p99_us: float
    answer_us: float
    candidates: float


def measure_knobs(quick: bool, progress: Progress) -> Iterator[Figure]:
    """Sweep and reseed in a node on a private server.

    Raises
    ------
    MachineError
        If there is no JACK, or the node does not answer.
    """
    sweeps, reseeds = (_QUICK_SWEEPS, _QUICK_RESEEDS) if quick else (_SWEEPS, _RESEEDS)
    heard = _QUICK_HEARD_SECONDS if quick else _HEARD_SECONDS
    with DummyServer(f"ronn-bench-{os.getpid()}-knobs", RATE, PERIOD, realtime_allowed()) as server:
        task = KnobTask(server.name, sweeps, reseeds, heard)
        found = measure_apart(task, KnobFindings, _PATIENCE_SECONDS, progress)
    sweep = f"{SWEEP_SECONDS:g} s sweep of kernel, auto level on"
    rates, lasts = (
        [(value, "") for value in each] for each in (found.heard_per_second, found.last_ms)
    )
    yield farthest("knobs", f"networks heard in a {sweep}", "1/s", "at least", LEAST_HEARD, rates)
    what = "last network after the hand rests"
    yield farthest("knobs", what, "ms", "at most", MOST_LAST_MS, lasts)
    p95 = [(found.reseed_p95_ms, "")]
    yield farthest("knobs", "reseed to sound, p95", "ms", "at most", MOST_RESEED_MS, p95)


def measure_pool(quick: bool, progress: Progress) -> Iterator[Figure]:
    """Compare nodes that look for sounds with ones that don't, in turns."""
    turns: dict[bool, list[Turn]] = {True: [], False: []}
    with (
        tempfile.TemporaryDirectory(prefix="ronn-bench-") as folder,
        DummyServer(f"ronn-bench-{os.getpid()}-pool", RATE, PERIOD, realtime_allowed()) as server,
    ):
        for number in range(_QUICK_PAIRS if quick else _PAIRS):
            for explore in (True, False) if number % 2 == 0 else (False, True):
                progress(f"pair {number + 1}, the search {'at work' if explore else 'off'}")
                turns[explore].append(_turn(server.name, folder, explore, quick))
    yield from pool_figures(turns[True], turns[False])


def pool_figures(with_pool: Sequence[Turn], without: Sequence[Turn]) -> Iterator[Figure]:
    """Return what pairs of turns say."""
    found = f"{min(turn.candidates for turn in with_pool):g} sounds found at least"
    for name, attribute in (
        ("callback p99", "callback_p99_us"),
        ("OSC answer, median", "answer_us"),
    ):
        both = ([getattr(turn, attribute) for turn in turns] for turns in (with_pool, without))
        more, before = added(*both)
        where = f"without {before:.0f}; {found}"
        what = f"added to {name} by the search at work"
        yield farthest("search", what, "µs", "at most", tolerated_us(before), [(more, where)])


def _turn(server: str, folder: str, explore: bool, quick: bool) -> Turn:
    options = ["--explore" if explore else "--no-explore"]
    environment = {"XDG_DATA_HOME": folder, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
    with (
        NodeProcess(server, {}, environment, _PATIENCE_SECONDS, options) as node,
        Asker(node.port) as asker,
    ):
        if explore and not quick:
            _wait_for_search(asker)
        time.sleep(0.0 if quick else _BEFORE_SECONDS)
        times = ask_quietly(asker, _QUICK_ASKED_SECONDS if quick else _ASKED_SECONDS)
        share = asker.ask_until_answered("/ronn/status/callback_p99")
        candidates = asker.ask_until_answered(_CANDIDATES)
    answered = [seconds for seconds in times if seconds is not None] or [np.inf]
    return Turn(share * PERIOD / RATE * 1e6, 1e6 * float(np.median(answered)), candidates)


def _wait_for_search(asker: Asker) -> None:
    """Wait until a first sound was found: on a busy machine that takes long, if it comes at all."""
    end = time.monotonic() + _SEARCH_SECONDS
    while asker.ask_until_answered(_CANDIDATES) < 1.0 and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
