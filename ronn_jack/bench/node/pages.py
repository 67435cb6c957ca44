"""What pages that look at a node cost its audio and its answers, in turns with none looking."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ronn_jack.bench.node.browser import BrowserFigures, measure_browser
from ronn_jack.bench.node.crowd import PERIOD, RATE, Asker, Audio, AudioListener, ask_quietly
from ronn_jack.bench.node.node_process import NodeProcess
from ronn_jack.bench.own_process import Progress
from ronn_jack.drivers.jack_server import DummyServer, realtime_allowed
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.ports import free_port

PAGES = 5
_PAIRS, _QUICK_PAIRS = 4, 1
_SECONDS, _QUICK_SECONDS = 11.0, 2.0
"""Longer than the ten seconds that the node's figures of callbacks are of."""
_PATIENCE_SECONDS = 120.0
_END_SECONDS = 20.0


@dataclass(frozen=True)
class PageReport:
    """Pairs of turns, each without pages and then with them.

    Attributes
    ----------
    realtime : bool
        Whether realtime scheduling is allowed here; without it the audio's figures tell little.
    pages : int
        How many listened to everything, as pages do.
    told_per_second, drawn_per_second : float
        Messages, and frames of pictures, that each was told.
    without_p99_us, with_p99_us : float
        Medians of what 99 % of callbacks stayed within.
    added_p99_us : float
        Median of the pairs' differences.
    xruns_without, xruns_with : int
        Blocks that came too late, in all turns.
    answer_without_p99_ms, answer_with_p99_ms : float
        Medians of the time in which 99 % of OSC's questions were answered.
    browser : BrowserFigures or None
        None where there is none.
    """

    period: int
    realtime: bool
    pages: int
    pairs: int
    told_per_second: float
    drawn_per_second: float
    without_p99_us: float
    with_p99_us: float
    added_p99_us: float
    xruns_without: int
    xruns_with: int
    answer_without_p99_ms: float
    answer_with_p99_ms: float
    browser: BrowserFigures | None = None


@dataclass(frozen=True)
class _Turn:
    audio: Audio
    answer_p99_ms: float

    @property
    def p99_us(self) -> float:
        return self.audio.callback_p99 * PERIOD / RATE * 1e6


def measure_pages(quick: bool, progress: Progress) -> PageReport:
    """Measure a node on a private server.

    Raises
    ------
    MachineError
        If there is no JACK, or the node does not start or answer.
    """
    realtime = realtime_allowed()
    seconds = _QUICK_SECONDS if quick else _SECONDS
    pairs = _QUICK_PAIRS if quick else _PAIRS
    http = free_port()
    told: list[tuple[float, float]] = []
    turns: dict[bool, list[_Turn]] = {False: [], True: []}
    with (
        DummyServer(f"ronn-bench-{os.getpid()}-page", RATE, PERIOD, realtime) as server,
        NodeProcess(server.name, {}, {}, _PATIENCE_SECONDS, ("--http-port", str(http))) as node,
        Asker(node.port) as asker,
    ):
        listener = AudioListener(asker)
        for number in range(pairs):
            for looked_at in (False, True):
                progress(f"pair {number + 1} of {pairs}, {PAGES if looked_at else 'no'} pages")
                with _pages(http, told) if looked_at else contextlib.nullcontext():
                    times = ask_quietly(asker, seconds)
                    audio = listener.since_last()
                answered = np.array([each for each in times if each is not None] or [np.inf])
                p99 = 1e3 * float(np.quantile(answered, 0.99))
                turns[looked_at].append(_Turn(audio, p99))
        browser = measure_browser(http, quick, progress)
    without, with_them = turns[False], turns[True]
    added = [b.p99_us - a.p99_us for a, b in zip(without, with_them, strict=True)]
    return PageReport(
        period=PERIOD,
        realtime=realtime,
        pages=PAGES,
        pairs=pairs,
        told_per_second=float(np.median([messages for messages, _ in told])),
        drawn_per_second=float(np.median([frames for _, frames in told])),
        without_p99_us=float(np.median([each.p99_us for each in without])),
        with_p99_us=float(np.median([each.p99_us for each in with_them])),
        added_p99_us=float(np.median(added)),
        xruns_without=sum(each.audio.xruns for each in without),
        xruns_with=sum(each.audio.xruns for each in with_them),
        answer_without_p99_ms=float(np.median([each.answer_p99_ms for each in without])),
        answer_with_p99_ms=float(np.median([each.answer_p99_ms for each in with_them])),
        browser=browser,
    )


@contextlib.contextmanager
def _pages(port: int, told: list[tuple[float, float]]) -> Iterator[None]:
    """Let pages look; afterwards the list holds how much each was told per second."""
    command = [sys.executable, "-m", "ronn_jack.bench.node.page_readers", str(port), str(PAGES)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield
        out, said = process.communicate(timeout=_END_SECONDS)
        if process.returncode:
            raise MachineError(f"pages could not look: {said.strip().splitlines()[-1]}")
        messages, frames = map(float, out.split())
        told.append((messages, frames))
    finally:
        process.kill()
        process.wait()
