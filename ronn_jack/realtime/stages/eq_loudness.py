"""How loud pink noise is after an equaliser, K-weighted, in compiled code.

What makes up for it is what `model.latent.equaliser.loudness_loss` finds, but for roundings.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.acoustics.k_weighting import prototypes
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.stages.moving_bands import VALUES

_BANDS = 5
_POINTS = 256
_LOWEST_HERTZ, _HIGHEST_HERTZ = 20.0, 20_000.0
_HIGHEST_SHARE = 0.49
"""Of the sample rate, in which no corner lies higher."""
_PROTOTYPES = np.array(
    [[*each.zeros, *each.poles, each.warped, each.corner] for each in prototypes()]
)

LOUDNESS = np.dtype(
    [
        ("rate", "f8"),
        ("prototypes", "f8", (2, 8)),  # K-weighting's filters
        ("places", "f8", _POINTS),  # of each frequency, the square of its bilinear tangent
        ("power", "f8", _POINTS),  # how loud pink noise is there
        ("whole", "f8"),
        ("changed", "f8", _POINTS),  # scratch: how loud it is there after the bands
    ],
    align=True,
)


def loudness_memory() -> bytes:
    """[control-thread] Return a LOUDNESS, which is to be prepared for a sample rate."""
    memory = np.zeros((), LOUDNESS)
    memory["prototypes"] = _PROTOTYPES
    return memory.tobytes()


@native(void(int64, float64))
def prepare_loudness(loudness: int, rate: float) -> None:
    """[control-thread] Make a LOUDNESS ready for a sample rate in Hz."""
    s = carray(pointer(loudness), (1,), LOUDNESS)[0]
    s.rate = rate
    s.whole = 0.0
    octaves = math.log(min(_HIGHEST_HERTZ, _HIGHEST_SHARE * rate) / _LOWEST_HERTZ) / _POINTS
    for i in range(_POINTS):
        # The middle of a band that has as much of the noise as any other.
        hertz = _LOWEST_HERTZ * math.exp(octaves * (i + 0.5))
        tangent = math.tan(math.pi * min(hertz / rate, 0.4999))
        power = 1.0
        for each in range(2):
            p = s.prototypes[each]
            w = tangent * p[6] / math.tan(math.pi * p[7] / rate)
            power *= (p[0] - p[2] * w * w) ** 2 + (p[1] * w) ** 2
            power /= (p[3] - p[5] * w * w) ** 2 + (p[4] * w) ** 2
        s.places[i] = tangent * tangent
        s.power[i] = power
        s.whole += power


@native(float64(int64, int64))
def find_makeup(loudness: int, row: int) -> float:
    """[any-thread] Return the gain in dB that makes up for what a row of bands takes.

    Parameters
    ----------
    loudness : int64
        Address of a LOUDNESS that is prepared.
    row : int64
        Address of VALUES float64, of which the make-up does not count.
    """
    s = carray(pointer(loudness), (1,), LOUDNESS)[0]
    x = carray(pointer(row), (VALUES,), np.float64)
    flat = True
    for band in range(_BANDS):
        flat = flat and x[band] == 0.0
    if flat:
        return 0.0
    for i in range(_POINTS):
        s.changed[i] = s.power[i]
    for band in range(_BANDS):
        share = min(math.exp(x[_BANDS + band]) / s.rate, _HIGHEST_SHARE)
        scale = 1.0 / math.tan(math.pi * share) ** 2
        amplitude, width = 10.0 ** (x[band] / 40.0), math.exp(-2.0 * x[2 * _BANDS + band])
        # Of the power above and below, in the square of the tangent; outer ones of a bell are 1.
        u0, u1, u2 = 1.0, width * amplitude**2 - 2.0, 1.0
        l0, l1, l2 = 1.0, width / amplitude**2 - 2.0, 1.0
        whole = 1.0
        if band in (0, _BANDS - 1):
            whole = amplitude**2
            u0, u1, u2 = amplitude**2, amplitude * (width - 2.0), 1.0
            l0, l1, l2 = u2, u1, u0
            if band != 0:
                u0, u2, l0, l2 = l0, l2, u0, u2
        for i in range(_POINTS):
            at = scale * s.places[i]
            s.changed[i] *= whole * (u0 + at * (u1 + at * u2)) / (l0 + at * (l1 + at * l2))
    total = 0.0
    for i in range(_POINTS):
        total += s.changed[i]
    return 10.0 * math.log10(s.whole / total)
