"""Loudness while controls move: along drive, morph, XY and drift."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import HEADROOM_DB, Hand, Instrument, Source
from ronn_jack.bench.feel.measures import louder_by, moments_louder_by, peak_db
from ronn_jack.bench.own_process import Progress
from ronn_jack.loudness.noise import pink_noise
from ronn_jack.parameters import Value

Values = Mapping[str, Value]
Found = list[tuple[float, str]]

NETWORKS: Mapping[str, Values] = {
    "relu": {},
    "tanh": {"activation": "tanh", "seed": 5, "seed_b": 11},
    "sine": {"activation": "sine", "layers": 4, "kernel": 9, "seed": 3, "seed_b": 8},
    "large": {"layers": 10, "kernel": 9, "channels": 32, "activation": "tanh", "seed": 2},
}
Play = Callable[[Source, Values, float], Instrument]
"""Makes an instrument of source, values and headroom."""
LARGE = "large"
"""Takes nearly a tenth of a core, and is measured on the first source alone."""
PATHS: Mapping[str, tuple[Values, float]] = {
    "morph": ({}, 0.0),
    "xy_x": ({"xy": True}, -1.0),
    "xy_y": ({"xy": True}, -1.0),
}
"""What each needs, and where it begins; all end at 1."""
SETTLED_SECONDS = 2.0
"""Time after a build from which on levels are to be right."""
MOST_LU = 1.5
MOST_PEAK_DB = 3.0
_MOST_DRIVE_DB = 48.0
_DRIVES, _QUICK_DRIVES = (6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0, 48.0), (12.0, 48.0)
_PLACES, _QUICK_PLACES = 9, 3
_DRIFT = {"drift_rate": 0.5, "drift_depth": 1.0}
_DRIFT_SECONDS = 4.0
_QUICK_SECONDS = 0.5


def measure_drive(
    sources: Sequence[Source], quick: bool, progress: Progress, play: Play = Instrument
) -> Iterator[Figure]:
    """Turn `drive` up, with `auto_level` on and off."""
    peaks: Found = []
    for auto_level in (True, False):
        changes: Found = []
        level = "on" if auto_level else "off"
        for name, network, source in _pairs(sources, quick):
            progress(f"drive, auto level {level}: {name}, {source.name}")
            instrument = play(source, {**network, "auto_level": auto_level}, HEADROOM_DB)
            instrument.play_live(_settled(quick), _all_the_way("drive", 0.0, _MOST_DRIVE_DB))
            dry, wet = _at(instrument, "drive", 0.0)
            before, peak = louder_by(dry, wet, source.rate), peak_db(wet)
            for drive in _QUICK_DRIVES if quick else _DRIVES:
                dry, wet = _at(instrument, "drive", drive)
                where = f"{name}, {source.name}, {drive:g} dB"
                changes.append((abs(louder_by(dry, wet, source.rate) - before), where))
                peaks.append((peak_db(wet) - peak, where))
        what = f"change of loudness over 0…48 dB, auto level {level}"
        yield farthest("drive", what, "LU", "at most", MOST_LU, changes)
    yield farthest(
        "drive", "rise of the peak before the guard", "dB", "at most", MOST_PEAK_DB, peaks
    )


def measure_paths(
    sources: Sequence[Source], quick: bool, progress: Progress, play: Play = Instrument
) -> Iterator[Figure]:
    """Move each control for 2 s after a build, and then measure along its whole way."""
    for control, (needed, low) in PATHS.items():
        found: Found = []
        for name, network, source in _pairs(sources, quick):
            progress(f"{control}: {name}, {source.name}")
            instrument = play(source, {**network, **needed}, HEADROOM_DB)
            instrument.play_live(_settled(quick), _all_the_way(control, low, 1.0))
            for place in np.linspace(low, 1.0, _QUICK_PLACES if quick else _PLACES):
                off = louder_by(*_at(instrument, control, float(place)), source.rate)
                found.append((abs(off), f"{name}, {source.name}, {off:+.1f} at {place:.2f}"))
        what = f"off the dry along {control}, 2 s after a build"
        yield farthest("paths", what, "LU", "at most", MOST_LU, found)
    yield from _measure_drift(sources, quick, progress, play)
    yield _measure_early_hand(sources, quick, progress, play)


def _measure_drift(
    sources: Sequence[Source], quick: bool, progress: Progress, play: Play = Instrument
) -> Iterator[Figure]:
    """Let networks drift: on steady noise at each moment, on all else over some seconds.

    A drifting network makes one note louder and the next one softer, whatever its level.
    """
    at_moments: Found = []
    in_all: Found = []
    steady = _steady(sources[0].rate)
    for name, network, source in _pairs([steady, *sources], quick):
        progress(f"drift: {name}, {source.name}")
        instrument = play(source, {**network, **_DRIFT}, HEADROOM_DB)
        instrument.play_live(_settled(quick))
        dry, wet = instrument.play_live(_settled(quick) if quick else _DRIFT_SECONDS)
        where = f"{name}, {source.name}"
        if source is steady:
            moments = moments_louder_by(dry, wet, source.rate)
            at_moments.append((float(np.abs(moments).max()), where))
        off = louder_by(dry, wet, source.rate)
        in_all.append((abs(off), f"{where}, {off:+.1f}"))
    what = "off steady noise at any moment of drift at 0.5 Hz"
    yield farthest("paths", what, "LU", "at most", MOST_LU, at_moments)
    what = f"off the dry over {_DRIFT_SECONDS:g} s of drift at 0.5 Hz, 2 s after a build"
    yield farthest("paths", what, "LU", "at most", MOST_LU, in_all)


def _steady(rate: float) -> Source:
    frames = round(_DRIFT_SECONDS * rate)
    return Source("noise", np.array(pink_noise(frames, 2, rate)), rate)


def _measure_early_hand(
    sources: Sequence[Source], quick: bool, progress: Progress, play: Play
) -> Figure:
    """Move a control while the network is on its way: before its level could be followed."""
    found: Found = []
    for name, network, source in _pairs(sources, quick):
        progress(f"a hand that is early: {name}, {source.name}")
        instrument = play(source, {**network, "xy": True}, HEADROOM_DB)
        instrument.move({"xy_x": -1.0})
        instrument.play_live(_settled(quick))
        off = louder_by(*instrument.probe(), source.rate)
        found.append((abs(off), f"{name}, {source.name}, {off:+.1f}"))
    what = "off the dry where xy_x was moved before the build was heard"
    return farthest("paths", what, "LU", "at most", MOST_LU, found)


def _pairs(sources: Sequence[Source], quick: bool) -> Iterator[tuple[str, Values, Source]]:
    networks = list(NETWORKS.items())
    for name, network in networks[:1] if quick else networks:
        for source in sources[:1] if quick or name == LARGE else sources:
            yield name, network, source


def _settled(quick: bool) -> float:
    return _QUICK_SECONDS if quick else SETTLED_SECONDS


def _all_the_way(control: str, low: float, high: float) -> Hand:
    """Return a hand that moves a control from 0 to both of its ends, and back."""
    turns, values = (0.0, 0.25, 0.75, 1.0), (0.0, high, low, 0.0)
    return lambda share: {control: float(np.interp(share, turns, values))}


def _at(instrument: Instrument, control: str, value: float) -> tuple[np.ndarray, np.ndarray]:
    instrument.move({control: value})
    return instrument.probe()
