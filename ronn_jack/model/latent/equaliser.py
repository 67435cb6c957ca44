"""Five bands of an equaliser: their settings, the curve that these are, and models of both.

A model turns a point, which a player moves, into settings. Its decoders are small neural networks,
one for each number of dimensions and each beta: how much the training wanted points to be spread
evenly rather than curves to be exact.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ronn_jack.acoustics.k_weighting import k_power
from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archives import Arrays, read_arrays
from ronn_jack.model.latent.decoders import Array, Decoder, from_arrays
from ronn_jack.parameters import Value

Five = tuple[float, float, float, float, float]

MOST_GAIN_DB = 24.0
"""What a band gives or takes at most, however strong."""
DECODED_GAIN_DB = 12.0
"""What a model lets a band give or take at most."""
_HIGHEST_SHARE = 0.49
"""Of the sample rate: a corner beyond it lies there."""
_LOUDNESS_BANDS = 256
_WIDEST_Q, _NARROWEST_Q = 0.25, 4.0
"""What our own models make of the bells."""


@dataclass(frozen=True)
class Band:
    """What a band may be; frequencies are in Hz."""

    name: Literal["low", "mid1", "mid2", "mid3", "high"]
    form: Literal["low_shelf", "bell", "high_shelf"]
    lowest: float
    highest: float
    frequency: float
    lowest_q: float = 0.71
    highest_q: float = 0.71
    q: float = 0.71


BANDS = (
    Band("low", "low_shelf", 22.0, 1000.0, 150.0),
    Band("mid1", "bell", 82.0, 3900.0, 560.0, 0.1, 10.0),
    Band("mid2", "bell", 180.0, 4700.0, 1000.0, 0.1, 10.0),
    Band("mid3", "bell", 220.0, 10000.0, 3300.0, 0.1, 10.0),
    Band("high", "high_shelf", 580.0, 20000.0, 8200.0),
)
"""The ranges and defaults that the SAFE equaliser and flowEQ have; shelves have a fixed Q."""

_BELLS = BANDS[1:4]
_LOWEST = np.array([b.lowest for b in BANDS] + [b.lowest_q for b in _BELLS])
_HIGHEST = np.array([b.highest for b in BANDS] + [b.highest_q for b in _BELLS])
LOWEST_LOG = np.log([b.lowest for b in BANDS] + [_WIDEST_Q for b in _BELLS])
HIGHEST_LOG = np.log([b.highest for b in BANDS] + [_NARROWEST_Q for b in _BELLS])
"""Of five frequencies and of three Qs, as our own models have them."""


@dataclass(frozen=True)
class EqSettings:
    """What the five bands do.

    Attributes
    ----------
    gains : tuple of float
        In dB; a band at 0 does nothing, wherever it is.
    frequencies : tuple of float
        In Hz.
    qs : tuple of float
        As in the RBJ cookbook.
    """

    gains: Five
    frequencies: Five
    qs: Five

    def scaled(self, strength: float) -> EqSettings:
        """Return settings with so many times the gains; below 0 the curve is inverted."""
        gains = np.clip(np.array(self.gains) * strength, -MOST_GAIN_DB, MOST_GAIN_DB)
        return replace(self, gains=_five(gains))


FLAT = EqSettings(
    (0.0, 0.0, 0.0, 0.0, 0.0),
    (150.0, 560.0, 1000.0, 3300.0, 8200.0),
    (0.71, 0.71, 0.71, 0.71, 0.71),
)


def response(settings: EqSettings, frequencies: Array, rate: float) -> Array:
    """Return the gain in dB at each frequency in Hz.

    It is that of the very filters which run at `rate`: the RBJ cookbook's analog prototypes by the
    bilinear transform, which is what a trapezoidal state-variable filter is too.
    """
    return curves(
        np.array(settings.gains),
        np.array(settings.frequencies),
        np.array(settings.qs),
        np.asarray(frequencies, dtype=np.float64),
        rate,
    )


def curves(gains: Array, corners: Array, qs: Array, frequencies: Array, rate: float) -> Array:
    """Return the gains in dB [shape=(..., points)] of many settings.

    Parameters
    ----------
    gains, corners, qs : ndarray [shape=(..., 5)]
        In dB and Hz.
    frequencies : ndarray [shape=(points,)]
        In Hz, up to half of `rate`.
    """
    # A band's power is a ratio of polynomials in the square of the warped frequency.
    warped = np.tan(np.pi * np.minimum(frequencies / rate, 0.4999))
    powers = warped ** np.array([[0], [2], [4]])
    scale = 1.0 / np.square(np.tan(np.pi * np.minimum(corners / rate, _HIGHEST_SHARE)))
    total: Array = np.zeros((*gains.shape[:-1], frequencies.size))
    for i, band in enumerate(BANDS):
        amplitude, width = 10.0 ** (gains[..., i] / 40.0), 1.0 / np.square(qs[..., i])
        one = np.ones_like(width)
        if band.form == "bell":
            upper = one, width * amplitude**2 - 2.0, one
            lower = one, width / amplitude**2 - 2.0, one
        else:
            middle = amplitude * (width - 2.0)
            upper, lower = (amplitude**2, middle, one), (one, middle, amplitude**2)
            total += gains[..., i, None] / 2.0
            if band.form == "high_shelf":
                upper, lower = lower, upper
        scales = np.stack([one, scale[..., i], np.square(scale[..., i])], axis=-1)
        above, below = (np.stack(each, axis=-1) * scales @ powers for each in (upper, lower))
        total += 10.0 * np.log10(above / below)
    return total


def loudness_loss(settings: EqSettings, rate: float) -> float:
    """Return by how many dB pink noise becomes less loud, K-weighted; negative if louder."""
    if settings.gains == FLAT.gains:
        return 0.0
    frequencies, power = _pink_noise(rate)
    changed = power * 10.0 ** (response(settings, frequencies, rate) / 10.0)
    return 10.0 * math.log10(float(power.sum()) / float(changed.sum()))


@functools.lru_cache(8)
def _pink_noise(rate: float) -> tuple[Array, Array]:
    """Return frequencies in Hz, and how loud pink noise is at each, K-weighted."""
    edges = np.geomspace(20.0, min(20000.0, _HIGHEST_SHARE * rate), _LOUDNESS_BANDS + 1)
    # It has as much power in every one of these bands.
    frequencies = np.sqrt(edges[1:] * edges[:-1])
    return frequencies, k_power(frequencies, rate)


def decode(decoder: Decoder, points: Array) -> tuple[Array, Array, Array]:
    """Return gains, frequencies and Qs, each [shape=(n, 5)], of points [shape=(n, dims)]."""
    gains, shares = decoder.shares(points)
    if decoder.form == "flow":
        places = _LOWEST + (_HIGHEST - _LOWEST) * shares
    else:
        places = np.exp(LOWEST_LOG + (HIGHEST_LOG - LOWEST_LOG) * shares)
    # An exponential may miss its end by a rounding.
    places = np.clip(places, _LOWEST, _HIGHEST)
    qs = np.full_like(gains, BANDS[0].q)
    qs[:, 1:4] = places[:, 5:]
    return DECODED_GAIN_DB * gains, places[:, :5], qs


@dataclass(frozen=True, eq=False)
class EqModel:
    """Decoders by their dimensions and beta, such as (3, "less"); at least one."""

    decoders: Mapping[tuple[int, str], Decoder]

    @classmethod
    def load(cls, path: Path) -> EqModel:
        """Read a model from a .npz file.

        Raises
        ------
        ModelError
            If it can't be read or is no model of an equaliser.
        """
        arrays = read_arrays(path)
        try:
            return cls.of(arrays)
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None

    @classmethod
    def of(cls, arrays: Arrays) -> EqModel:
        """Return the model that some arrays are.

        Raises
        ------
        ModelError
            If they are none.
        """
        try:
            return cls(dict(from_arrays(arrays)))
        except (KeyError, OverflowError, TypeError, ValueError):
            raise ModelError("is no model of an equaliser") from None

    @classmethod
    def ours(cls) -> EqModel:
        """Return the model that comes with the package, read when it is first asked for."""
        return _ours()

    def decoder(self, dims: int, beta: str) -> Decoder:
        """Return a decoder; of a model without it the one with the nearest dimensions."""
        found = min(self.decoders, key=lambda key: (abs(key[0] - dims), key[1] != beta))
        return self.decoders[found]

    def words(self, dims: int, beta: str) -> Mapping[str, Array]:
        """Return the point [shape=(dims,)] of each word that the model knows."""
        return self.decoder(dims, beta).words

    def decode(
        self, point: Sequence[float], dims: int, beta: str, extend: bool = False
    ) -> EqSettings:
        """Return what a point stands for.

        Parameters
        ----------
        point : sequence of float
            At least `dims` coordinates; what is beyond them does not count.
        extend : bool
            Whether the coordinates are doubled.
        """
        return _settings(self.decoder(dims, beta), np.array(point) * (2.0 if extend else 1.0))

    def between(self, a: str, b: str, share: float, dims: int, beta: str) -> EqSettings:
        """Return what is between two words, 0 … 1; an unknown one is the origin."""
        decoder = self.decoder(dims, beta)
        origin = np.zeros(decoder.dims)
        start, end = decoder.words.get(a, origin), decoder.words.get(b, origin)
        return _settings(decoder, (1.0 - share) * start + share * end)

    def at(self, values: Mapping[str, Value]) -> EqSettings:
        """Return what the parameters eq_… stand for in a mode other than manual."""
        dims, beta = int(values["eq_dims"]), str(values["eq_beta"])
        if values["eq_mode"] == "words":
            words = str(values["eq_word_a"]), str(values["eq_word_b"])
            settings = self.between(*words, float(values["eq_interpolate"]), dims, beta)
        else:
            point = [float(values[f"eq_{axis}"]) for axis in "xyz"]
            settings = self.decode(point, dims, beta, bool(values["eq_extend"]))
        return settings.scaled(float(values["eq_strength"]))


@functools.cache
def _ours() -> EqModel:
    return EqModel.load(Path(__file__).with_name("equaliser.npz"))


def _settings(decoder: Decoder, point: Array) -> EqSettings:
    decoded = decode(decoder, point[None, : decoder.dims])
    return EqSettings(*(_five(each[0]) for each in decoded))


def _five(values: Array) -> Five:
    low, mid1, mid2, mid3, high = values.tolist()
    return low, mid1, mid2, mid3, high
