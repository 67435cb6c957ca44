"""A model of the equaliser in compiled code: from what a player moves to bands.

The model lies in memory without any address in it, and what it finds is a row as a
`stages.moving_bands.EQUALISER` takes it: gains in dB, logarithms of frequencies and of Qs, make-up.
It is what `model.latent` finds but for roundings, and may be asked on the audio thread.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.decoders import Decoder
from ronn_jack.model.latent.equaliser import (
    BANDS,
    DECODED_GAIN_DB,
    FLAT,
    HIGHEST_LOG,
    LOWEST_LOG,
    MOST_GAIN_DB,
)
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import FRESH, ROW
from ronn_jack.realtime.stages.equaliser import Curve
from ronn_jack.realtime.stages.moving_bands import EQUALISER, VALUES

_BANDS = 5
_MAKEUP = VALUES - 1
_PLACES = 8  # five frequencies, and the Qs of three bells
_MOST_LAYERS = 4
_MOST_DIMENSIONS = 3

(
    X,
    Y,
    Z,
    EXTEND,  # whether the point is doubled
    INTERPOLATE,  # from the first word to the second, 0–1, where words are played
    STRENGTH,
    ASKED,
) = range(7)
"""What a model is asked, float64 each."""

MODEL = np.dtype(
    [
        ("flow", "i8"),  # whether it is flowEQ's kind of network
        ("words", "i8"),  # whether it is asked for what lies between two words
        ("layers", "i8"),
        ("sizes", "i8", _MOST_LAYERS + 1),  # of the input and of each layer
        ("start", "f8", _MOST_DIMENSIONS),  # points of the two words
        ("end", "f8", _MOST_DIMENSIONS),
        ("lowest", "f8", _PLACES),
        ("highest", "f8", _PLACES),
        ("first", "f8", _PLACES),  # where a place goes from, by its logarithm or itself
        ("last", "f8", _PLACES),
        ("gain", "f8"),  # most that it gives in dB
        ("most_gain", "f8"),  # most that is left of it at any strength
        ("flat", "f8", VALUES),  # where the bands are if none does anything
    ],
    align=True,
)
"""Followed by the float64 weights [shape=(inputs, outputs)] and biases of each layer."""
_NUMBERS = MODEL.itemsize


def model_memory(
    decoder: Decoder, words: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
) -> bytes:
    """[control-thread] Return a MODEL.

    Parameters
    ----------
    decoder : Decoder
    words : pair of ndarray [shape=(dims,)], optional
        Points between which INTERPOLATE goes; without them a point is asked for.
    """
    m = np.zeros((), MODEL)
    flow = decoder.form == "flow"
    m["flow"], m["words"], m["layers"] = flow, words is not None, len(decoder.layers)
    sizes = [decoder.dims, *(biases.size for _, biases in decoder.layers)]
    m["sizes"][: len(sizes)] = sizes
    for name, point in zip(("start", "end"), words or (), strict=False):
        m[name][: decoder.dims] = point
    bells = BANDS[1:4]
    m["lowest"] = [b.lowest for b in BANDS] + [b.lowest_q for b in bells]
    m["highest"] = [b.highest for b in BANDS] + [b.highest_q for b in bells]
    m["first"] = m["lowest"] if flow else LOWEST_LOG
    m["last"] = m["highest"] if flow else HIGHEST_LOG
    m["gain"], m["most_gain"], m["flat"] = DECODED_GAIN_DB, MOST_GAIN_DB, Curve(FLAT).aim()
    numbers = [each.ravel() for layer in decoder.layers for each in layer]
    return m.tobytes() + np.concatenate(numbers).astype(np.float64).tobytes()


def scratch_bytes(decoder: Decoder) -> int:
    """[control-thread] Return the scratch that a model takes while it is asked."""
    return 2 * 8 * max(decoder.dims, *(biases.size for _, biases in decoder.layers))


@native(float64(float64))
def _sigmoid(value: float) -> float:
    return 0.5 + 0.5 * math.tanh(0.5 * value)


@native(float64(int64, int64, int64, float64, float64))
def _unit(flow: int, last: int, output: int, total: float, bias: float) -> float:
    """Return what an output of a layer is, by the sum of its inputs."""
    found = 0.0
    if last == 0:
        # A hyperbolic tangent less what it is at the origin, which is therefore flat.
        rectified = max(total + bias, 0.0)
        found = rectified if flow != 0 else math.tanh(total + bias) - math.tanh(bias)
    elif output >= _BANDS:
        found = _sigmoid(total + bias)
    else:
        found = 2.0 * _sigmoid(total + bias) - 1.0 if flow != 0 else math.tanh(total)
    return found


@native(int64(int64, int64, int64))
def _decode(model: int, scratch: int, half: int) -> int:
    """Let the point in scratch pass all layers; return the address of what they give."""
    m = carray(pointer(model), (1,), MODEL)[0]
    place = model + _NUMBERS
    source, target = scratch, scratch + half
    for layer in range(m.layers):
        inputs, outputs = m.sizes[layer], m.sizes[layer + 1]
        last = int64(1) if layer == m.layers - 1 else int64(0)
        x = carray(pointer(source), (inputs,), np.float64)
        y = carray(pointer(target), (outputs,), np.float64)
        weights = carray(pointer(place), (inputs, outputs), np.float64)
        biases = carray(pointer(place + 8 * inputs * outputs), (outputs,), np.float64)
        for output in range(outputs):
            total = 0.0
            for i in range(inputs):
                total += x[i] * weights[i, output]
            y[output] = _unit(m.flow, last, output, total, biases[output])
        place += 8 * (inputs + 1) * outputs
        source, target = target, source
    return source


@native(void(int64, int64, int64, int64, int64))
def find_bands(model: int, asked: int, scratch: int, half: int, row: int) -> None:
    """[any-thread] Write the row of what a MODEL is asked.

    Parameters
    ----------
    asked : int64
        Address of ASKED float64.
    scratch, half : int64
        Address of `scratch_bytes`, and half of them.
    row : int64
        Address of VALUES float64; the make-up is 0.
    """
    m = carray(pointer(model), (1,), MODEL)[0]
    a = carray(pointer(asked), (ASKED,), np.float64)
    point = carray(pointer(scratch), (m.sizes[0],), np.float64)
    for i in range(m.sizes[0]):
        if m.words != 0:
            point[i] = (1.0 - a[INTERPOLATE]) * m.start[i] + a[INTERPOLATE] * m.end[i]
        else:
            point[i] = a[i] * (2.0 if a[EXTEND] >= 0.5 else 1.0)
    found = carray(pointer(_decode(model, scratch, half)), (_BANDS + _PLACES,), np.float64)
    out = carray(pointer(row), (VALUES,), np.float64)
    flat = True
    for band in range(_BANDS):
        gain = m.gain * found[band] * a[STRENGTH]
        out[band] = min(m.most_gain, max(-m.most_gain, gain))
        flat = flat and out[band] == 0.0
        out[2 * _BANDS + band] = m.flat[2 * _BANDS + band]
    for i in range(_PLACES):
        at = m.first[i] + (m.last[i] - m.first[i]) * found[_BANDS + i]
        if m.flow == 0:
            at = math.exp(at)
        # An exponential may miss its end by a rounding.
        at = math.log(min(m.highest[i], max(m.lowest[i], at)))
        out[_BANDS + i if i < _BANDS else _BANDS + i + 1] = at
    out[_MAKEUP] = 0.0
    for i in range(VALUES):
        # Where a band without gain lies is of no account.
        if flat:
            out[i] = m.flat[i]


@native(int64(int64))
def _free_row(equaliser: int) -> int:
    """Return a row that is neither read nor waits.

    Looked for, so that it is one of ROWS even if both are the same, as after two threads at once.
    """
    waiting = load_acquire(equaliser) & ROW
    read = carray(pointer(equaliser), (1,), EQUALISER)[0].read
    free = 0
    while free in (waiting, read):
        free += 1
    return free


@native(void(int64, int64))
def aim_bands(equaliser: int, row: int) -> None:
    """[audio-thread] Let an EQUALISER glide to a row of VALUES float64.

    The thread that runs the equaliser may do so, and no other one at the same time.
    """
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    x = carray(pointer(row), (VALUES,), np.float64)
    free = _free_row(equaliser)
    for i in range(VALUES):
        e.aims[free, i] = x[i]
    exchange(equaliser, free | FRESH)


@native(void(int64))
def flatten_bands(equaliser: int) -> None:
    """[audio-thread] Let an EQUALISER glide to no gain, with its bands where they are to be."""
    e = carray(pointer(equaliser), (1,), EQUALISER)[0]
    newest = e.read
    if load_acquire(equaliser) & FRESH != 0:
        newest = load_acquire(equaliser) & ROW
    free = _free_row(equaliser)
    for i in range(VALUES):
        e.aims[free, i] = 0.0 if i < _BANDS or i == _MAKEUP else e.aims[newest, i]
    exchange(equaliser, free | FRESH)
