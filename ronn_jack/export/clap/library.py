"""[main-thread] The factory of the one plugin that a library holds, and the plugin's life."""

from __future__ import annotations

from ronn_jack.export.calls import through_pointer
from ronn_jack.export.clap.abi import COMPATIBLE_MAJOR, HOST, PLUGIN
from ronn_jack.export.clap.memory import free, malloc, memcpy, memset, same_text, word_at
from ronn_jack.export.clap.records import (
    EXTENSION,
    HEART,
    INSTANCE,
    LIBRARY,
    call_activate,
    call_create,
    call_handle,
)
from ronn_jack.export.clap.worker import end_worker, start_worker
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.language import carray, int32, uint32

_FIRST_RATE = 48000.0
"""In Hz, until the host names its own."""
_INSTANCE_BYTES = INSTANCE.itemsize
_FUNCTIONS = PLUGIN.itemsize - 16
_FIRST_FUNCTION = 16
_EXTENSION_BYTES = EXTENSION.itemsize

call_get_extension = through_pointer("int64(int64, int64)")


@entry("int64(int64, int64)")
def find_factory(library: int, name: int) -> int:
    """Return the factory of a name, or 0."""
    known = carray(pointer(library), (1,), LIBRARY)[0].factory_name
    return library if name != 0 and same_text(name, known) == 1 else 0


@entry("uint32(int64)")
def get_plugin_count(library: int) -> int:
    """clap_plugin_factory.get_plugin_count."""
    return uint32(1)


@entry("int64(int64, uint32)")
def get_plugin_descriptor(library: int, index: int) -> int:
    """clap_plugin_factory.get_plugin_descriptor."""
    if index != 0:
        return 0
    found: int = carray(pointer(library), (1,), LIBRARY)[0].descriptor
    return found


@entry("int64(int64, int64, int64)")
def create_plugin(library: int, host: int, identifier: int) -> int:
    """clap_plugin_factory.create_plugin: what is heavy waits for `init`."""
    if host == 0 or identifier == 0:
        return 0
    if carray(pointer(host), (1,), HOST)[0].version[0] < COMPATIBLE_MAJOR:
        return 0
    lib = carray(pointer(library), (1,), LIBRARY)[0]
    # The identifier is what the descriptor holds behind the version.
    if same_text(identifier, word_at(lib.descriptor + 16)) == 0:
        return 0
    plugin = malloc(_INSTANCE_BYTES)
    if plugin == 0:
        return 0
    memset(plugin, int32(0), _INSTANCE_BYTES)
    memcpy(plugin + _FIRST_FUNCTION, lib.functions, _FUNCTIONS)
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    i.plugin.descriptor = lib.descriptor
    i.library = library
    i.host = host
    i.heart = lib.heart
    return plugin


@entry("int32(int64)")
def init(plugin: int) -> int:
    """clap_plugin.init: make the sound."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.handle == 0:
        h = carray(pointer(i.heart), (1,), HEART)[0]
        i.handle = call_create(h.create, (_FIRST_RATE,))
    return int32(i.handle != 0)


@entry("void(int64)")
def destroy(plugin: int) -> None:
    """clap_plugin.destroy."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    end_worker(plugin)
    if i.handle != 0:
        call_handle(carray(pointer(i.heart), (1,), HEART)[0].destroy, (i.handle,))
    free(plugin)


@entry("int32(int64, float64, uint32, uint32)")
def activate(plugin: int, rate: float, fewest: int, most: int) -> int:
    """clap_plugin.activate: refused by the heart at a rate that it can't run at."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.handle == 0:
        return 0
    h = carray(pointer(i.heart), (1,), HEART)[0]
    i.active = call_activate(h.activate, (i.handle, rate))
    if i.active != 0:
        start_worker(plugin)
    return int32(i.active != 0)


@entry("void(int64)")
def deactivate(plugin: int) -> None:
    """clap_plugin.deactivate."""
    end_worker(plugin)
    carray(pointer(plugin), (1,), INSTANCE)[0].active = 0


@entry("int32(int64)")
def start_processing(plugin: int) -> int:
    """clap_plugin.start_processing."""
    return int32(carray(pointer(plugin), (1,), INSTANCE)[0].active != 0)


@entry("void(int64)")
def stop_processing(plugin: int) -> None:
    """clap_plugin.stop_processing."""


@entry("void(int64)")
def reset(plugin: int) -> None:
    """clap_plugin.reset: forget what was played."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.active != 0:
        call_handle(carray(pointer(i.heart), (1,), HEART)[0].reset, (i.handle,))


@entry("void(int64)")
def on_main_thread(plugin: int) -> None:
    """clap_plugin.on_main_thread."""


@entry("int64(int64, int64)")
def get_extension(plugin: int, name: int) -> int:
    """clap_plugin.get_extension."""
    if name == 0:
        return 0
    lib = carray(pointer(carray(pointer(plugin), (1,), INSTANCE)[0].library), (1,), LIBRARY)[0]
    for k in range(lib.extension_count):
        row = lib.extensions + k * _EXTENSION_BYTES
        extension = carray(pointer(row), (1,), EXTENSION)[0]
        if same_text(name, extension.name) == 1:
            return extension.table
    return 0
