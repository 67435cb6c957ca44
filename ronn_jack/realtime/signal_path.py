"""[audio-thread] The signal path of the node, from input ports to output ports.

input → non-finite samples to 0 → gate → input gain → stages before the networks → drive → freeze →
network → high-pass → level → stages after them → output gain → mix with the dry input → guard →
bypass → master.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.clock import monotonic_ns
from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.engine_state import (
    CONTROLS,
    DROPPED,
    ENGINE,
    HEARD,
    PEAKS,
    PENDING,
    POSITION,
    RAMPS,
    RELEASE,
    RETIRED,
    TARGETS,
    TIMESPEC,
    Control,
)
from ronn_jack.realtime.input_path import record_frames, take_input
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.meters.true_peak import TRUE_PEAK, run_true_peak
from ronn_jack.realtime.mixing import run_mix
from ronn_jack.realtime.motion.ramp import RAMP, run_ramp, settle_ramp
from ronn_jack.realtime.output_stage import guard, within_full_scale
from ronn_jack.realtime.voice import MAX_CHANNELS, VOICE, process_voice, run_over_history

LATE_BLOCKS = 2
"""Most blocks that the audio thread itself may catch up when it lets a voice in."""
BUSY_BLOCKS = 4
"""Consecutive blocks over the whole period after which a voice is dropped."""

_RAMP_SIZE = RAMP.itemsize
_PEAK_SIZE = TRUE_PEAK.itemsize
_OUTPUT_GAIN = int(Control.OUTPUT_GAIN)
_MIX = int(Control.MIX)
_BYPASS = int(Control.BYPASS)
_MASTER = int(Control.MASTER)
_FREEZE = int(Control.FREEZE)
_DRY = int(Control.DRY)
_DRIVE = int(Control.DRIVE)
_NETWORK = int(Control.NETWORK)
_CORRELATION = int(Control.CORRELATION)
_KNOWN = int(Control.KNOWN)


@native(void(int64, int64))
def _take_voice(engine: int, frames: int) -> None:
    """Let the newest voice in, or the current one go, unless a fade is running."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    if e.fade_left > 0 or load_acquire(engine + RETIRED) != 0:
        return
    if exchange(engine + RELEASE, 0) != 0 and e.current != 0:
        e.previous = e.current
        e.current = 0
        e.fade_frames = e.fade_left = e.release_frames
        e.fade_correlation = 0.0
        return
    incoming = exchange(engine + PENDING, 0)
    if incoming == 0:
        return
    v = carray(pointer(incoming), (1,), VOICE)[0]
    gap = e.position - v.position
    if gap > min(LATE_BLOCKS * frames, e.gap_frames) and e.freewheel == 0:
        v.late = 1
        store_release(engine + RETIRED, incoming)
        return
    run_over_history(incoming, e.history, e.capacity, e.inputs, e.position, e.driven, e.leaving, 0)
    v.level.fresh = 1
    v.heard_ns = monotonic_ns(engine + TIMESPEC)
    if e.resting != 0:
        v.fade_frames, v.fade_step = 0, 0.0
    e.fade_frames = e.fade_left = v.fade_frames
    e.fade_correlation = v.correlation
    if v.fade_frames > 0:
        e.previous = e.current
    elif e.current != 0:
        store_release(engine + RETIRED, e.current)
    e.current = incoming
    e.controls[_DRY] = 0.0


@native(void(int64))
def _follow_blend(engine: int) -> None:
    """Let the mix go by what is known of the current voice; at once if none sounded before."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    if e.current == 0:
        return
    blend = carray(pointer(e.current), (1,), VOICE)[0].blend
    e.controls[_CORRELATION] = blend.correlation
    e.controls[_KNOWN] = blend.known * e.heard
    if e.blended == 0:
        for control in (_CORRELATION, _KNOWN):
            settle_ramp(engine + RAMPS + control * _RAMP_SIZE, engine + TARGETS + control * 8)
    e.blended = 1


@native(void(int64))
def _heed_network(engine: int) -> None:
    """Let the networks be heard as it is wanted, but one that has rested once it is up to date."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wanted = e.controls[_NETWORK]
    if e.resting != 0 and e.current != 0 and wanted > 0.0:
        position = carray(pointer(e.current), (1,), VOICE)[0].position
        e.resting = 0 if position == e.position else 1
    e.heard = wanted if e.resting == 0 else 0.0


