"""How candidates come about: drawn, heard offline, and offered to the pool."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random

from ronn_jack.control.randomize import DRAWN, randomized
from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import Passage, audition
from ronn_jack.explore.character import Character
from ronn_jack.explore.choice import is_worth_hearing
from ronn_jack.explore.pool import MOST_HEARD, Candidate, Pool, Terms
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, Value
from ronn_jack.units import decibels_to_gain

Values = Mapping[str, Value]
_OTHER_SEEDS = 2
"""Seeds that are tried as the one that `morph` goes to."""
_LATEST = 4
"""Sounds heard last that are described before anything else is tried."""


class Finding:
    """Draws and hears candidates.

    Parameters
    ----------
    pool : Pool
    model_of : callable
        Makes a network of values; it may raise SpecError.
    fits : callable
        Tells whether values make a network that can run.
    random : random.Random
    """

    def __init__(
        self,
        pool: Pool,
        model_of: Callable[[Values], Model],
        fits: Callable[[Values], bool],
        random: Random,
    ) -> None:
        self._pool = pool
        self._model_of = model_of
        self._fits = fits
        self._random = random
        self._looks_back = False
        """Whether an older sound is described next, rather than a candidate tried."""

    def find_one(
        self,
        values: Values,
        locks: Collection[str],
        passage: Passage,
        pause: Callable[[], None] = lambda: None,
    ) -> bool:
        """Describe a sound that was heard, or else try a candidate; False if the pool rests.

        Parameters
        ----------
        values : mapping
            The present ones.
        locks : collection of str
            Parameters that keep their values.
        passage : Passage
            What is listened to; after another one everything has to be described anew.
        pause : callable
            Called between pieces of work; it may wait, or raise to give up.
        """
        pool = self._pool
        terms = Terms.of(values, pool.amount, locks)
        wanted = pool.hold(terms)
        # After hours there are hundreds to describe anew: candidates don't wait for all of them.
        turn, self._looks_back = self._looks_back, not self._looks_back
        heard = pool.undescribed(MOST_HEARD if turn or not wanted else _LATEST)
        if heard is not None:
            pool.hear(heard, self._heard(heard, passage, pause))
            return True
        if not wanted:
            return False
        drawn = randomized(values, pool.amount, self._random, self._fits, locks=locks)
        pause()
        character = self._heard(drawn, passage, pause)
        if is_worth_hearing(character) and "seed_b" not in locks:
            drawn["seed_b"] = self._other_seed(drawn, passage, pause)
        free = {name: drawn[name] for name in DRAWN if name not in locks}
        pool.offer(terms, Candidate(free, character))
        return True

    def _heard(self, values: Values, passage: Passage, pause: Callable[[], None]) -> Character:
        try:
            gain = decibels_to_gain(float(values["input_gain"]) + float(values["drive"]))
            return audition(self._model_of(values), passage, pause, gain)
        except SpecError:  # at another rate by now
            return Character(silent=True)

    def _other_seed(self, values: Values, passage: Passage, pause: Callable[[], None]) -> int:
        """Return a seed that is worth hearing too, if one of a few is."""
        for _ in range(_OTHER_SEEDS):
            seed = self._random.randint(0, MAXIMUM_DRAWN_SEED)
            if is_worth_hearing(self._heard({**values, "seed": seed}, passage, pause)):
                break
        return seed
