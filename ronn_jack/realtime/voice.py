"""A network that can sound: its image, its own high-pass and its level.

Order of use: the control thread makes it, lets it catch up with the present (`Voice.prime`), and
publishes its address; from then on it belongs to the audio thread, until it is retired.
"""

from __future__ import annotations

import numpy as np
from numba import carray, float32, float64, int64, void
from numpy.typing import NDArray

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import entry, native
from ronn_jack.realtime.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.image import NetworkImage
from ronn_jack.realtime.memory import aligned_bytes, offset, record
from ronn_jack.realtime.network import MAX_BLOCK, process_network
from ronn_jack.realtime.output_stage import (
    HIGH_PASS,
    HIGH_PASS_Q,
    high_pass_coefficients,
    run_high_pass,
    settle_high_pass,
)

MAX_CHANNELS = 2

VOICE = np.dtype(
    [
        ("network", "i8"),
        ("scratch", "i8"),  # float32 rows of MAX_BLOCK for the network's output
        ("outputs", "i8"),  # rows that are heard
        ("position", "i8"),  # frames of input taken so far
        ("fade_frames", "i8"),  # length of the crossfade that brings it in
        ("late", "i8"),  # set by the audio thread when it came too late to be let in
        ("level", "f8"),  # gain that matches it to its input
        ("high_pass", "u1", MAX_CHANNELS * HIGH_PASS.itemsize),
    ],
    align=True,
)
_HIGH_PASS = offset(VOICE, "high_pass")
_HIGH_PASS_SIZE = HIGH_PASS.itemsize


@native(void(int64, int64, int64, int64))
def process_voice(voice: int, source: int, result: int, frames: int) -> None:
    """[audio-thread] network → high-pass → level.

    Parameters
    ----------
    voice : int64
        Address of a VOICE.
    source : int64
        Address of float32 rows, MAX_BLOCK apart: the network's input.
    result : int64
        Address of float64 rows, MAX_BLOCK apart.
    frames : int64
        At most MAX_BLOCK.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    process_network(v.network, source, MAX_BLOCK, v.scratch, MAX_BLOCK, frames)
    for channel in range(v.outputs):
        row = result + channel * MAX_BLOCK * 8
        run_high_pass(
            voice + _HIGH_PASS + channel * _HIGH_PASS_SIZE,
            v.scratch + channel * MAX_BLOCK * 4,
            row,
            frames,
        )
        y = carray(pointer(row), (frames,), np.float64)
        for t in range(frames):
            y[t] *= v.level
    v.position += frames


@native(void(int64, int64, int64, int64, int64, int64, int64))
def run_over_history(
    voice: int, history: int, capacity: int, channels: int, end: int, inputs: int, discard: int
) -> None:
    """[any-thread] Let a voice take the recorded input from its position up to `end`.

    Parameters
    ----------
    history : int64
        Address of float32 rows of `capacity` frames, written in a ring.
    channels : int64
        Rows of the history.
    end : int64
        Position, in frames since the start, before which to stop.
    inputs, discard : int64
        Addresses of scratch: `channels` float32 rows and MAX_CHANNELS float64 rows of MAX_BLOCK.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    while v.position < end:
        place = v.position % capacity
        frames = min(MAX_BLOCK, end - v.position, capacity - place)
        for channel in range(channels):
            row = carray(pointer(inputs + channel * MAX_BLOCK * 4), (frames,), np.float32)
            past = carray(
                pointer(history + (channel * capacity + place) * 4), (frames,), np.float32
            )
            for t in range(frames):
                row[t] = past[t]
        process_voice(voice, inputs, discard, frames)


@entry(void(int64, int64, int64, int64, int64, int64, int64))
def _prime(
    voice: int, history: int, capacity: int, channels: int, end: int, inputs: int, discard: int
) -> None:
    mode = set_flush_to_zero()
    run_over_history(voice, history, capacity, channels, end, inputs, discard)
    restore_float_mode(mode)


@entry(void(int64, int64, int64))
def _settle(voice: int, inputs: int, channels: int) -> None:
    """Put the high-passes where the network's response to endless silence leaves them."""
    mode = set_flush_to_zero()
    v = carray(pointer(voice), (1,), VOICE)[0]
    for channel in range(channels):
        carray(pointer(inputs + channel * MAX_BLOCK * 4), (1,), np.float32)[0] = 0.0
    process_network(v.network, inputs, MAX_BLOCK, v.scratch, MAX_BLOCK, 1)
    for channel in range(v.outputs):
        rest = carray(pointer(v.scratch + channel * MAX_BLOCK * 4), (1,), np.float32)[0]
        if not abs(rest) <= np.float32(3.4028235e38):
            rest = float32(0.0)
        settle_high_pass(voice + _HIGH_PASS + channel * _HIGH_PASS_SIZE, float64(rest))
    restore_float_mode(mode)


class Voice:
    """[control-thread] A network with its output stage, ready to be published to an engine.

    Parameters
    ----------
    spec : NetworkSpec
    weights : Weights
    rate : float
        Sample rate in Hz.
    fade_frames : int
        Length of the crossfade that brings it in.
    """

    def __init__(
        self, spec: NetworkSpec, weights: Weights, rate: float, fade_frames: int = 1
    ) -> None:
        self.spec = spec
        self.image = NetworkImage(spec, weights)
        self._scratch = aligned_bytes(self.image.outputs * MAX_BLOCK * 4)
        self._inputs = aligned_bytes(spec.inputs * MAX_BLOCK * 4)
        self._discard = aligned_bytes(MAX_CHANNELS * MAX_BLOCK * 8)
        self._record, self.address = record(VOICE)
        fields = self._record
        fields.network = self.image.address
        fields.scratch = self._scratch.ctypes.data
        fields.outputs = spec.outputs
        fields.fade_frames = fade_frames
        fields.level = 1.0
        b0, a1, a2 = high_pass_coefficients(rate, HIGH_PASS_Q[spec.recipe])
        filters = fields.high_pass[0].view(HIGH_PASS)
        filters["b0"], filters["a1"], filters["a2"] = b0, a1, a2
        _settle.ctypes(self.address, self._inputs.ctypes.data, spec.inputs)

    @property
    def position(self) -> int:
        """Frames of input taken so far."""
        return int(self._record.position[0])

    @property
    def late(self) -> bool:
        """Whether the audio thread turned it away because the present had moved on."""
        return bool(self._record.late[0])

    def start_at(self, position: int) -> None:
        """Take what comes before `position` (frames since the start) for silence."""
        self._record.position = position
        self._record.late = 0

    def prime(self, history: NDArray[np.float32], end: int) -> None:
        """Take the input recorded in the ring `history` [shape=(inputs, capacity)] up to `end`."""
        _prime.ctypes(
            self.address,
            history.ctypes.data,
            history.shape[1],
            history.shape[0],
            end,
            self._inputs.ctypes.data,
            self._discard.ctypes.data,
        )
