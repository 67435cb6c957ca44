"""What the gate keeps from a fuzz, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.instrument import Instrument, Source
from ronn_jack.bench.feel.measures import rms_db
from ronn_jack.bench.own_process import Progress
from ronn_jack.loudness.phrase import pluck
from ronn_jack.parameters import Value
from ronn_jack.units import decibels_to_gain

Values = Mapping[str, Value]

RATE = 48_000.0
GATE_DB = -38.0
MOST_TAIL_DB = -60.0
_NOTE_SECONDS, _REST_SECONDS = 1.5, 2.5
_REST_FROM_SECONDS = 1.0
"""Time after a note in which the gate's hold and release, and the tail, have passed."""
_SOUNDED_SECONDS = 0.5
_NOTE_DB, _HUM_DB, _HISS_DB = -15.0, -58.0, -62.0
_LONG: Values = {
    "layers": 4,
    "kernel": 12,
    "dilation": 8,
    "activation": "linear",
    "seed": 4,
    # Two levels that are found at different moments differ by a tenth of a dB.
    "auto_level": False,
}


def notes(with_noise: bool) -> Source:
    """Return a note and a rest, with the hum and hiss of a guitar's lead or without."""
    frames = round((_NOTE_SECONDS + _REST_SECONDS) * RATE)
    t = np.arange(frames) / RATE
    row = np.zeros(frames)
    string = pluck(146.8, _NOTE_SECONDS, RATE)
    string *= np.minimum(1.0, (_NOTE_SECONDS - t[: string.size]) / 0.03)
    row[: string.size] = string * (decibels_to_gain(_NOTE_DB) / np.sqrt(np.mean(string**2)))
    if with_noise:
        hum = sum(np.sin(2 * np.pi * 50.0 * k * t) / k for k in (1, 2, 3, 5))
        hiss = np.random.default_rng(5).standard_normal(frames)
        row += decibels_to_gain(_HUM_DB) * hum + decibels_to_gain(_HISS_DB) * hiss
    return Source("notes with rests", np.stack([row, row]).astype(np.float32), RATE)


def rest_below_note_db(x: NDArray[np.floating]) -> float:
    """Return the level of the rest against that of the note, of one turn of `notes`."""
    note, rest = round(_NOTE_SECONDS * RATE), round((_NOTE_SECONDS + _REST_FROM_SECONDS) * RATE)
    return rms_db(x[:, rest:]) - rms_db(x[:, :note])


def measure_gate(fuzz: Values, progress: Progress, gate_db: float = GATE_DB) -> Iterator[Figure]:
    """Play a fuzz with and without the gate, and a network that rings on into the rest."""
    progress("hum and noise between notes")
    dry, gated = Instrument(notes(True), {**fuzz, "gate": gate_db}).probe()
    _, open_ = Instrument(notes(True), fuzz).probe()
    goal = rest_below_note_db(dry)
    where = f"fuzz; without the gate {rest_below_note_db(open_):.1f}, dry {goal:.1f}"
    found = [(rest_below_note_db(gated), where)]
    what = f"rest against the note, gate at {gate_db:g} dBFS"
    yield farthest("gate", what, "dB", "at most", round(goal, 1), found)
    progress("a tail that rings on behind the gate")
    tails = [Instrument(notes(False), {**_LONG, "gate": at}).probe()[1] for at in (gate_db, -90.0)]
    begin, end = round(_SOUNDED_SECONDS * RATE), round((_NOTE_SECONDS + _REST_FROM_SECONDS) * RATE)
    changed, tail = (tails[0] - tails[1])[:, begin:end], tails[1][:, begin:end]
    found = [(rms_db(changed) - rms_db(tail), "a long network")]
    what = "what it changes of a note that rings on, against that"
    yield farthest("gate", what, "dB", "at most", MOST_TAIL_DB, found)
