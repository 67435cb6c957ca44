"""Conversions between the units that users, files and the engine speak."""

from __future__ import annotations

import contextlib
import math
import sys

SILENCE_DB = -200.0
"""Stands for the level of silence, as JSON and many senders know no infinity."""
_LARGEST = sys.float_info.max


def decibels_to_gain(decibels: float) -> float:
    """Return the amplitude ratio of a level difference in dB."""
    return float(10.0 ** (decibels / 20.0))


def gain_to_decibels(gain: float, floor: float = SILENCE_DB) -> float:
    """Return the level of an amplitude ratio in dB, never below `floor`."""
    return max(floor, 20.0 * math.log10(gain)) if gain > 0.0 else floor


def as_number(raw: object) -> int | float | None:
    """Return the number that a value or a text is; None if it is none.

    Python itself reads more than is meant: "1_0", and digits of any script. It reads no whole
    number of thousands of digits, and as infinite what no float can hold. What no float can hold
    stands for the largest one, as it is beyond every limit but finite.
    """
    if isinstance(raw, int):
        return int(raw) if abs(raw) <= _LARGEST else math.copysign(_LARGEST, raw > 0 or -1)
    if isinstance(raw, float):
        return raw
    if isinstance(raw, str) and raw.isascii() and "_" not in raw:
        with contextlib.suppress(ValueError):
            return as_number(int(raw))
        with contextlib.suppress(ValueError):
            number = float(raw)
            if math.isinf(number) and "inf" not in raw.lower():
                return math.copysign(_LARGEST, number)
            return number
    return None


def milliseconds_to_frames(milliseconds: float, rate: float) -> int:
    """Return the nearest whole number of frames, at least one."""
    return max(1, round(milliseconds * rate / 1000.0))
