"""What a network answers to a sine, a click and a step, measured on the very network."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.hotswap.voice_factory import make_playable
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model

HARMONICS = 16
FLOOR_DB = -100.0
INPUT_LEVELS_DB = tuple(range(-60, 1, 4))
"""Of the sine, for which the level of the output is measured."""
SINE_DB = -12.0
"""Level of the sine of which harmonics are shown: a note that is played."""
_SINE_HERTZ = 220.0
_SINE_SECONDS = 0.17
_LEVEL_CYCLES = 9
_CLICK = 0.5
"""Height of click and step."""
_MARGIN_FRAMES, _MARGIN_SHARE = 16, 0.08
"""Shown after the receptive field's end."""
MOST_WORK = 3e9
"""Multiply-adds for all: less than a second. What would take more is cut short."""
_PIECE_WORK = 1e7
_MOST_FRAMES = 2**19
"""Of one measurement, some 10 s, however light the network is."""
_SHARES = {"click": 0.2, "step": 0.2, "sine": 0.2, "levels": 0.4}

_Process = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 6)

Levels = NDArray[np.float64]
Signal = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Responses:
    """What was measured of the first output, every input having got the same.

    Attributes
    ----------
    rate : float
        Sample rate in Hz.
    hertz : float
        Of the sine.
    harmonics : ndarray [shape=(HARMONICS,)]
        Levels in dB against the strongest; those beyond half of the rate are at FLOOR_DB.
    impulse, step : ndarray [shape=(frames,), float32]
        The output without what it is at rest, per unit of the input.
    whole : bool
        Whether click and step were heard to the end of the receptive field.
    levels : ndarray [shape=(len(INPUT_LEVELS_DB),)]
        Level of the output in dBFS for a sine of each of INPUT_LEVELS_DB.
    """

    rate: float
    hertz: float
    harmonics: Levels
    impulse: Signal
    step: Signal
    whole: bool
    levels: Levels


def measured(
    model: Model, rate: float, expression: Expression, gain: float, most_work: float = MOST_WORK
) -> Generator[None, None, Responses]:
    """Measure a network, yielding after each piece of work, some milliseconds long.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.
    expression : Expression
        Where it is; it does not drift on.
    gain : float
        Amplitude ratio before it.
    most_work : float
        Multiply-adds for all of it.
    """
    probe = _Probe(model, rate, expression, gain, most_work)
    yield
    field = model.receptive_field
    margin = max(_MARGIN_FRAMES, round(_MARGIN_SHARE * field))
    length = min(field + margin, probe.frames("click"))
    click = np.zeros(length, np.float32)
    click[0] = _CLICK
    impulse = yield from probe.run(click)
    step = yield from probe.run(np.full(length, _CLICK, np.float32))
    harmonics, hertz = yield from _harmonics(probe, rate, field)
    levels = yield from _levels(probe, rate, field)
    return Responses(
        rate, hertz, harmonics, impulse / _CLICK, step / _CLICK, length >= field, levels
    )


def whole(
    model: Model,
    rate: float,
    expression: Expression,
    gain: float = 1.0,
    most_work: float = MOST_WORK,
) -> Responses:
    """Measure a network in one go, with arguments as for `measured`."""
    work = measured(model, rate, expression, gain, most_work)
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Responses = end.value
            return result


class _Probe:
    """A network that is asked."""

    def __init__(
        self, model: Model, rate: float, expression: Expression, gain: float, most_work: float
    ) -> None:
        self._network = make_playable(model, rate, expression, movable=False)
        self._network.pin(expression, 0.0)
        self._process = _Process(self._network.process)
        self._inputs = model.inputs
        self._gain = gain
        self._most_work = most_work
        self._work = max(1, model.multiplications)
        self._rest = float(self._passed(np.zeros(1, np.float32))[0])

    def frames(self, name: str) -> int:
        """Return how many frames a measurement may take."""
        return max(256, min(_MOST_FRAMES, int(self._most_work * _SHARES[name] / self._work)))

    def run(self, x: Signal) -> Generator[None, None, Signal]:
        """Return the output for a signal after endless silence."""
        self._network.start_at(0)
        driven = (x * self._gain).astype(np.float32)
        piece = max(64, int(_PIECE_WORK / self._work))
        parts = []
        for start in range(0, driven.size, piece):
            parts.append(self._passed(driven[start : start + piece]))
            yield
        found: Signal = np.nan_to_num(np.concatenate(parts) - np.float32(self._rest))
        return found

    def _passed(self, x: Signal) -> Signal:
        rows = np.ascontiguousarray(np.broadcast_to(x, (self._inputs, x.size)))
        out = np.empty((self._network.outputs, x.size), np.float32)
        self._process(
            self._network.address, rows.ctypes.data, x.size, out.ctypes.data, x.size, x.size
        )
        first: Signal = out[0]
        return first


def _harmonics(
    probe: _Probe, rate: float, field: int
) -> Generator[None, None, tuple[Levels, float]]:
    """Return the levels of the harmonics of a sine, and its frequency."""
    window = 1 << round(math.log2(_SINE_SECONDS * rate))
    cycles = round(_SINE_HERTZ * window / rate)  # whole, so that each harmonic is a line
    settling = min(field, probe.frames("sine"))
    sine = np.sin(2.0 * np.pi * cycles * np.arange(settling + window) / window)
    y = yield from probe.run((10.0 ** (SINE_DB / 20.0) * sine).astype(np.float32))
    lines = np.abs(np.fft.rfft(y[-window:].astype(np.float64)))
    numbers = cycles * np.arange(1, HARMONICS + 1)
    found = np.where(numbers < lines.size, lines[np.minimum(numbers, lines.size - 1)], 0.0)
    strongest = float(found.max())
    levels = _decibels(found / strongest) if strongest > 0.0 else np.full(HARMONICS, FLOOR_DB)
    return np.maximum(levels, FLOOR_DB), cycles * rate / window


def _levels(probe: _Probe, rate: float, field: int) -> Generator[None, None, Levels]:
    """Return the level of the output for each level of a sine."""
    heard = round(_LEVEL_CYCLES * rate / _SINE_HERTZ)
    each = min(field, probe.frames("levels") // len(INPUT_LEVELS_DB)) + heard
    counts = np.full(len(INPUT_LEVELS_DB), each)
    counts[0] += min(field, probe.frames("sine"))  # which no sine has gone before
    gains = np.repeat(10.0 ** (np.array(INPUT_LEVELS_DB) / 20.0), counts)
    sine = np.sin(2.0 * np.pi * _SINE_HERTZ / rate * np.arange(gains.size))
    y = yield from probe.run((gains * sine).astype(np.float32))
    last = y[-len(INPUT_LEVELS_DB) * each :].reshape(len(INPUT_LEVELS_DB), each)
    ends = last[:, -heard:].astype(np.float64)
    return np.maximum(_decibels(math.sqrt(2.0) * ends.std(axis=1)), FLOOR_DB)


def _decibels(amplitude: Levels) -> Levels:
    levels: Levels = 20.0 * np.log10(np.maximum(amplitude, 1e-12))
    return levels
