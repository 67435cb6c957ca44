"""An engine whose audio thread runs without JACK, about in real time."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import numpy as np

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import int64, void
from ronn_jack.realtime.signal_path import watch
from tests.support.rigged import WatchedEngine

RATE = 48000.0


@entry(void(int64, int64, int64))
def watch_block(engine: int, busy_ns: int, period_ns: int) -> None:
    watch(engine, busy_ns, period_ns)


class StandingEngine:
    """Plays noise through an engine, a block whenever the test says so.

    Attributes
    ----------
    busy_ns : int
        What the watchdog is told that each block took, of a period of 1000 ns.
    """

    name = "running"
    load = 0.0
    xruns = 0
    midi_dropped = 0

    def __init__(self, period: int = 64) -> None:
        self.engine = WatchedEngine(2, 2, RATE, history_seconds=20.0)
        self.period = period
        self.busy_ns = 0
        self._playing = threading.Lock()
        self._out: list[np.ndarray] = []
        self._generator = np.random.default_rng(1)

    def step(self) -> None:
        """[any-thread] Play a block."""
        with self._playing:
            block = self._generator.uniform(-0.3, 0.3, (2, self.period)).astype(np.float32)
            self._out.append(self.engine.process(block))
            watch_block.ctypes(self.engine.address, self.busy_ns, 1000)

    @property
    def output(self) -> np.ndarray:
        return np.concatenate(self._out, axis=1)


class RunningEngine(StandingEngine):
    """The same, block by block on a thread of its own."""

    def __init__(self, period: int = 64) -> None:
        super().__init__(period)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.step()
            time.sleep(self.period / RATE)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
