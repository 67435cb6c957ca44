"""Five bands of an equaliser, whose settings glide.

Each band is a trapezoidal state-variable filter [1]_ [2]_, which stays a contraction of its state
whatever its numbers do from frame to frame, as long as they are positive: no motion makes it
unstable. All is counted from the first frame in cells. At each knot between two of them the newest
settings are taken; gains in dB and the logarithms of frequencies and Qs go there along a raised
cosine, and become the filters' numbers. Between knots these numbers follow a cubic spline, which
stays within what it goes between and has no corner that could be heard.

References
----------
.. [1] V. Zavalishin, "The Art of VA Filter Design", chapter 4.
.. [2] A. Simper, "Solving the continuous SVF equations using trapezoidal integration", 2013.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import (
    CHANNELS,
    add,
    both,
    left,
    multiply,
    multiply_add,
    pair,
    right,
)
from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import ROWS, take_newest
from ronn_jack.realtime.compiler.memory import CACHE_LINE, offset
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.stage import RUN, SETTLE

_BANDS = 5
_LAST = _BANDS - 1
VALUES = 3 * _BANDS + 1  # gains in dB, logarithms of frequencies and of Qs, the make-up in dB
_MAKEUP = 3 * _BANDS
_NUMBERS = 5 * _BANDS + 1  # g, k, m0, m1 and m2 of each band, the make-up as an amplitude
_AMPLITUDE = 5 * _BANDS
KNOTS = 4
"""Knots that a cubic spline depends on in a cell."""
MOST_CELLS = 32
"""Of a glide."""
_A, _B, _C, _M0, _M1, _M2 = range(6)
_NEEDED = 6
_HIGHEST_SHARE = 0.49
"""Of the sample rate: a corner beyond it lies there."""
_DB_TO_ROOT = math.log(10.0) / 40.0
"""Makes of a gain in dB the logarithm of the square root of its amplitude."""

EQUALISER = np.dtype(
    [
        ("slot", "i8"),  # of the mailbox
        ("slot_line", "u1", CACHE_LINE - 8),
        ("aims", "f8", (ROWS, VALUES)),  # its rows
        ("read", "i8"),  # the one that is gone to
        ("rate", "f8"),
        ("cell", "i8"),  # frames from knot to knot
        ("passed", "i8"),  # frames of the present cell
        ("cells", "i8"),  # of a glide, without those of the spline
        ("aimed", "i8"),  # knots since the aim moved last
        ("rests", "i8"),  # whether all numbers are where they are to stay
        ("flat", "i8"),  # whether they rest and change nothing
        ("restless", "i8"),  # set to compute all the time as if it moved
        ("shares", "f8", MOST_CELLS),  # of a glide's knots, newest first
        ("past", "f8", (MOST_CELLS, VALUES)),  # aims at these knots, a ring
        ("newest", "i8"),  # place in it
        ("value", "f8", VALUES),  # at the newest knot
        ("knots", "f8", (KNOTS, _NUMBERS)),  # oldest first
        ("states", "f8", (_BANDS, 2, CHANNELS)),
        ("places", "f8", MAX_BLOCK),  # scratch: of each frame in its cell, 0–1
        ("needed", "f8", (_NEEDED, MAX_BLOCK)),  # scratch: what a recursion needs in each frame
    ],
    align=True,
)
_SLOT = offset(EQUALISER, "slot")
_PLACES = offset(EQUALISER, "places")
_ROWS = offset(EQUALISER, "needed")
_STATES = offset(EQUALISER, "states")
_STATE_SIZE = 2 * CHANNELS * 8


@native(void(int64, int64))
def _find_numbers(equaliser: int, knot: int) -> None:
    """Write the numbers of a knot: on their way to the aim, as far as they have come.

    The bells and shelves are those of the RBJ cookbook, in the form of [2]_.
    """
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    value, number = e.value, e.knots[knot]
    for i in range(VALUES):
        value[i] = 0.0
    for age in range(e.cells):
        row = (e.newest + e.cells - age) % e.cells
        for i in range(VALUES):
            value[i] += e.shares[age] * (e.past[row, i] - e.aims[e.read, i])
    for i in range(VALUES):
        value[i] += e.aims[e.read, i]  # exactly the aim, once the past is full of it
    for band in range(_BANDS):
        root = math.exp(_DB_TO_ROOT * value[band])
        g = math.tan(math.pi * min(math.exp(value[_BANDS + band]) / e.rate, _HIGHEST_SHARE))
        k = math.exp(-value[2 * _BANDS + band])
        m0, m1, m2 = 1.0, 0.0, 0.0
        if band == 0:
            g /= math.sqrt(root)
            m1, m2 = k * (root - 1.0), root * root - 1.0
        elif band == _LAST:
            g *= math.sqrt(root)
            m0, m1, m2 = root * root, k * (1.0 - root) * root, 1.0 - root * root
        else:
            k /= root
            m1 = k * (root * root - 1.0)
        number[5 * band] = g
        number[5 * band + 1] = k
        number[5 * band + 2] = m0
        number[5 * band + 3] = m1
        number[5 * band + 4] = m2
    number[_AMPLITUDE] = math.exp(2.0 * _DB_TO_ROOT * value[_MAKEUP])


@native(int64(int64))
def _is_flat(equaliser: int) -> int:
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    flat = e.aims[e.read, _MAKEUP] == 0.0
    for band in range(_BANDS):
        flat = flat and e.aims[e.read, band] == 0.0
    return 1 if flat else 0


@native(void(int64, float64))
def _rest(equaliser: int, share: float) -> None:
    """Be where the aim is, with a share of its gains: none is flat wherever the bands are."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    for row in range(e.cells):
        for i in range(VALUES):
            gain = i < _BANDS or i == _MAKEUP
            e.past[row, i] = (share if gain else 1.0) * e.aims[e.read, i]
    for knot in range(KNOTS):
        _find_numbers(equaliser, knot)


