"""Rooms to train the decoder on: how sound dies away between walls, without any waveform.

A room's sound is a bundle of directions. Each loses energy to the walls that it meets and to the
air, and what a wall scatters goes to the others. The matrix of that is symmetric: its eigenvalues
are the room's rates of decay, and the decay is exact at any time. So a room with one absorbing
pair of walls rings on between the others, as rooms do. Beside boxes there are coupled rooms, and
plates, which are bent downwards from low to high.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import numpy as np

from ronn_jack.model.latent.room_physics import (
    CENTRES,
    EXTENT,
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    Array,
    decibels,
    position,
    t30,
)

OCTAVES: Array = CENTRES[::3]
REFERENCE = OCTAVES.size // 2
STEPS = 26
"""Times at which a decay is known, each a twentieth of the room's T30 at 1 kHz after the last."""
_SPEED = 343.0
_DIRECTIONS = 20
_COUPLED, _PLATES = 0.15, 0.1
_AT_ONCE = 500


@dataclass(frozen=True)
class Corpus:
    """Rooms, each at its own point.

    Attributes
    ----------
    levels : ndarray [shape=(rooms, octaves, STEPS)]
        Energy still to come, in dB; the direct sound is among it at first.
    seconds : ndarray [shape=(rooms,)]
        T30 at 1 kHz.
    x, y, z : ndarray [shape=(rooms,)]
        y is how far T30 rises from 250 Hz to 4 kHz, z how weak the direct sound is, both against
        the other rooms.
    """

    levels: Array
    seconds: Array
    x: Array
    y: Array
    z: Array

    def digest(self) -> str:
        """Return a hash of all rooms, rounded so that no machine's arithmetic shows."""
        whole = hashlib.sha256()
        for field in fields(self):
            whole.update(np.round(getattr(self, field.name), 3).astype("<f4").tobytes())
        return whole.hexdigest()

    def times(self) -> Array:
        """Return when the levels are [shape=(rooms, STEPS)], in s."""
        return times_of(self.seconds)


def times_of(seconds: Array) -> Array:
    """Return the times in s at which decays are compared [shape=(..., STEPS)]."""
    times: Array = seconds[..., None] * np.arange(STEPS) / 20.0
    return times


