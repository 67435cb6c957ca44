"""From what a running node was seen to do to figures, without any clock."""

from __future__ import annotations

import pytest

from ronn_jack.bench.feel.callback_cost import added, tolerated_us
from ronn_jack.bench.feel.knob_node import heard_of_sweep
from ronn_jack.bench.feel.knobs import Turn, pool_figures


def test_networks_are_counted_while_the_hand_moves_and_the_last_one_after_it() -> None:
    rate, last_ms = heard_of_sweep([10.5, 11.0, 12.9, 13.25], 10.0, 13.0)
    assert rate == pytest.approx(1.0)
    assert last_ms == pytest.approx(250.0)
    assert heard_of_sweep([], 10.0, 13.0) == (0.0, 0.0)
    assert heard_of_sweep([11.0], 10.0, 13.0)[1] == 0.0


def test_pairs_are_compared_one_by_one() -> None:
    assert added([10.0, 100.0, 30.0], [9.0, 98.0, 31.0]) == (1.0, 31.0)


@pytest.mark.parametrize(("before", "tolerated"), [(50.0, 20.0), (200.0, 20.0), (900.0, 90.0)])
def test_a_tenth_or_20_us_are_tolerated(before: float, tolerated: float) -> None:
    assert tolerated_us(before) == pytest.approx(tolerated)


def test_a_search_that_disturbs_is_missed() -> None:
    def turns(callback: float, answer: float) -> list[Turn]:
        return [Turn(callback + i, answer + i, 3.0 + i) for i in range(3)]

    calm = list(pool_figures(turns(119.0, 510.0), turns(100.0, 500.0)))
    assert [figure.met for figure in calm] == [True, True]
    assert "3 sounds" in calm[0].where
    disturbed = list(pool_figures(turns(121.0, 560.0), turns(100.0, 500.0)))
    assert [figure.met for figure in disturbed] == [False, False]
    assert disturbed[0].value == pytest.approx(21.0)
