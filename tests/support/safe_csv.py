"""The CSV of the SAFE project's equaliser, as it has its 25 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BELLS = ((0.0, 560.0, 0.71), (0.0, 1000.0, 0.71), (0.0, 3300.0, 0.71))


def safe_row(
    word: str,
    *,
    low_gain: float = 3.0,
    low_frequency: float = 150.0,
    bells: Sequence[tuple[float, float, float]] = BELLS,
    high_gain: float = -2.0,
    high_frequency: float = 8200.0,
    address: str = "192.0.2.1",
    person: str = "someone",
) -> bytes:
    """Return a line: one engineer's settings for a word."""
    numbers = [low_gain, low_frequency, *(n for bell in bells for n in bell)]
    numbers += [high_gain, high_frequency]
    about = ["rock", "guitar", person, "5", "30", "GB", "d41d8cd9"]
    return ",".join(["1", word, address, "0", "0", *map(repr, numbers), *about]).encode() + b"\n"


def safe_csv(rows: Iterable[bytes]) -> bytes:
    """Return a whole file."""
    return b"".join(rows)
