"""clap.audio-ports, clap.tail, clap.latency and clap.render."""

from __future__ import annotations

from ronn_jack.export.clap.abi import (
    AUDIO_PORT_INFO,
    INFINITE_TAIL,
    INVALID_ID,
    NAME_SIZE,
    PORT_IS_MAIN,
    RENDER_OFFLINE,
    RENDER_REALTIME,
)
from ronn_jack.export.clap.memory import copy_text, memset, word_at
from ronn_jack.export.clap.records import HEART, INSTANCE, LIBRARY, call_tail_frames
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.language import carray, int32, int64, uint32
from ronn_jack.realtime.compiler.memory import offset

_INFO_BYTES = AUDIO_PORT_INFO.itemsize
_NAME = offset(AUDIO_PORT_INFO, "name")
_MAIN_PORT = 0


@entry("uint32(int64, uint8)")
def count_ports(plugin: int, is_input: int) -> int:
    """[main-thread] clap_plugin_audio_ports.count."""
    return uint32(1)


@entry("int32(int64, uint32, uint8, int64)")
def get_port(plugin: int, index: int, is_input: int, info: int) -> int:
    """[main-thread] clap_plugin_audio_ports.get."""
    if index != 0 or info == 0:
        return 0
    lib = carray(pointer(carray(pointer(plugin), (1,), INSTANCE)[0].library), (1,), LIBRARY)[0]
    channels = lib.inputs if is_input != 0 else lib.outputs
    memset(info, int32(0), _INFO_BYTES)
    written = carray(pointer(info), (1,), AUDIO_PORT_INFO)[0]
    written.id = _MAIN_PORT
    copy_text(info + _NAME, NAME_SIZE, lib.main)
    written.flags = PORT_IS_MAIN
    written.channel_count = channels
    written.port_type = word_at(lib.port_types + 8 * channels)
    # Ports of different widths have no common buffer.
    written.in_place_pair = _MAIN_PORT if lib.inputs == lib.outputs else INVALID_ID
    return 1


@entry("uint32(int64)")
def get_tail(plugin: int) -> int:
    """[any-thread] clap_plugin_tail.get."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.handle == 0:
        return uint32(0)
    tail = call_tail_frames(carray(pointer(i.heart), (1,), HEART)[0].tail_frames, (i.handle,))
    return uint32(min(tail, INFINITE_TAIL))


@entry("uint32(int64)")
def get_latency(plugin: int) -> int:
    """[main-thread] clap_plugin_latency.get."""
    return uint32(0)


@entry("int32(int64)")
def has_hard_realtime_requirement(plugin: int) -> int:
    """[main-thread] clap_plugin_render.has_hard_realtime_requirement."""
    return 0


@entry("int32(int64, int32)")
def set_render_mode(plugin: int, mode: int) -> int:
    """[main-thread] clap_plugin_render.set."""
    if mode not in (RENDER_REALTIME, RENDER_OFFLINE):
        return 0
    carray(pointer(plugin), (1,), INSTANCE)[0].offline = int64(mode == RENDER_OFFLINE)
    return 1
