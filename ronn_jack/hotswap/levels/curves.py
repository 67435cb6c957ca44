"""What level a voice needs at each place of the controls that move it, found point by point.

Points are measured along one control with the others where they are, the ends and the middle
first; what lies between points is interpolated. Of a control that nobody moves a few are enough.
Once two controls have moved, what was measured along the one no longer fits the other and is
measured anew.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.expression import Expression
from ronn_jack.realtime.level import CURVES, DRIFT_POINTS, DRIVE_DB, LEVELLED, POINTS, LevelTable
from ronn_jack.units import decibels_to_gain, gain_to_decibels

FASTEST_DRIFT_HERTZ = 1.0
"""Drift that is faster is heard as a sound's colour; it has one level, that of its whole way."""
POINTS_A_CYCLE = 8
_LEAST_POINTS = 3
_UNMOVED_POINTS = 5
"""Of a control that has not moved yet: so its first move is not heard as a leap."""
_RANGES = {"drive": (0.0, DRIVE_DB), "morph": (0.0, 1.0), "xy_x": (-1.0, 1.0), "xy_y": (-1.0, 1.0)}

Measure = Callable[[Expression, float, str], float | None]
"""Returns the gain in dB that a voice needs where an expression is, and drift after so many
cycles; None where nothing can be heard of it, whatever the gain. The control is named along which
gains are to be compared; "" is none."""


def _coarse_to_fine() -> list[int]:
    order, step = [0, POINTS - 1], (POINTS - 1) // 2
    while step:
        order += range(step, POINTS, 2 * step)
        step //= 2
    return order


ORDER = _coarse_to_fine()


@dataclass
class Curve:
    """The gains along one control.

    Attributes
    ----------
    rest : Expression
        Where the others were.
    points : dict of int to float or None
        In dB, by the point's number; None where nothing is heard.
    """

    rest: Expression
    points: dict[int, float | None] = field(default_factory=dict)

    @property
    def next(self) -> int | None:
        """The point to be measured next; None if all are there."""
        return next((i for i in ORDER if i not in self.points), None)

    def row(self) -> NDArray[np.float64]:
        """Return the gain at every point in dB, interpolated where it is not known."""
        known = sorted((i, gain) for i, gain in self.points.items() if gain is not None)
        if not known:
            return np.zeros(POINTS)
        return np.interp(np.arange(POINTS), [i for i, _ in known], [gain for _, gain in known])

    def leads_out_of_silence(self, place: float) -> bool:
        """Say whether nothing was heard at the point nearest to a place, but was elsewhere."""
        heard = any(gain is not None for gain in self.points.values())
        return heard and self.points.get(round(place), 0.0) is None


def value_at(name: str, point: int) -> float:
    """Return a control's value at a point of its curve."""
    low, high = _RANGES[name]
    return low + (high - low) * point / (POINTS - 1)


def places(expression: Expression) -> list[float]:
    """Return where each control is in its range, 0–1."""
    return [_place(name, getattr(expression, name)) / (POINTS - 1) for name in LEVELLED]


def _place(name: str, value: float) -> float:
    low, high = _RANGES[name]
    return (value - low) / (high - low) * (POINTS - 1)


