"""What the equaliser takes of a block: while all its bands move, at rest, and off."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.own_process import Progress
from ronn_jack.cost.timing import TimedStage
from ronn_jack.model.latent.equaliser import EqSettings
from ronn_jack.realtime.stages.equaliser import Curve, Equaliser

FRAMES = 64
_MOVING_US, _RESTING_US, _OFF_US = 3.0, 3.0, 0.1
_RUN_SECONDS = 1e-3
_RUNS, _QUICK_RUNS = 200, 5
_BASELINE_BLOCKS = 50
_SETTINGS = EqSettings(
    (6.0, -8.0, 12.0, -12.0, 9.0),
    (100.0, 560.0, 1000.0, 3300.0, 8000.0),
    (0.71, 2.0, 10.0, 0.3, 0.71),
)
"""Five bands that all do something."""


def measure_equaliser(quick: bool, progress: Progress) -> Iterator[Figure]:
    """Measure blocks of two channels, without the interpreter; and scipy's, if it is there."""
    runs = _QUICK_RUNS if quick else _RUNS
    found = {}
    for name, curve, goal in (
        ("moving", None, _MOVING_US),
        ("at rest", Curve(_SETTINGS), _RESTING_US),
        ("off", None, _OFF_US),
    ):
        progress(f"the equaliser, {name}")
        found[name] = _microseconds(_timed(name, curve).run, runs)
        what = f"{FRAMES} stereo frames, {name}"
        yield Figure("equaliser", what, found[name], "µs", "at most", goal)
    baseline = _sosfilt_run()
    if baseline is not None:
        progress("scipy's filters")
        taken = _microseconds(baseline, runs)
        where = f"{taken:.1f} µs, with the call from Python"
        times = taken / found["moving"]
        yield Figure(
            "equaliser", "faster, moving, than scipy's sosfilt at rest", times, "times",
            "at least", 1.0, where,
        )  # fmt: skip


def _timed(name: str, curve: Curve | None) -> TimedStage:
    stage = Equaliser()
    timed = TimedStage(stage, FRAMES)
    state = timed.chain.state(stage)
    state["restless"] = name == "moving"
    stage.aim(timed.chain, curve)
    if name != "moving":
        timed.chain.settle()
    timed.stretch(_RUN_SECONDS)
    return timed


def _microseconds(run: Callable[[], float], runs: int) -> float:
    """Return the median time of a block: what disturbs some runs doesn't count."""
    return median(run() for _ in range(runs)) * 1e6


def _sosfilt_run() -> Callable[[], float] | None:
    """Return what runs as many second-order sections by scipy, without any motion."""
    try:
        sosfilt: Any = importlib.import_module("scipy.signal").sosfilt
    except ImportError:
        return None
    sections = np.tile([1.0, 0.1, 0.1, 1.0, 0.1, 0.1], (5, 1))
    x = np.random.default_rng(0).uniform(-0.3, 0.3, (2, FRAMES))

    def run() -> float:
        state = np.zeros((5, 2, 2))
        begin = time.thread_time_ns()
        for _ in range(_BASELINE_BLOCKS):
            _, state = sosfilt(sections, x, zi=state)
        return (time.thread_time_ns() - begin) * 1e-9 / _BASELINE_BLOCKS

    return run
