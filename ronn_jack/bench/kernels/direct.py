"""Networks beside the same with every tap multiplied, by turns in one process."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, geometric_mean, median
from typing import Any

from ronn_jack.bench.cost import BUDGET, PERIOD, RATE
from ronn_jack.bench.kernels.block_timer import BlockTimer
from ronn_jack.bench.machine import stay_on_one_core
from ronn_jack.bench.networks import multiplies_less
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.cost.calibration import draw_network, load_cost_model
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.forms.registry import direct_alone

NOTICED = 0.01
"""Share by which a network has to be slower to count as such."""

_SEED = 3
_BATCH_SECONDS = 5e-4
"""Short, so that what disturbs the machine disturbs both of a pair."""
_WARM_UP_SECONDS = 0.02
"""At most, before each batch: once around its history, so that what it keeps is in the caches, as
when it plays alone.
"""
_DRAWN_PAIRS = 15
_ORDERS = True, False
"""Whether the one that multiplies every tap is made first."""


@dataclass(frozen=True)
class DirectTask:
    """What to compare.

    Attributes
    ----------
    networks : sequence of (name, arguments of its NetworkSpec)
    periods : sequence of int
    count : int
        How many networks to draw that are not played as if every tap were multiplied.
    pairs : int
        Batches of each way, in turns, of a named network.
    checks : int
        How often what looks slower is made anew and timed: where memory comes to lie tells, too.
    """

    networks: Sequence[tuple[str, dict[str, Any]]]
    periods: Sequence[int]
    count: int
    pairs: int
    checks: int


@dataclass(frozen=True)
class DirectRow:
    """A network at one size of block.

    Attributes
    ----------
    direct_us, played_us : float
        Time of a block with every tap multiplied, and as it is played: the mean of both orders'
        medians.
    ratio : float
        How many times as fast it is as it is played: the geometric mean of both orders' medians of
        pairs of batches.
    """

    network: str
    period: int
    direct_us: float
    played_us: float
    ratio: float

    @property
    def slower(self) -> bool:
        """Whether it is noticeably slower as it is played."""
        return self.ratio < 1.0 - NOTICED


@dataclass(frozen=True)
class DirectReport:
    """What was found.

    Attributes
    ----------
    rows : list of DirectRow
        Of the networks by name.
    drawn : list of DirectRow
        Of random networks that fit the budget of a 64-frame period and have layers that multiply
        less; what looked slower was timed again, made anew each time, and is the median of that.
    draws : int
        Networks drawn that fit, among which those were found.
    """

    rows: list[DirectRow]
    drawn: list[DirectRow]
    draws: int


Compared = Callable[[str, NetworkSpec, int, int], DirectRow]
"""Times a network of a name both ways in blocks of so many frames, in so many pairs."""


def compare_ways(
    name: str,
    spec: NetworkSpec,
    frames: int,
    pairs: int,
    timer: Callable[[NetworkSpec, int], BlockTimer] = BlockTimer,
) -> DirectRow:
    """Return how long a network takes in each way, made in either order.

    Where what it keeps passes the caches, it takes some per cent more or less by what was made
    before it.
    """
    count = math.ceil(pairs / 2)
    halves = [_time_pairs(spec, frames, count, timer, direct_first) for direct_first in _ORDERS]
    return DirectRow(
        network=name,
        period=frames,
        direct_us=1e6 * fmean(median(one for one, _ in half) for half in halves),
        played_us=1e6 * fmean(median(other for _, other in half) for half in halves),
        ratio=geometric_mean(median(one / other for one, other in half) for half in halves),
    )


def _time_pairs(
    spec: NetworkSpec,
    frames: int,
    pairs: int,
    timer: Callable[[NetworkSpec, int], BlockTimer],
    direct_first: bool,
) -> list[tuple[float, float]]:
    """Return seconds of a block in both ways, pair by pair."""

    def made_direct() -> BlockTimer:
        with direct_alone():
            return timer(spec, frames)

    if direct_first:
        direct = made_direct()
        played = timer(spec, frames)
    else:
        played = timer(spec, frames)
        direct = made_direct()
    warm_up = max(map(_warm_up_blocks, (direct, played)))
    blocks = max(1, round(_BATCH_SECONDS / played.run(warm_up)))

    def timed(one: BlockTimer) -> float:
        one.run(warm_up)
        return one.run(blocks)

    return [_pair(direct, played, timed, number) for number in range(pairs)]


def measure_direct(task: DirectTask, progress: Progress) -> DirectReport:
    """Compare the networks by name, and some that are drawn."""
    stay_on_one_core()
    progress("the cost model")
    model = load_cost_model()
    return report(task, progress, lambda spec: model.load(spec, PERIOD, RATE) <= BUDGET)


def report(
    task: DirectTask,
    progress: Progress,
    fits: Callable[[NetworkSpec], bool],
    compared: Compared = compare_ways,
) -> DirectReport:
    """Compare them in a way that is given."""
    rows, drawn = [], []
    for name, arguments in task.networks:
        spec = NetworkSpec(**arguments)
        for period in task.periods:
            progress(f"network {name}, {period} frames")
            rows.append(compared(f"{name} {spec.activation}", spec, period, task.pairs))
    draws = 0
    networks = _networks(fits)
    for number in range(1, task.count + 1):
        passed, spec = next(networks)
        draws += passed
        progress(f"random network {number} of {task.count}")
        drawn += [_checked(compared, spec, period, task.checks) for period in task.periods]
    return DirectReport(rows, drawn, draws)


def _networks(fits: Callable[[NetworkSpec], bool]) -> Iterator[tuple[int, NetworkSpec]]:
    """Yield networks that fit and multiply less, each with how many that fit were drawn for it."""
    random = Random(_SEED)
    drawn = 0
    while True:
        spec = draw_network(random)
        if fits(spec):
            drawn += 1
            if multiplies_less(spec):
                yield drawn, spec
                drawn = 0


def _checked(compared: Compared, spec: NetworkSpec, period: int, checks: int) -> DirectRow:
    row = compared(spec.summary, spec, period, _DRAWN_PAIRS)
    if not row.slower:
        return row
    again = [compared(spec.summary, spec, period, 2 * _DRAWN_PAIRS) for _ in range(checks)]
    return sorted(again, key=lambda row: row.ratio)[checks // 2]


def _warm_up_blocks(timer: BlockTimer) -> int:
    """Return how many blocks a network runs before it is timed."""
    once_around = -(-timer.spec.receptive_field // timer.frames)
    return max(8, min(once_around, round(_WARM_UP_SECONDS / timer.run(8))))


def _pair(
    direct: BlockTimer, played: BlockTimer, timed: Callable[[BlockTimer], float], number: int
) -> tuple[float, float]:
    """Return seconds of a block each way; which comes first changes by turns."""
    if number % 2:
        return timed(direct), timed(played)
    other = timed(played)
    return timed(direct), other


if __name__ == "__main__":
    answer(DirectTask, measure_direct, sys.stdout)
