"""The 10 Hz high-pass that keeps the network's DC from speakers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.recipes.recipe import Recipe
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.channel_pair import (
    CHANNELS,
    both,
    left,
    multiply,
    pair,
    recur,
    right,
    second_difference,
)
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.stage import PREPARE, RUN, SETTLE, VoiceStage

HERTZ = 10.0

_STATE = np.dtype(
    [
        ("q", "f8"),  # quality
        ("b0", "f8"),
        ("a1", "f8"),
        ("a2", "f8"),
        ("inputs", "f8", (CHANNELS, 2)),  # each channel's last two, newest first
        ("outputs", "f8", (CHANNELS, 2)),
    ]
)


@native(PREPARE)
def _prepare(state: int, rate: float) -> None:
    """Find b0, a1 and a2; b1 = −2·b0 and b2 = b0.

    Bilinear transform with the cutoff prewarped, as in the original plugin: n = tan(π·f/rate),
    c = 1/(1 + n/Q + n²); b0 = c, a1 = 2c(n² − 1), a2 = c(1 − n/Q + n²).
    """
    f = carray(pointer(state), (1,), _STATE)[0]
    n = math.tan(math.pi * HERTZ / rate)
    c = 1.0 / (1.0 + n / f.q + n * n)
    f.b0, f.a1, f.a2 = c, 2.0 * c * (n * n - 1.0), c * (1.0 - n / f.q + n * n)


@native(SETTLE)
def _settle(state: int, channel: int, constant: float) -> float:
    f = carray(pointer(state), (1,), _STATE)[0]
    f.inputs[channel, 0] = f.inputs[channel, 1] = constant
    f.outputs[channel, 0] = f.outputs[channel, 1] = 0.0
    return 0.0


@native(RUN)
def _run(state: int, channels: int, rows: int, frames: int) -> None:
    """Filter in direct form I in float64: at 10 Hz a float32 recursion would be audibly noisy."""
    f = carray(pointer(state), (1,), _STATE)[0]
    x, y = f.inputs, f.outputs
    last = channels - 1
    first_row = carray(pointer(rows), (frames,), np.float64)
    last_row = carray(pointer(rows + last * MAX_BLOCK * 8), (frames,), np.float64)
    b0, minus_a1, minus_a2 = both(f.b0), both(-f.a1), both(-f.a2)
    x1, x2 = pair(x[0, 0], x[last, 0]), pair(x[0, 1], x[last, 1])
    y1, y2 = pair(y[0, 0], y[last, 0]), pair(y[0, 1], y[last, 1])
    for t in range(frames):
        x0 = pair(first_row[t], last_row[t])
        driven = multiply(b0, second_difference(x0, x1, x2))
        y0 = recur(driven, y1, y2, minus_a1, minus_a2)
        first_row[t], last_row[t] = left(y0), right(y0)
        x1, x2, y1, y2 = x0, x1, y0, y1
    x[0, 0], x[0, 1], y[0, 0], y[0, 1] = left(x1), left(x2), left(y1), left(y2)
    x[last, 0], x[last, 1], y[last, 0], y[last, 1] = right(x1), right(x2), right(y1), right(y2)


@dataclass(frozen=True)
class HighPass(VoiceStage):
    """A second-order high-pass.

    Parameters
    ----------
    q : float
        Quality.
    settling_seconds : float
        Input that it needs to forget how it started.
    """

    name = "high_pass"
    state = _STATE
    run = _run
    settle = _settle
    prepare = _prepare

    q: float
    settling_seconds: float

    @classmethod
    def of(cls, recipe: Recipe) -> HighPass:
        """[control-thread] Return the high-pass that a recipe calls for."""
        return cls(recipe.high_pass_q, recipe.settling_seconds)

    def work(self) -> Mapping[str, float]:
        """[control-thread] Return the work that a frame takes."""
        return {"filter": 1.0}

    def fields(self) -> Mapping[str, float]:
        """[control-thread] Return the fields that its state begins with at every rate."""
        return {"q": self.q}

    def memory_frames(self, rate: float) -> int:
        """[control-thread] Return the frames after which it has forgotten its start."""
        return round(self.settling_seconds * rate)
