"""Sounds that were found worth hearing, and what was heard: the choice between them at a press."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ronn_jack.control.randomize import DRAWN
from ronn_jack.explore.character import Character, Spectrum
from ronn_jack.explore.choice import Heard, chosen, is_worth_hearing
from ronn_jack.model.architecture import REBUILD
from ronn_jack.parameters import PARAMETERS, Draw, Value

MOST_CANDIDATES = 32
MOST_HEARD = 256
"""Sounds that are remembered; older ones may come again."""
MOST_VAIN = 64
"""Tries in a row that bring nothing, after which there is nothing to be found as things stand."""
_OTHER_SEED = "seed_b"
"""Where `morph` goes: heard only once that moves."""
_SOUND = tuple(dict.fromkeys(name for name in (*REBUILD, *DRAWN) if name != _OTHER_SEED))

Key = tuple[Value, ...]


@dataclass(frozen=True)
class Terms:
    """What candidates were drawn by: they are worth nothing by other ones.

    Attributes
    ----------
    amount : float
        0–1, as `randomize` takes it.
    locks : frozenset of str
        Parameters that keep their values.
    base : tuple
        The values that a draw depends on.
    """

    amount: float
    locks: frozenset[str]
    base: Key

    @classmethod
    def of(cls, values: Mapping[str, Value], amount: float, locks: Collection[str]) -> Terms:
        """Return the terms of a draw."""
        base = []
        for name in _SOUND:
            # At the largest amount all that is drawn comes from everywhere, and seeds always do.
            anew = amount == 1.0 or PARAMETERS[name].draw is Draw.SEED
            if name in locks or name not in DRAWN or not anew:
                base.append(values[name])
        return cls(amount, frozenset(locks), tuple(base))


@dataclass(frozen=True, eq=False)
class Candidate:
    """A sound that was heard offline.

    Attributes
    ----------
    values : mapping
        Of the parameters that are drawn, but for those that were locked.
    """

    values: Mapping[str, Value]
    character: Character


def key_of(values: Mapping[str, Value]) -> Key:
    """Return what a sound is known by."""
    return tuple(values[name] for name in _SOUND)


class Pool:
    """Candidates, and the sounds that were heard. Any thread may call any method.

    Parameters
    ----------
    wake : callable
        Called when there is something to be found.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._amount = 1.0
        self._terms: Terms | None = None
        self._candidates: list[Candidate] = []
        self._heard: OrderedDict[Key, Character | None] = OrderedDict()
        self._values: dict[Key, Mapping[str, Value]] = {}
        self._marks: dict[Key, bool] = {}
        self._vain = 0
        self.wake = wake

    @property
    def waiting(self) -> int:
        """Number of candidates."""
        return len(self._candidates)

    @property
    def is_full(self) -> bool:
        """Whether there are as many as are kept."""
        return len(self._candidates) >= MOST_CANDIDATES

    @property
    def rests(self) -> bool:
        """Whether nothing is to be looked for: it is full, or all that was tried was in vain.

        The latter holds until other candidates are asked for, or what was heard is another.
        """
        return self.is_full or self._vain >= MOST_VAIN

    @property
    def amount(self) -> float:
        """The amount that was asked for last."""
        return self._amount

    def find(
        self,
        values: Mapping[str, Value],
        amount: float,
        locks: Collection[str],
        fits: Callable[[Mapping[str, Value]], bool],
    ) -> Mapping[str, Value] | None:
        """Return the drawn parameters of the sound to be heard next; None if none is known."""
        with self._lock:
            self._amount = amount
            self._hold(Terms.of(values, amount, locks))
            self._note(values)
            while True:
                heard = self._spectra()
                at = chosen([each.character for each in self._candidates], heard)
                if at is None:
                    # What is left is alike to what was heard: it makes room for others.
                    self._candidates.clear()
                    break
                found = self._candidates.pop(at)
                full = {**values, **found.values}
                if fits(full):
                    self._note(full, found.character)
                    break
        self.wake()
        return None if at is None else found.values

    def mark(self, values: Mapping[str, Value], liked: bool) -> None:
        """Note that a sound is liked, or that it is not."""
        with self._lock:
            self._note(values)
            self._marks[key_of(values)] = liked
        self.wake()

    def hear(self, values: Mapping[str, Value], character: Character | None = None) -> None:
        """Note that a sound is heard, or what it is like."""
        with self._lock:
            self._note(values, character)

    def hold(self, terms: Terms) -> bool:
        """Forget candidates of other terms; return whether more of these are to be looked for."""
        with self._lock:
            self._hold(terms)
            return not self.rests

    def offer(self, terms: Terms, candidate: Candidate) -> bool:
        """Take a candidate if it is worth hearing, new, and of the present terms; tell whether."""
        with self._lock:
            wanted = (
                terms == self._terms
                and not self.is_full
                and is_worth_hearing(candidate.character)
                and chosen([candidate.character], self._spectra()) is not None
            )
            if wanted:
                self._candidates.append(candidate)
            self._vain = 0 if wanted else self._vain + 1
            return wanted

    def undescribed(self, latest: int = MOST_HEARD) -> Mapping[str, Value] | None:
        """Return the latest sound, of so many, that is not described yet; None if all are."""
        with self._lock:
            for key in itertools.islice(reversed(self._heard), latest):
                if self._heard[key] is None:
                    return self._values[key]
            return None

    def forget_characters(self) -> None:
        """Let everything be described anew, as it is on another input."""
        with self._lock:
            self._candidates.clear()
            self._heard = OrderedDict.fromkeys(self._heard)
            self._vain = 0

    def _hold(self, terms: Terms) -> None:
        if terms != self._terms:
            self._terms = terms
            self._candidates.clear()
            self._vain = 0

    def _note(self, values: Mapping[str, Value], character: Character | None = None) -> None:
        key = key_of(values)
        if character is not None or key not in self._heard:
            self._vain = 0
        self._heard[key] = character or self._heard.get(key)
        self._values[key] = values
        if character is None:  # and heard now, rather than described
            self._heard.move_to_end(key)
        while len(self._heard) > MOST_HEARD:
            oldest, _ = self._heard.popitem(last=False)
            del self._values[oldest]
            self._marks.pop(oldest, None)

    def _spectra(self) -> Heard:
        def described(keys: Collection[Key]) -> Iterator[Spectrum]:
            for key in keys:
                character = self._heard[key]
                if character is not None and character.spectrum is not None:
                    yield character.spectrum

        liked = [key for key, liked in self._marks.items() if liked]
        disliked = [key for key, liked in self._marks.items() if not liked]
        return Heard(*(np.array(list(described(keys))) for keys in (self._heard, liked, disliked)))
