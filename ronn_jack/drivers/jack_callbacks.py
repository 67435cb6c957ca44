"""The functions that JACK calls. All of them are compiled: none enters the interpreter.

To load them, libjack has to be in the process (`jack_library.load`), since the compiled code names
its functions. JACK's notifications only store what happened; the supervisor polls.
"""

from __future__ import annotations

import sys

import numpy as np

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.clock import thread_cpu_ns
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.meters.histogram import BINS, count_duration
from ronn_jack.realtime.signal_path import process_engine, watch

MIDI_RING_SIZE = 16384
"""Channel messages that wait for the control side; a burst beyond it is dropped and counted.

A port's buffer has 32 kB whatever the period, and so room for 2,727 events of jackd's (12 bytes)
or 4,096 of PipeWire's (8 bytes): the ring holds four blocks of the fullest.
"""
MIDI_CLOCK_SIZE = 1024
"""Messages of clock and transport that are kept, the latest: 8 s of the fastest clock."""
MIDI_OUT_SIZE = 4096
"""Messages that wait to be sent; one that finds no place is left out and counted."""
MIDI_OUT_BYTES = 15
"""Longest message sent: a light's system exclusive has 11."""
MIDI_OUT_BLOCK = 64
"""Most messages sent in one block, which take a block's callback a few microseconds."""
_OUT_PLACE = MIDI_OUT_BYTES + 1
_MIDI_BYTES = 3
"""Longest message taken: system exclusive is left out."""
_SYSTEM = 0xF0
"""Status from which on a message belongs to no channel."""
_SONG_POSITION, _CLOCK, _START, _CONTINUE, _STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
_LOAD_SECONDS = 0.3
_LINUX = sys.platform == "linux"

_ROLLING, _LOOPING = 1, 2
"""Of jack_transport_state_t."""
_HAS_BAR = 0x10
"""JackPositionBBT: bar, beat and tempo are told."""
_QUARTER = 4.0

POSITION = np.dtype(
    {
        "names": [
            "valid", "bar", "beat", "tick",
            "beats_per_bar", "beat_type", "ticks_per_beat", "beats_per_minute",
        ],
        "formats": ["i4", "i4", "i4", "i4", "f4", "f4", "f8", "f8"],
        "offsets": [24, 28, 32, 36, 48, 52, 56, 64],
        "itemsize": 136,
    }
)  # fmt: skip
"""What is read of a jack_position_t, which libjack packs."""