@native(int64(int64))
def _take_aim(equaliser: int) -> int:
    """Go to the newest settings from now on; return whether they are other ones."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    before, taken = e.read, take_newest(equaliser + _SLOT, e.read)
    if taken < 0:
        return 0
    e.read = taken
    moved = 0
    for i in range(VALUES):
        if e.aims[taken, i] != e.aims[before, i]:
            moved = 1
    return moved


@native(void(int64))
def _cross_knot(equaliser: int) -> None:
    """Begin a cell."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    e.passed = 0
    flat = e.flat
    if _take_aim(equaliser) != 0:
        e.aimed = e.rests = 0
        if flat != 0:
            _rest(equaliser, 0.0)
    else:
        e.aimed += 1
    if e.restless == 0 and (e.rests != 0 or e.aimed >= e.cells + KNOTS - 1):
        e.rests = 1
        e.flat = _is_flat(equaliser)
        return
    e.rests = e.flat = 0
    e.newest = (e.newest + 1) % e.cells
    for i in range(VALUES):
        e.past[e.newest, i] = e.aims[e.read, i]
    for knot in range(KNOTS - 1):
        for i in range(_NUMBERS):
            e.knots[knot, i] = e.knots[knot + 1, i]
    _find_numbers(equaliser, KNOTS - 1)


@native(float64(int64, int64, int64))
def _spline(equaliser: int, number: int, power: int) -> float:
    """Return a coefficient of the uniform cubic B-spline through the present cell."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    a, b, c, d = e.knots[0, number], e.knots[1, number], e.knots[2, number], e.knots[3, number]
    coefficient = b + (a - 2.0 * b + c) / 6.0
    if power == 1:
        coefficient = 0.5 * (c - a)
    elif power == 2:
        coefficient = 0.5 * (a - 2.0 * b + c)
    elif power == 3:
        coefficient = (d - a + 3.0 * (b - c)) / 6.0
    return float(coefficient)


@native(void(int64, int64, int64, int64))
def _follow_spline(equaliser: int, number: int, row: int, frames: int) -> None:
    """Write a number of each frame to a scratch row."""
    places = carray(pointer(equaliser + _PLACES), (frames,), np.float64)
    out = carray(pointer(row), (frames,), np.float64)
    p0, p1 = _spline(equaliser, number, 0), _spline(equaliser, number, 1)
    p2, p3 = _spline(equaliser, number, 2), _spline(equaliser, number, 3)
    for t in range(frames):
        u = places[t]
        out[t] = ((p3 * u + p2) * u + p1) * u + p0


@native(void(int64, int64, int64, int64))
def _find_moving(equaliser: int, band: int, rows: int, frames: int) -> None:
    """Write what a band's recursion needs in each frame of a part of a cell."""
    row = MAX_BLOCK * 8
    for number, place in ((0, _A), (1, _B), (2, _M0), (3, _M1), (4, _M2)):
        _follow_spline(equaliser, 5 * band + number, rows + place * row, frames)
    a = carray(pointer(rows + _A * row), (frames,), np.float64)
    b = carray(pointer(rows + _B * row), (frames,), np.float64)
    c = carray(pointer(rows + _C * row), (frames,), np.float64)
    for t in range(frames):
        g, k = a[t], b[t]
        a1 = 1.0 / (1.0 + g * (g + k))
        a[t] = 2.0 * a1 - 1.0
        b[t] = 2.0 * g * a1
        c[t] = g * b[t]


