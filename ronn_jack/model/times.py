"""How long a network's delays and the period of drift are: as the parameters say, or in beats.

Delays are frames, and a sound that says for which sample rate they are meant keeps their times at
every rate. With `sync` on, the longest dilation, which is what one hears as the delay, is as long
as a note, and so is the period of drift: where that is out of range, half or twice as long, and so
on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from ronn_jack.parameters import PARAMETERS, Value

SECONDS_A_MINUTE = 60.0


def stretches(values: Mapping[str, Value], rate: float) -> Iterator[float]:
    """Yield the factors of all dilations that would do, the best first.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    rate : float
        Sample rate in Hz that the network runs at.
    """
    row, scale = PARAMETERS["stretch"], rate / (float(values["rate"]) or rate)
    if values["sync"] == "off":
        yield float(values["stretch"]) * scale
        return
    note = _stretch_to_note(values, rate)
    first = math.ceil(math.log2(row.minimum * scale / note))
    last = math.floor(math.log2(row.maximum * scale / note))
    for octave in sorted(range(first, last + 1), key=lambda octave: (abs(octave), octave)):
        yield note * 2.0**octave


def synced_beats(values: Mapping[str, Value], seconds: float) -> str:
    """Return how many beats a synced delay takes, such as "1/4"; "" where nothing is synced."""
    if values["sync"] == "off" or seconds == 0.0:
        return ""
    octave = round(math.log2(seconds * float(values["tempo"]) / SECONDS_A_MINUTE))
    return str(Fraction(2) ** octave)


def drift_hertz(values: Mapping[str, Value]) -> float:
    """Return the rate of drift; at rest it rests, synced or not."""
    hertz = float(values["drift_rate"])
    if hertz == 0.0 or values["sync"] == "off":
        return hertz
    synced_hertz = 1.0 / _note_seconds(values)
    while synced_hertz > PARAMETERS["drift_rate"].maximum:
        synced_hertz /= 2.0
    return synced_hertz


def _note_seconds(values: Mapping[str, Value]) -> float:
    return float(Fraction(str(values["sync"]))) * SECONDS_A_MINUTE / float(values["tempo"])


def _stretch_to_note(values: Mapping[str, Value], rate: float) -> float:
    """Return what makes the longest dilation as long as the note."""
    longest = float(values["dilation"]) ** (int(values["layers"]) - 1)
    return _note_seconds(values) * rate / longest
