"""[audio-thread] The way of a sample to the networks: from the ports to what they take.

input → non-finite samples to 0 → gate → input gain → stages before the networks → drive → freeze.
The raw input and what the networks take are both recorded.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.engine_state import CONTROLS, ENGINE, GATE_STATE, LOOP_STATE, Control
from ronn_jack.realtime.freeze import LOOP, run_freeze
from ronn_jack.realtime.gate import run_gate
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.output_stage import LARGEST_FLOAT32
from ronn_jack.realtime.voice import MAX_CHANNELS

_LARGEST = np.float32(LARGEST_FLOAT32)
_INPUT_GAIN = int(Control.INPUT_GAIN)
_FREEZE = int(Control.FREEZE)
_DRIVE = int(Control.DRIVE)
_GATE = int(Control.GATE)


@native(void(int64, int64, int64, int64, int64))
def record_frames(source: int, ring: int, capacity: int, position: int, frames: int) -> None:
    """Write float32 frames into a ring at `position`."""
    x = carray(pointer(source), (frames,), np.float32)
    place = position % capacity
    until_wrap = min(frames, capacity - place)
    ahead = carray(pointer(ring + place * 4), (until_wrap,), np.float32)
    wrapped = carray(pointer(ring), (frames - until_wrap,), np.float32)
    for t in range(until_wrap):
        ahead[t] = x[t]
    for t in range(until_wrap, frames):
        wrapped[t - until_wrap] = x[t]


@native(void(int64, int64, int64, int64))
def _record_dry(engine: int, channel: int, frozen: int, frames: int) -> None:
    """Record the raw input, held where the network's is: what the network is as loud as."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    dry = carray(pointer(e.dry + channel * MAX_BLOCK * 4), (frames,), np.float32)
    held = carray(pointer(e.held), (frames,), np.float32)
    for t in range(frames):
        held[t] = dry[t]
    ring = e.dry_history + channel * e.dry_capacity * 4
    shares = e.glides + _FREEZE * MAX_BLOCK * 8
    run_freeze(
        engine + LOOP_STATE,
        shares,
        frozen,
        e.inputs + channel,
        e.held,
        ring,
        e.dry_capacity,
        e.position,
        frames,
    )
    record_frames(e.held, ring, e.dry_capacity, e.position, frames)


@native(void(int64, int64))
def _hold_drive(engine: int, frames: int) -> None:
    """Let levels go by the drive that the network's input has passed, be it live or frozen."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    glides = carray(pointer(e.glides), (CONTROLS, MAX_BLOCK), np.float64)
    if carray(pointer(engine + LOOP_STATE), (1,), LOOP)[0].frozen == 0:
        e.held_drive = glides[_DRIVE, frames - 1]
        return
    for t in range(frames):
        glides[_DRIVE, t] += (e.held_drive - glides[_DRIVE, t]) * glides[_FREEZE, t]


@native(void(int64, int64, int64, int64, int64))
def take_input(engine: int, in_1: int, in_2: int, start: int, frames: int) -> None:
    """Fill the dry and driven rows and both histories from the ports."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    glides = carray(pointer(e.glides), (CONTROLS, MAX_BLOCK), np.float64)
    peak = 0.0
    for channel in range(e.inputs):
        source = in_1 if channel == 0 else in_2
        x = carray(pointer(source + start * 4), (frames,), np.float32)
        dry = carray(pointer(e.dry + channel * MAX_BLOCK * 4), (frames,), np.float32)
        for t in range(frames):
            v = x[t]
            if not abs(v) <= _LARGEST:
                v = np.float32(0.0)
            dry[t] = v
            peak = max(peak, abs(v))
    e.level_in = max(peak, e.level_in * math.exp(e.meter_decay * frames))
    run_gate(
        engine + GATE_STATE, e.inputs, e.dry, MAX_BLOCK, e.glides + _GATE * MAX_BLOCK * 8, frames
    )
    driven = carray(pointer(e.leaving), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    for channel in range(e.inputs):
        dry = carray(pointer(e.dry + channel * MAX_BLOCK * 4), (frames,), np.float32)
        for t in range(frames):
            driven[channel, t] = dry[t] * glides[_GATE, t] * glides[_INPUT_GAIN, t]
    call_entry(e.run_before, e.before, e.inputs, e.leaving, frames, 0, 0)
    frozen = 1 if e.controls[_FREEZE] > 0.0 else 0
    for channel in range(e.inputs):
        row = e.history + channel * e.capacity * 4
        taken = carray(pointer(e.driven + channel * MAX_BLOCK * 4), (frames,), np.float32)
        for t in range(frames):
            v = driven[channel, t] * glides[_DRIVE, t]
            taken[t] = np.float32(min(max(v, -LARGEST_FLOAT32), LARGEST_FLOAT32))
        run_freeze(
            engine + LOOP_STATE,
            e.glides + _FREEZE * MAX_BLOCK * 8,
            frozen,
            channel,
            e.driven + channel * MAX_BLOCK * 4,
            row,
            e.capacity,
            e.position,
            frames,
        )
        _record_dry(engine, channel, frozen, frames)
        record_frames(e.driven + channel * MAX_BLOCK * 4, row, e.capacity, e.position, frames)
    _hold_drive(engine, frames)
