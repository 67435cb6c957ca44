"""Loudness from dry to wet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.feel.measures import off_straight_way
from ronn_jack.bench.own_process import Progress
from ronn_jack.parameters import Value

MOST_LU = 1.0
_PLACES, _QUICK_PLACES = 11, 5


def measure_mix(
    sounds: Sequence[tuple[str, Mapping[str, Value]]],
    sources: Sequence[Source],
    quick: bool,
    progress: Progress,
) -> Iterator[Figure]:
    """Turn `mix` from dry to wet."""
    places = np.linspace(0.0, 1.0, _QUICK_PLACES if quick else _PLACES)
    found = []
    for name, values in sounds:
        for source in sources[:1] if quick else sources:
            progress(f"mix of {name}, {source.name}")
            instrument = Instrument(source, values)
            levels = []
            for mix in places:
                instrument.move({"mix": float(mix)})
                levels.append(instrument.louder_by())
            found.append((off_straight_way(places, np.array(levels)), f"{name}, {source.name}"))
    what = "loudness off the straight way from dry to wet"
    yield farthest("mix", what, "LU", "at most", MOST_LU, found)
