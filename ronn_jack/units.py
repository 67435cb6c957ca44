"""Conversions between the units that users, files and the engine speak."""

from __future__ import annotations

import math


def decibels_to_gain(decibels: float) -> float:
    """Return the amplitude ratio of a level difference in dB."""
    return float(10.0 ** (decibels / 20.0))


def gain_to_decibels(gain: float, floor: float = -120.0) -> float:
    """Return the level of an amplitude ratio in dB, never below `floor`."""
    return max(floor, 20.0 * math.log10(gain)) if gain > 0.0 else floor


def milliseconds_to_frames(milliseconds: float, rate: float) -> int:
    """Return the nearest whole number of frames, at least one."""
    return max(1, round(milliseconds * rate / 1000.0))
