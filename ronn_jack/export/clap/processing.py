"""[audio-thread] clap_plugin.process: the sound, cut where the host's events move a parameter."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.calls import through_pointer
from ronn_jack.export.clap.abi import (
    AUDIO_BUFFER,
    CORE_EVENT_SPACE,
    EVENT_PARAM_VALUE,
    INFINITE_TAIL,
    INPUT_EVENTS,
    PARAM_VALUE,
    PROCESS,
    PROCESS_CONTINUE,
    PROCESS_ERROR,
    PROCESS_TAIL,
)
from ronn_jack.export.clap.parameters import index_of
from ronn_jack.export.clap.records import (
    HEART,
    INSTANCE,
    LIBRARY,
    call_play,
    call_set_control,
    call_tail_frames,
)
from ronn_jack.export.clap.worker import attend_bank
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import offset

_PARAM_VALUE_BYTES = PARAM_VALUE.itemsize
_SAMPLE = 4
_INPUTS = offset(INSTANCE, "inputs")
_OUTPUTS = offset(INSTANCE, "outputs")

_call_size = through_pointer("uint32(int64)")
_call_get = through_pointer("int64(int64, uint32)")


@native(int64(int64))
def _count_events(events: int) -> int:
    if events == 0:
        return 0
    return int64(_call_size(carray(pointer(events), (1,), INPUT_EVENTS)[0].size, (events,)))


@native(int64(int64, int64))
def _parameter_event(events: int, index: int) -> int:
    """Return the address of an event of a parameter's value, 0 for one of anything else."""
    address = _call_get(carray(pointer(events), (1,), INPUT_EVENTS)[0].get, (events, index))
    if address == 0:
        return 0
    event = carray(pointer(address), (1,), PARAM_VALUE)[0]
    if event.space != CORE_EVENT_SPACE or event.type != EVENT_PARAM_VALUE:
        return 0
    return address if event.size >= _PARAM_VALUE_BYTES else 0


@native(void(int64, int64))
def _heed(plugin: int, address: int) -> None:
    """Set the control that an event is about; the heart clamps, and ignores what is not finite."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    event = carray(pointer(address), (1,), PARAM_VALUE)[0]
    index = index_of(plugin, int64(event.param_id))
    if index >= 0:
        set_control = carray(pointer(i.heart), (1,), HEART)[0].set_control
        call_set_control(set_control, (i.handle, index, event.value))


@native(int64(int64, int64, int64, int64))
def _channels(buffers: int, count: int, channels: int, rows: int) -> int:
    """Put the addresses of the main port's float32 rows at `rows`; 0 where there are too few."""
    if count < 1 or buffers == 0:
        return 0
    buffer = carray(pointer(buffers), (1,), AUDIO_BUFFER)[0]
    if buffer.data32 == 0 or buffer.channel_count < channels:
        return 0
    given = carray(pointer(buffer.data32), (channels,), np.int64)
    kept = carray(pointer(rows), (2,), np.int64)
    for channel in range(channels):
        if given[channel] == 0:
            return 0
        kept[channel] = given[channel]
    if channels == 1:
        kept[1] = kept[0]
    return 1


@native(void(int64, int64, int64))
def _play(plugin: int, start: int, frames: int) -> None:
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    attend_bank(plugin)
    ahead = _SAMPLE * start
    call_play(
        carray(pointer(i.heart), (1,), HEART)[0].play,
        (
            i.handle,
            i.inputs[0] + ahead,
            i.inputs[1] + ahead,
            i.outputs[0] + ahead,
            i.outputs[1] + ahead,
            frames,
        ),
    )


@entry("int32(int64, int64)")
def process(plugin: int, block: int) -> int:
    """clap_plugin.process."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    lib = carray(pointer(i.library), (1,), LIBRARY)[0]
    p = carray(pointer(block), (1,), PROCESS)[0]
    if i.active == 0:
        return PROCESS_ERROR
    frames = int64(p.frames_count)
    if frames > 0:
        if _channels(p.audio_inputs, p.audio_inputs_count, lib.inputs, plugin + _INPUTS) == 0:
            return PROCESS_ERROR
        if _channels(p.audio_outputs, p.audio_outputs_count, lib.outputs, plugin + _OUTPUTS) == 0:
            return PROCESS_ERROR
        # What the host left there is of the block before.
        carray(pointer(p.audio_outputs), (1,), AUDIO_BUFFER)[0].constant_mask = 0
    done = 0
    for k in range(_count_events(p.in_events)):
        address = _parameter_event(p.in_events, k)
        if address == 0:
            continue
        time = min(int64(carray(pointer(address), (1,), PARAM_VALUE)[0].time), frames)
        if time > done:
            _play(plugin, done, time - done)
            done = time
        _heed(plugin, address)
    if done < frames:
        _play(plugin, done, frames - done)
    h = carray(pointer(i.heart), (1,), HEART)[0]
    endless = call_tail_frames(h.tail_frames, (i.handle,)) >= INFINITE_TAIL
    return PROCESS_CONTINUE if endless else PROCESS_TAIL


@entry("void(int64, int64, int64)")
def flush(plugin: int, events: int, told: int) -> None:
    """clap_plugin_params.flush: changes while nothing is played."""
    for k in range(_count_events(events)):
        address = _parameter_event(events, k)
        if address != 0 and carray(pointer(plugin), (1,), INSTANCE)[0].handle != 0:
            _heed(plugin, address)
