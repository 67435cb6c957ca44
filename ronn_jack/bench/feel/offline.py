"""A process of its own: all that is measured on signals, without JACK."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ronn_jack.audio_files.source import opened
from ronn_jack.bench.feel.callback_cost import measure_callback_cost
from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.feel.gating import measure_gate
from ronn_jack.bench.feel.holding import measure_pad
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.feel.mixing import measure_mix
from ronn_jack.bench.feel.paths import measure_drive, measure_paths
from ronn_jack.bench.feel.search import measure_search
from ronn_jack.bench.feel.shipped import measure_presets
from ronn_jack.bench.feel.tails import measure_tails
from ronn_jack.bench.own_process import Progress, answer
from ronn_jack.bench.sources import SOURCES
from ronn_jack.errors import AudioFileError
from ronn_jack.loudness.match import audible_seconds, block_powers
from ronn_jack.presets.store import PresetStore

RATE = 48_000.0
MOST_SECONDS = 4.0
"""What is taken of a file: where it is loudest."""
_LEAST_AUDIBLE_SECONDS = 1.0
_FUZZ = "fuzz"
_MIXED = ("fuzz", "hall", "octave-up", "slapback", "swarm")
_REVERB = "reverb"
"""Tag of presets that are to die away as a room does."""


@dataclass(frozen=True)
class OfflineTask:
    """What to play: the sources of this project, and files."""

    files: Sequence[Path]
    quick: bool


@dataclass(frozen=True)
class OfflineFindings:
    """All figures, and the names of what was played."""

    sources: list[str]
    figures: list[Figure]


def read_source(path: Path) -> Source:
    """Return the loudest seconds of a file; one channel is heard on both sides.

    Raises
    ------
    AudioFileError
        If it can't be read, or hardly anything in it can be heard.
    """
    with opened(path) as audio:
        rate = float(audio.rate)
        samples = np.concatenate(list(audio.blocks()), axis=1)
    samples = np.where(np.isfinite(samples), samples, np.float32(0.0))
    if samples.shape[0] == 1:
        samples = np.repeat(samples, 2, axis=0)
    frames = min(samples.shape[1], round(MOST_SECONDS * rate))
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64).sum(axis=0))])
    begin = int(np.argmax(energy[frames:] - energy[:-frames]))
    loudest = np.ascontiguousarray(samples[:, begin : begin + frames])
    heard = audible_seconds(block_powers(loudest, rate))
    if heard < _LEAST_AUDIBLE_SECONDS:
        raise AudioFileError(
            f"{path} has {heard:.1f} s that can be heard; give a file with at least "
            f"{_LEAST_AUDIBLE_SECONDS:g} s of music"
        )
    return Source(path.name, loudest, rate)


def measure_offline(task: OfflineTask, progress: Progress) -> OfflineFindings:
    """Measure everything that needs no running node."""
    sources = [Source(name, make(RATE), RATE) for name, make in SOURCES.items()]
    given = [read_source(path) for path in task.files]
    figures = list(_figures([*given, *sources], given or sources[:1], task.quick, progress))
    return OfflineFindings([source.name for source in [*given, *sources]], figures)


def _figures(
    sources: Sequence[Source], searched: Sequence[Source], quick: bool, progress: Progress
) -> Iterator[Figure]:
    store = PresetStore(user=Path("no such folder"))
    loaded = [store.load(name) for name in store.names()]
    presets = {preset.name: preset.values for preset in loaded}
    reverbs = [
        (preset.name, preset.values)
        for preset in loaded
        if _REVERB in preset.tags
        and preset.values.get("activation") == "linear"
        and not preset.values.get("reverb")  # whose tail is the room's, not the network's
    ]
    # What is compiled or loaded at its first use takes none of the time that is measured.
    Instrument(sources[0], {}).settle()
    yield from measure_drive(sources, quick, progress)
    yield from measure_paths(sources, quick, progress)
    yield from measure_tails(reverbs, progress)
    yield from measure_mix([(name, presets[name]) for name in _MIXED], sources, quick, progress)
    yield from measure_gate(presets[_FUZZ], progress)
    yield from measure_pad(sources, quick, progress)
    yield from measure_presets(list(presets.items()), sources, quick, progress)
    yield from measure_callback_cost(sources[0], quick, progress)
    yield from measure_search(searched, quick, progress)


if __name__ == "__main__":
    answer(OfflineTask, measure_offline, sys.stdout)
