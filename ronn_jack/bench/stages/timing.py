"""The time that each block of a stage takes, beside a network and without the interpreter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ronn_jack.bench.kernels.block_timer import BlockTimer
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.clock import TIMESPEC_BYTES, thread_cpu_ns
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.kernels.network import process_signal

BLOCK = 64
"""Frames of each block."""
BESIDE = "B"
"""The network that runs before each block."""
PASS_BLOCKS = 1024
"""Blocks of a pass: a multiple of the longest cycle that any stage has, which is 64."""

_CHANNELS = 2
_LEVEL = 0.3


@entry(void(*[int64] * 10))
def _pass(
    run: int,
    state: int,
    process: int,
    network: int,
    signal: int,
    noise: int,
    rows: int,
    timespec: int,
    times: int,
    blocks: int,
) -> None:
    """Run a network and a stage in turns, and keep the least time that each block has taken."""
    mode = set_flush_to_zero()
    least = carray(pointer(times), (blocks,), np.int64)
    x = carray(pointer(noise), (_CHANNELS, MAX_BLOCK), np.float64)
    y = carray(pointer(rows), (_CHANNELS, MAX_BLOCK), np.float64)
    for block in range(blocks):
        call_entry(process, network, signal, BLOCK, signal + 4 * BLOCK, BLOCK, BLOCK)
        for channel in range(_CHANNELS):
            for t in range(BLOCK):
                y[channel, t] = x[channel, t]
        before = thread_cpu_ns(timespec)
        call_entry(run, state, _CHANNELS, rows, BLOCK, 0, 0)
        least[block] = min(least[block], thread_cpu_ns(timespec) - before)
    restore_float_mode(mode)


@entry(void(int64, int64, int64, int64, int64, int64))
def _nothing(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    pass


def least_block_times(
    run: int,
    state: int,
    passes: int,
    blocks: int = PASS_BLOCKS,
    before: Callable[[], None] = lambda: None,
) -> NDArray[np.float64]:
    """Return the least time in µs of each of a pass's blocks over all passes.

    Parameters
    ----------
    run, state : int
        Address of an entry such as `StageChain.run`, and of what it runs on.
    before : callable
        Is called before each pass.
    """
    times = _least(run, state, passes, blocks, before)
    clock = np.median(_least(_nothing.address, 0, passes, blocks, lambda: None))
    return np.maximum(0.0, (times - clock) * 1e-3)


def _least(
    run: int, state: int, passes: int, blocks: int, before: Callable[[], None]
) -> NDArray[np.int64]:
    network = BlockTimer(NETWORKS[BESIDE], BLOCK)
    random = np.random.default_rng(0)
    signal = random.uniform(-_LEVEL, _LEVEL, 2 * BLOCK).astype(np.float32)
    noise = random.uniform(-_LEVEL, _LEVEL, (_CHANNELS, MAX_BLOCK))
    rows = np.zeros((_CHANNELS, MAX_BLOCK))
    timespec = aligned_bytes(TIMESPEC_BYTES)
    times = np.full(blocks, np.iinfo(np.int64).max)
    for _ in range(passes):
        before()
        _pass.ctypes(
            run,
            state,
            process_signal.address,
            network.network,
            signal.ctypes.data,
            noise.ctypes.data,
            rows.ctypes.data,
            timespec.ctypes.data,
            times.ctypes.data,
            blocks,
        )
    return times
