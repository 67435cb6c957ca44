"""What a sound makes of the sources, in figures: for docs/presets.md and the tests of presets."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ronn_jack.bench.sources import SOURCES
from ronn_jack.explore.character import Character, describe, distance_db, mel_course
from ronn_jack.model.architecture import network_spec
from ronn_jack.network import Network
from ronn_jack.parameters import Value
from ronn_jack.render import render_file

Signal = NDArray[np.float32]
Values = Mapping[str, Value]

EXCERPT_SECONDS = 2.5
"""What is heard of each source."""

_IMPULSE = 0.5
_TAIL_DB = -60.0


@functools.cache
def excerpt(source: str, rate: int) -> Signal:
    """Return what is heard of one of the sources at a sample rate in Hz."""
    return np.ascontiguousarray(SOURCES[source](rate)[:, : round(EXCERPT_SECONDS * rate)])


@dataclass(frozen=True, eq=False)
class Likeness:
    """A sound on one source.

    Attributes
    ----------
    played : ndarray [shape=(2, frames), float32]
        What comes out, as `render` writes it.
    character : Character
    course : ndarray [shape=(steps, bands), float64]
        Its power in mel bands over time in dB, at the loudness of the source.
    """

    played: Signal
    character: Character
    course: NDArray[np.float64]


def likeness(values: Values, dry: Signal, rate: int) -> Likeness:
    """Play a source through a sound.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    dry : ndarray [shape=(2, frames), float32]
    rate : int
        Sample rate in Hz.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.wav"), Path(folder, "out.wav")
        soundfile.write(source, dry.T, rate, subtype="FLOAT")
        render_file(source, target, values)
        heard = soundfile.read(target, dtype="float32", always_2d=True)[0]
    played = np.ascontiguousarray(heard.T)
    character = describe(dry, played, rate, dry.shape[1])
    return Likeness(played, character, mel_course(played, rate, character.gain_db))


def difference_db(one: Likeness, other: Likeness) -> float:
    """Return the mean log-mel distance of two sounds on the same source."""
    return float(distance_db(one.course, other.course).mean())


def tail_seconds(values: Values, rate: float) -> float:
    """Return how long a click of −6 dBFS rings until it has fallen by 60 dB.

    By Schroeder's backward integration of the network's response; without the filters after it.
    """
    network = Network(network_spec(values, 2, 2, rate))
    click = np.zeros((2, network.spec.receptive_field + 1), np.float32)
    resting = network.process(click)
    network.reset()
    click[:, 0] = _IMPULSE * 10.0 ** (float(values["input_gain"]) / 20.0)
    power = np.square(network.process(click) - resting, dtype=np.float64).sum(axis=0)
    left = np.cumsum(power[::-1])[::-1]
    return float(np.count_nonzero(left > left[0] * 10.0 ** (_TAIL_DB / 10.0))) / rate
