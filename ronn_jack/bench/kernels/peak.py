"""The most float32 multiply-adds that one core can do."""

from __future__ import annotations

import functools
import math
import time

from ronn_jack.bench.kernels.block_timer import BlockTimer
from ronn_jack.bench.kernels.multiply_add import FLOP_PER_ROUND, multiply_add_rounds
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import int64, void
from ronn_jack.realtime.kernels.convolution import DENSE_ROWS
from ronn_jack.realtime.kernels.layers import run_layer
from ronn_jack.realtime.kernels.layout import CHUNK, LAYER_WORDS, WORD
from ronn_jack.realtime.kernels.network import layer_words

_ROUNDS = 400_000
"""About a millisecond: as short as the batches that are held against it."""
_RUNS = 250
"""About a millisecond too."""


def measure_peak() -> float:
    """Return the FLOP per second of this core now, a multiply-add counted as two."""
    begin = time.thread_time()
    multiply_add_rounds.ctypes(_ROUNDS, 0.5)
    return FLOP_PER_ROUND * _ROUNDS / (time.thread_time() - begin)


@entry(void(int64, int64))
def _run_inner_layer(network: int, runs: int) -> None:
    mode = set_flush_to_zero()
    layer = layer_words(network, int64(1))
    for _ in range(runs):
        run_layer(
            layer, layer + WORD * LAYER_WORDS, int64(0), int64(0), int64(CHUNK),
            int64(-1), int64(-1), int64(0), int64(0),
        )  # fmt: skip
    restore_float_mode(mode)


def measure_fed_peak() -> float:
    """Return the same of a layer that fills one tile, all of which lies in the nearest cache.

    A core that multiplies what it loads does less than on registers alone, however it is told to:
    this is what the kernels could reach if layers had no beginning, no end and no past. Its taps
    are 3 frames apart, so that it is a layer which multiplies all that it could.
    """
    timer = _layer()
    begin = time.thread_time()
    _run_inner_layer.ctypes(timer.network, _RUNS)
    return _RUNS * _layer_flop(timer.spec) / (time.thread_time() - begin)


@functools.cache
def _layer() -> BlockTimer:
    spec = NetworkSpec(
        inputs=1, outputs=1, layers=3, kernel=16, channels=DENSE_ROWS, dilation=3, activation="relu"
    )
    return BlockTimer(spec, CHUNK)


def _layer_flop(spec: NetworkSpec) -> int:
    return 2 * CHUNK * math.prod(spec.weight_shape(1))
