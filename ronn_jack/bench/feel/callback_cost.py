"""What gate and mix add to the time that the engine takes for a block."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.own_process import Progress
from ronn_jack.parameters import Value

BLOCK = 128
TOLERATED_SHARE, TOLERATED_US = 0.1, 20.0
"""More time that counts as none: the larger of the two."""
_ROUNDS, _QUICK_ROUNDS = 40, 4
_BLOCKS = 200
_ADDED: Mapping[str, Mapping[str, Value]] = {"gate": {"gate": -60.0}, "mix": {"mix": 0.5}}


def tolerated_us(without_us: float) -> float:
    """Return how much longer something may take that took so long before."""
    return max(TOLERATED_SHARE * without_us, TOLERATED_US)


def added(with_it: Sequence[float], without: Sequence[float]) -> tuple[float, float]:
    """Return the median of the differences of pairs, and of the second of each."""
    pairs = np.array([with_it, without])
    return float(np.median(pairs[0] - pairs[1])), float(np.median(pairs[1]))


def measure_callback_cost(source: Source, quick: bool, progress: Progress) -> Iterator[Figure]:
    """Run blocks with each and without, in turns."""
    for name, values in _ADDED.items():
        progress(f"the cost of {name}")
        instruments = Instrument(source, values), Instrument(source, {})
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(_QUICK_ROUNDS if quick else _ROUNDS):
            for instrument, taken in zip(instruments, times, strict=True):
                taken.append(_block_us(instrument))
        more, without = added(*times)
        where = f"without {without:.1f}, ratio {1.0 + more / without:.2f}"
        what = f"time that {name} adds to {BLOCK} frames"
        yield farthest("callback", what, "µs", "at most", tolerated_us(without), [(more, where)])


def _block_us(instrument: Instrument) -> float:
    """Return the processor time in µs of a block, with what calling it from Python takes."""
    x = np.ascontiguousarray(instrument.source.samples[:, :BLOCK])
    begin = time.thread_time()
    for _ in range(_BLOCKS):
        instrument.engine.process(x)
    return 1e6 * (time.thread_time() - begin) / _BLOCKS
