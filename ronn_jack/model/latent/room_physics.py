"""How a room decays: from what a decoder says, and three axes, to the energy of each band.

The axes hold by construction, whatever the decoder says. x is the reverberation time at 1 kHz, as
ISO 3382 measures it (T30), and nothing else moves that. y weighs each band's whole energy, the
direct sound's too, and its reverberation time by what rises with frequency: the centroid can but
rise. z lowers the direct sound and delays the reflections' build-up: clarity can but fall.

What is written here with arrays of numpy holds for tensors of torch as well, as a trainer needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REFERENCE = 12
"""The band at 1 kHz."""
BANDS = 2 * REFERENCE + 1
CENTRES: Array = 1000.0 * 2.0 ** ((np.arange(BANDS) - REFERENCE) / 3.0)
"""In Hz: thirds of an octave from 62.5 Hz to 16 kHz."""
OCTAVE = slice(REFERENCE - 1, REFERENCE + 2)
"""The bands of the octave at 1 kHz."""
SHORTEST_SECONDS = 0.2
LONGEST_SECONDS = 6.0
EXTENT = 2.0
"""Each axis reaches from −2 to 2."""
CHARACTER = 8
"""Numbers of a room's character, each drawn from a normal distribution."""

_KNOTS = BANDS // 3 + 1
"""A room is described octave by octave; the bands between are interpolated."""
_TONE, _RISE, _COLOUR, _RATIO, _LEVEL, _GLOBALS = (_KNOTS * i - min(i, 3) for i in range(6))
OUTPUTS = _GLOBALS + 6
"""Numbers that a decoder says about a room; at 0 each means the middle of its range.

The first three of its rows are steps from one octave to the next.
"""
_SPREAD: Array = np.maximum(0.0, 1.0 - np.abs(np.arange(_KNOTS)[:, None] - np.arange(BANDS) / 3.0))
"""What each band takes of each octave [shape=(_KNOTS, BANDS)]."""
_CLIMB: Array = np.ascontiguousarray(np.cumsum(_SPREAD[::-1], axis=0)[-2::-1])
"""What each band takes of each step up to it [shape=(_KNOTS - 1, BANDS)]."""
_CLIMB -= _CLIMB[:, REFERENCE, None]

_SIXTY_DB = 6.0 * float(np.log(10.0))
_AIR_AT_REFERENCE = _SIXTY_DB / 40.0
"""1/s: air alone would let 1 kHz ring for 40 s, at 20 °C and 50 % humidity."""
_AIR: Array = _AIR_AT_REFERENCE * (CENTRES / 1000.0) ** 1.55
_ROUNDS = 3
_TIMES = 128
_FIRST_DB, _LAST_DB = -5.0, -35.0
"""Between these levels T30 follows the decay."""
_DECIBELS = 10.0 / float(np.log(10.0))


def third_octaves(frequencies: NDArray[np.floating]) -> Array:
    """Return which band each frequency in Hz is the centre of; between them and beyond, shares."""
    places: Array = np.log2(np.maximum(frequencies, 1.0) / CENTRES[0]) * 3.0
    return places


@dataclass(frozen=True)
class Decay:
    """What becomes of an impulse in a room, band by band.

    Attributes
    ----------
    rates : array [shape=(..., 2, BANDS)]
        By which the energy of each band's two slopes falls, in 1/s.
    energies : array [shape=(..., 2, BANDS)]
        Of these slopes, per Hz; the reflections' at 1 kHz is 1.
    direct : array [shape=(..., BANDS)]
        Energy of the direct sound, per Hz.
    build_up : array [shape=(...)]
        Time constant in s by which the reflections set in.
    spacing : array [shape=(...)]
        In s: by t, (t / spacing)³ of them have come.
    mixing : array [shape=(...)]
        In s: from then on they can't be told apart.
    """

    rates: Any
    energies: Any
    direct: Any
    build_up: Any
    spacing: Any
    mixing: Any

    def only(self, bands: slice) -> Decay:
        """Return what becomes of some of the bands."""
        return replace(
            self,
            rates=self.rates[..., bands],
            energies=self.energies[..., bands],
            direct=self.direct[..., bands],
        )


def duration(x: Any) -> Any:
    """Return the reverberation time at 1 kHz in s that x asks for."""
    return SHORTEST_SECONDS * (LONGEST_SECONDS / SHORTEST_SECONDS) ** ((x + EXTENT) / 4.0)


def position(seconds: Any) -> Any:
    """Return the x that asks for a reverberation time at 1 kHz."""
    ratio = np.log(np.asarray(seconds) / SHORTEST_SECONDS)
    return ratio / np.log(LONGEST_SECONDS / SHORTEST_SECONDS) * 4.0 - EXTENT


def decay_of(said: Array, x: Array, y: Array, z: Array) -> Decay:
    """Return how a room decays, of which a decoder has `said` this [shape=(..., OUTPUTS)]."""
    return stretched(said, first_slope(said, x, y, z), y, z, np)


def first_slope(said: Array, x: Array, y: Array, z: Array) -> Array:
    """Return how long in s the first slope at 1 kHz has to be for a T30 as x asks for."""
    seconds: Array = duration(x)
    for _ in range(_ROUNDS):
        seconds = nearer_slope(said, seconds, x, y, z, np)
    return seconds


