"""Spectrograms of whole files."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ronn_jack.pictures.spectrum import BANDS, FLOOR_DB, Levels, Signal, spectrum, window_frames


def spectrogram(blocks: Iterable[Signal], frames: int, rate: float, count: int) -> Levels:
    """Return the spectra of a signal over its time.

    Parameters
    ----------
    blocks : iterable of ndarray [shape=(channels, frames), float32]
        The signal in parts; no more of it than is needed is kept.
    frames : int
        Of the whole.
    rate : float
        Sample rate in Hz.
    count : int
        Columns; each shows what lies around its middle.

    Returns
    -------
    ndarray [shape=(BANDS, count), float64]
        As by `spectrum`.
    """
    length = window_frames(rate)
    ends = ((np.arange(count) + 0.5) * frames / count).astype(int) + length // 2
    found = np.full((BANDS, count), FLOOR_DB)
    recent, done, column = np.zeros((1, 0), np.float32), 0, 0
    for block in blocks:
        done += block.shape[1]
        recent = np.concatenate([recent, block], axis=1) if recent.size else block
        while column < count and ends[column] <= done:
            found[:, column] = spectrum(recent[:, : recent.shape[1] + ends[column] - done], rate)
            column += 1
        recent = recent[:, -length:]
    for rest in range(column, count):
        silence = np.zeros((len(recent), ends[rest] - done), np.float32)
        found[:, rest] = spectrum(np.concatenate([recent, silence], axis=1), rate)
    return found