@native(int64(int64, int64, int64))
def _find_resting(equaliser: int, band: int, rows: int) -> int:
    """Write it once for all frames; return whether the band does anything."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    number = carray(pointer(rows), (_NEEDED, MAX_BLOCK), np.float64)
    last, place = KNOTS - 1, 5 * band
    g, k = e.knots[last, place], e.knots[last, place + 1]
    m0, m1, m2 = e.knots[last, place + 2], e.knots[last, place + 3], e.knots[last, place + 4]
    a1 = 1.0 / (1.0 + g * (g + k))
    number[_A, 0], number[_B, 0], number[_C, 0] = 2.0 * a1 - 1.0, 2.0 * g * a1, 2.0 * g * a1 * g
    number[_M0, 0], number[_M1, 0], number[_M2, 0] = m0, m1, m2
    return 0 if m0 == 1.0 and m1 == 0.0 and m2 == 0.0 else 1


@native(void(int64, int64, int64, int64, int64, int64))
def _recur(states: int, rows: int, step: int, first: int, last: int, frames: int) -> None:
    """Let two rows of float64 pass a band.

    The states s1 and s2 are what the integrators give, v1 and v2, twice, less what they were:
    so v1 = (s1 + s1')/2, and a frame v0 of [2]_ takes s1' = (2a1 − 1)s1 + 2a2(v0 − s2) and
    s2' = 2a2·s1 + (1 − 2a3)s2 + 2a3·v0.

    Parameters
    ----------
    rows : int64
        Address of the needed numbers.
    step : int64
        From a frame's numbers to the next one's; 0 where all frames have the same.
    """
    s = carray(pointer(states), (2, CHANNELS), np.float64)
    number = carray(pointer(rows), (_NEEDED, MAX_BLOCK), np.float64)
    first_row = carray(pointer(first), (frames,), np.float64)
    last_row = carray(pointer(last), (frames,), np.float64)
    s1, s2 = pair(s[0, 0], s[0, 1]), pair(s[1, 0], s[1, 1])
    half = both(0.5)
    for t in range(frames):
        at = t * step
        a, b, c = number[_A, at], number[_B, at], number[_C, at]
        v0 = pair(first_row[t], last_row[t])
        # From state to state the way is two multiply-adds long; all else is done beside it.
        n1 = multiply_add(both(a), s1, multiply_add(both(-b), s2, multiply(both(b), v0)))
        n2 = multiply_add(both(b), s1, multiply_add(both(1.0 - c), s2, multiply(both(c), v0)))
        y = multiply(both(number[_M0, at]), v0)
        y = multiply_add(both(number[_M1, at]), multiply(half, add(s1, n1)), y)
        y = multiply_add(both(number[_M2, at]), multiply(half, add(s2, n2)), y)
        first_row[t], last_row[t] = left(y), right(y)
        s1, s2 = n1, n2
    s[0, 0], s[0, 1], s[1, 0], s[1, 1] = left(s1), right(s1), left(s2), right(s2)


@native(void(int64, int64, int64, int64, int64))
def _amplify(equaliser: int, channels: int, rows: int, start: int, frames: int) -> None:
    """Apply the make-up gain."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    gain = carray(pointer(equaliser + _ROWS), (frames,), np.float64)
    if e.rests != 0:
        gain[:] = e.knots[KNOTS - 1, _AMPLITUDE]
    else:
        _follow_spline(equaliser, _AMPLITUDE, equaliser + _ROWS, frames)
    for channel in range(channels):
        y = carray(pointer(rows + (channel * MAX_BLOCK + start) * 8), (frames,), np.float64)
        for t in range(frames):
            y[t] *= gain[t]


@native(void(int64, int64, int64, int64, int64))
def _run_part(equaliser: int, channels: int, rows: int, start: int, frames: int) -> None:
    """Let frames that stay within their cell pass all bands."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    for t in range(frames):
        e.places[t] = float64(e.passed + t) / float64(e.cell)
    first = rows + start * 8
    last = first + (channels - 1) * MAX_BLOCK * 8
    for band in range(_BANDS):
        states, needed, step = equaliser + _STATES + band * _STATE_SIZE, equaliser + _ROWS, 1
        if e.rests != 0:
            step = 0
            if _find_resting(equaliser, band, needed) == 0:
                continue
        else:
            _find_moving(equaliser, band, needed, frames)
        _recur(states, needed, step, first, last, frames)
    if e.rests == 0 or e.knots[KNOTS - 1, _AMPLITUDE] != 1.0:
        _amplify(equaliser, channels, rows, start, frames)


@shared(RUN)
def run_bands(equaliser: int, channels: int, rows: int, frames: int) -> None:
    """[audio-thread] Let float64 rows, MAX_BLOCK apart, pass an EQUALISER."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    done = 0
    while done < frames:
        if e.passed == e.cell:
            _cross_knot(equaliser)
        part = min(frames - done, e.cell - e.passed)
        if e.flat == 0:
            _run_part(equaliser, channels, rows, done, part)
        e.passed += part
        done += part


@shared(SETTLE)
def settle_bands(equaliser: int, channel: int, constant: float) -> float:
    """[control-thread] Be where the newest settings are, after an endless constant."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    if channel == 0:
        _take_aim(equaliser)
        _rest(equaliser, 1.0)
        e.rests, e.flat = 1, _is_flat(equaliser)
    last = KNOTS - 1
    for band in range(_BANDS):
        # All of a constant is in the second integrator.
        e.states[band, 0, channel], e.states[band, 1, channel] = 0.0, constant
        constant *= e.knots[last, 5 * band + 2] + e.knots[last, 5 * band + 4]
    return float(constant * e.knots[last, _AMPLITUDE])
