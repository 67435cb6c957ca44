"""What the reverb takes, still and on its way from room to room, against other ways."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.own_process import Progress
from ronn_jack.bench.stages.timing import BLOCK, least_block_times
from ronn_jack.bench.stages.uniform import UniformConvolver
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.convolver.layout import SIZES
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import StageChain
from ronn_jack.realtime.stages.reverb import Reverb

RATE = 48_000.0
_SECONDS = 4.0
_CYCLE = SIZES[-1] // BLOCK
_WIDE = VECTOR.lanes == 16
_MEAN_US, _P99_US = (8.0, 15.0) if _WIDE else (10.0, 20.0)
_PASSES, _QUICK_PASSES = 10, 2
_OFFLINE_SECONDS = 10.0
_OFFLINE_RUNS = 3
_OFFLINE_TIMES = 0.5
"""What has all frames at once may be twice as fast as what has none too late."""


def measure_reverb(quick: bool, progress: Progress) -> Iterator[Figure]:
    """Measure each block's least time in some passes, beside a network."""
    passes = _QUICK_PASSES if quick else _PASSES
    frames = round(_SECONDS * RATE)
    reverb = Reverb(RATE, _SECONDS)
    chain = StageChain([reverb], RATE)
    ones = np.ones(MAX_BLOCK)
    reverb.exert(chain.state(reverb))
    reverb.stand(chain.address_of(reverb), ones.ctypes.data, ones.ctypes.data)
    progress("the reverb")
    still = least_block_times(chain.run, chain.address, passes)
    mean = float(still.mean())
    yield _microseconds("mean", mean, _MEAN_US)
    yield _microseconds("p99", float(np.percentile(still, 99)), _P99_US)
    rooms = [PreparedResponse(np.zeros((1, frames), np.float32)) for _ in range(3)]

    def go_on() -> None:
        rooms.append(rooms.pop(0))
        reverb.offer(rooms[0])

    progress("the reverb, from room to room")
    moving = least_block_times(chain.run, chain.address, passes, _CYCLE, go_on)
    yield _microseconds("from room to room, mean", float(moving.mean()), _P99_US)
    progress("uniform partitions")
    uniform = UniformConvolver(frames)
    taken = float(least_block_times(uniform.run, uniform.address, passes, _CYCLE).mean())
    yield _faster("uniform partitions", taken, mean, "beside the same network")
    if importlib.util.find_spec("scipy"):
        progress("scipy's oaconvolve")
        taken = _oaconvolve(frames)
        yield _faster("scipy's oaconvolve", taken, mean, "of all frames at once", _OFFLINE_TIMES)


def _microseconds(what: str, value: float, goal: float) -> Figure:
    subject = f"reverb of {_SECONDS:g} s, {BLOCK} stereo frames"
    return Figure(subject, what, value, "µs", "at most", goal)


def _faster(than: str, taken: float, mean: float, how: str, goal: float = 1.0) -> Figure:
    """Return how many times as long another way takes."""
    where = f"{taken:.1f} µs, {how}"
    return Figure(
        f"reverb of {_SECONDS:g} s, {BLOCK} stereo frames", f"faster than {than}", taken / mean,
        "times", "at least", goal, where,
    )  # fmt: skip


def _oaconvolve(frames: int) -> float:
    """Return the time in µs that scipy takes for a block of a signal that is there as a whole."""
    oaconvolve: Any = importlib.import_module("scipy.signal").oaconvolve
    random = np.random.default_rng(0)
    x = random.standard_normal((2, round(_OFFLINE_SECONDS * RATE)), np.float32)
    h = random.standard_normal((2, frames), np.float32)
    times: list[float] = []
    for _ in range(_OFFLINE_RUNS):
        begin = time.thread_time()
        oaconvolve(x, h, axes=1)
        times.append(time.thread_time() - begin)
    return 1e6 * min(times) * BLOCK / int(x.shape[1])
