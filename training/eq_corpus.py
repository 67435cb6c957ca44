"""Settings of an equaliser, drawn around the words of `eq_words.toml`."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ronn_jack.model.latent.curve_search import FREQUENCIES, RATE
from ronn_jack.model.latent.decoders import Array
from ronn_jack.model.latent.equaliser import BANDS, DECODED_GAIN_DB, curves

FOLDER = Path(__file__).parent
TRAINING_SEED, TRAINING_SETTINGS = 0, 12000
HELD_OUT_SEED, HELD_OUT_SETTINGS = 1, 1000

_LOWEST = np.array([band.lowest for band in BANDS])
_HIGHEST = np.array([band.highest for band in BANDS])
_LOWEST_Q = np.array([band.lowest_q for band in BANDS])
_HIGHEST_Q = np.array([band.highest_q for band in BANDS])


@dataclass(frozen=True)
class Settings:
    """Many settings of five bands, each array [shape=(n, 5)]."""

    gains: Array
    frequencies: Array
    qs: Array

    @property
    def curves(self) -> Array:
        """Their curves in dB [shape=(n, 64)]."""
        return curves(self.gains, self.frequencies, self.qs, FREQUENCIES, RATE)

    @property
    def hash(self) -> str:
        """SHA-256 of the settings, in hundredths of dB, Hz and thousandths of Q."""
        units = (self.gains, 100.0), (self.frequencies, 1.0), (self.qs, 1000.0)
        whole = [np.rint(values * unit).astype("<i4").tobytes() for values, unit in units]
        return hashlib.sha256(b"".join(whole)).hexdigest()


def read_table() -> dict[str, Any]:
    """Return the table of words."""
    return tomllib.loads((FOLDER / "eq_words.toml").read_text(encoding="utf-8"))


def words() -> tuple[list[str], Settings]:
    """Return the words, and the settings in the middle of what each means."""
    table = read_table()
    bands, rows = table["bands"], table["words"]
    places = [row.get("frequencies", bands["frequencies"]) for row in rows.values()]
    qs = np.broadcast_to(np.clip(bands["q"], _LOWEST_Q, _HIGHEST_Q), (len(rows), 5))
    gains = np.array([row["gains"] for row in rows.values()])
    return list(rows), Settings(gains, np.array(places), qs)


def draw(seed: int, count: int) -> Settings:
    """Return settings as a seed draws them: words, and some that no word names."""
    table, random = read_table(), np.random.default_rng(seed)
    bands, corpus, rows = table["bands"], table["corpus"], list(table["words"].values())
    unnamed = random.random(count) < corpus["unnamed_share"]
    word = random.integers(len(rows), size=count)
    means = np.array([row["gains"] for row in rows])[word]
    spreads = np.array([row["spreads"] for row in rows])[word]
    usual = bands["frequencies"]
    middles = np.array([row.get("frequencies", usual) for row in rows])[word]
    middles[unnamed] = usual

    strange = random.laplace(0.0, corpus["unnamed_gain"], (count, 5))
    gains = np.where(unnamed[:, None], strange, random.normal(means, spreads))
    gains[random.random((count, 5)) < corpus["idle_share"]] = 0.0
    frequencies = np.exp(random.normal(np.log(middles), bands["frequency_spreads"]))
    qs = np.exp(random.normal(np.log(bands["q"]), bands["q_spread"], (count, 5)))
    # As a preset would keep them, and the same wherever exponentials differ a little.
    return _sorted_bells(
        np.clip(gains, -DECODED_GAIN_DB, DECODED_GAIN_DB).round(2),
        np.clip(frequencies, _LOWEST, _HIGHEST).round(0),
        np.clip(qs, _LOWEST_Q, _HIGHEST_Q).round(3),
    )


def _sorted_bells(gains: Array, frequencies: Array, qs: Array) -> Settings:
    """Return the settings with the bells in the order of their frequencies, which sounds alike."""
    order = np.argsort(frequencies[:, 1:4], axis=1, kind="stable") + 1
    order = np.hstack([np.zeros_like(order[:, :1]), order, np.full_like(order[:, :1], 4)])
    gains, frequencies, qs = (
        np.take_along_axis(each, order, axis=1) for each in (gains, frequencies, qs)
    )
    return Settings(gains, np.clip(frequencies, _LOWEST, _HIGHEST), qs)


def write_held_out() -> None:
    """Write the settings that no model is trained on."""
    held_out = draw(HELD_OUT_SEED, HELD_OUT_SETTINGS)
    np.savez_compressed(
        FOLDER / "eq_held_out.npz",
        gains=np.rint(held_out.gains * 100).astype("i2"),
        frequencies=held_out.frequencies.astype("u2"),
        qs=np.rint(held_out.qs * 1000).astype("u2"),
    )


def read_held_out() -> Settings:
    """Return the settings that no model is trained on."""
    with np.load(FOLDER / "eq_held_out.npz", allow_pickle=False) as file:
        return Settings(file["gains"] / 100.0, file["frequencies"] * 1.0, file["qs"] / 1000.0)
