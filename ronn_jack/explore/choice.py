"""Which of some candidates is to be heard next: pure functions of their characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ronn_jack.explore.character import Character, Spectrum, distance_db

NEW_DB = 3.0
"""Log-mel distance from which a sound is another one."""
AVOIDED_DB = 6.0
"""Distance to what somebody wants nothing like, from which a sound may come."""
_NOISE_FLATNESS = 0.25
"""White noise has 0.56 in frames that are seen through a Hann window, strings below 0.1."""
_NOISE_PITCH = 0.5
_ONE_SIDED_DB = 6.0
_HARSH_OCTAVES = 3.0
_CHANGED_DB = 12.0
_HIGH_GAIN_DB = 30.0
_TASTE_DB = 6.0
"""Distance at which a liking has faded to 1/e."""
_TASTE = 0.5
"""How much a liking weighs against the character, whose quality is within 0 to 1."""

Spectra = Sequence[Spectrum] | Spectrum
"""Mel spectra, one a row."""


@dataclass(frozen=True, eq=False)
class Heard:
    """The mel spectra of what was heard, and of what was liked or not, or is to be avoided."""

    all: Spectra = ()
    liked: Spectra = ()
    disliked: Spectra = ()
    avoided: Spectra = ()


def is_worth_hearing(character: Character) -> bool:
    """Tell whether a sound is neither silent nor noise nor on one side alone."""
    return not (
        character.silent
        or abs(character.balance_db) > _ONE_SIDED_DB
        or (character.flatness > _NOISE_FLATNESS and character.pitch < _NOISE_PITCH)
    )


def novelty_db(character: Character, heard: Spectra) -> float:
    """Return the distance to what is most alike among what was heard; infinite from nothing."""
    if not len(heard) or character.spectrum is None:
        return math.inf
    return float(distance_db(np.asarray(heard), character.spectrum).min())


def quality(character: Character) -> float:
    """Return 0–1: how much it is a sound to play with, whatever one has heard before."""
    marks = (
        min(1.0, character.distance_db / _CHANGED_DB),
        character.following,
        character.pitch,
        1.0 - min(1.0, character.flatness / _NOISE_FLATNESS),
        1.0 - min(1.0, abs(character.balance_db) / _ONE_SIDED_DB),
        1.0 - min(1.0, max(0.0, character.brightness) / _HARSH_OCTAVES),
        # What needs much more gain than this is lifted out of its own rounding.
        1.0 - min(1.0, max(0.0, character.gain_db / _HIGH_GAIN_DB - 1.0)),
    )
    return sum(marks) / len(marks)


def taste(character: Character, heard: Heard) -> float:
    """Return −1 to 1: how near it is to what was liked, and how far from what was not."""
    near, far = (
        math.exp(-novelty_db(character, spectra) / _TASTE_DB)
        for spectra in (heard.liked, heard.disliked)
    )
    return near - far


def chosen(candidates: Sequence[Character], heard: Heard) -> int | None:
    """Return the place of the candidate to be heard next; None if none is new.

    Among the better half, by quality and taste, it is the one farthest from everything heard;
    where there is a taste, nearer ones that meet it count as farther.
    """
    new = [
        (at, character, novelty)
        for at, character in enumerate(candidates)
        if is_worth_hearing(character)
        and (novelty := novelty_db(character, heard.all)) >= NEW_DB
        and novelty_db(character, heard.avoided) >= AVOIDED_DB
    ]
    if not new:
        return None
    tastes = {at: _TASTE * taste(character, heard) for at, character, _ in new}
    by_quality = sorted(new, key=lambda each: quality(each[1]) + tastes[each[0]], reverse=True)
    better = by_quality[: (len(new) + 1) // 2]
    # Before anything was heard all are equally far, and the best comes first.
    at, _, _ = max(better, key=lambda each: each[2] * (1.0 + tastes[each[0]]))
    return at
