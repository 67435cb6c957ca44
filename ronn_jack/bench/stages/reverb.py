"""What the reverb takes, still and on its way from room to room, against other ways."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator

import numpy as np

from ronn_jack.bench.own_process import Progress
from ronn_jack.bench.stages.figures import BLOCK, StageRow
from ronn_jack.bench.stages.timing import least_block_times
from ronn_jack.bench.stages.uniform import UniformConvolver
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.convolver.layout import SIZES
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.stages.chain import StageChain
from ronn_jack.realtime.stages.reverb import Reverb

RATE = 48_000.0
_SECONDS = 4.0
_CYCLE = SIZES[-1] // BLOCK
_WIDE = VECTOR.lanes == 16
_OFFLINE_SECONDS = 10.0
_OFFLINE_RUNS = 3


def measure_reverb(progress: Progress) -> Iterator[StageRow]:
    """Measure a response of 4 s in stereo."""
    progress("reverb")
    frames = round(_SECONDS * RATE)
    reverb = Reverb(RATE, _SECONDS)
    chain = StageChain([reverb], RATE)
    reverb.exert(chain.state(reverb))
    still = least_block_times(chain.run, chain.address)
    uniform = UniformConvolver(frames)
    others = {"uniform partitions": float(least_block_times(uniform.run, uniform.address).mean())}
    if importlib.util.find_spec("scipy"):
        others["oaconvolve, offline"] = _oaconvolve(frames)
    yield StageRow(
        f"reverb, {_SECONDS:g} s",
        float(still.mean()),
        float(np.percentile(still, 99)),
        8.0 if _WIDE else 10.0,
        15.0 if _WIDE else None,
        others,
    )
    progress("reverb from room to room")
    rooms = [PreparedResponse(np.zeros((1, frames), np.float32)) for _ in range(3)]

    def go_on() -> None:
        rooms.append(rooms.pop(0))
        reverb.offer(rooms[0])

    moving = least_block_times(chain.run, chain.address, _CYCLE, go_on)
    yield StageRow(
        "the same from room to room", float(moving.mean()), float(np.percentile(moving, 99))
    )


def _oaconvolve(frames: int) -> float:
    """Return the time in µs that scipy takes for a block of a signal that is there as a whole."""
    from scipy.signal import oaconvolve

    random = np.random.default_rng(0)
    x = random.standard_normal((2, round(_OFFLINE_SECONDS * RATE)), np.float32)
    h = random.standard_normal((2, frames), np.float32)
    times = []
    for _ in range(_OFFLINE_RUNS):
        begin = time.thread_time()
        oaconvolve(x, h, axes=1)
        times.append(time.thread_time() - begin)
    return min(times) * BLOCK / x.shape[1] * 1e6
