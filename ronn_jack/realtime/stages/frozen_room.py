"""A reverb in a room that never changes, made by compiled code in memory that is given to it.

[control-thread] Of a response that was found at some sample rate it makes what the audio thread
runs at another one: resampled, cut into partitions and transformed, with its convolver.
"""

from __future__ import annotations

from ronn_jack.realtime.compiler.atomics import store_release
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import float64, int64, void
from ronn_jack.realtime.convolver.layout import CHANNELS
from ronn_jack.realtime.convolver.memory import convolver_bytes, write_convolver
from ronn_jack.realtime.convolver.plan import PLANS_BYTES, write_plans
from ronn_jack.realtime.convolver.resampling import resample, resampled_frames
from ronn_jack.realtime.convolver.response import (
    SCRATCH_BYTES,
    longest_frames,
    response_bytes,
    whole_lines,
    write_response,
)
from ronn_jack.realtime.stages.reverb import CONVOLVER

_longest_frames = native(int64(float64))(longest_frames)


@native(int64(int64, float64, float64))
def room_frames(frames: int, rate: float, wanted: float) -> int:
    """Return how many frames a response of `frames` at `rate` Hz has at another rate."""
    kept: int = min(resampled_frames(frames, rate, wanted), _longest_frames(wanted))
    return kept


@native(int64(int64, float64, float64))
def room_bytes(frames: int, rate: float, wanted: float) -> int:
    """Return the memory that `open_room` takes, for a response of so many frames at `rate` Hz."""
    kept = room_frames(frames, rate, wanted)
    size: int = whole_lines(PLANS_BYTES) + response_bytes(kept) + convolver_bytes(kept)
    size += whole_lines(4 * CHANNELS * kept) + SCRATCH_BYTES
    return size


@native(void(int64, int64, int64, int64, int64, float64, float64))
def open_room(
    reverb: int,
    memory: int,
    samples: int,
    stride: int,
    frames: int,
    rate: float,
    wanted: float,
) -> None:
    """Give a room to a reverb that stands in a chain and has not run yet.

    Parameters
    ----------
    reverb : int64
        Address of its state.
    memory : int64
        Address of `room_bytes`, on a cache line, which have to stay.
    samples, stride, frames : int64
        Address of the first channel's float32, frames from there to the second's (0 where one
        serves both), and how many there are, at least one.
    rate, wanted : float64
        Sample rate of the response, and the one that it is to be heard at, in Hz.
    """
    kept = room_frames(frames, rate, wanted)
    response = memory + whole_lines(PLANS_BYTES)
    convolver = response + response_bytes(kept)
    resampled = convolver + convolver_bytes(kept)
    write_plans(memory)
    for channel in range(CHANNELS):
        source, target = samples + 4 * stride * channel, resampled + 4 * kept * channel
        resample(source, frames, rate, target, kept, wanted)
    scratch = resampled + whole_lines(4 * CHANNELS * kept)
    write_response(response, resampled, kept, kept, memory, scratch)
    write_convolver(convolver, kept, wanted, memory, response)
    store_release(reverb + CONVOLVER, convolver)
