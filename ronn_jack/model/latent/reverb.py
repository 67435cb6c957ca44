"""The latent reverb: a point and a seed are a room, and a room is an impulse response."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archives import read_arrays
from ronn_jack.model.latent.room_physics import (
    BANDS,
    CENTRES,
    CHARACTER,
    OUTPUTS,
    Array,
    Decay,
    decay_of,
    remaining,
    third_octaves,
)
from ronn_jack.model.latent.room_shape import shaped
from ronn_jack.model.latent.shaped_noise import (
    Float32,
    band_shares,
    bin_frequencies,
    most_frames,
    noise,
    shape_noise,
    spectrum_times,
)
from ronn_jack.parameters import OURS

__all__ = ["ReverbModel", "RoomSpec", "Rooms", "shaped", "synthesise"]

Layers = tuple[tuple[Array, Array], ...]
WIDTHS = (CHARACTER, 64, 128, OUTPUTS)
"""Of the decoder's layers."""
SHIPPED = Path(__file__).with_name("reverb.npz")
_CHARACTERS, _WEIGHTS, _ARRIVALS = range(3)
"""Streams of random numbers of one seed."""
_MOST_ARRIVALS = 2048
_LONGEST_ARRIVALS_SECONDS = 0.5
_END_DB = -90.0
"""A response ends where the energy that is left has fallen to it."""
_FADE_SHARE = 0.1
_DIRECT_FRAMES = 512


@dataclass(frozen=True)
class RoomSpec:
    """A room, and what is made of its response.

    Attributes
    ----------
    x, y, z : float
        Duration, brightness, and distance with density, each from −2 to 2.
    seed : int
        Which character the room has.
    weights : str
        Of the decoder: "trained", or "random" ones that the seed draws.
    width : float
        0 mono, 1 as it is, 2 opposed.
    predelay_ms : float
    low_cut, high_cut : float
        In Hz; at 20 and 20000 they are off.
    model : str
        Name of what has its response.
    """

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    seed: int = 42
    weights: Literal["trained", "random"] = "trained"
    width: float = 1.0
    predelay_ms: float = 0.0
    low_cut: float = 20.0
    high_cut: float = 20000.0
    model: str = OURS


class Rooms(Protocol):
    """What has a response for each point, at any level, before `shaped` is applied."""

    def response(self, spec: RoomSpec, rate: float) -> Float32:
        """Return it [shape=(2, frames), float32] at `rate` Hz."""
        ...


def synthesise(model: Rooms, spec: RoomSpec, rate: float) -> Float32:
    """Return the impulse response of a room [shape=(2, frames), float32].

    All are as loud: pink noise through any of them has the same K-weighted energy, which is that
    of the noise itself. None is longer than 8 s, nor than 576000 frames.

    Parameters
    ----------
    model : Rooms
        A decoder of rooms, or what else has responses.
    spec : RoomSpec
    rate : float
        Sample rate in Hz.
    """
    return shaped(model.response(spec, rate), spec, rate)


class ReverbModel:
    """A decoder of rooms: from a character to how the room decays.

    Parameters
    ----------
    layers : sequence of (weight [shape=(outputs, inputs)], bias [shape=(outputs,)])
        As many as `WIDTHS` has steps.
    """

    def __init__(self, layers: Layers) -> None:
        self._layers = layers

    @classmethod
    def load(cls, path: Path) -> ReverbModel:
        """Return the decoder in a file.

        Raises
        ------
        ModelError
            If it holds none.
        """
        return cls(_layers_of(path, read_arrays(path)))

    @classmethod
    @functools.lru_cache(maxsize=1)
    def ours(cls) -> ReverbModel:
        """Return the decoder that comes with the program."""
        return cls.load(SHIPPED)

    @classmethod
    @functools.lru_cache(maxsize=8)
    def random(cls, seed: int) -> ReverbModel:
        """Return an untrained decoder: what is heard is physics, and the seed."""
        stream = _stream(seed, _WEIGHTS)
        steps = itertools.pairwise(WIDTHS)
        return cls(
            tuple(
                (stream.standard_normal((n, m)) * np.sqrt(2.0 / m), 0.1 * stream.standard_normal(n))
                for m, n in steps
            )
        )

    def decode(self, character: Array) -> Array:
        """Return what the decoder says [shape=(..., OUTPUTS)] about characters."""
        values = character
        for i, (weight, bias) in enumerate(self._layers):
            values = values @ weight.T + bias
            if i < len(self._layers) - 1:
                values = np.tanh(values)
        return values

    def decay(self, spec: RoomSpec) -> Decay:
        """Return how a room decays."""
        decoder = self if spec.weights == "trained" else ReverbModel.random(spec.seed)
        said = decoder.decode(character_of(spec.seed))
        return decay_of(said, np.asarray(spec.x), np.asarray(spec.y), np.asarray(spec.z))

    def response(self, spec: RoomSpec, rate: float) -> Float32:
        """Return the response of a room as it is, at any level."""
        return response_of(self.decay(spec), spec.seed, rate)


def character_of(seed: int) -> Array:
    """Return the character [shape=(CHARACTER,)] of a seed's room."""
    return np.clip(_stream(seed, _CHARACTERS).standard_normal(CHARACTER), -2.5, 2.5)


