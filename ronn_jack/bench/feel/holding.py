"""How even `freeze` holds a sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.own_process import Progress
from ronn_jack.loudness.pad import swing_db
from ronn_jack.parameters import Value

MOST_DB = 3.0
_STRAIGHT: Mapping[str, Value] = {
    "layers": 1, "kernel": 1, "init": "dirac", "activation": "linear",
}  # fmt: skip
_MOMENTS = (1.0, 1.7, 2.6, 3.3)
"""Seconds into the source at which it is held."""
_HELD_SECONDS = 8.0
_WINDOW_SECONDS = 0.05


def measure_pad(sources: Sequence[Source], quick: bool, progress: Progress) -> Iterator[Figure]:
    """Freeze each source at some moments, and listen to what is held for 8 s."""
    found = []
    for source in sources[:1] if quick else sources:
        progress(f"freeze, {source.name}")
        for moment in _MOMENTS[:1] if quick else _MOMENTS:
            instrument = Instrument(source, _STRAIGHT)
            frames = source.samples.shape[1]
            instrument.play_frames(
                (round(moment * source.rate) - instrument.place) % frames + frames
            )
            instrument.freeze()
            instrument.play(1.0)
            _, held = instrument.play(_HELD_SECONDS)
            swing = swing_db(held, round(_WINDOW_SECONDS * source.rate))
            found.append((swing, f"{source.name} at {moment:g} s"))
    yield farthest("freeze", "swing of a pad's envelope", "dB", "at most", MOST_DB, found)
