"""What draws sounds: from among what was heard beforehand, or by chance alone."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from random import Random
from typing import Protocol

from ronn_jack.control.exploring.aim import MORE_AMOUNT, Aim, genes_of
from ronn_jack.control.operations import Act, amount_in, place_in
from ronn_jack.control.randomize import DRAWN, Fits, randomized
from ronn_jack.errors import ParameterError, shown
from ronn_jack.parameters import (
    CANDIDATES,
    MAXIMUM_DRAWN_SEED,
    PLACES,
    Draw,
    Value,
    parameter,
)

Values = Mapping[str, Value]

EMPTY: Sequence[Value] = ("",)
"""The picture of a place where nothing is."""


class Verdict(enum.Enum):
    """What somebody thinks of a sound."""

    LIKED = 1
    DISLIKED = -1
    AVOIDED = -2
    """Nothing like this is wanted."""


class Finder(Protocol):
    """Knows sounds that are worth hearing. Any thread may call it, and it answers at once.

    Candidates have places from 1 to CANDIDATES, and sounds that were kept the places after these.
    """

    @property
    def waiting(self) -> int:
        """Number of sounds that wait to be chosen."""
        ...

    @property
    def progress(self) -> str:
        """Whether more are looked for: one of PROGRESS."""
        ...

    @property
    def aim(self) -> Aim:
        """What is looked for."""
        ...

    @property
    def revision(self) -> int:
        """Another number whenever the picture of a place is another."""
        ...

    @property
    def places(self) -> Sequence[int]:
        """Numbers of the places that are not empty, in rising order."""
        ...

    def find(
        self, values: Values, amount: float, locks: Collection[str], fits: Fits
    ) -> Values | None:
        """Return the drawn parameters of the sound to be heard next; None if none is known."""
        ...

    def mark(self, values: Values, liked: bool) -> None:
        """Note that a sound is liked, or that it is not."""
        ...

    def candidate(self, place: int) -> Values | None:
        """Return the drawn parameters of the sound at a place; None if there is none."""
        ...

    def judge(self, place: int, verdict: Verdict) -> None:
        """Note what somebody thinks of the sound at a place; what is not liked goes."""
        ...

    def keep(self, place: int, values: Values) -> None:
        """Note that the sound of a place, with these values, was kept."""
        ...

    def look_for(self, aim: Aim, spared: Collection[int] = ()) -> None:
        """Look for other candidates; those at some places stay."""
        ...

    def kept(self) -> Mapping[int, Values]:
        """Return the sounds that were kept by their places, the latest last."""
        ...

    def picture(self, place: int) -> Sequence[Value]:
        """Return what is to be seen of a place; EMPTY where nothing is."""
        ...


PROGRESS = ("off", "searching", "full", "exhausted")
"""Whether nobody looks, or somebody does, has found all there is room for, or finds nothing."""


class Search:
    """Draws sounds; the lock of the values protects it.

    Parameters
    ----------
    locks : iterable of str
        Parameters that are left as they are.
    finder : Finder, optional
        Asked first; without it, or where it knows none, a sound is drawn by chance.
    random : random.Random, optional
    """

    def __init__(
        self,
        locks: Iterable[str] = (),
        finder: Finder | None = None,
        random: Random | None = None,
    ) -> None:
        self._random = random or Random()
        self._finder = finder
        self.locks = frozenset(map(lockable, locks))

    def seed(self) -> int:
        """Return a seed, drawn by chance."""
        return self._random.randint(0, MAXIMUM_DRAWN_SEED)

    def drawn(self, values: Values, amount: float, fits: Fits) -> dict[str, Value]:
        """Return the values of another sound; parameters as those of `randomized`."""
        found = self._finder.find(values, amount, self.locks, fits) if self._finder else None
        if found is not None:
            return {**values, **found}
        return randomized(values, amount, self._random, fits, locks=self.locks)

    def lock(self, name: object) -> None:
        """Leave a parameter as it is from now on."""
        self.locks |= {lockable(name)}

    def unlock(self, name: object) -> None:
        """Draw a parameter again."""
        self.locks -= {lockable(name)}

    def mark(self, values: Values, liked: bool) -> None:
        """Let what is drawn be nearer to a sound, or farther from it."""
        if self._finder is not None:
            self._finder.mark(values, liked)

    def act(self, act: Act, values: Values) -> None:
        """Do an action that says what is looked for, and by what taste; it moves nothing.

        Parameters
        ----------
        act : Act
            One of SEARCHING.
        values : mapping
            What sounds.
        """
        _DO[act.name](self, act, values)

    def candidate(self, act: Act) -> tuple[int, Values]:
        """Return the place that an action names, and what is drawn of the sound there.

        Raises
        ------
        ParameterError
            If it names none, or nothing is there.
        """
        place = place_in(act, PLACES, "candidate")
        found = self._finder.candidate(place) if self._finder else None
        if found is None:
            there = ", ".join(map(str, self._places)) or "none yet"
            raise ParameterError(f"candidate {place} is empty; there are {there}")
        # What was locked since is not moved any more.
        return place, {name: value for name, value in found.items() if name not in self.locks}

    def candidate_next_to(self, name: str, place: int, step: int) -> tuple[int, Values]:
        """Return the same of the next candidate that there is, going round."""
        numbers = [number for number in self._places if number <= CANDIDATES]
        if not numbers:
            raise ParameterError("there are no candidates yet; they come while nothing else does")
        if step < 0:
            numbers.reverse()
        later = (number for number in numbers if (number - place) * step > 0 and place)
        return self.candidate(Act(name, next(later, numbers[0])))

    def _explore(self, act: Act, _: Values) -> None:
        amount = amount_in(act)
        if self._finder is not None:
            self._finder.look_for(Aim(amount))

    def _judge(self, act: Act, verdict: Verdict) -> None:
        place, _ = self.candidate(act)
        if self._finder is not None:
            self._finder.judge(place, verdict)

    def _look_for_more(self, act: Act, values: Values) -> None:
        """Look for candidates that are like one, among the present values."""
        place, drawn = self.candidate(act)
        if self._finder is not None:
            self._finder.judge(place, Verdict.LIKED)
            aim = Aim(MORE_AMOUNT, (genes_of({**values, **drawn}),))
            self._finder.look_for(aim, spared=(place,))

    def _breed(self, act: Act, values: Values) -> None:
        """Look for candidates between two sounds that were kept: the latest, or those named."""
        kept = list(self._finder.kept().values()) if self._finder else []
        if act.argument is None or isinstance(act.argument, (bool, int, float)):
            parents: list[Values] = [{n: each[n] for n in DRAWN} for each in kept[-2:]]
        else:
            words = str(act.argument).split()
            parents = [self.candidate(Act(act.name, word))[1] for word in words]
            if len(words) != 2 or words[0] == words[1]:
                raise ParameterError(
                    f"{act.name} = {shown(act.argument)} names no two candidates; "
                    f'send text such as "{CANDIDATES + 1} {CANDIDATES + 2}"'
                )
        if len(parents) < 2:
            raise ParameterError("breed needs two sounds that were kept; keep more of them")
        if self._finder is not None:
            self._finder.look_for(Aim(1.0, tuple(genes_of({**values, **p}) for p in parents)))

    def keep(self, place: int, values: Values) -> None:
        """Note that the sound of a place was kept."""
        if self._finder is not None:
            self._finder.keep(place, values)

    def picture(self, place: int) -> Sequence[Value]:
        """Return what is to be seen of a place, as docs/osc.md tells it."""
        return self._finder.picture(place) if self._finder else EMPTY

    @property
    def kept(self) -> Sequence[Values]:
        """The sounds that were kept, in the order of their places."""
        kept = self._finder.kept() if self._finder else {}
        return [kept[place] for place in sorted(kept)]

    @property
    def revision(self) -> int:
        """Another number whenever a picture is another."""
        return self._finder.revision if self._finder else 0

    @property
    def _places(self) -> Sequence[int]:
        return self._finder.places if self._finder else ()

    @property
    def status(self) -> Mapping[str, int | float | str]:
        """Where the search stands, by the names of its status."""
        finder = self._finder
        aim = finder.aim if finder else Aim()
        return {
            "locks": " ".join(name for name in DRAWN if name in self.locks),
            "candidates": finder.waiting if finder else 0,
            "exploring": finder.progress if finder else PROGRESS[0],
            "exploring_from": aim.kind,
            "exploring_amount": aim.amount,
        }


def lockable(name: object) -> str:
    """Return a parameter's name, or raise ParameterError if it is none of those that are drawn."""
    if not isinstance(name, str):
        told = "nothing" if name is None else shown(name)
        raise ParameterError(f"{told} is no parameter's name; lock one of {' '.join(DRAWN)}")
    if parameter(name).draw is Draw.KEPT:
        raise ParameterError(f"{name} is never drawn; lock one of {' '.join(DRAWN)}")
    return name


_DO: Mapping[str, Callable[[Search, Act, Values], None]] = {
    "like": lambda search, _, values: search.mark(values, liked=True),
    "dislike": lambda search, _, values: search.mark(values, liked=False),
    "lock": lambda search, act, _: search.lock(act.argument),
    "unlock": lambda search, act, _: search.unlock(act.argument),
    "explore": Search._explore,
    "candidate_like": lambda search, act, _: search._judge(act, Verdict.LIKED),
    "candidate_dislike": lambda search, act, _: search._judge(act, Verdict.DISLIKED),
    "candidate_never": lambda search, act, _: search._judge(act, Verdict.AVOIDED),
    "candidate_more": Search._look_for_more,
    "breed": Search._breed,
}
SEARCHING = frozenset(_DO)
"""Names of the actions that say what is looked for."""
