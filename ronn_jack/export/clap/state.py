"""[main-thread] clap.state: the chunk of the heart, through the host's streams."""

from __future__ import annotations

from ronn_jack.export.calls import through_pointer
from ronn_jack.export.clap.abi import HOST, HOST_PARAMS, PARAM_RESCAN_VALUES, STREAM
from ronn_jack.export.clap.library import call_get_extension
from ronn_jack.export.clap.memory import free, malloc
from ronn_jack.export.clap.records import HEART, INSTANCE, LIBRARY, call_state
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int32, int64, void

LARGEST_STATE = 1 << 16
"""Bytes; a longer chunk is none of ours."""

_call_move = through_pointer("int64(int64, int64, uint64)")
_call_rescan = through_pointer("void(int64, uint32)")


@native(int64(int64, int64, int64))
def _move(stream: int, buffer: int, size: int) -> int:
    """Read or write up to `size` bytes, however few at a time; return how many, or -1."""
    move = carray(pointer(stream), (1,), STREAM)[0].move
    done = 0
    while done < size:
        moved = _call_move(move, (stream, buffer + done, size - done))
        if moved == 0:
            break
        if moved < 0 or moved > size - done:
            return -1
        done += moved
    return done


@entry("int32(int64, int64)")
def save(plugin: int, stream: int) -> int:
    """clap_plugin_state.save."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.handle == 0 or stream == 0:
        return 0
    buffer = malloc(LARGEST_STATE)
    if buffer == 0:
        return 0
    h = carray(pointer(i.heart), (1,), HEART)[0]
    size = call_state(h.save, (i.handle, buffer, LARGEST_STATE))
    saved = size > 0 and _move(stream, buffer, size) == size
    free(buffer)
    return int32(saved)


@native(void(int64))
def _tell_values(plugin: int) -> None:
    """Let the host read all parameters anew."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    lib = carray(pointer(i.library), (1,), LIBRARY)[0]
    find = carray(pointer(i.host), (1,), HOST)[0].get_extension
    params = call_get_extension(find, (i.host, lib.params_name)) if find != 0 else 0
    if params != 0:
        rescan = carray(pointer(params), (1,), HOST_PARAMS)[0].rescan
        _call_rescan(rescan, (i.host, PARAM_RESCAN_VALUES))


@entry("int32(int64, int64)")
def load(plugin: int, stream: int) -> int:
    """clap_plugin_state.load: whatever is no state of this sound changes nothing."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.handle == 0 or stream == 0:
        return 0
    buffer = malloc(LARGEST_STATE + 1)
    if buffer == 0:
        return 0
    h = carray(pointer(i.heart), (1,), HEART)[0]
    size = _move(stream, buffer, LARGEST_STATE + 1)
    loaded = 0
    if 0 < size <= LARGEST_STATE:
        loaded = call_state(h.load, (i.handle, buffer, size))
    free(buffer)
    if loaded != 0:
        _tell_values(plugin)
    return int32(loaded != 0)