def response_of(decay: Decay, seed: int, rate: float) -> Float32:
    """Return the response of one room that decays so, with the arrivals that a seed draws."""
    frames = _frames_of(decay, rate)
    # In a spectrum's bins: energy per Hz and second, between the bands' centres in dB.
    times = spectrum_times(frames, rate)
    slope = decay.energies / (1.0 / decay.rates - 1.0 / (decay.rates + 1.0 / decay.build_up))
    power = np.einsum("sb,sbt->bt", slope, np.exp(-decay.rates[..., None] * times)) / rate
    levels = np.log(np.maximum(power, 1e-30)).astype(np.float32) * np.float32(0.5)
    # Above the last band its level goes on as from the band before, if it falls.
    falling = np.minimum(levels[-1] - levels[-2], 0.0)
    gains = np.exp(np.vstack((levels, falling)).T @ _between_bands(rate))
    sound = shape_noise(gains, frames, rate, _early(decay, seed, rate))
    direct = _minimum_phase(decay.direct, rate)[:frames]
    sound[:, : direct.size] += direct
    fade = max(1, round(_FADE_SHARE * frames))
    sound[:, frames - fade :] *= np.cos(0.5 * np.pi * np.arange(1, fade + 1) / fade) ** 2
    return sound


def _layers_of(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Layers:
    layers = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(WIDTHS)):
        weight, bias = arrays.get(f"weight_{i}"), arrays.get(f"bias_{i}")
        shapes = [(outputs, inputs), (outputs,)]
        if weight is None or bias is None or [weight.shape, bias.shape] != shapes:
            raise ModelError(f"{path}: holds no decoder of rooms: layer {i} is not {shapes[0]}")
        if not all(each.dtype.kind == "f" and np.isfinite(each).all() for each in (weight, bias)):
            raise ModelError(f"{path}: holds no decoder of rooms: layer {i} is not finite")
        layers.append((weight.astype(np.float64), bias.astype(np.float64)))
    return tuple(layers)


def _stream(seed: int, which: int) -> np.random.RandomState:
    """Return a stream of random numbers, which numpy's policy keeps for ever."""
    return np.random.RandomState([seed, which])


def _frames_of(decay: Decay, rate: float) -> int:
    """Return when nothing is left that could be heard, at most as long as a response may be."""
    most = most_frames(rate)
    times = np.linspace(0.0, most / rate, 256)
    left = (remaining(decay, times) * CENTRES[:, None]).sum(0)
    over = np.flatnonzero(left > left[0] * 10.0 ** (_END_DB / 10.0))[-1]
    return int(min(most, max(0.1, times[min(over + 1, 255)]) * rate))


def _early(decay: Decay, seed: int, rate: float) -> Float32:
    """Return the excitation of a room's first time: single arrivals that become noise.

    Its power is 1 where the reflections have set in. Where an arrival lies, from which side it
    comes and which sign it has is a matter of the seed and of the size that the character gives:
    none of the three axes moves it.
    """
    spacing, mixing = float(decay.spacing), float(decay.mixing)
    seconds = min(max(2.2 * mixing, 8.0 * float(decay.build_up)), _LONGEST_ARRIVALS_SECONDS)
    frames = int(seconds * rate)
    t = np.arange(frames) / rate
    share = -np.expm1(-((t / mixing) ** 3))
    set_in = -np.expm1(-t / float(decay.build_up))
    early: Array = noise(rate)[:, :frames] * np.sqrt(set_in * share)
    # One arrival in each unit of their expected number, anywhere in it.
    stream = _stream(seed, _ARRIVALS)
    number = np.arange(_MOST_ARRIVALS) + stream.random_sample(_MOST_ARRIVALS)
    sign = np.where(stream.random_sample(_MOST_ARRIVALS) < 0.5, -1.0, 1.0)
    side = (stream.random_sample(_MOST_ARRIVALS) - 0.5) * 0.5 * np.pi
    arrivals = spacing * np.cbrt(number)
    place = np.rint(arrivals * rate).astype(np.int64)
    heard = place < frames
    place, t = place[heard], arrivals[heard]
    power = rate * spacing**3 / (3.0 * t**2)
    power *= -np.expm1(-t / float(decay.build_up)) * np.exp(-((t / mixing) ** 3))
    amplitude = sign[heard] * np.sqrt(power)
    angle = side[heard]
    np.add.at(early[0], place, amplitude * (np.cos(angle) + np.sin(angle)))
    np.add.at(early[1], place, amplitude * (np.cos(angle) - np.sin(angle)))
    return early.astype(np.float32)


@functools.lru_cache(maxsize=4)
def _between_bands(rate: float) -> Float32:
    """Return what each bin takes of each band, and of the fall at the last [shape=(n, bins)]."""
    beyond = np.maximum(third_octaves(bin_frequencies(rate)) - (BANDS - 1.0), 0.0)
    return np.vstack((band_shares(rate).T, beyond.astype(np.float32)))


def _minimum_phase(energies: Array, rate: float) -> Array:
    """Return the impulse that has each band's energy and the least delay."""
    frequencies = np.fft.rfftfreq(2 * _DIRECT_FRAMES, 1.0 / rate)
    level = 0.5 * np.log(np.interp(third_octaves(frequencies), np.arange(BANDS), energies))
    cepstrum = np.fft.irfft(level)
    cepstrum[1:_DIRECT_FRAMES] *= 2.0
    cepstrum[_DIRECT_FRAMES + 1 :] = 0.0
    impulse: Array = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[:_DIRECT_FRAMES]
    return impulse
