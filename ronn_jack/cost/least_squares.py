"""Least squares whose unknowns can't be negative."""

from __future__ import annotations

import numpy as np

from ronn_jack.model.weights import Float64

_TOLERANCE = 1e-12


def nonnegative_least_squares(matrix: Float64, target: Float64) -> Float64:
    """Return the x >= 0 that makes |matrix · x - target| smallest.

    Parameters
    ----------
    matrix : ndarray [shape=(equations, unknowns), float64]
        Columns of about equal size.
    target : ndarray [shape=(equations,), float64]

    Returns
    -------
    x : ndarray [shape=(unknowns,), float64]

    References
    ----------
    C. L. Lawson and R. J. Hanson, "Solving Least Squares Problems", chapter 23, algorithm NNLS.
    """
    unknowns = matrix.shape[1]
    x = np.zeros(unknowns)
    free = np.zeros(unknowns, bool)
    # Each round frees one unknown; a cycle by rounding errors would end here too.
    for _ in range(3 * unknowns):
        slope = np.where(free, 0.0, matrix.T @ (target - matrix @ x))
        if slope.max(initial=0.0) <= _TOLERANCE:
            break
        free[slope.argmax()] = True
        while True:
            best = np.zeros(unknowns)
            best[free] = np.linalg.lstsq(matrix[:, free], target, rcond=None)[0]
            below = free & (best <= 0.0)
            if not below.any():
                break
            # As far towards the best as none gets negative; those that reach 0 are held there.
            shares = x[below] / (x[below] - best[below])
            x += shares.min() * (best - x)
            free[np.flatnonzero(below)[shares.argmin()]] = False
            x[~free] = 0.0
        x = best
    return x
