"""A pool that holds what a test has put there."""

from __future__ import annotations

import numpy as np

from ronn_jack.control.exploring.aim import Aim
from ronn_jack.control.randomize import DRAWN
from ronn_jack.explore.character import BANDS, STEPS, Character
from ronn_jack.explore.pool import Candidate, Pool, Terms
from ronn_jack.parameters import Value, defaults

TERMS = Terms.of(defaults(), Aim(), frozenset())


def character(level_db: float) -> Character:
    """Return that of a sound; two are as far apart as their levels."""
    hills = level_db + 20.0 * np.sin(np.arange(BANDS) * (0.2 + 0.01 * (level_db % 40.0)))
    course = -np.linspace(0.0, 30.0 + level_db % 30.0, STEPS)
    return Character(
        silent=False, pitch=0.8, tail_db=-20.0, crest_db=12.0, spectrum=hills, course=course
    )


def pool_with(*sounds: dict[str, Value]) -> Pool:
    """Return a pool with candidates in the first places, which is full then."""
    pool = Pool()
    pool.hold(TERMS)
    for place, values in enumerate(sounds, 1):
        assert pool.offer(TERMS, candidate(values, 15.0 * place))
    return pool


def candidate(values: dict[str, Value], level_db: float) -> Candidate:
    """Return a sound that was heard, with the character of a level."""
    drawn = {name: {**defaults(), **values}[name] for name in DRAWN}
    return Candidate(drawn, character(level_db), defaults())
