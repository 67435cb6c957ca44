"""How long a network's delays and the period of drift are: as the parameters say, or in beats.

Delays are frames, and a sound that says for which sample rate they are meant keeps their times at
every rate. With `sync` on, the longest dilation, which is what one hears as the delay, is as long
as a note, and so is the period of drift: where that is out of range, half or twice as long, and so
on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ronn_jack.parameters import PARAMETERS, Value

SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True)
class Times:
    """How long a network's delays are at every sample rate.

    Attributes
    ----------
    stretch : float
        Factor of all dilations at the sample rate `meant`.
    meant : float
        In Hz; 0: the delays are as many frames at every rate.
    note : float
        s that the longest dilation takes, times `octave`; 0: it follows `stretch`.
    octave : float
    decay : float
        s in which the response falls by 60 dB; 0: it does not.
    """

    stretch: float = 1.0
    meant: float = 0.0
    note: float = 0.0
    octave: float = 1.0
    decay: float = 0.0

    @property
    def keep(self) -> bool:
        """Whether it is another network at another rate: its delays are times, or it decays."""
        return bool(self.meant or self.note or self.decay)


def times_of(values: Mapping[str, Value], stretch: float, rate: float) -> Times:
    """Return the times of a network that was found for a rate.

    Where nothing but `sync` gives them, it is half or twice as long at other rates where that fits
    better; here it stays as long as it is.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    stretch : float
        Factor of its dilations there.
    rate : float
        Sample rate in Hz.
    """
    decay = float(values["decay"])
    if values["sync"] == "off":
        return Times(float(values["stretch"]), float(values["rate"]), decay=decay)
    octave = stretch / _stretch_to_note(values, rate)
    return Times(note=_note_seconds(values), octave=octave, decay=decay)


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