@native(void(int64, int64))
def _let_rest(engine: int, frames: int) -> None:
    """Let the voices rest where none is heard in a block; a fade under way is over at once."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    shares = carray(pointer(e.glides + _NETWORK * MAX_BLOCK * 8), (frames,), np.float64)
    if e.heard != 0.0 or shares[0] != 0.0 or shares[frames - 1] != 0.0:
        return
    e.resting = 1
    if e.fade_left > 0:
        e.fade_left = 0
        _end_fade(engine)


@native(float64(int64, int64, int64, int64, int64))
def _as_output(rows: int, inputs: int, outputs: int, channel: int, t: int) -> float:
    """Return a frame of float32 input rows as an output has it: copied, or the mean of both."""
    x = carray(pointer(rows), (MAX_CHANNELS, MAX_BLOCK), np.float32)
    if inputs == 2 and outputs == 1:
        return 0.5 * (float(x[0, t]) + float(x[1, t]))
    return float(x[channel if inputs == 2 else 0, t])


@native(void(int64, int64))
def _let_through(engine: int, frames: int) -> None:
    """Crossfade the wet rows with what the networks are given, as loud as before `drive`."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    glides = carray(pointer(e.glides), (CONTROLS, MAX_BLOCK), np.float64)
    if glides[_NETWORK, 0] == 1.0 and glides[_NETWORK, frames - 1] == 1.0:
        return
    for t in range(frames):
        s = glides[_NETWORK, t]
        if s == 1.0:
            continue
        alike = max(0.0, glides[_CORRELATION, t])
        scale = 1.0 / math.sqrt(s * s + (1.0 - s) * (1.0 - s) + 2.0 * alike * s * (1.0 - s))
        for channel in range(e.outputs):
            given = _as_output(e.driven, e.inputs, e.outputs, channel, t) / glides[_DRIVE, t]
            wet[channel, t] = scale * (s * wet[channel, t] + (1.0 - s) * given)


@native(void(int64, int64))
def _run_voices(engine: int, frames: int) -> None:
    """Fill the wet rows: the current voice, crossfaded with the one that leaves."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    if e.current != 0 and e.resting == 0:
        process_voice(e.current, e.driven, e.wet, frames)
    else:
        wet[: e.outputs, :frames] = 0.0
    if e.fade_left > 0:
        _fade(engine, frames)
    _let_through(engine, frames)
    past = carray(pointer(e.wet_history), (MAX_CHANNELS, e.wet_capacity), np.float32)
    for channel in range(e.outputs):
        for t in range(frames):
            past[channel, (e.position + t) % e.wet_capacity] = np.float32(wet[channel, t])
        e.last_wet[channel] = wet[channel, frames - 1]


@native(void(int64))
def _end_fade(engine: int) -> None:
    e = carray(pointer(engine), (1,), ENGINE)[0]
    if e.current != 0:
        carray(pointer(e.current), (1,), VOICE)[0].fade_step = e.fade_step
    e.fade_step = 0.0
    if e.previous != 0:
        store_release(engine + RETIRED, e.previous)
        e.previous = 0


@native(void(int64, int64))
def _fade(engine: int, frames: int) -> None:
    """Crossfade the wet rows with the voice that leaves.

    With s going from 0 to 1, the gains s and 1 − s are divided by the root of
    s² + (1 − s)² + 2ρs(1 − s), which keeps the power of two signals of correlation ρ: linear
    gains where they are alike, equal-power gains where they have nothing in common.
    """
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    leaving = carray(pointer(e.leaving), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    if e.previous != 0:
        process_voice(e.previous, e.driven, e.leaving, frames)
    else:
        leaving[: e.outputs, :frames] = 0.0
    fading = min(frames, e.fade_left)
    done = e.fade_frames - e.fade_left
    for t in range(fading):
        s = (done + t + 1) / e.fade_frames
        power = s * s + (1.0 - s) * (1.0 - s) + 2.0 * e.fade_correlation * s * (1.0 - s)
        scale = 1.0 / math.sqrt(power)
        for channel in range(e.outputs):
            mixed = scale * (s * wet[channel, t] + (1.0 - s) * leaving[channel, t])
            before = wet[channel, t - 1] if t > 0 else e.last_wet[channel]
            e.fade_step = max(e.fade_step, abs(mixed - before))
            wet[channel, t] = mixed
    e.fade_left -= fading
    if e.fade_left == 0:
        _end_fade(engine)


@native(void(int64, int64, int64, int64, int64))
def _give_output(engine: int, out_1: int, out_2: int, start: int, frames: int) -> None:
    """Mix wet and dry, guard, bypass and master, into the ports."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    glides = carray(pointer(e.glides), (CONTROLS, MAX_BLOCK), np.float64)
    for t in range(frames):
        glides[_MIX, t] *= 1.0 - glides[_DRY, t] * glides[_NETWORK, t]
    row = MAX_BLOCK * 8
    run_mix(
        e.glides + _MIX * row,
        e.glides + _OUTPUT_GAIN * row,
        e.glides + _CORRELATION * row,
        e.glides + _KNOWN * row,
        frames,
    )
    peak = 0.0
    true_peak = 0.0
    for channel in range(e.outputs):
        target = out_1 if channel == 0 else out_2
        out = carray(pointer(target + start * 4), (frames,), np.float32)
        for t in range(frames):
            d = _as_output(e.dry, e.inputs, e.outputs, channel, t)
            mix = glides[_MIX, t]
            mixture = mix * glides[_OUTPUT_GAIN, t] * wet[channel, t] + (1.0 - mix) * d
            y = guard(glides[_KNOWN, t] * mixture)
            bypass = glides[_BYPASS, t]
            if bypass > 0.0:
                y = (1.0 - bypass) * y + bypass * min(1.0, max(-1.0, d))
            y = within_full_scale(y * glides[_MASTER, t])
            out[t] = np.float32(y)
            peak = max(peak, abs(y))
        true_peak = max(
            true_peak,
            run_true_peak(engine + PEAKS + channel * _PEAK_SIZE, target + start * 4, frames),
        )
        past = e.output_history + channel * e.wet_capacity * 4
        record_frames(target + start * 4, past, e.wet_capacity, e.position, frames)
    fall = math.exp(e.meter_decay * frames)
    e.level_out = max(peak, e.level_out * fall)
    e.true_peak = max(true_peak, e.true_peak * fall)


