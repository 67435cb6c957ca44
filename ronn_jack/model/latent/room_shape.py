"""What is made of any response, a decoder's or an imported one: width, cuts, delay, loudness."""

from __future__ import annotations

import functools
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.acoustics.k_weighting import k_power
from ronn_jack.model.latent.shaped_noise import Float32, most_frames

LOWEST_CUT = 20.0
HIGHEST_CUT = 20000.0
_PIECE = 8192
"""Frames that are filtered or measured as one."""
_AT_ONCE = 4
"""Pieces that are measured at once: so many stay in a processor's cache."""
_Q = 0.5**0.5
_LOWEST_HERTZ = 20.0
_HIGHEST_HERTZ = 20000.0
_SILENT = 1e-12
_NONE, _ENOUGH = 10 ** (-60 / 10), 10 ** (-20 / 10)
"""Energy of the side, against that of the middle, below which there is none to speak of, and from
which on it can be heard alone; and reversed."""
_LEAST = float(np.finfo(np.float32).tiny)


class Shape(Protocol):
    """What a response is shaped by; see `RoomSpec`."""

    @property
    def width(self) -> float: ...
    @property
    def predelay_ms(self) -> float: ...
    @property
    def low_cut(self) -> float: ...
    @property
    def high_cut(self) -> float: ...


def shaped(samples: Float32, spec: Shape, rate: float) -> Float32:
    """Return a response with width, cuts and pre-delay, as loud as all others.

    Parameters
    ----------
    samples : ndarray [shape=(2, frames), float32]
        Left and right, at any level; what is longer than a response may be is cut off.
    spec : Shape
    rate : float
        Sample rate in Hz.

    Returns
    -------
    ndarray [shape=(2, frames), float32]
        Silence stays silence.
    """
    samples = samples[:, : most_frames(rate)]
    sound = _of_width(samples, spec.width)
    if spec.low_cut > LOWEST_CUT or spec.high_cut < HIGHEST_CUT:
        sound = _filtered(sound, _cuts(spec.low_cut, spec.high_cut, rate))
    frames = sound.shape[1]
    power = _pink_power(sound, rate)
    sound *= np.float32(power**-0.5 if power > _SILENT else 0.0)
    delay = min(round(spec.predelay_ms * rate / 1000.0), most_frames(rate))
    if not delay:
        return sound
    delayed = np.zeros((2, min(frames + delay, most_frames(rate))), np.float32)
    delayed[:, delay:] = sound[:, : delayed.shape[1] - delay]
    return delayed


def _of_width(samples: Float32, width: float) -> Float32:
    """Return left and right from mono over what they are to opposed.

    A response that is nearly mono has no side to be heard alone: its middle stays. Of one that is
    nearly opposed, the left ear is its mono.
    """
    middle, side = 0.5 * (samples[0] + samples[1]), 0.5 * (samples[0] - samples[1])
    if width < 1.0:
        middle += np.float32((1.0 - width) * _lack(middle, side)) * side
        side *= np.float32(width)
    else:
        middle *= np.float32(2.0 - width + (width - 1.0) * _lack(side, middle))
    return np.stack((middle + side, middle - side))


def _lack(part: Float32, other: Float32) -> float:
    """Return how much of the other is to be heard in place of a part: 1 where there is none."""
    ratio = float(np.vdot(other, other)) / max(float(np.vdot(part, part)), _LEAST)
    return min(1.0, max(0.0, _NONE * ratio - _NONE / _ENOUGH))


def _filtered(sound: Float32, response: NDArray[np.complex64]) -> Float32:
    """Return the sound through a filter that rings for less than a piece, by overlapping sums."""
    frames = sound.shape[1]
    count = -(-frames // _PIECE)
    padded = np.zeros((2, count * _PIECE), np.float32)
    padded[:, :frames] = sound
    spectra = np.fft.rfft(padded.reshape(2, count, _PIECE), 2 * _PIECE, axis=-1)
    pieces = np.fft.irfft(spectra * response, axis=-1)
    pieces[:, 1:, :_PIECE] += pieces[:, :-1, _PIECE:]
    return pieces[..., :_PIECE].reshape(2, -1)[:, :frames].astype(np.float32)


def _pink_power(sound: Float32, rate: float) -> float:
    """Return the K-weighted power that pink noise of power 1 has after a response."""
    half = _PIECE // 2
    count = -(-sound.shape[1] // half) + 1
    padded = np.zeros((2, (count + 1) * half), np.float32)
    padded[:, half : half + sound.shape[1]] = sound
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _PIECE, axis=-1)[:, ::half]
    # The squares of overlapping sines are 1.
    window = np.sin(np.pi * (np.arange(_PIECE) + 0.5) / _PIECE).astype(np.float32)
    weights = _pink_weights(rate)
    power = 0.0
    for begin in range(0, pieces.shape[1], _AT_ONCE):
        spectra = np.fft.rfft(pieces[:, begin : begin + _AT_ONCE] * window, axis=-1)
        power += float((spectra.real**2 + spectra.imag**2).sum((0, 1)) @ weights)
    return 0.5 * power


def _cuts(low: float, high: float, rate: float) -> NDArray[np.complex64]:
    """Return the response of the cuts' filters: second order, bilinear, without resonance."""
    turn = np.minimum(np.arange(_PIECE + 1) / (2 * _PIECE), 0.4999)
    warped = np.tan(np.pi * turn)
    whole = np.ones(_PIECE + 1, np.complex128)
    if low > LOWEST_CUT:
        s = 1j * warped / np.tan(np.pi * min(low / rate, 0.49))
        whole *= s * s / (s * s + s / _Q + 1.0)
    if high < HIGHEST_CUT:
        s = 1j * warped / np.tan(np.pi * min(high / rate, 0.49))
        whole /= s * s + s / _Q + 1.0
    return whole.astype(np.complex64)


@functools.lru_cache(maxsize=4)
def _pink_weights(rate: float) -> Float32:
    """Return what each frequency counts: K-weighted pink noise, whose whole power is 1."""
    frequencies = np.linspace(0.0, rate / 2.0, _PIECE // 2 + 1)
    audible = (frequencies >= _LOWEST_HERTZ) & (frequencies <= _HIGHEST_HERTZ)
    weights = np.zeros(frequencies.size)
    weights[audible] = k_power(frequencies[audible], rate) / frequencies[audible]
    weights /= weights.sum()
    return weights.astype(np.float32)
