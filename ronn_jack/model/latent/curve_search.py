"""The points of a decoder whose curves are nearest to given ones."""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.model.latent.decoders import Array, Decoder
from ronn_jack.model.latent.equaliser import curves, decode

RATE = 48000.0
FREQUENCIES = np.geomspace(20.0, 20000.0, 64)
"""In Hz; where curves are compared."""
_SIDE = {1: 65, 2: 17, 3: 9}
"""Points of the first grid along each axis, by the number of axes."""
_STEPS = 12
_NUDGE = 1e-4
"""For a derivative by difference."""


def decoded_curves(decoder: Decoder, points: Array) -> Array:
    """Return the curves in dB [shape=(n, 64)] of points [shape=(n, dims)] at 48 kHz."""
    return curves(*decode(decoder, points), FREQUENCIES, RATE)


def nearest_points(decoder: Decoder, wanted: Array, reach: float = 4.0) -> Array:
    """Return the points [shape=(n, dims)] whose curves are nearest to those wanted.

    Near is the mean square of dB. The best point of a grid is improved by Levenberg's and
    Marquardt's method, 12 steps of it. The search draws nothing: it always finds the same.

    Parameters
    ----------
    wanted : ndarray [shape=(n, 64)]
        In dB, at `FREQUENCIES`.
    reach : float
        How far from the origin a coordinate may be. Twice what a knob reaches is what `eq_extend`
        allows.
    """
    axis = np.linspace(-reach, reach, _SIDE[decoder.dims])
    grid = np.stack(np.meshgrid(*[axis] * decoder.dims), axis=-1).reshape(-1, decoder.dims)
    shapes = decoded_curves(decoder, grid)
    # |a − b|² without |b|², which all have in common.
    distances = np.square(shapes).sum(axis=1) - 2.0 * wanted @ shapes.T
    points: Array = grid[np.argmin(distances, axis=1)]
    misses = decoded_curves(decoder, points) - wanted
    damping = np.full(len(points), 1e-2)
    for _ in range(_STEPS):
        slopes = _slopes(decoder, points, misses + wanted)
        steps = _steps(slopes, misses, damping)
        tried = np.clip(points - steps, -reach, reach)
        found = decoded_curves(decoder, tried) - wanted
        better = np.square(found).sum(axis=1) < np.square(misses).sum(axis=1)
        points = np.where(better[:, None], tried, points)
        misses = np.where(better[:, None], found, misses)
        damping = damping * np.where(better, 1.0 / 3.0, 4.0)
    return points


def errors(decoder: Decoder, points: Array, wanted: Array) -> Array:
    """Return the root mean square error in dB [shape=(n,)] of each curve."""
    misses = decoded_curves(decoder, points) - wanted
    root: Array = np.sqrt(np.square(misses).mean(axis=1))
    return root


def _slopes(decoder: Decoder, points: Array, shapes: Array) -> Array:
    """Return the derivatives [shape=(n, 64, dims)] of curves."""
    nudges = _NUDGE * np.eye(decoder.dims)
    moved = [decoded_curves(decoder, points + nudge) for nudge in nudges]
    slopes: Array = (np.stack(moved, axis=-1) - shapes[..., None]) / _NUDGE
    return slopes


def _steps(slopes: Array, misses: Array, damping: Array) -> Array:
    squares = np.einsum("npi,npj->nij", slopes, slopes)
    sides = np.einsum("npi,np->ni", slopes, misses)
    size = np.trace(squares, axis1=1, axis2=2) + math.ulp(1.0)
    lifted = squares + (damping * size)[:, None, None] * np.eye(slopes.shape[2])
    steps: Array = np.linalg.solve(lifted, sides[..., None])[..., 0]
    return steps
