"""Networks beside the same with every tap multiplied: what is timed, and what once more."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ronn_jack.bench.kernels.direct import DirectRow, DirectTask, compare_ways, report
from ronn_jack.bench.networks import multiplies_less
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.forms.registry import chosen_among


class Compared:
    """Gives ratios in turns, and keeps what it was asked for."""

    def __init__(self, *ratios):
        self.ratios = ratios
        self.asked = []

    def __call__(self, name, spec, frames, pairs):
        ratio = self.ratios[len(self.asked) % len(self.ratios)]
        self.asked.append((name, spec, frames, pairs))
        return DirectRow(name, frames, 1e6 * ratio, 1e6, ratio)


def small(spec):
    return spec.multiplications < 100_000 and spec.receptive_field < 100_000


def test_named_networks_are_compared_and_those_drawn_that_multiply_less():
    compared, said = Compared(1.2), []
    task = DirectTask([("X", {"layers": 3})], periods=(64, 256), count=5, pairs=7, checks=7)
    found = report(task, said.append, small, compared)
    assert [(row.network, row.period) for row in found.rows] == [("X relu", 64), ("X relu", 256)]
    assert {pairs for *_, pairs in compared.asked[:2]} == {7}
    drawn = compared.asked[2:]
    assert [frames for *_, frames, _ in drawn] == 5 * [64, 256]
    assert all(multiplies_less(spec) and small(spec) for _, spec, _, _ in drawn)
    assert len({spec for _, spec, _, _ in drawn}) == 5
    assert found.draws >= 5
    assert said[0] == "network X, 64 frames"


def test_what_looks_slower_is_timed_again_and_the_middle_of_that_counts():
    compared = Compared(0.5, 0.97, 1.1, 0.98, 1.2, 0.96, 0.95, 1.3)
    [row] = report(DirectTask([], (64,), 1, 3, 7), lambda text: None, small, compared).drawn
    assert row.ratio == 0.98 and row.slower
    assert len(compared.asked) == 8
    assert len({spec for _, spec, _, _ in compared.asked}) == 1


class Timer:
    """Takes 3 µs a block where every tap is multiplied, and 2 µs where not."""

    made: ClassVar[list[Timer]] = []

    def __init__(self, spec, frames):
        self.spec, self.frames = spec, frames
        self.seconds = 3e-6 if all(form.direct for form in chosen_among()) else 2e-6
        self.blocks = []
        self.made.append(self)

    def run(self, blocks):
        self.blocks.append(blocks)
        return self.seconds


def test_a_network_is_made_in_both_ways_in_either_order_and_all_run_as_often():
    Timer.made.clear()
    spec = NetworkSpec(channels=16)
    row = compare_ways("X", spec, 64, 5, Timer)
    assert (row.direct_us, row.played_us, row.ratio) == pytest.approx((3.0, 2.0, 1.5))
    assert [timer.seconds for timer in Timer.made] == [3e-6, 2e-6, 2e-6, 3e-6]
    # What it keeps is brought into the caches before each time.
    once_around = max(8, -(-spec.receptive_field // 64))
    assert all(timer.blocks[-6:] == 3 * [once_around, 250] for timer in Timer.made)


@pytest.mark.parametrize(("ratio", "slower"), [(0.98, True), (0.995, False), (1.3, False)])
def test_slower_is_what_can_be_noticed(ratio, slower):
    assert DirectRow("X", 64, 1.0, 1.0, ratio).slower == slower