def nearer_slope(said: Any, seconds: Any, x: Any, y: Any, z: Any, xp: Any) -> Any:
    """Return what is nearer to the first slope's length in s than `seconds` are."""
    asked = duration(x)
    decay = stretched(said, seconds, y, z, xp)
    share = xp.linspace(0.0, 1.0, _TIMES)
    times = (0.8 * asked + 4.0 * decay.build_up)[..., None] * share
    left = remaining(decay.only(OCTAVE), times[..., None, :], xp)
    left = (left * xp.asarray(CENTRES[OCTAVE, None])).sum(-2)
    return seconds * asked / t30(times, decibels(left, xp), xp)


def stretched(said: Any, seconds: Any, y: Any, z: Any, xp: Any) -> Decay:
    """Return a decay whose first slope at 1 kHz is `seconds` long, air aside.

    Parameters
    ----------
    said : array [shape=(..., OUTPUTS)]
    seconds, y, z : array [shape=(...)]
    xp : module
        numpy or torch, whichever the arrays are of.
    """
    spread, climb = xp.asarray(_SPREAD), xp.asarray(_CLIMB)
    tone = (0.5 * xp.tanh(said[..., _TONE:_RISE])) @ climb
    rise = (0.06 + 0.18 * _sigmoid(said[..., _RISE:_COLOUR], xp)) @ climb
    brightness = y[..., None] * rise
    colour = 10.0 ** ((0.45 * xp.tanh(said[..., _COLOUR:_RATIO])) @ climb)
    ratio = 1.0 + 4.0 * _sigmoid(said[..., _RATIO:_LEVEL] @ spread - 2.0, xp)
    level = 10.0 ** (-0.6 - 4.0 * _sigmoid(said[..., _LEVEL:_GLOBALS] @ spread, xp))
    moist, direct, fall, onset, size, mixing = (
        xp.tanh(said[..., _GLOBALS + i]) for i in range(OUTPUTS - _GLOBALS)
    )
    air = xp.exp(0.7 * moist)[..., None] * xp.asarray(_AIR)
    build_up = 0.006 * xp.exp(1.3 * onset + 0.6 * z)
    spacing = 0.009 * xp.exp(size)

    def slopes(tilt: Any) -> tuple[Any, Any]:
        first = _SIXTY_DB / (seconds[..., None] * xp.exp(tone + tilt))
        rates = xp.stack((first + air, first / ratio + air), -2)
        return rates, xp.stack((1.0 / rates[..., 0, :], level / rates[..., 1, :]), -2)

    # What y does to a band's energy is told by the brightness alone, not by what air leaves of it.
    whole = slopes(0.0 * brightness)[1].sum(-2)
    whole = colour * whole / whole[..., REFERENCE, None] * xp.exp(brightness)
    rates, parts = slopes(brightness)
    ratio_db = -4.0 + 8.0 * direct - (4.5 + 2.0 * fall) * z
    return Decay(
        rates,
        parts * (whole / parts.sum(-2))[..., None, :],
        10.0 ** (ratio_db / 10.0)[..., None] * xp.exp(brightness),
        build_up,
        spacing,
        spacing * 3.0 * xp.exp(0.35 * mixing - 0.3 * z),
    )


def remaining(decay: Decay, times: Any, xp: Any = np) -> Any:
    """Return the energy per Hz still to come [shape=(..., BANDS, times)] after each time in s.

    `times` are the same for all [shape=(times,)] or each room's own [shape=(..., 1, times)]. At a
    time of 0 the direct sound is among it.
    """
    rates = decay.rates[..., None]
    late = rates + (1.0 / decay.build_up)[..., None, None, None]
    after = times if times.ndim == 1 else times[..., None, :, :]
    left = xp.exp(-rates * after) / rates - xp.exp(-late * after) / late
    left = (decay.energies[..., None] * left / (1.0 / rates - 1.0 / late)).sum(-3)
    return left + decay.direct[..., None] * (times <= 0.0)


def t30(times: Any, levels: Any, xp: Any = np) -> Any:
    """Return the T30 in s of decays in dB [shape=(..., times)], each from 0 dB at its start."""
    # What lies within 1 dB of an end counts in part: T30 then moves smoothly with the levels.
    begun = xp.clip(0.5 * (_FIRST_DB + 1.0 - levels), 0.0, 1.0)
    within = begun * xp.clip(0.5 * (levels + 1.0 - _LAST_DB), 0.0, 1.0)
    count = within.sum(-1) + 1e-9
    t = (within * times).sum(-1) / count
    level = (within * levels).sum(-1) / count
    from_mean = within * (times - t[..., None])
    covariance = (from_mean * (levels - level[..., None])).sum(-1)
    variance = (from_mean * (times - t[..., None])).sum(-1)
    return -60.0 * variance / (covariance - 1e-12)


def decibels(energy: Any, xp: Any = np) -> Any:
    """Return the level of each decay [shape=(..., times)] in dB below its start."""
    level = xp.log(energy + 1e-30)
    return _DECIBELS * (level - level[..., :1])


def _sigmoid(values: Any, xp: Any) -> Any:
    return 0.5 + 0.5 * xp.tanh(0.5 * values)
