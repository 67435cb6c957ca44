"""How a response decays, band by band, measured on the response itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.room_physics import CENTRES, t30

Levels = NDArray[np.float64]

OCTAVES = 62.5 * 2.0 ** np.arange(9)
"""Of which the reverberation time is told, in Hz."""
COLUMNS = 160
FLOOR_DB = -120.0
_SILENT_DB = -100.0
"""Of a response that is as loud as they are: one below has nothing to be seen."""
_SMEARED_SECONDS = 0.2
"""What a band's filter hears before the sound, at most."""
_HIGHEST_SHARE = 0.49
"""Of the sample rate: a band whose middle lies beyond is not heard."""


class _Filter(NamedTuple):
    """Of a band: its width between the points of half power, and how far it reaches, in octaves."""

    width: float
    steepness: int
    reach: float


_THIRD = _Filter(1.0 / 3.0, 2, 1.0)
"""Which rings least of all: it is seen 60 dB below the most."""
_OCTAVE = _Filter(1.0, 8, 0.83)
"""Steep, so that what falls more slowly beside it is not measured; yet without corners."""


@dataclass(frozen=True, eq=False)
class Relief:
    """The energy decay relief of a response, and its reverberation times.

    Attributes
    ----------
    seconds : float
        Length of the response.
    levels : ndarray [shape=(bands, COLUMNS)]
        Energy per Hz still to come at each time, from the start to the end, in dB below the most.
    times : ndarray [shape=(octaves,)]
        T30 in s of each of OCTAVES; NaN where nothing can be told.
    """

    seconds: float
    levels: Levels
    times: Levels


def relief_of(samples: NDArray[np.float32], rate: float) -> Relief:
    """Measure a response [shape=(channels, frames), float32] at a sample rate in Hz."""
    frames = samples.shape[1]
    seconds = frames / rate
    size = 1 << int(np.ceil(np.log2(frames + _SMEARED_SECONDS * rate)))
    spectrum = np.fft.rfft(samples, size)
    across = np.linspace(0.0, seconds, COLUMNS, endpoint=False)
    levels = np.full((CENTRES.size, COLUMNS), 2.0 * FLOOR_DB)
    for band, centre in enumerate(CENTRES):
        if centre < _HIGHEST_SHARE * rate:
            at, left = _remaining(spectrum, size, seconds, rate, centre, _THIRD)
            levels[band] = np.interp(across, at, _decibels(left))
    levels -= max(levels.max(), _SILENT_DB)
    times = np.full(OCTAVES.size, np.nan)
    for octave, centre in enumerate(OCTAVES):
        if centre < _HIGHEST_SHARE * rate:
            at, left = _remaining(spectrum, size, seconds, rate, centre, _OCTAVE)
            level = _decibels(left)
            times[octave] = t30(at, level - np.interp(0.0, at, level))
    times[~(np.isfinite(times) & (times > 0.0))] = np.nan
    return Relief(seconds, np.maximum(levels, FLOOR_DB), times)


def _remaining(
    spectrum: NDArray[np.complexfloating], size: int, seconds: float, rate: float, centre: float,
    band: _Filter,
) -> tuple[Levels, Levels]:  # fmt: skip
    """Return times in s, and the energy per Hz that a band has still to come at each.

    The band's part of the spectrum alone is transformed back, which gives its envelope, at as few
    points as it needs.
    """
    reach = 2.0**band.reach
    first = int(np.ceil(centre / reach * size / rate))
    last = min(spectrum.shape[1], int(centre * reach * size / rate) + 1)
    octaves = np.log2(np.arange(first, last) * (rate / size) / centre)
    weights = np.exp2(-0.5 * (2.0 * octaves / band.width) ** band.steepness)
    count = 2 << int(np.ceil(np.log2(last - first)))
    envelope = np.fft.ifft(spectrum[:, first:last] * weights, count)
    energy = (envelope.real**2 + envelope.imag**2).sum(0) * (count / np.square(weights).sum())
    # What a filter hears before the sound stands at the end of the period.
    period = size / rate
    before = int(count * 0.5 * (period - seconds) / period)
    energy = np.roll(energy.astype(np.float64), before)
    left: Levels = np.cumsum(energy[::-1])[::-1]
    middles = np.arange(count, dtype=np.float64) - before - 0.5
    return middles * (period / count), left


def _decibels(energy: Levels) -> Levels:
    levels: Levels = 10.0 * np.log10(np.maximum(energy, 1e-30))
    return levels
