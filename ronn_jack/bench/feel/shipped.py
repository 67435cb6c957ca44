"""The presets that ship: how loud they are, how far apart, and on which side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.feel.measures import louder_by
from ronn_jack.bench.own_process import Progress
from ronn_jack.explore.character import distance_db, mel_course
from ronn_jack.parameters import Value

Sounds = Sequence[tuple[str, Mapping[str, Value]]]
Courses = Mapping[str, Sequence[NDArray[np.float64]]]

MOST_LU = 1.0
LEAST_DISTANCE_DB = 3.5
LEAST_PRESETS = 40
_TOLD_BY = 2
"""Sources on which two presets have to differ."""


def nearest(courses: Courses) -> tuple[float, str]:
    """Return how near the most alike two sounds are, and which they are.

    Parameters
    ----------
    courses : mapping of str to sequence of ndarray
        The mel courses of each sound, one a source.

    Returns
    -------
    (float, str)
        Their distance in dB on the source that tells them apart second best; on the only one, if
        there is no second.
    """
    found = []
    for (one, of_one), (other, of_other) in itertools.combinations(courses.items(), 2):
        distances = sorted(
            (float(distance_db(a, b).mean()) for a, b in zip(of_one, of_other, strict=True)),
            reverse=True,
        )
        found.append((distances[min(_TOLD_BY, len(distances)) - 1], f"{one}, {other}"))
    return min(found)


def measure_presets(
    sounds: Sounds, sources: Sequence[Source], quick: bool, progress: Progress
) -> Iterator[Figure]:
    """Play each source through each preset."""
    number = float(len(sounds))
    yield farthest("presets", "number", "", "at least", LEAST_PRESETS, [(number, "")])
    if quick:
        sounds, sources = sounds[:3], sources[:2]
    louder: list[tuple[float, str]] = []
    courses: dict[str, list[NDArray[np.float64]]] = {}
    for name, values in sounds:
        progress(f"preset {name}")
        for source in sources:
            dry, wet = Instrument(source, values).probe()
            off = louder_by(dry, wet, source.rate)
            louder.append((abs(off), f"{name}, {source.name}, {off:+.1f}"))
            courses.setdefault(name, []).append(mel_course(wet, source.rate, -off))
    yield farthest("presets", "off the dry on each source", "LU", "at most", MOST_LU, louder)
    what = "distance of the two most alike, on their second source"
    yield farthest("presets", what, "dB", "at least", LEAST_DISTANCE_DB, [nearest(courses)])
