"""The functions that JACK calls. All of them are compiled: none enters the interpreter.

Importing this module needs libjack in the process (`jack_library.load`), since the compiled code
names libjack's functions. JACK's notifications only store what happened; the supervisor polls.
"""

from __future__ import annotations

import numpy as np
from numba import carray, int32, int64, types, uint32, void

from ronn_jack.realtime.compiler.atomics import load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.clock import thread_cpu_ns
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.meters.histogram import BINS, count_duration
from ronn_jack.realtime.signal_path import process_engine, watch

MIDI_RING_SIZE = 1024
"""Events that wait for the control side; a burst beyond it is dropped and counted."""
_MIDI_BYTES = 3
"""Longest message taken: channel voice messages; system exclusive is left out."""
_LOAD_SECONDS = 0.3

CLIENT = np.dtype(
    [
        ("engine", "i8"),
        ("in_1", "i8"),  # jack_port_t*, 0 where there is no such port
        ("in_2", "i8"),
        ("out_1", "i8"),
        ("out_2", "i8"),
        ("midi_in", "i8"),
        ("midi_out", "i8"),
        ("rate", "f8"),
        ("blocks", "i8"),
        ("load", "f8"),  # share of the period spent in the callback, smoothed
        ("peak_load", "f8"),  # its largest value since the control side last set it to 0
        ("late_blocks", "i8"),  # blocks that took longer than their period
        ("times", "i8", BINS),  # histogram of the time spent in the callback
        ("midi_written", "i8"),
        ("midi_read", "i8"),
        ("midi_dropped", "i8"),
        ("xruns", "i8"),
        ("period", "i8"),
        ("freewheel", "i8"),
        ("shutdown", "i8"),
        ("timespec", "i8", 2),
        ("midi_event", "i8", 3),  # a jack_midi_event_t
        ("midi_ring", "i8", MIDI_RING_SIZE),
    ],
    align=True,
)
_WRITTEN = offset(CLIENT, "midi_written")
_READ = offset(CLIENT, "midi_read")
_EVENT = offset(CLIENT, "midi_event")
_SHUTDOWN = offset(CLIENT, "shutdown")
_TIMES = offset(CLIENT, "times")
_TIMESPEC = offset(CLIENT, "timespec")
_ENGINE_FREEWHEEL = offset(ENGINE, "freewheel")

_get_buffer = types.ExternalFunction("jack_port_get_buffer", int64(int64, uint32))
_get_time = types.ExternalFunction("jack_get_time", int64())
_event_count = types.ExternalFunction("jack_midi_get_event_count", uint32(int64))
_event_get = types.ExternalFunction("jack_midi_event_get", int32(int64, int64, uint32))
_midi_clear = types.ExternalFunction("jack_midi_clear_buffer", void(int64))


@native(void(int64, uint32))
def _take_midi(client: int, frames: int) -> None:
    """[audio-thread] Pass the block's MIDI messages on to the control side."""
    c = carray(pointer(client), (1,), CLIENT)[0]
    buffer = _get_buffer(c.midi_in, frames)
    count = int64(_event_count(buffer))
    for index in range(count):
        if _event_get(client + _EVENT, buffer, uint32(index)) != 0:
            continue
        size = c.midi_event[1]
        if size < 1 or size > _MIDI_BYTES:
            continue
        if c.midi_written - load_acquire(client + _READ) >= MIDI_RING_SIZE:
            c.midi_dropped += 1
            continue
        message = carray(pointer(c.midi_event[2]), (size,), np.uint8)
        packed = size
        for i in range(size):
            packed |= int64(message[i]) << (8 * (i + 1))
        c.midi_ring[c.midi_written % MIDI_RING_SIZE] = packed
        store_release(client + _WRITTEN, c.midi_written + 1)


@entry(int32(uint32, int64))
def process(frames: int, client: int) -> int:
    """[audio-thread] JACK's process callback."""
    mode = set_flush_to_zero()
    c = carray(pointer(client), (1,), CLIENT)[0]
    begin = _get_time()
    cpu_begin = thread_cpu_ns(client + _TIMESPEC)
    _take_midi(client, frames)
    _midi_clear(_get_buffer(c.midi_out, frames))
    in_1 = _get_buffer(c.in_1, frames)
    in_2 = _get_buffer(c.in_2, frames) if c.in_2 != 0 else in_1
    out_1 = _get_buffer(c.out_1, frames)
    out_2 = _get_buffer(c.out_2, frames) if c.out_2 != 0 else out_1
    process_engine(c.engine, in_1, in_2, out_1, out_2, int64(frames))
    c.blocks += 1
    if c.freewheel == 0:
        period = float(frames) / c.rate
        microseconds = float(_get_time() - begin)
        count_duration(client + _TIMES, microseconds)
        share = microseconds * 1e-6 / period
        c.load += (share - c.load) * min(1.0, period / _LOAD_SECONDS)
        c.peak_load = max(c.peak_load, share)
        if share > 1.0:
            c.late_blocks += 1
        # The thread's own time: a preempted thread is late without any fault of the network.
        busy = thread_cpu_ns(client + _TIMESPEC) - cpu_begin
        watch(c.engine, busy, int64(period * 1e9))
    restore_float_mode(mode)
    return 0


@entry(int32(uint32, int64))
def buffer_size_changed(frames: int, client: int) -> int:
    """[notification-thread] The engine takes blocks of any size, so this only keeps count."""
    carray(pointer(client), (1,), CLIENT)[0].period = int64(frames)
    return 0


@entry(int32(int64))
def xrun(client: int) -> int:
    """[notification-thread] Count an xrun of the server's."""
    carray(pointer(client), (1,), CLIENT)[0].xruns += 1
    return 0


@entry(void(int32, int64))
def freewheel(starting: int, client: int) -> None:
    """[notification-thread] Keep whether the server freewheels: then no deadline holds."""
    c = carray(pointer(client), (1,), CLIENT)[0]
    c.freewheel = int64(starting)
    store_release(c.engine + _ENGINE_FREEWHEEL, int64(starting))


@entry(void(int32, int64, int64))
def shutdown(status: int, reason: int, client: int) -> None:
    """[any-thread] The server has gone, or has thrown this client out."""
    store_release(client + _SHUTDOWN, int64(1))