CLIENT = np.dtype(
    [
        ("engine", "i8"),  # 0 while the audio thread has it, and where there is none for it
        ("client", "i8"),  # jack_client_t*
        ("in_1", "i8"),  # jack_port_t*, 0 where there is no such port
        ("in_2", "i8"),
        ("out_1", "i8"),
        ("out_2", "i8"),
        ("midi_in", "i8"),
        ("midi_out", "i8"),
        ("rate", "f8"),
        ("blocks", "i8"),
        ("load", "f8"),  # share of the period spent in the callback, smoothed
        ("times", "i8", BINS),  # histogram of the time spent in the callback
        ("midi_written", "i8"),
        ("midi_read", "i8"),
        ("midi_dropped", "i8"),
        ("xruns", "i8"),
        ("period", "i8"),
        ("server_rate", "i8"),
        ("freewheel", "i8"),
        ("shutdown", "i8"),
        ("thread", "i8"),  # the kernel's number of the audio thread, from the first block on
        ("timespec", "i8", 2),
        ("midi_event", "i8", 3),  # a jack_midi_event_t
        ("midi_ring", "i8", MIDI_RING_SIZE),
        ("frame", "i8"),  # JACK's frame time of the block's start, beyond its 32 bits
        ("position", "i8", POSITION.itemsize // 8),  # a jack_position_t
        ("rolling", "i8"),  # whether JACK's transport rolls
        ("beat", "f8"),  # of the transport's song, in quarter notes from its beginning
        ("tempo", "f8"),  # in quarter notes a minute; 0 where nobody tells it
        ("clock_written", "i8"),
        ("clock_ring", "i8", MIDI_CLOCK_SIZE),
        ("clock_frames", "i8", MIDI_CLOCK_SIZE),
        ("out_written", "i8"),
        ("out_read", "i8"),
        ("out_ring", "u1", MIDI_OUT_SIZE * _OUT_PLACE),  # in each place the length comes first
    ],
    align=True,
)
_ENGINE = offset(CLIENT, "engine")
_SERVER_RATE = offset(CLIENT, "server_rate")
_WRITTEN = offset(CLIENT, "midi_written")
_READ = offset(CLIENT, "midi_read")
_CLOCK_WRITTEN = offset(CLIENT, "clock_written")
_OUT_WRITTEN = offset(CLIENT, "out_written")
_OUT_READ = offset(CLIENT, "out_read")
_EVENT = offset(CLIENT, "midi_event")
_POSITION = offset(CLIENT, "position")
_SHUTDOWN = offset(CLIENT, "shutdown")
_TIMES = offset(CLIENT, "times")
_TIMESPEC = offset(CLIENT, "timespec")
_ENGINE_FREEWHEEL = offset(ENGINE, "freewheel")

_get_buffer = external("jack_port_get_buffer", int64(int64, uint32))
_last_frame_time = external("jack_last_frame_time", uint32(int64))
_thread_number = external("gettid", int32())
_get_time = external("jack_get_time", int64())
_transport_query = external("jack_transport_query", int32(int64, int64))
_event_count = external("jack_midi_get_event_count", uint32(int64))
_lost_count = external("jack_midi_get_lost_event_count", uint32(int64))
_event_get = external("jack_midi_event_get", int32(int64, int64, uint32))
_midi_clear = external("jack_midi_clear_buffer", void(int64))
_midi_reserve = external("jack_midi_event_reserve", int64(int64, uint32, int64))


@native(void(int64, uint32))
def _take_midi(client: int, frames: int) -> None:
    """[audio-thread] Pass the block's MIDI messages on to the control side."""
    c = carray(pointer(client), (1,), CLIENT)[0]
    buffer = _get_buffer(c.midi_in, frames)
    c.frame += (int64(_last_frame_time(c.client)) - c.frame) & 0xFFFFFFFF
    # What the port's own buffer had no room for, as where many senders are connected.
    c.midi_dropped += int64(_lost_count(buffer))
    count = int64(_event_count(buffer))
    for index in range(count):
        if _event_get(client + _EVENT, buffer, uint32(index)) != 0:
            continue
        size = c.midi_event[1]
        if size < 1 or size > _MIDI_BYTES:
            continue
        message = carray(pointer(c.midi_event[2]), (size,), np.uint8)
        packed = size
        for i in range(size):
            packed |= int64(message[i]) << (8 * (i + 1))
        status = message[0]
        if status < _SYSTEM:
            if c.midi_written - load_acquire(client + _READ) >= MIDI_RING_SIZE:
                c.midi_dropped += 1
                continue
            c.midi_ring[c.midi_written % MIDI_RING_SIZE] = packed
            store_release(client + _WRITTEN, c.midi_written + 1)
        elif status in (_SONG_POSITION, _CLOCK, _START, _CONTINUE, _STOP):
            place = c.clock_written % MIDI_CLOCK_SIZE
            c.clock_ring[place] = packed
            c.clock_frames[place] = c.frame + (c.midi_event[0] & 0xFFFFFFFF)
            store_release(client + _CLOCK_WRITTEN, c.clock_written + 1)


@native(void(int64, uint32))
def _give_midi(client: int, frames: int) -> None:
    """[audio-thread] Send what the control side has put aside, some of it in each block."""
    c = carray(pointer(client), (1,), CLIENT)[0]
    buffer = _get_buffer(c.midi_out, frames)
    _midi_clear(buffer)
    waiting = load_acquire(client + _OUT_WRITTEN) - c.out_read
    for _ in range(min(waiting, MIDI_OUT_BLOCK)):
        start = c.out_read % MIDI_OUT_SIZE * _OUT_PLACE
        size = int64(c.out_ring[start])
        place = _midi_reserve(buffer, uint32(0), size)
        if place == 0:  # the buffer is full: in the next block
            break
        message = carray(pointer(place), (size,), np.uint8)
        for i in range(size):
            message[i] = c.out_ring[start + 1 + i]
        store_release(client + _OUT_READ, c.out_read + 1)


@native(void(int64))
def _note_transport(client: int) -> None:
    """[audio-thread] Keep where JACK's transport is at the block's start."""
    c = carray(pointer(client), (1,), CLIENT)[0]
    state = _transport_query(c.client, client + _POSITION)
    p = carray(pointer(client + _POSITION), (1,), POSITION)[0]
    quarters = _QUARTER / p.beat_type if p.beat_type > 0.0 else 1.0
    told = p.valid & _HAS_BAR != 0 and p.beats_per_minute > 0.0
    c.tempo = p.beats_per_minute * quarters if told else 0.0
    if told:
        beat = (p.bar - 1) * float(p.beats_per_bar) + (p.beat - 1)
        if p.ticks_per_beat > 0.0:
            beat += p.tick / p.ticks_per_beat
        c.beat = beat * quarters
    c.rolling = int64(state in (_ROLLING, _LOOPING))


@native(void(int64, uint32))
def _silence(port: int, frames: int) -> None:
    """[audio-thread] Give silence."""
    if port != 0:
        buffer = carray(pointer(_get_buffer(port, frames)), (frames,), np.float32)
        for i in range(frames):
            buffer[i] = np.float32(0.0)


@entry(int32(uint32, int64))
def process(frames: int, client: int) -> int:
    """[audio-thread] JACK's process callback."""
    mode = set_flush_to_zero()
    c = carray(pointer(client), (1,), CLIENT)[0]
    if _LINUX and c.thread == 0:
        c.thread = int64(_thread_number())
    begin = _get_time()
    cpu_begin = thread_cpu_ns(client + _TIMESPEC)
    _take_midi(client, frames)
    _give_midi(client, frames)
    _note_transport(client)
    engine = exchange(client + _ENGINE, int64(0))
    if engine == 0:
        _silence(c.out_1, frames)
        _silence(c.out_2, frames)
        restore_float_mode(mode)
        return 0
    store_release(engine + _ENGINE_FREEWHEEL, c.freewheel)
    in_1 = _get_buffer(c.in_1, frames)
    in_2 = _get_buffer(c.in_2, frames) if c.in_2 != 0 else in_1
    out_1 = _get_buffer(c.out_1, frames)
    out_2 = _get_buffer(c.out_2, frames) if c.out_2 != 0 else out_1
    process_engine(engine, in_1, in_2, out_1, out_2, int64(frames))
    c.blocks += 1
    if c.freewheel == 0:
        period = float(frames) / c.rate
        microseconds = float(_get_time() - begin)
        count_duration(client + _TIMES, microseconds)
        share = microseconds * 1e-6 / period
        c.load += (share - c.load) * min(1.0, period / _LOAD_SECONDS)
        # The thread's own time: a preempted thread is late without any fault of the network.
        busy = thread_cpu_ns(client + _TIMESPEC) - cpu_begin
        watch(engine, busy, int64(period * 1e9))
    store_release(client + _ENGINE, engine)
    restore_float_mode(mode)
    return 0


@entry(int32(uint32, int64))
def buffer_size_changed(frames: int, client: int) -> int:
    """[notification-thread] The engine takes blocks of any size, so this only keeps count."""
    carray(pointer(client), (1,), CLIENT)[0].period = int64(frames)
    return 0


@entry(int32(uint32, int64))
def sample_rate_changed(rate: int, client: int) -> int:
    """[notification-thread] Keep the rate, for which the supervisor makes another engine."""
    store_release(client + _SERVER_RATE, int64(rate))
    return 0


@entry(int32(int64))
def xrun(client: int) -> int:
    """[notification-thread] Count an xrun of the server's."""
    carray(pointer(client), (1,), CLIENT)[0].xruns += 1
    return 0


@entry(void(int32, int64))
def freewheel(starting: int, client: int) -> None:
    """[notification-thread] Keep whether the server freewheels: then no deadline holds."""
    carray(pointer(client), (1,), CLIENT)[0].freewheel = int64(starting)


@entry(void(int32, int64, int64))
def shutdown_with_reason(status: int, reason: int, client: int) -> None:
    """[any-thread] The server has gone, or has thrown this client out."""
    store_release(client + _SHUTDOWN, int64(1))


@entry(void(int64))
def shutdown(client: int) -> None:
    """[any-thread] The same, from a libjack that gives no reason."""
    store_release(client + _SHUTDOWN, int64(1))


@entry(int64(int64, int64, int64))
def send_midi(client: int, message: int, size: int) -> int:
    """[control-thread] Put a message aside to be sent; 0 if there is no place for it.

    Only one thread may do so at a time.
    """
    c = carray(pointer(client), (1,), CLIENT)[0]
    if c.out_written - load_acquire(client + _OUT_READ) >= MIDI_OUT_SIZE:
        return 0
    start = c.out_written % MIDI_OUT_SIZE * _OUT_PLACE
    source = carray(pointer(message), (size,), np.uint8)
    c.out_ring[start] = size
    for i in range(size):
        c.out_ring[start + 1 + i] = source[i]
    store_release(client + _OUT_WRITTEN, c.out_written + 1)
    return 1


@entry(int64(int64, int64))
def lend_engine(client: int, engine: int) -> int:
    """[control-thread] Give the audio thread an engine, or 0 for none.

    Returns the one it had; 0 where it has none, or is using it and will put it back.
    """
    before: int = exchange(client + _ENGINE, engine)
    return before
