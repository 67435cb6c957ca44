"""The settings that engineers have described by a word, as the SAFE project's database has them.

Its CSV has 25 columns, of which the word and the thirteen settings are read: who set them, and
from which address, is left where it is.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.equaliser import BANDS

MAXIMUM_BYTES = 16 << 20
FEWEST_SETTINGS = 40
"""Of fewer there is nothing to be learnt."""

_COLUMNS = 25
_WORD, _FIRST, _LAST = 1, 5, 18
_MOST_ROWS = 20_000
_MOST_GAIN_DB = 12.0
_SAME = {"brighter": "bright", "airy": "air"}
_MOST_LETTERS = 16
_FEWEST_OF_A_WORD = 8
"""Settings that a word needs to mean something."""


@dataclass(frozen=True)
class Described:
    """Settings of an equaliser with the words for them.

    Attributes
    ----------
    gains, frequencies, qs : ndarray [shape=(settings, 5)]
        In dB and Hz, the three bells in the order of their frequencies.
    words : list of str
        One for each, "" where it is used too seldom.
    """

    gains: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    qs: NDArray[np.float64]
    words: list[str]


def is_safe(head: bytes) -> bool:
    """Say whether a file that begins so is such a CSV."""
    first = head.partition(b"\n")[0].decode("latin-1")
    try:
        return _settings(next(csv.reader([first]), [])) is not None
    except csv.Error:
        return False


def read_safe(content: bytes) -> Described:
    """Return the settings in a CSV.

    Raises
    ------
    ModelError
        If it holds too few or too many of them.
    """
    rows, words = [], []
    try:
        lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", "replace", newline="")
        for cells in csv.reader(lines):
            if (settings := _settings(cells)) is not None:
                rows.append(settings)
                words.append(_plain(cells[_WORD]))
            if len(rows) > _MOST_ROWS:
                raise ModelError(f"has more than {_MOST_ROWS} settings")
    except csv.Error as fault:
        raise ModelError(f"is a damaged CSV: {fault}") from None
    if len(rows) < FEWEST_SETTINGS:
        raise ModelError(
            f"has {len(rows)} settings of an equaliser; {FEWEST_SETTINGS} are needed at least"
        )
    common = {word for word, count in Counter(words).items() if count >= _FEWEST_OF_A_WORD}
    bands = np.array(rows)
    order = np.argsort(bands[:, 1:4, 1], axis=1, kind="stable") + 1
    bands[:, 1:4] = np.take_along_axis(bands, order[:, :, None], axis=1)
    return Described(
        bands[:, :, 0], bands[:, :, 1], bands[:, :, 2],
        [word if word in common else "" for word in words],
    )  # fmt: skip


def _settings(cells: list[str]) -> list[list[float]] | None:
    """Return gain, frequency and Q of each band; None if a row holds no accepted settings."""
    if len(cells) != _COLUMNS:
        return None
    try:
        numbers = iter([float(cell) for cell in cells[_FIRST:_LAST]])
    except ValueError:
        return None
    bands = []
    for band in BANDS:
        gain, frequency = next(numbers), next(numbers)
        q = next(numbers) if band.form == "bell" else band.q
        if not (
            abs(gain) <= _MOST_GAIN_DB
            and band.lowest <= frequency <= band.highest
            and band.lowest_q <= q <= band.highest_q
        ):
            return None
        bands.append([gain, frequency, q])
    return bands


def _plain(words: str) -> str:
    """Return what a description is counted under: its first word, if it is one."""
    word = next(iter(words.lower().split()), "").strip(".,!?\"'")
    if not word.isascii() or not word.isalpha() or len(word) > _MOST_LETTERS:
        return ""
    return _SAME.get(word, word)