@shared(void(int64, int64, int64, int64, int64, int64))
def process_engine(engine: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """Process one block of any length.

    Parameters
    ----------
    engine : int64
        Address of an ENGINE.
    in_1, in_2, out_1, out_2 : int64
        Addresses of float32 [shape=(frames,)]; those of channels that the engine does not have
        are ignored.
    """
    e = carray(pointer(engine), (1,), ENGINE)[0]
    _take_voice(engine, frames)
    _heed_network(engine)
    _follow_blend(engine)
    done = 0
    while done < frames:
        step = min(MAX_BLOCK, frames - done)
        for control in range(CONTROLS):
            length, target = e.glide_frames, engine + TARGETS + control * 8
            if control == _MASTER:
                length = e.master_frames
            elif control == _FREEZE:
                length = e.freeze_frames
            elif control == _NETWORK:
                target = engine + HEARD
            run_ramp(
                engine + RAMPS + control * _RAMP_SIZE,
                target,
                length,
                e.glides + control * MAX_BLOCK * 8,
                step,
            )
        _let_rest(engine, step)
        take_input(engine, in_1, in_2, done, step)
        _run_voices(engine, step)
        call_entry(e.run_stages, e.stages, e.outputs, e.wet, step, 0, 0)
        _give_output(engine, out_1, out_2, done, step)
        store_release(engine + POSITION, e.position + step)
        done += step


@native(void(int64, int64, int64))
def watch(engine: int, busy_ns: int, period_ns: int) -> None:
    """Drop the voices if the thread was busy for the whole period several blocks in a row.

    Their place is taken by the dry input until the control thread has something better.
    """
    e = carray(pointer(engine), (1,), ENGINE)[0]
    e.busy_blocks = e.busy_blocks + 1 if busy_ns > period_ns else 0
    if e.busy_blocks < BUSY_BLOCKS or e.current == 0 or load_acquire(engine + DROPPED) != 0:
        return
    # While a fade runs the retired slot is empty, so both voices have a place to go.
    if e.previous != 0:
        store_release(engine + RETIRED, e.previous)
    store_release(engine + DROPPED, e.current)
    e.previous = e.current = e.fade_left = e.busy_blocks = 0
    e.fade_step = 0.0
    e.controls[_DRY] = 1.0
    e.overloads += 1
