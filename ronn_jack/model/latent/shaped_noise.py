"""The same noise every time, given any level at each frequency and time.

As the noise is fixed, responses whose levels are alike are alike sample by sample: one can glide
into the other.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.room_physics import BANDS, third_octaves

Float32 = NDArray[np.float32]

LONGEST_SECONDS = 8.0
MOST_FRAMES = 576000
"""Of a response: 6 s at 96 kHz."""
_SHORTEST_WINDOW_SECONDS = 0.018
HOPS = 4
"""In a window: frames of the noise's spectrum overlap by three quarters."""
_SEED = 2020
_EARS_METRES = 0.2
"""Distance of the points that hear the natural diffuse field."""
_SOUND_METRES_PER_SECOND = 343.0
_SQUARES = 1.5
"""Sum of the squared Hann windows over each sample."""
_LEAST = np.float32(1e-20)
_AT_ONCE = 32
"""Windows that are transformed at once: so many stay in a processor's cache."""


def most_frames(rate: float) -> int:
    """Return how long a response may be at `rate` Hz."""
    return min(int(LONGEST_SECONDS * rate), MOST_FRAMES)


def window_frames(rate: float) -> int:
    """Return the length of the noise's windows: a power of two, 18 to 36 ms."""
    return 1 << max(6, int(np.ceil(np.log2(_SHORTEST_WINDOW_SECONDS * rate))))


def spectra_of(frames: int, rate: float) -> int:
    """Return how many spectra `frames` of sound are made of."""
    return -(-frames // (window_frames(rate) // HOPS)) + HOPS - 1


def bin_frequencies(rate: float) -> NDArray[np.float64]:
    """Return the frequency in Hz of each bin of a spectrum."""
    window = window_frames(rate)
    return np.linspace(0.0, rate / 2.0, window // 2 + 1)


def spectrum_times(frames: int, rate: float) -> NDArray[np.float64]:
    """Return the time in s of each spectrum's middle; the first lies before 0."""
    hop = window_frames(rate) // HOPS
    return np.arange(-1.0, spectra_of(frames, rate) - 1.0) * (hop / rate)


def shape_noise(gains: Float32, frames: int, rate: float, early: Float32 | None = None) -> Float32:
    """Return the noise with a gain at each time and frequency.

    Parameters
    ----------
    gains : ndarray [shape=(spectra, bins), float32]
        At `spectrum_times` and `bin_frequencies`; at 1 the power of each sample is 1.
    frames : int
        At most `most_frames`.
    rate : float
        Sample rate in Hz.
    early : ndarray [shape=(2, n), float32], optional
        What takes the place of the noise's first n frames.

    Returns
    -------
    ndarray [shape=(2, frames), float32]
        Left and right, as coherent as in a natural diffuse field.
    """
    window = window_frames(rate)
    count = gains.shape[0]
    first, runs = 0, []
    if early is not None:
        first = min(count, spectra_of(early.shape[1], rate))
        covered = first * (window // HOPS)
        excited = noise(rate)[:, :covered].copy()
        part = min(covered, early.shape[1])
        excited[:, :part] = early[:, :part]
        runs.append((_spectra(excited, first, window), gains[:first]))
    runs.append((_noise_spectra(rate)[:, first:count], gains[first:]))
    return _sound_of(runs, window)[:, :frames]


@functools.lru_cache(maxsize=2)
def noise(rate: float) -> Float32:
    """Return the noise itself [shape=(2, frames), float32], read-only; its power is 1."""
    frames = most_frames(rate) + window_frames(rate)
    # The legacy generator's streams are frozen by numpy's policy.
    white = np.random.RandomState(_SEED).standard_normal((2, frames)).astype(np.float32)
    middle, side = np.fft.rfft(white, axis=-1)
    frequencies = np.fft.rfftfreq(frames, 1.0 / rate)
    coherence = np.sinc(2.0 * frequencies * _EARS_METRES / _SOUND_METRES_PER_SECOND)
    middle *= np.sqrt(0.5 + 0.5 * coherence)
    side *= np.sqrt(0.5 - 0.5 * coherence)
    both = np.fft.irfft(np.stack((middle + side, middle - side)), frames, axis=-1)
    result = _evened(both.astype(np.float32), rate)
    result.flags.writeable = False
    return result


def _evened(sound: Float32, rate: float) -> Float32:
    """Return a noise whose power in each band wavers less from window to window.

    What decays by it then does so as it is asked to. A ring, so that its ends are even too.
    """
    window, frames = window_frames(rate), sound.shape[1]
    ring = np.concatenate((sound[:, -window:], sound, sound[:, :window]), axis=1)
    spectra = _spectra(ring, spectra_of(ring.shape[1], rate), window)
    shares = band_shares(rate)
    power = (spectra.real**2 + spectra.imag**2).sum(axis=0) @ shares
    gains = np.sqrt(power.mean(axis=0) / np.maximum(power, _LEAST)) @ shares.T
    return _sound_of([(spectra, gains)], window)[:, window : window + frames]


def band_shares(rate: float) -> Float32:
    """Return what each bin of a spectrum takes of each of the bands [shape=(bins, BANDS)]."""
    place = np.clip(third_octaves(bin_frequencies(rate)), 0.0, BANDS - 1.0)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(BANDS))).astype(np.float32)


@functools.lru_cache(maxsize=2)
def _noise_spectra(rate: float) -> NDArray[np.complex64]:
    window = window_frames(rate)
    spectra = _spectra(noise(rate), spectra_of(most_frames(rate), rate), window)
    spectra.flags.writeable = False
    return spectra


def _spectra(sound: Float32, count: int, window: int) -> NDArray[np.complex64]:
    """Return the spectra whose windows' last quarter begins with the sound, and those after."""
    hop = window // HOPS
    padded = np.zeros((2, (count + HOPS - 1) * hop), np.float32)
    start = (HOPS - 1) * hop
    part = min(sound.shape[1], padded.shape[1] - start)
    padded[:, start : start + part] = sound[:, :part]
    pieces = np.lib.stride_tricks.sliding_window_view(padded, window, axis=-1)[:, ::hop]
    return np.fft.rfft(pieces * _hann(window), axis=-1).astype(np.complex64, copy=False)


def _sound_of(runs: Sequence[tuple[NDArray[np.complex64], Float32]], window: int) -> Float32:
    """Return the sound of runs of spectra with gains, from the first one's last quarter on."""
    hop = window // HOPS
    count = sum(len(gains) for _, gains in runs)
    sound = np.zeros((2, count + HOPS - 1, hop), np.float32)
    fade = _hann(window) / np.float32(_SQUARES)
    at = 0
    for spectra, gains in runs:
        for begin in range(0, len(gains), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            pieces = np.fft.irfft(spectra[:, some] * gains[some], window, axis=-1)
            pieces *= fade
            quarters = pieces.reshape(2, -1, HOPS, hop)
            end = at + quarters.shape[1]
            # The older window's quarter first, however many are done at once.
            for part in reversed(range(HOPS)):
                sound[:, at + part : end + part] += quarters[:, :, part]
            at = end
    return sound[:, HOPS - 1 :].reshape(2, -1)


@functools.lru_cache(maxsize=4)
def _hann(window: int) -> Float32:
    turn = 2.0 * np.pi * np.arange(window) / window
    return (0.5 - 0.5 * np.cos(turn)).astype(np.float32)
