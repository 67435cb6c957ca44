"""Sounds that were found worth hearing, and what was heard: the choice between them at a press."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ronn_jack.control.exploring.aim import Aim
from ronn_jack.control.exploring.search import EMPTY, PROGRESS, Verdict
from ronn_jack.control.randomize import DRAWN
from ronn_jack.explore.character import Character, distance_db
from ronn_jack.explore.choice import AVOIDED_DB, chosen, is_worth_hearing
from ronn_jack.explore.memory import MOST_HEARD, SOUND, Key, Memory, Values, key_of
from ronn_jack.explore.picture import picture_of
from ronn_jack.parameters import CANDIDATES, PARAMETERS, PLACES, Draw, Value

MOST_OTHERS = 8
"""Candidates without a place: too heavy for one, or found when all places were taken."""
MOST_CANDIDATES = CANDIDATES + MOST_OTHERS
MOST_VAIN = 64
"""Tries in a row that bring nothing, after which there is nothing to be found as things stand."""


@dataclass(frozen=True)
class Terms:
    """What candidates were drawn by: they are worth nothing by other ones.

    Attributes
    ----------
    aim : Aim
    locks : frozenset of str
        Parameters that keep their values.
    base : tuple
        The values that a draw depends on.
    """

    aim: Aim
    locks: frozenset[str]
    base: Key

    @classmethod
    def of(cls, values: Values, aim: Aim, locks: Collection[str]) -> Terms:
        """Return the terms of a draw."""
        base = []
        for name in SOUND:
            # At the largest amount all that is drawn comes from everywhere, and seeds always do.
            anew = bool(aim.parents) or aim.amount == 1.0 or PARAMETERS[name].draw is Draw.SEED
            if name in locks or name not in DRAWN or not anew:
                base.append(values[name])
        return cls(aim, frozenset(locks), tuple(base))


@dataclass(frozen=True, eq=False)
class Candidate:
    """A sound that was heard offline.

    Attributes
    ----------
    values : mapping
        Of the parameters that are drawn, but for those that were locked.
    character : Character
    base : mapping
        The values that it was drawn from.
    """

    values: Values
    character: Character
    base: Values = field(default_factory=dict)

    @property
    def sound(self) -> Values:
        """The values of all parameters."""
        return {**self.base, **self.values}


class Pool:
    """Candidates, and the sounds that were heard. Any thread may call any method.

    Parameters
    ----------
    wake : callable
        Called when there is something to be found.
    most : int
        Candidates that it keeps.
    most_vain : int
        Tries in a row that bring nothing, after which it rests.

    Attributes
    ----------
    searched : bool
        Whether somebody fills it.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        most: int = MOST_CANDIDATES,
        most_vain: int = MOST_VAIN,
    ) -> None:
        self._most, self._most_vain = most, most_vain
        self._lock = threading.Lock()
        self._aim = Aim()
        self._terms: Terms | None = None
        self._placed: dict[int, Candidate] = {}
        self._others: list[Candidate] = []
        self._stale: list[Candidate] = []
        """Those that are described on what was played before."""
        self._kept: dict[int, Values] = {}
        """Sounds that were kept, by place, the latest last."""
        self._memory = Memory()
        self._vain = 0
        self._revision = 0
        self.searched = False
        self.wake = wake

    @property
    def waiting(self) -> int:
        """Number of candidates."""
        return len(self._placed) + len(self._others)

    @property
    def is_full(self) -> bool:
        """Whether there are as many as are kept."""
        return self.waiting >= self._most

    @property
    def wants_light(self) -> bool:
        """Whether there is a place for one that takes little of the machine."""
        return len(self._placed) < CANDIDATES

    @property
    def rests(self) -> bool:
        """Whether nothing is to be looked for: it is full, or all that was tried was in vain.

        The latter holds until other candidates are asked for, or what was heard is another.
        """
        return self.is_full or self._vain >= self._most_vain

    @property
    def progress(self) -> str:
        """Whether more are looked for: one of PROGRESS."""
        off, searching, full, exhausted = PROGRESS
        if not self.searched:
            return off
        if self.is_full:
            return full
        return exhausted if self.rests else searching

    @property
    def aim(self) -> Aim:
        """What is looked for."""
        return self._aim

    @property
    def revision(self) -> int:
        """Another number whenever the picture of a place is another."""
        return self._revision

    @property
    def places(self) -> Sequence[int]:
        """Numbers of the places that are not empty, in rising order."""
        with self._lock:
            return sorted([*self._placed, *self._kept])

    def find(
        self,
        values: Values,
        amount: float,
        locks: Collection[str],
        fits: Callable[[Values], bool],
    ) -> Values | None:
        """Return the drawn parameters of the sound to be heard next; None if none is known."""
        with self._changing():
            if amount != self._aim.amount or self._aim.parents:
                self._aim = Aim(amount)
            self._hold(Terms.of(values, self._aim, locks))
            self._hear(values)
            found = None
            while found is None:
                candidates = [*self._placed.values(), *self._others]
                at = chosen([each.character for each in candidates], self._memory.spectra())
                if at is None:
                    # What is left is alike to what was heard: it makes room for others.
                    self._clear()
                    break
                self._remove(candidates[at])
                full = {**values, **candidates[at].values}
                if fits(full):
                    found = candidates[at]
                    self._hear(full, found.character)
        self.wake()
        return found.values if found else None

    def mark(self, values: Values, liked: bool) -> None:
        """Note that a sound is liked, or that it is not."""
        verdict, key = Verdict.LIKED if liked else Verdict.DISLIKED, key_of(values)
        with self._changing():
            heard = next((p for p, e in self._placed.items() if key_of(e.sound) == key), None)
            if heard is not None:
                self._judge(heard, verdict)
            else:
                self._memory.judge(values, verdict)
                self._hear(values)
        self.wake()

    def hear(self, values: Values, character: Character | None = None) -> None:
        """Note that a sound is heard, or what it is like."""
        with self._lock:
            self._hear(values, character)

    def hold(self, terms: Terms) -> bool:
        """Forget candidates of other terms; return whether more of these are to be looked for."""
        with self._lock:
            self._hold(terms)
            return not self.rests

    def offer(self, terms: Terms, candidate: Candidate, light: bool = True) -> bool:
        """Take a candidate if it is worth hearing, new, and of the present terms; tell whether.

        Parameters
        ----------
        light : bool
            Whether it may have a place.
        """
        with self._changing():
            placed = light and self.wants_light
            room = placed or len(self._others) < MOST_OTHERS
            wanted = terms == self._terms and room and self._is_new(candidate)
            if wanted and placed:
                free = min(set(range(1, CANDIDATES + 1)) - self._placed.keys())
                self._placed[free] = candidate
            elif wanted:
                self._others.append(candidate)
            self._vain = 0 if wanted else self._vain + 1
            return wanted

    def search_failed(self) -> None:
        """Note that a try has brought nothing, as it went wrong."""
        with self._lock:
            self._vain += 1

    def undescribed(self, latest: int = MOST_HEARD) -> Values | None:
        """Return the latest sound, of so many, that is not described yet; None if all are."""
        with self._lock:
            return self._memory.undescribed(latest)

    def describe(self, values: Values, character: Character) -> None:
        """Note what a sound is like that was heard."""
        with self._changing():
            self._memory.describe(values, character)
            self._vain = 0

    def stale(self) -> Candidate | None:
        """Return a candidate that is to be described anew; None if there is none."""
        with self._lock:
            return self._stale[0] if self._stale else None

    def renew(self, candidate: Candidate, character: Character) -> None:
        """Describe a candidate anew; it goes if it is worth nothing by now."""
        with self._changing():
            if candidate not in self._stale:
                return
            self._stale.remove(candidate)
            place = next((p for p, each in self._placed.items() if each is candidate), None)
            self._remove(candidate)
            renewed = replace(candidate, character=character)
            if self._is_new(renewed):
                if place is None:
                    self._others.append(renewed)
                else:
                    self._placed[place] = renewed

    def forget_characters(self) -> None:
        """Let everything be described anew, as it is on another input."""
        with self._lock:
            self._stale = [*self._placed.values(), *self._others]
            self._memory.forget_characters()
            self._vain = 0

    def candidate(self, place: int) -> Values | None:
        """Return the drawn parameters of the sound at a place; None if there is none."""
        with self._lock:
            if place in self._placed:
                return self._placed[place].values
            kept = self._kept.get(place)
            return {name: kept[name] for name in DRAWN} if kept else None

    def kept(self) -> Mapping[int, Values]:
        """Return the sounds that were kept by their places, the latest last."""
        with self._lock:
            return dict(self._kept)

    def judge(self, place: int, verdict: Verdict) -> None:
        """Note what somebody thinks of the sound at a place; what is not liked goes."""
        with self._changing():
            self._judge(place, verdict)
        self.wake()

    def keep(self, place: int, values: Values) -> None:
        """Note that the sound that was heard from a place, with these values, was kept."""
        key = key_of(values)
        with self._changing():
            # By now another one may have the place, and stays there.
            candidate, kept = self._placed.get(place), self._kept.get(place)
            if candidate and key_of(candidate.sound) != key:
                candidate = None
            self._hear(values, candidate.character if candidate else None)
            if candidate:
                self._remove(candidate)
            if kept is None or key_of(kept) != key:
                free = set(range(CANDIDATES + 1, PLACES + 1)) - self._kept.keys()
                place = min(free) if free else next(iter(self._kept))
            self._kept.pop(place, None)
            self._kept[place] = dict(values)
        self.wake()

    def look_for(self, aim: Aim, spared: Collection[int] = ()) -> None:
        """Look for other candidates; those at some places stay."""
        with self._changing():
            stay = {place: each for place, each in self._placed.items() if place in spared}
            self._clear()
            self._aim, self._terms, self._placed = aim, None, stay
        self.wake()

    def picture(self, place: int) -> Sequence[Value]:
        """Return what is to be seen of a place; EMPTY where nothing is."""
        with self._lock:
            candidate, kept = self._placed.get(place), self._kept.get(place)
            sound = candidate.sound if candidate else kept
            if sound is None:
                return EMPTY
            character = candidate.character if candidate else self._memory.character(sound)
            return picture_of(sound, character, self._memory.verdict(sound))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock while what is to be seen may become another."""
        with self._lock:
            yield
            self._revision += 1

    def _hold(self, terms: Terms) -> None:
        if terms != self._terms:
            if self._terms is not None:
                self._clear()
            self._terms = terms
            self._vain = 0

    def _hear(self, values: Values, character: Character | None = None) -> None:
        if self._memory.hear(values, character):
            self._vain = 0

    def _is_new(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is worth hearing beside all that there is."""
        if not is_worth_hearing(candidate.character):
            return False
        heard = self._memory.spectra()
        beside = [each.character.spectrum for each in (*self._placed.values(), *self._others)]
        all_ = [*heard.all, *(spectrum for spectrum in beside if spectrum is not None)]
        return chosen([candidate.character], replace(heard, all=all_)) is not None

    def _judge(self, place: int, verdict: Verdict) -> None:
        candidate, kept = self._placed.get(place), self._kept.get(place)
        sound = candidate.sound if candidate else kept
        if sound is None:
            return
        character = candidate.character if candidate else self._memory.character(sound)
        self._memory.judge(sound, verdict, character)
        if verdict is Verdict.LIKED:
            return
        self._hear(sound, character)
        self._kept.pop(place, None)
        if candidate:
            self._remove(candidate)
        if verdict is Verdict.AVOIDED and character is not None:
            for each in [*self._placed.values(), *self._others]:
                if _distance(each.character, character) < AVOIDED_DB:
                    self._remove(each)

    def _remove(self, candidate: Candidate) -> None:
        self._placed = {p: each for p, each in self._placed.items() if each is not candidate}
        self._others = [each for each in self._others if each is not candidate]
        self._stale = [each for each in self._stale if each is not candidate]
        self._vain = 0

    def _clear(self) -> None:
        self._placed, self._others, self._stale = {}, [], []
        self._vain = 0
        self._revision += 1


def _distance(one: Character, other: Character) -> float:
    if one.spectrum is None or other.spectrum is None:
        return math.inf
    return float(distance_db(one.spectrum, other.spectrum))
