"""What a musician hears who presses `randomize` again and again, found out offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from ronn_jack.control.exploring.search import Search
from ronn_jack.explore.audition import Passage
from ronn_jack.explore.character import Spectrum
from ronn_jack.explore.choice import NEW_DB, is_worth_hearing, novelty_db
from ronn_jack.explore.finding import Finding
from ronn_jack.explore.pool import Pool
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value, defaults

Values = Mapping[str, Value]


def new_sounds(
    passage: Passage,
    make: Callable[[Values], Model],
    fits: Callable[[Values], bool],
    presses: int = 20,
    finds: int = 8,
    seed: int = 1,
) -> int:
    """Return how many presses bring a new sound: 3 dB from all before, not noise, not silent.

    Parameters
    ----------
    passage : Passage
        What is played, as from `recent_passage`.
    make : callable
        Makes a network of values.
    fits : callable
        Tells whether values make a network that can run.
    finds : int
        Candidates that are tried before each press; without any all is drawn by chance.
    seed : int
        Of all that is drawn.
    """
    random, pool = Random(seed), Pool()
    search = Search(finder=pool, random=random)
    finding = Finding(pool, make, fits, random)
    values: Values = defaults()
    heard: list[Spectrum] = []
    new = 0
    for _ in range(presses):
        for _ in range(finds):
            finding.find_one(values, search.locks, passage)
        values = search.drawn(values, 1.0, fits)
        character = finding.hear(values, passage)
        new += is_worth_hearing(character) and novelty_db(character, heard) >= NEW_DB
        if character.spectrum is not None:
            heard.append(character.spectrum)
    return new
