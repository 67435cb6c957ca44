"""A pad out of the recent input: its steadiest stretch, folded onto itself into an even loop.

Found on the control thread, once for each freeze, in a few milliseconds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RECENT_SECONDS = 2.0
"""Input that is looked through: what was played before is no longer what one hears."""
STRETCH_SECONDS = (1.0, 0.5, 0.25)
"""Lengths of stretches. A longer one is preferred, as its loop is heard less."""
STEADY_DB = 9.0
"""Swing of a stretch that is steady enough: a note's decay, which is levelled."""
SWING_DB = 3.0
"""Swing that the loop may have at most, where its input allows for it."""

_WINDOW_SECONDS = 0.05
"""Time over which an envelope is taken: one period of 20 Hz."""
_HOP_SECONDS = 0.01
_AGE_DB_PER_SECOND = 3.0
"""What a stretch has to be steadier by for each second that it is older."""
_LOUD_DB = 20.0
"""A stretch that is this much quieter than the loudest is a gap, however steady."""
_SEAM_SECONDS = 0.025
"""Range in which the two halves are shifted to agree: one period of 40 Hz."""
_MOST_GAIN = 30.0
"""Amplitude ratio by which a quiet part of the loop is lifted, at most."""
_LEVELLINGS = 4
_MOST_COPIES = 32
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

Rows = NDArray[np.float64]


def pad_from(recent: NDArray[np.float32], rate: float) -> NDArray[np.float32] | None:
    """Return a loop [shape=(channels, frames), float32] that sounds as the input did.

    Parameters
    ----------
    recent : ndarray [shape=(channels, frames), float32]
        The network's last input.
    rate : float
        Sample rate in Hz.

    Returns
    -------
    ndarray or None
        As loud as the stretch that it is made of; None where there is nothing but silence.
    """
    stretch = steadiest(recent, rate)
    if stretch is None:
        return None
    x = recent[:, stretch].astype(np.float64)
    window = round(_WINDOW_SECONDS * rate)
    folded = _folded(x, round(_SEAM_SECONDS * rate))
    pad = _levelled(folded, window)
    copies = 1
    while swing_db(pad, window) > SWING_DB and copies < _MOST_COPIES:
        # Strokes with silence between them: more of them, at uneven distances, fill it.
        copies *= 2
        frames = folded.shape[1]
        turns = [round(frames * (copy * _GOLDEN % 1.0)) for copy in range(copies)]
        laid_over = np.sum([np.roll(folded, turn, axis=1) for turn in turns], axis=0)
        pad = _levelled(laid_over, window)
    return np.ascontiguousarray(pad * math.sqrt(_power(x) / _power(pad)), np.float32)


def steadiest(recent: NDArray[np.float32], rate: float) -> slice | None:
    """Return the stretch whose level changes least, where the input sounds at all."""
    hop = max(1, round(_HOP_SECONDS * rate))
    hops = recent.shape[1] // hop
    first = recent.shape[1] - hops * hop
    x = recent[:, first:].astype(np.float64).reshape(recent.shape[0], hops, hop)
    powers = np.einsum("cht,cht->h", x, x)
    ends = round(_WINDOW_SECONDS / _HOP_SECONDS)
    if hops < ends or not powers.any():
        return None
    levels = 10.0 * np.log10(np.convolve(powers, np.ones(ends), "valid") + 1e-12 * powers.max())
    best: tuple[float, slice] | None = None
    for seconds in STRETCH_SECONDS:
        length = round(seconds / _HOP_SECONDS)
        if length > hops:
            continue
        stretches = np.lib.stride_tricks.sliding_window_view(levels, length - ends + 1)
        swings = stretches.max(axis=1) - stretches.min(axis=1)
        means = np.convolve(powers, np.ones(length), "valid")
        ages = np.arange(means.size)[::-1] * _HOP_SECONDS
        costs = swings + _AGE_DB_PER_SECOND * ages
        costs[means < means.max() * 10.0 ** (-_LOUD_DB / 10.0)] = np.inf
        place = int(np.argmin(costs))
        begin = first + place * hop
        if best is None or swings[place] < best[0]:
            best = float(swings[place]), slice(begin, begin + length * hop)
        if swings[place] <= STEADY_DB:
            break
    return best[1] if best else None


def swing_db(loop: NDArray[np.floating], window: int) -> float:
    """Return how far the loudest `window` frames of a loop lie above the quietest."""
    envelope = _envelope(np.asarray(loop, np.float64), window)
    return 10.0 * math.log10(envelope.max() / max(envelope.min(), 1e-12 * envelope.max()))


def _folded(x: Rows, seam: int) -> Rows:
    """Return a stretch's first half faded into its second, so that the end joins the beginning.

    They are shifted to where they agree best, and the gains keep the power of two signals that
    are as alike as they are.
    """
    half = x.shape[1] // 2
    size = 1 << (2 * half - 1).bit_length()
    spectra = np.fft.rfft(x[:, : half - seam], size).conj() * np.fft.rfft(x, size)
    agreement = np.fft.irfft(spectra.sum(axis=0), size)[half - seam : half + 1]
    frames = half - seam + int(np.argmax(agreement))
    new, old = x[:, :frames], x[:, frames : 2 * frames]
    alike = float((new * old).sum()) / math.sqrt(float((new**2).sum() * (old**2).sum()) + 1e-30)
    s = 0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / frames)
    power = s**2 + (1.0 - s) ** 2 + 2.0 * max(0.0, alike) * s * (1.0 - s)
    folded: Rows = (s * new + (1.0 - s) * old) / np.sqrt(power)
    return folded


def _levelled(loop: Rows, window: int) -> Rows:
    """Return a loop whose envelope is brought to its mean."""
    gain = np.ones(loop.shape[1])
    for _ in range(_LEVELLINGS):
        envelope = _envelope(loop * gain, window)
        floor = envelope.mean() * 1e-9
        gain *= np.sqrt(envelope.mean() / np.maximum(envelope, floor))
        gain = np.minimum(gain, _MOST_GAIN * gain.min())
    return loop * gain


def _envelope(loop: Rows, window: int) -> Rows:
    """Return the mean power of `window` frames around each frame of a loop [shape=(frames,)]."""
    window = min(window, loop.shape[1])
    power = np.square(loop).sum(axis=0)
    before, after = power[-(window // 2) :], power[: window - window // 2]
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([before, power, after]))])
    mean: Rows = (total[window:-1] - total[: -window - 1]) / window
    return np.maximum(mean, 0.0)


def _power(x: Rows) -> float:
    return float(np.mean(np.square(x)))
