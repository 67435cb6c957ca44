"""How dry and wet are mixed, so that the loudness goes straight in dB from one to the other.

Of two signals of powers 1 and g², and of correlation ρ, the mixture (1 − m)·dry + m·wet has the
power (1 − m)² + m²g² + 2ρm(1 − m)g; it is brought to g^(2m). The ends are 1 and g², so that they
need nothing. Where the mixture would be too weak to be lifted, as the two cancel out, the wet
signal's polarity is turned before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.kernels.layout import MAX_BLOCK

MOST_BOOST = 10.0 ** (6.0 / 20.0)
_TURNED_BELOW = -0.5
"""Correlation below which two equal signals, halved, would need more than the boost."""
_TURNED_LATER_BELOW = -0.6
"""The same where a polarity is heard by now: their mixture would stay 1 dB too weak. A turn is
heard, and two measurements of one network differ."""
TURN_SECONDS = 0.1
"""Length of a turn of the polarity while the voice sounds."""

BLEND = np.dtype(
    [
        ("polarity", "f8"),  # factor of the wet signal: 1, −1, or on the way from one to the other
        ("wanted_polarity", "f8"),
        ("step", "f8"),  # from frame to frame on that way
        ("correlation", "f8"),  # of the wet signal, turned, with the dry one
        ("known", "f8"),  # 1 where the two are equally loud and the correlation is known, else 0
    ],
    align=True,
)


@dataclass(frozen=True)
class Blend:
    """What is known of how a network's output mixes with its input; any thread may hold it.

    Attributes
    ----------
    polarity : float
        1 or −1.
    correlation : float
        Of the output, turned, with the input.
    known : bool
        Whether they are equally loud, and the correlation was measured; else they are mixed by
        gains alone.
    """

    polarity: float = 1.0
    correlation: float = 0.0
    known: bool = False

    @classmethod
    def of(cls, correlation: float) -> Blend:
        """Return that of an output as loud as its input, by their correlation, −1 to 1."""
        polarity = -1.0 if correlation < _TURNED_BELOW else 1.0
        return cls(polarity, polarity * correlation, True)

    def after(self, before: Blend) -> Blend:
        """Return this one as it follows another: with that polarity, unless a turn is worth it."""
        kept = self.polarity * before.polarity * self.correlation
        if not (self.known and before.known) or kept < _TURNED_LATER_BELOW:
            return self
        return Blend(before.polarity, kept, True)


UNKNOWN = Blend()


class BlendRecord:
    """[control-thread] A voice's BLEND, at first unknown.

    Parameters
    ----------
    fields : recarray [shape=(1,)]
        The BLEND.

    Attributes
    ----------
    fields : recarray [shape=(1,)]
    """

    def __init__(self, fields: Any) -> None:
        self.fields = fields
        self.begin_with(UNKNOWN)

    def begin_with(self, blend: Blend) -> None:
        """Set how the voice mixes; only before it is published."""
        self.fields["polarity"] = blend.polarity
        self.follow(blend)

    def follow(self, blend: Blend) -> None:
        """Have it mix otherwise from now on; its polarity turns within 0.1 s."""
        self.fields["wanted_polarity"] = blend.polarity
        self.fields["correlation"] = blend.correlation
        self.fields["known"] = float(blend.known)


@native(void(int64, float64))
def prepare_blend(blend: int, rate: float) -> None:
    """[control-thread] Write how fast the polarity turns at a sample rate in Hz."""
    carray(pointer(blend), (1,), BLEND)[0].step = 2.0 / (TURN_SECONDS * rate)


@native(void(int64, int64, int64, int64))
def run_polarity(blend: int, rows: int, channels: int, frames: int) -> None:
    """[audio-thread] Turn the polarity of float64 rows, MAX_BLOCK apart, as a BLEND wants it."""
    b = carray(pointer(blend), (1,), BLEND)[0]
    if b.polarity == 1.0 and b.wanted_polarity == 1.0:
        return
    y = carray(pointer(rows), (channels, MAX_BLOCK), np.float64)
    for t in range(frames):
        if b.polarity < b.wanted_polarity:
            b.polarity = min(b.wanted_polarity, b.polarity + b.step)
        elif b.polarity > b.wanted_polarity:
            b.polarity = max(b.wanted_polarity, b.polarity - b.step)
        for channel in range(channels):
            y[channel, t] *= b.polarity


@native(float64(float64, float64, float64, float64))
def _scale(mix: float, gain: float, correlation: float, known: float) -> float:
    if known <= 0.0 or mix <= 0.0 or mix >= 1.0 or gain <= 0.0:
        return 1.0
    dry, wet = 1.0 - mix, mix * gain
    power = dry * dry + wet * wet + 2.0 * correlation * dry * wet
    wanted = math.exp(mix * math.log(gain))
    lift = MOST_BOOST
    if power * lift * lift > wanted * wanted:
        lift = wanted / math.sqrt(power)
    return 1.0 + known * (lift - 1.0)


@native(void(int64, int64, int64, int64, int64))
def run_mix(mixes: int, gains: int, correlations: int, scales: int, frames: int) -> None:
    """[audio-thread] Find the factor of each frame of a mixture.

    Parameters
    ----------
    mixes, gains, correlations : int64
        Addresses of float64 [shape=(frames,)]: the wet signal's share, 0–1, its gain and its
        correlation with the dry one.
    scales : int64
        Address of float64 [shape=(frames,)]: how far the correlation is known, 0–1, and then the
        factor; exactly 1 where it is not, and at both ends.
    """
    mix = carray(pointer(mixes), (frames,), np.float64)
    gain = carray(pointer(gains), (frames,), np.float64)
    correlation = carray(pointer(correlations), (frames,), np.float64)
    scale = carray(pointer(scales), (frames,), np.float64)
    known, found = scale[0], _scale(mix[0], gain[0], correlation[0], scale[0])
    for t in range(frames):
        resting = (
            mix[t] == mix[max(0, t - 1)]
            and gain[t] == gain[max(0, t - 1)]
            and correlation[t] == correlation[max(0, t - 1)]
            and scale[t] == known
        )
        if not resting:
            known = scale[t]
            found = _scale(mix[t], gain[t], correlation[t], known)
        scale[t] = found
