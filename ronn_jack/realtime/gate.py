"""[audio-thread] The noise gate in front of the network: what is quiet on its input is kept out.

It opens on the first sample that reaches the threshold, and begins to close once every channel has
stayed below the threshold less HYSTERESIS_DB for HOLD_SECONDS. Samples are compared and not an
envelope, as the hold is longer than half a period of the lowest note. All is counted in frames, so
that the block size changes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import record

HYSTERESIS_DB = 6.0
ATTACK_SECONDS = 0.001
"""Long enough not to click, and short enough to keep what a plectrum does."""
HOLD_SECONDS = 0.05
"""Half a period of 10 Hz."""
RELEASE_SECONDS = 0.15

_CLOSING = 10.0 ** (-HYSTERESIS_DB / 20.0)

GATE = np.dtype(
    [
        ("share", "f8"),  # how far it is open, 0–1
        ("holding", "i8"),  # frames before it begins to close
        ("hold_frames", "i8"),
        ("attack_step", "f8"),  # of `share` in a frame
        ("release_step", "f8"),
    ],
    align=True,
)


@native(void(int64, int64, int64, int64, int64, int64))
def run_gate(gate: int, channels: int, rows: int, stride: int, gains: int, frames: int) -> None:
    """Turn the thresholds of a block into the gate's gains.

    Parameters
    ----------
    gate : int64
        Address of a GATE.
    channels, rows, stride : int64
        Number of float32 rows of raw input, address of the first, and frames from one to the next.
    gains : int64
        Address of float64 [shape=(frames,)]: of each frame the threshold, an amplitude, and then
        the gain. A threshold of 0 lets everything through, by a gain of 1.
    frames : int64
    """
    g = carray(pointer(gate), (1,), GATE)[0]
    x = carray(pointer(rows), (channels, stride), np.float32)
    gain = carray(pointer(gains), (frames,), np.float64)
    for t in range(frames):
        peak = np.float32(0.0)
        for channel in range(channels):
            peak = max(peak, abs(x[channel, t]))
        threshold = gain[t]
        if peak >= threshold or (g.holding > 0 and peak >= threshold * _CLOSING):
            g.holding = g.hold_frames
        elif g.holding > 0:
            g.holding -= 1
        if g.holding > 0:
            g.share = min(1.0, g.share + g.attack_step)
        else:
            g.share = max(0.0, g.share - g.release_step)
        # Flat at both ends: neither opening nor closing has a corner.
        gain[t] = g.share * g.share * (3.0 - 2.0 * g.share)


@native(void(int64, int64))
def settle_gate(gate: int, threshold: int) -> None:
    """Leave the gate as endless silence does, with the float64 at an address as its threshold."""
    g = carray(pointer(gate), (1,), GATE)[0]
    open_ = carray(pointer(threshold), (1,), np.float64)[0] <= 0.0
    g.share = 1.0 if open_ else 0.0
    g.holding = g.hold_frames if open_ else 0


@native(void(int64, float64))
def prepare_gate(gate: int, rate: float) -> None:
    """[control-thread] Write the times of a GATE at `rate` Hz, and leave it open."""
    g = carray(pointer(gate), (1,), GATE)[0]
    g.hold_frames = g.holding = int64(np.rint(HOLD_SECONDS * rate))
    g.attack_step = 1.0 / (ATTACK_SECONDS * rate)
    g.release_step = 1.0 / (RELEASE_SECONDS * rate)
    g.share = 1.0


@entry(void(int64, int64, int64, int64, int64, int64))
def _run(gate: int, channels: int, rows: int, stride: int, gains: int, frames: int) -> None:
    run_gate(gate, channels, rows, stride, gains, frames)


@entry(void(int64, int64, float64))
def _begin(gate: int, threshold: int, rate: float) -> None:
    prepare_gate(gate, rate)
    settle_gate(gate, threshold)


class Gate:
    """[control-thread] The gate offline, after endless silence.

    Parameters
    ----------
    threshold : float
        Amplitude; 0 is off.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, threshold: float, rate: float) -> None:
        self._record, self._address = record(GATE)
        self._threshold = np.array([threshold])
        _begin.ctypes(self._address, self._threshold.ctypes.data, rate)

    def process(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the next frames `x` [shape=(1 or 2, frames)] leave of themselves."""
        x = np.ascontiguousarray(x, np.float32)
        channels, frames = x.shape
        gains = np.full(frames, self._threshold[0])
        _run.ctypes(self._address, channels, x.ctypes.data, frames, gains.ctypes.data, frames)
        gated: NDArray[np.float32] = (x * gains).astype(np.float32)
        return gated
