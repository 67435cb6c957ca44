"""The search for the point and the character whose room is most like a given one.

It is Gauss and Newton's, damped as Levenberg and Marquardt do. Unknown are x, y, z and the eight
numbers of the character. What is made small is the error of the energy decay relief, of which
large deviations count less than by their square; being far from the middle of the character's
distribution costs a little, so that no room is found that a seed would not draw. It starts at the
room's own T30 at 1 kHz with the middle character, at the best of nine pairs of y and z.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.latent.reverb import ReverbModel
from ronn_jack.model.latent.room_physics import (
    BANDS,
    CENTRES,
    CHARACTER,
    EXTENT,
    Array,
    decay_of,
    position,
    remaining,
)
from training.rooms_measures import RELIEF_EDGES, RELIEF_SECONDS

TOP_DB = 60.0
_STARTS = (-1.2, 0.0, 1.2)
_ROUNDS = 15
_STEP = 1e-3
_PRIOR_DB = 0.15
"""What a character's number of 1 costs, beside a cell's error."""
_FARTHEST = 3.0
_KNEE_DB = 1.0


@dataclass(frozen=True)
class Fit:
    """Where the search ended.

    Attributes
    ----------
    points : ndarray [shape=(rooms, 3 + CHARACTER)]
        x, y, z and the character.
    errors : ndarray [shape=(rooms,)]
        Mean error of the relief in dB.
    """

    points: Array
    errors: Array


def judged_cells(relief: Array) -> Array:
    """Return which cells count: those of each band's first 60 dB."""
    return relief >= relief[..., :1] - TOP_DB


def level_free(difference: Array, judged: Array) -> Array:
    """Return the differences in dB without what is common to a room's cells; 0 elsewhere."""
    count = judged.sum((-1, -2), keepdims=True)
    common = np.where(judged, difference, 0.0).sum((-1, -2), keepdims=True) / count
    return np.where(judged, difference - common, 0.0)


def relief_error(difference: Array, judged: Array) -> Array:
    """Return the mean error in dB of reliefs, whatever their level."""
    error: Array = np.abs(level_free(difference, judged)).sum((-1, -2)) / judged.sum((-1, -2))
    return error


def expected_relief(model: ReverbModel, points: Array, steps: int) -> Array:
    """Return the relief in dB that rooms at points have, apart from chance."""
    x, y, z = (points[..., i] for i in range(3))
    decay = decay_of(model.decode(points[..., 3:]), x, y, z)
    left = remaining(decay, np.arange(steps) * RELIEF_SECONDS)
    levels = 10.0 * np.log10(np.maximum(left, 1e-30))
    place = np.log2(np.sqrt(RELIEF_EDGES[1:] * RELIEF_EDGES[:-1]) / CENTRES[0]) * 3.0
    share = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(BANDS)))
    width = 10.0 * np.log10(np.diff(RELIEF_EDGES))
    relief: Array = share @ levels + width[:, None]
    return relief


def fit_rooms(model: ReverbModel, reliefs: Array, seconds: Array) -> Fit:
    """Return the points whose rooms are most like those of the reliefs.

    Parameters
    ----------
    model : ReverbModel
    reliefs : ndarray [shape=(rooms, RELIEF_BANDS, RELIEF_STEPS)]
        In dB.
    seconds : ndarray [shape=(rooms,)]
        Their T30 at 1 kHz.
    """
    points = np.zeros((len(reliefs), 3 + CHARACTER))
    errors = np.zeros(len(reliefs))
    for i, (relief, each) in enumerate(zip(reliefs, seconds, strict=True)):
        steps = int(judged_cells(relief).any(0).sum())
        starts = np.zeros((len(_STARTS) ** 2, 3 + CHARACTER))
        starts[:, 0] = np.clip(position(each), -EXTENT, EXTENT)
        starts[:, 1:3] = list(itertools.product(_STARTS, _STARTS))
        points[i], errors[i] = _descend(model, relief[:, :steps], starts)
    return Fit(points, errors)


def _descend(model: ReverbModel, relief: Array, starts: Array) -> tuple[Array, float]:
    judged = judged_cells(relief)
    unknown = starts.shape[1]
    limit = np.array([EXTENT] * 3 + [_FARTHEST] * CHARACTER)
    moves = np.vstack((np.zeros(unknown), _STEP * np.eye(unknown)))
    count = np.sqrt(judged.sum())

    def differences(points: Array) -> Array:
        expected = expected_relief(model, points, relief.shape[1])
        return level_free(expected - relief, np.broadcast_to(judged, expected.shape))

    def cost(difference: Array, at: Array) -> float:
        bent = np.sqrt(difference**2 + _KNEE_DB**2) - _KNEE_DB
        return float(2.0 * bent.sum() / judged.sum() + ((_PRIOR_DB * at[3:]) ** 2).sum())

    first = [cost(*each) for each in zip(differences(starts), starts, strict=True)]
    point, damping = starts[int(np.argmin(first))], 1.0
    for _ in range(_ROUNDS):
        all_of = differences(point + moves).reshape(moves.shape[0], -1)
        here = cost(all_of[0], point)
        weight = (all_of[0] ** 2 + _KNEE_DB**2) ** -0.25 / count
        slope = ((all_of[1:] - all_of[0]) / _STEP * weight).T
        prior = _PRIOR_DB * np.diag([0.0] * 3 + [1.0] * CHARACTER)
        slope = np.vstack((slope, prior))
        off = np.concatenate((all_of[0] * weight, prior @ point))
        square = slope.T @ slope
        for _ in range(6):
            step = np.linalg.solve(
                square + damping * np.diag(np.diag(square) + 1e-3), slope.T @ off
            )
            tried = np.clip(point - step, -limit, limit)
            if cost(differences(tried), tried) < here:
                point, damping = tried, damping * 0.3
                break
            damping *= 4.0
        else:
            break
    return point, float(relief_error(differences(point), judged))