def make_rooms(drawn: int, seed: int) -> Corpus:
    """Return those of the rooms drawn, a multiple of 500, whose T30 lies in the range of x."""
    random = np.random.RandomState(seed)
    parts = [_batch(random, _AT_ONCE) for _ in range(drawn // _AT_ONCE)]
    return _located(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _batch(random: np.random.RandomState, count: int) -> tuple[Array, Array, Array, Array]:
    """Return decays as sums of exponentials [shape=(rooms, octaves, parts)], and their start."""
    size = np.exp(random.uniform(np.log([2.5, 2.0, 2.0]), np.log([45.0, 32.0, 18.0]), (count, 3)))
    kinds = random.random_sample(count)
    loss = -np.log1p(-_absorption(random, count))
    plate = kinds < _PLATES
    # A plate: one absorption for all, more of it the higher the frequency.
    loss[plate] = (loss[plate, :1, :1] * (OCTAVES / 1000.0) ** random.uniform(0.0, 0.35)) * 0.5
    scattering = random.uniform(0.03, 0.8, count)
    air = 0.345 * np.exp(random.uniform(-0.6, 0.6, count))[:, None] * (OCTAVES / 1000.0) ** 1.55
    hits = _SPEED * _directions() / size[:, None, :]
    fall = 0.5 * (loss[:, 0::2] + loss[:, 1::2])
    lost = np.einsum("ndi,nio->nod", hits, fall)
    moved = scattering[:, None] * hits.sum(-1)
    matrix = (moved[:, :, None] * moved[:, None, :] / moved.sum(-1)[:, None, None])[:, None]
    matrix = matrix - (lost + moved[:, None])[..., None] * np.eye(_DIRECTIONS)
    values, vectors = np.linalg.eigh(matrix)
    rates = np.maximum(-values, 1e-3) + air[..., None]
    weights = vectors.sum(-2) ** 2 / _DIRECTIONS
    # A coupled room's own decay is slower, and much weaker.
    slow = (rates * weights).sum(-1, keepdims=True)
    slow = slow / np.exp(random.uniform(0.4, 1.4, count))[:, None, None]
    level = 10.0 ** -random.uniform(1.0, 3.0, count) * (kinds > 1.0 - _COUPLED)
    rates = np.concatenate((rates, slow), -1)
    weights = np.concatenate((weights, np.broadcast_to(level[:, None, None], slow.shape)), -1)
    # The reflections are what the first walls leave.
    left = np.exp(-loss.mean(1))
    volume = size.prod(-1)
    surface = 2.0 * (size[:, 0] * size[:, 1] + size[:, 1] * size[:, 2] + size[:, 0] * size[:, 2])
    energy = (weights / rates).sum(-1) * left
    far = np.exp(random.uniform(np.log(0.4), np.log(0.45 * size.min(-1) + 0.6 * size.max(-1))))
    ratio = volume / (4.0 * np.pi * far**2 * _SPEED) / energy[:, REFERENCE]
    gap = random.uniform(0.2, 1.0, count) * 4.0 * volume / surface / _SPEED
    return rates, weights * left[..., None], gap, 10.0 * np.log10(ratio)


def _absorption(random: np.random.RandomState, count: int) -> Array:
    """Return six faces' absorption [shape=(rooms, 6, octaves)], smooth along frequency."""
    place = np.linspace(0.0, 1.0, OCTAVES.size)
    base = random.uniform(np.log(0.015), np.log(0.7), (count, 6, 1))
    slope = random.normal(0.3, 1.0, (count, 6, 1)) * (place - 0.5)
    centre = random.uniform(0.0, 1.0, (count, 6, 1))
    bump = random.normal(0.0, 0.6, (count, 6, 1)) * np.exp(-(((place - centre) / 0.2) ** 2))
    absorption = np.exp(base + slope + bump + random.normal(0.0, 0.1, (count, 6, place.size)))
    usual = random.random_sample((count, 6)) < random.random_sample((count, 1))
    absorption = np.where(usual[..., None], absorption[:, :1], absorption)
    return np.clip(absorption, 0.01, 0.95)


def _directions() -> Array:
    """Return directions spread evenly over the sphere's eighth [shape=(_DIRECTIONS, 3)]."""
    number = np.arange(_DIRECTIONS) + 0.5
    height = number / _DIRECTIONS
    turn = 0.5 * np.pi * (number * 0.618034 % 1.0)
    radius = np.sqrt(1.0 - height**2)
    return np.stack((radius * np.cos(turn), radius * np.sin(turn), height), -1)


def _located(rates: Array, weights: Array, gap: Array, ratio_db: Array) -> Corpus:
    """Return the rooms within range, at their points."""

    def left(times: Array) -> Array:
        after = np.maximum(times - gap[:, None], 0.0)[:, None, :, None]
        return (
            weights[..., None, :] / rates[..., None, :] * np.exp(-rates[..., None, :] * after)
        ).sum(-1)

    share = np.linspace(0.0, 1.0, 64)
    # The fastest octave's first decay is a guess that the next ones leave behind.
    seconds = 13.8 / (rates * weights).sum(-1).max(-1) * weights.sum(-1).max(-1)
    for _ in range(4):
        times = gap[:, None] + 1.2 * seconds[:, None] * share
        octaves = t30(times[:, None], decibels(left(times)))
        seconds = octaves[:, REFERENCE]
    inside = (seconds > SHORTEST_SECONDS) & (seconds < LONGEST_SECONDS)
    energy = left(times_of(seconds))
    direct = energy[:, REFERENCE, 0] * 10.0 ** (ratio_db / 10.0)
    energy[..., 0] += direct[:, None]
    levels = 10.0 * np.log10(energy / energy[:, REFERENCE, :1, None])
    low, high = octaves[:, REFERENCE - 2], octaves[:, REFERENCE + 2]
    inside &= (low > 0.0) & (high > 0.0)
    rise = np.log(np.divide(high, low, where=inside, out=np.ones_like(high)))
    return Corpus(
        levels[inside],
        seconds[inside],
        position(seconds[inside]),
        _standard(rise[inside]),
        _standard(-ratio_db[inside]),
    )


def _standard(values: Array) -> Array:
    return np.clip((values - values.mean()) / values.std(), -EXTENT, EXTENT)
