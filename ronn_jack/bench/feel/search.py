"""How many presses of `randomize` bring something new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Source
from ronn_jack.bench.own_process import Progress
from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import Passage, phrase_passage, recent_passage
from ronn_jack.explore.presses import new_sounds
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value

LEAST_NEW = 15.0
_PRESSES, _QUICK_PRESSES = 20, 3
_FINDS, _QUICK_FINDS = 8, 1
"""Candidates that there is time for between two presses."""
_MOST_MULTIPLICATIONS, _QUICK_MULTIPLICATIONS = 20_000, 500
"""Of a network for a frame: larger ones sound no different, and take minutes to hear."""


def measure_search(sources: Sequence[Source], quick: bool, progress: Progress) -> Iterator[Figure]:
    """Press `randomize` twenty times on each source."""
    presses = _QUICK_PRESSES if quick else _PRESSES
    most = _QUICK_MULTIPLICATIONS if quick else _MOST_MULTIPLICATIONS
    found = []
    for source in sources:
        progress(f"randomize, {source.name}")

        def make(values: Mapping[str, Value], rate: float = source.rate) -> Model:
            return model_of(values, 2, 2, rate)

        def fits(values: Mapping[str, Value]) -> bool:
            try:
                return make(values).multiplications <= most
            except SpecError:
                return False

        new = new_sounds(_passage(source), make, fits, presses, _QUICK_FINDS if quick else _FINDS)
        found.append((float(new), source.name))
    what = f"new sounds in {presses} presses of randomize"
    yield farthest("search", what, "", "at least", LEAST_NEW, found)


def _passage(source: Source) -> Passage:
    return recent_passage(source.samples, source.rate) or phrase_passage(2, source.rate)
