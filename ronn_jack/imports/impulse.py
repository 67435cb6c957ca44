"""Impulse responses, from sound files and from the collection of NeuralReverberator's plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.audio_files.source import opened
from ronn_jack.errors import AudioFileError, ModelError
from ronn_jack.imports.matlab import Array
from ronn_jack.model.latent.responses import RESPONSE, resampled
from ronn_jack.model.latent.shaped_noise import LONGEST_SECONDS
from ronn_jack.model.latent.spectrograms import (
    EDGES,
    FRAMES,
    GRID,
    HOP,
    LENGTH,
    RATE,
    STEP_DB,
)

_MOST_FRAMES = 1 << 22
"""Of a file that are read, 87 s at 48 kHz: what comes later is in no response."""
_HIGHEST_RATE = 192_000
"""Hz, of what is kept."""
_ONSET = 10 ** (-60 / 20)
"""Share of the peak at which a response begins."""
_ENDED = 10 ** (-80 / 10)
"""Share of the energy that may be left out at the end."""
_FADE_SECONDS = 0.01
_GRID_POINTS = 10
"""Along each axis of the plugin's grid."""
_LOWEST_STEP = -127
_WINDOW = np.hanning(LENGTH + 1)[:-1]

Found = tuple[str, dict[str, NDArray[Any]], list[str]]
"""A model's form, its arrays, and what to tell of them."""


def response_in_file(path: Path) -> Found:
    """Return the response in a sound file.

    Raises
    ------
    ModelError
        If it can't be read, or is silent.
    """
    try:
        with opened(path) as source:
            blocks, left = [], _MOST_FRAMES
            for block in source.blocks():
                blocks.append(block[:, :left])
                left -= block.shape[1]
                if left <= 0:
                    break
            rate = source.rate
            whole = left > 0 and (missing := source.shortfall())
    except AudioFileError as error:
        raise ModelError(str(error)) from None
    notes = [str(missing)] if whole else []
    try:
        return _fixed(np.concatenate(blocks, axis=1).astype(np.float64), rate, notes)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def responses_in(array: Array) -> Found:
    """Return the responses that the columns of a matrix are, at NeuralReverberator's rate.

    Raises
    ------
    ModelError
        If there are not as many as its plugin had, nor one or two.
    """
    count = int(np.prod(array.shape[1:]))
    if count in (1, 2):
        return _fixed(np.stack(list(array.columns())), RATE, [])
    points = _GRID_POINTS**3
    if count not in (points, 2 * points):
        raise ModelError(
            f"its {array.name} has {count} columns; 1 or 2 are one response, {points} or "
            f"{2 * points} the points of NeuralReverberator's plugin"
        )
    levels = []
    for number, column in enumerate(array.columns()):
        if not number % (count // points):
            known = column[: HOP * (FRAMES - 1) + LENGTH // 2]
            if not np.isfinite(column).all() or not known.any():
                raise ModelError(f"column {number + 1} of its {array.name} holds no response")
            levels.append(_banded(_of_peak_1(known)))
    shape = (_GRID_POINTS,) * 3 + levels[0].shape
    notes = [
        "the energy of the plugin's responses is kept, not their phase: a noise is shaped by it, "
        "so that there are further ones between the plugin's points",
        "nothing sounds above 8 kHz, as in the original",
    ]
    if count > points:
        notes.append("its right responses are those of nearly the same points, and are left out")
    return GRID, {"levels": np.stack(levels).reshape(shape)}, notes


def _fixed(samples: NDArray[np.float64], rate: int, notes: list[str]) -> Found:
    """Return a response [shape=(channels, frames)] without what is silent around it."""
    if not np.isfinite(samples).all():
        raise ModelError("holds what is no finite number")
    if not samples.any():
        raise ModelError("is silent, so that it answers to nothing")
    samples = _of_peak_1(samples)
    begin = int(np.argmax(np.abs(samples).max(axis=0) > _ONSET))
    energy = np.square(samples).sum(axis=0)[begin:]
    left = np.cumsum(energy[::-1])[::-1]
    end = begin + int(np.count_nonzero(left > _ENDED * left[0]))
    longest = begin + int(LONGEST_SECONDS * rate)
    if begin:
        notes.append(f"{begin / rate:.3f} s of silence before it are left out: use reverb_predelay")
    if end > longest:
        notes.append(f"of {(end - begin) / rate:.1f} s the first {LONGEST_SECONDS:g} s are kept")
        end = longest
    kept = samples[:, begin:end].copy()
    if end < samples.shape[1]:
        fade = min(kept.shape[1], int(_FADE_SECONDS * rate))
        kept[:, kept.shape[1] - fade :] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade)) ** 2
    if rate > _HIGHEST_RATE:
        kept, rate = resampled(kept, rate, _HIGHEST_RATE), _HIGHEST_RATE
    samples = _of_peak_1(kept).astype(np.float32)
    return RESPONSE, {"samples": samples, "rate": np.array(rate)}, notes


def _of_peak_1(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return samples, not all 0, whose squares are numbers too."""
    # Divided, as the least numbers have no reciprocal.
    scaled: NDArray[np.float64] = samples / np.abs(samples).max()
    return scaled


def _banded(samples: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the level of a response at RATE in bands and frames, the highest being 0."""
    padded = np.zeros(HOP * (FRAMES - 1) + LENGTH)
    padded[LENGTH // 2 : LENGTH // 2 + samples.size] = samples
    parts = np.lib.stride_tricks.sliding_window_view(padded, LENGTH)[::HOP]
    power = np.square(np.abs(np.fft.rfft(parts * _WINDOW, axis=1).T))
    mean = np.add.reduceat(power, EDGES[:-1]) / np.diff(EDGES)[:, None]
    level = 10.0 * np.log10(np.maximum(mean / mean.max(), 1e-20))
    steps: NDArray[np.int8] = np.maximum(np.round(level / STEP_DB), _LOWEST_STEP).astype(np.int8)
    return steps
