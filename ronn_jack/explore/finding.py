"""How candidates come about: drawn, heard offline, and offered to the pool."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random

from ronn_jack.control.randomize import DRAWN
from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import Passage, audition
from ronn_jack.explore.character import Character
from ronn_jack.explore.choice import is_worth_hearing
from ronn_jack.explore.memory import MOST_HEARD
from ronn_jack.explore.pool import Candidate, Pool, Terms
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, Value
from ronn_jack.units import decibels_to_gain

Values = Mapping[str, Value]
Fits = Callable[[Values], bool]
_OTHER_SEEDS = 2
"""Seeds that are tried as the one that `morph` goes to."""
_LATEST = 4
"""Sounds heard last that are described before anything else is tried."""
_AS_LARGE = 1.25
"""Size of a candidate for a place, against that of the sound that it is to be near to."""


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
    is_light : callable, optional
        Tells the same of a network that takes little of the machine.
    """

    def __init__(
        self,
        pool: Pool,
        model_of: Callable[[Values], Model],
        fits: Fits,
        random: Random,
        is_light: Fits | None = None,
    ) -> None:
        self._pool = pool
        self._model_of = model_of
        self._fits = fits
        self._is_light = is_light or fits
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
        """Describe a sound that is known, or else try a candidate; False if the pool rests.

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
        terms = Terms.of(values, self._pool.aim, locks)
        wanted = self._pool.hold(terms)
        if self._describes_one(passage, pause, wanted):
            return True
        if wanted:
            self._try_one(terms, values, locks, passage, pause)
        return wanted

    def _describes_one(
        self, passage: Passage, pause: Callable[[], None], search_waits: bool
    ) -> bool:
        """Describe a sound anew, if it is one's turn."""
        pool = self._pool
        heard, stale = pool.undescribed(_LATEST), pool.stale()
        if heard is None and stale is not None:
            pool.renew(stale, self.hear(stale.sound, passage, pause))
            return True
        if heard is None:
            # After hours there are hundreds: candidates don't wait for all of them.
            turn, self._looks_back = self._looks_back, not self._looks_back
            heard = pool.undescribed(MOST_HEARD) if turn or not search_waits else None
        if heard is not None:
            pool.describe(heard, self.hear(heard, passage, pause))
        return heard is not None

    def _try_one(
        self,
        terms: Terms,
        values: Values,
        locks: Collection[str],
        passage: Passage,
        pause: Callable[[], None],
    ) -> None:
        pool, aim = self._pool, terms.aim
        is_light = self._light_near(aim.starts(values, locks))
        drawn = aim.drawn(values, self._random, is_light if pool.wants_light else self._fits, locks)
        pause()
        character = self.hear(drawn, passage, pause)
        if is_worth_hearing(character) and "seed_b" not in locks:
            drawn["seed_b"] = self._other_seed(drawn, passage, pause)
        free = {name: drawn[name] for name in DRAWN if name not in locks}
        pool.offer(terms, Candidate(free, character, values), is_light(drawn))

    def _light_near(self, starts: Collection[Values]) -> Fits:
        """Return what tells whether a network is light, or about as large as one of some."""
        try:
            most = max((self._model_of(each).multiplications for each in starts), default=0)
        except SpecError:  # at another rate by now
            most = 0

        def is_light(values: Values) -> bool:
            if self._is_light(values):
                return True
            near = self._fits(values) and most
            return bool(near and self._model_of(values).multiplications <= _AS_LARGE * most)

        return is_light

    def hear(
        self, values: Values, passage: Passage, pause: Callable[[], None] = lambda: None
    ) -> Character:
        """Return the character of a sound, as it is with the gain and the drive of its values."""
        try:
            gain = decibels_to_gain(float(values["input_gain"]) + float(values["drive"]))
            return audition(self._model_of(values), passage, pause, gain)
        except SpecError:  # at another rate by now
            return Character(silent=True)

    def _other_seed(self, values: Values, passage: Passage, pause: Callable[[], None]) -> int:
        """Return a seed that is worth hearing too, if one of a few is."""
        for _ in range(_OTHER_SEEDS):
            seed = self._random.randint(0, MAXIMUM_DRAWN_SEED)
            if is_worth_hearing(self.hear({**values, "seed": seed}, passage, pause)):
                break
        return seed