class LevelCurves:
    """Finds the curves of one voice, a point at a time.

    Parameters
    ----------
    measure : callable
        Measures a point.
    gain : float
        Level of the voice, as an amplitude ratio.
    start : Expression
        Where it is right.
    levelled : bool
        Whether the voice is to be as loud as its input wherever it is; else only `drive` is
        compensated, so that the voice is as loud as with none.
    names : sequence of str
        The controls that do something.
    """

    def __init__(
        self,
        measure: Measure,
        gain: float,
        start: Expression,
        levelled: bool,
        names: tuple[str, ...] = LEVELLED,
    ) -> None:
        self._measure = measure
        self._levelled = levelled
        self._names = [n for n in LEVELLED if n in names and (levelled or n == "drive")]
        self._gain, self._here, self._seen = gain, resting(start), resting(start)
        # Along drift's way there is no one place at which the level was found.
        self._at_one_place = start.drift_depth == 0.0
        self._bias: float | None = None if levelled else 0.0
        self._silent = False  # where it is
        self._moved: set[str] = set()
        self._curves: dict[str, Curve] = {}
        self._coming: dict[str, Curve] = {}
        self._drift: dict[int, float] = {}
        self._drift_rest: Expression | None = None
        self._drift_turn = False

    def table(self, cycle: float = 0.0, trim_db: float = 0.0) -> LevelTable:
        """Return what is known, with a trim; of drift, what comes after so many cycles."""
        curves = np.zeros((CURVES, POINTS))
        gain = self._gain
        for name, curve in self._curves.items():
            row, place = curve.row(), _place(name, getattr(self._here, name))
            here = float(np.interp(place, np.arange(POINTS), row))
            curves[LEVELLED.index(name)] = row - here
            if self._silent and curve.leads_out_of_silence(place):
                # No level was found here: the curve alone knows what is needed elsewhere.
                gain = decibels_to_gain(here)
        gain *= decibels_to_gain(trim_db)
        way = self._way(cycle)
        if not way:
            return LevelTable(gain, curves)
        base = gain_to_decibels(self._gain, floor=-math.inf)
        drift = np.array([self._drift[i] for i in way]) + (self._bias or 0.0) - base
        assert self._drift_rest is not None
        begin, depth = way[0] / POINTS_A_CYCLE, self._drift_rest.drift_depth
        return LevelTable(gain, curves, drift, begin, 1.0 / POINTS_A_CYCLE, depth)

    def step(self, now: Expression, cycle: float = 0.0) -> bool:
        """Measure what is most needed where the controls are `now`.

        Returns
        -------
        bool
            Whether there was anything to measure.
        """
        here = resting(now)
        moved = [n for n in self._names if getattr(here, n) != getattr(self._seen, n)]
        self._seen = here
        self._moved |= set(moved)
        self._names.sort(key=lambda name: name not in moved)
        if self._bias is None:
            self._bias = self._first_bias()
            return True
        self._drift_turn = not self._drift_turn
        if self._drift_turn and self._step_drift(now, cycle):
            return True
        if len(moved) > 1 or (not moved and here != self._here):
            self._settle(here)
            return True
        for name in moved or self._names:
            if self._step_curve(name, here):
                return True
        return self._step_drift(now, cycle)

    def _first_bias(self) -> float:
        found = self._measure(self._here, 0.0, "")
        self._silent = found is None
        if found is None or not self._at_one_place:
            return 0.0
        return gain_to_decibels(self._gain, floor=-math.inf) - found

    def _settle(self, here: Expression) -> None:
        """Find the level of where the controls are now."""
        self._here = here
        found = self._measure(here, 0.0, "")
        self._silent = found is None
        if self._levelled:
            if found is not None:
                self._gain = decibels_to_gain(found + (self._bias or 0.0))
        elif found is None or here.drive == 0.0:
            self._gain = 1.0
        else:
            without = self._measure(dataclasses.replace(here, drive=0.0), 0.0, "")
            # Where without drive nothing is heard, it is to be as loud as its input.
            self._gain = decibels_to_gain(found - (without or 0.0))

    def _step_curve(self, name: str, here: Expression) -> bool:
        rest = here.moved_to({name: 0.0})
        curve = self._coming.get(name)
        if curve is None or curve.rest != rest:
            curve = self._coming[name] = Curve(rest)
        point = curve.next
        enough = name not in self._moved and len(curve.points) >= _UNMOVED_POINTS
        if point is None or enough:
            return False
        found = self._measure(here.moved_to({name: value_at(name, point)}), 0.0, name)
        if found is None and not self._levelled:
            # As with no drive, where the level has to stay what it is: 1.
            found = curve.points.get(0) or 0.0
        curve.points[point] = found
        if len(curve.points) >= _LEAST_POINTS:
            self._curves[name] = curve
        return True

    def _step_drift(self, now: Expression, cycle: float) -> bool:
        if not (self._levelled and has_way(now)):
            self._drift, self._drift_rest = {}, None
            return False
        rest = dataclasses.replace(now, drift_rate=0.0)
        if rest != self._drift_rest:
            self._drift, self._drift_rest = {}, rest
        first = math.floor(cycle * POINTS_A_CYCLE)
        for point in [p for p in self._drift if p < first - 1]:
            del self._drift[point]
        for point in range(first, first + DRIFT_POINTS - 2):
            if point not in self._drift:
                found = self._measure(rest, point / POINTS_A_CYCLE, "")
                if found is None:
                    found = self._drift.get(point - 1, gain_to_decibels(self._gain))
                self._drift[point] = found
                return True
        return False

    def _way(self, cycle: float) -> list[int]:
        """Return the points of drift that follow one another from now on."""
        point = math.floor(cycle * POINTS_A_CYCLE)
        way = []
        while point in self._drift:
            way.append(point)
            point += 1
        return way


def has_way(expression: Expression) -> bool:
    """Whether drift is slow enough to be heard as a way; else it has one level in all."""
    return expression.drift_depth > 0.0 and 0.0 < expression.drift_rate <= FASTEST_DRIFT_HERTZ


def resting(expression: Expression) -> Expression:
    """Return an expression without drift."""
    return dataclasses.replace(expression, drift_rate=0.0, drift_depth=0.0)
