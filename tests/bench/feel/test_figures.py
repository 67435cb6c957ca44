"""Figures are held against their goals, and tell where they are worst."""

from __future__ import annotations

import pytest

from ronn_jack.bench.feel.figures import Figure, farthest


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [
        ("at most", 1.5, True),
        ("at most", 1.51, False),
        ("at least", 1.5, True),
        ("at least", 1.49, False),
        ("at most", float("nan"), False),
        ("at least", float("nan"), False),
    ],
)
def test_a_goal_is_met_or_not(bound: str, value: float, met: bool) -> None:
    assert Figure("mix", "loudness", value, "LU", bound, 1.5).met is met


def test_of_several_values_the_one_that_is_farthest_from_the_goal_counts() -> None:
    found = [(2.0, "here"), (5.0, "there"), (1.0, "elsewhere")]
    most = farthest("a", "b", "dB", "at most", 3.0, found)
    assert (most.value, most.where, most.met) == (5.0, "there", False)
    least = farthest("a", "b", "dB", "at least", 1.0, found)
    assert (least.value, least.where, least.met) == (1.0, "elsewhere", True)
