"""Figures and the goals that they are held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Bound = Literal["at most", "at least"]


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    Attributes
    ----------
    subject, what : str
        What it belongs to, and what it is.
    value : float
        Where there were several, the one farthest from the goal.
    goal : float
        In the same unit.
    where : str
        On what that one was measured; empty where there is only one.
    """

    subject: str
    what: str
    value: float
    unit: str
    bound: Bound
    goal: float
    where: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        if self.bound == "at most":
            return self.value <= self.goal
        return self.value >= self.goal


@dataclass(frozen=True)
class FeelReport:
    """All figures.

    Attributes
    ----------
    sources : list of str
        What was played.
    realtime : bool
        Whether realtime scheduling is allowed here; without it the times of a running node say
        little.
    """

    sources: list[str]
    realtime: bool
    figures: list[Figure]


def farthest(
    subject: str,
    what: str,
    unit: str,
    bound: Bound,
    goal: float,
    found: Iterable[tuple[float, str]],
) -> Figure:
    """Return the figure of several values, each with the place where it was found."""
    choose = max if bound == "at most" else min
    value, where = choose(found, key=lambda each: each[0])
    return Figure(subject, what, value, unit, bound, goal, where)
