"""The sounds that somebody has heard or judged, and what is known of each."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ronn_jack.control.exploring.search import Verdict
from ronn_jack.control.randomize import DRAWN
from ronn_jack.explore.character import Character, Spectrum
from ronn_jack.explore.choice import Heard
from ronn_jack.model.architecture import REBUILD
from ronn_jack.parameters import Value

MOST_HEARD = 256
"""Sounds that are remembered; older ones may come again."""
_OTHER_SEED = "seed_b"
"""Where `morph` goes: heard only once that moves."""
SOUND = tuple(dict.fromkeys(name for name in (*REBUILD, *DRAWN) if name != _OTHER_SEED))
"""Names of the parameters that tell one sound from another."""

Key = tuple[Value, ...]
Values = Mapping[str, Value]


def key_of(values: Values) -> Key:
    """Return what a sound is known by."""
    return tuple(values[name] for name in SOUND)


@dataclass(eq=False, slots=True)
class _Sound:
    values: Values
    character: Character | None = None
    heard: bool = False
    verdict: Verdict | None = None

    @property
    def spectrum(self) -> Spectrum | None:
        """Its mel spectrum; None as long as it is not described, or where it is silent."""
        return self.character.spectrum if self.character else None


class Memory:
    """What was heard and judged, the oldest first; the pool's lock protects it."""

    def __init__(self) -> None:
        self._sounds: OrderedDict[Key, _Sound] = OrderedDict()

    def hear(self, values: Values, character: Character | None = None) -> bool:
        """Note that a sound is heard; return whether it was not before."""
        sound = self._sound(values, character)
        first, sound.heard = not sound.heard, True
        self._sounds.move_to_end(key_of(values))
        return first

    def describe(self, values: Values, character: Character) -> None:
        """Note what a sound is like, which keeps its place in time."""
        self._sound(values, character)

    def judge(self, values: Values, verdict: Verdict, character: Character | None = None) -> None:
        """Note what somebody thinks of a sound."""
        self._sound(values, character).verdict = verdict

    def verdict(self, values: Values) -> Verdict | None:
        """Return what somebody thinks of a sound."""
        sound = self._sounds.get(key_of(values))
        return sound.verdict if sound else None

    def character(self, values: Values) -> Character | None:
        """Return what a sound is like, if that is known."""
        sound = self._sounds.get(key_of(values))
        return sound.character if sound else None

    def undescribed(self, latest: int = MOST_HEARD) -> Values | None:
        """Return the latest sound, of so many, that is not described yet; None if all are."""
        for sound in itertools.islice(reversed(self._sounds.values()), latest):
            if sound.character is None:
                return sound.values
        return None

    def forget_characters(self) -> None:
        """Let everything be described anew."""
        for sound in self._sounds.values():
            sound.character = None

    def spectra(self) -> Heard:
        """Return the spectra of all that is described."""

        known = [each for each in self._sounds.values() if each.spectrum is not None]

        def judged(*verdicts: Verdict) -> Spectrum:
            return np.array([each.spectrum for each in known if each.verdict in verdicts])

        return Heard(
            np.array([each.spectrum for each in known if each.heard]),
            judged(Verdict.LIKED),
            judged(Verdict.DISLIKED, Verdict.AVOIDED),
            judged(Verdict.AVOIDED),
        )

    def _sound(self, values: Values, character: Character | None) -> _Sound:
        sound = self._sounds.setdefault(key_of(values), _Sound(values))
        sound.values = values
        sound.character = character or sound.character
        while len(self._sounds) > MOST_HEARD:
            self._sounds.popitem(last=False)
        return sound
