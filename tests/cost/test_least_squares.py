"""Least squares without negative unknowns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.cost.least_squares import nonnegative_least_squares


def test_what_is_hidden_in_exact_equations_is_found() -> None:
    random = np.random.default_rng(1)
    matrix = random.random((30, 6))
    hidden = np.array([0.0, 2.0, 0.5, 0.0, 1.0, 3.0])
    found = nonnegative_least_squares(matrix, matrix @ hidden)
    np.testing.assert_allclose(found, hidden, atol=1e-9)


def test_an_unknown_that_would_be_negative_is_zero_and_the_others_make_up_for_it() -> None:
    matrix = np.array([[1.0, 1.0], [1.0, 2.0]])
    # The exact solution is (3, -1).
    found = nonnegative_least_squares(matrix, np.array([2.0, 1.0]))
    np.testing.assert_allclose(found, [1.5, 0.0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 8))
def test_no_small_step_from_the_result_is_better(seed: int, equations: int, unknowns: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.random((equations, unknowns))
    target = random.normal(size=equations)
    x = nonnegative_least_squares(matrix, target)
    assert (x >= 0.0).all()
    least = np.linalg.norm(matrix @ x - target)
    for step in 1e-4 * random.normal(size=(50, unknowns)):
        other = np.maximum(0.0, x + step)
        assert np.linalg.norm(matrix @ other - target) >= least - 1e-9


def test_columns_that_are_alike_do_no_harm() -> None:
    column = np.arange(1.0, 6.0)
    found = nonnegative_least_squares(np.stack([column, column, 0.0 * column], axis=1), 4 * column)
    np.testing.assert_allclose(found[0] + found[1], 4.0)
