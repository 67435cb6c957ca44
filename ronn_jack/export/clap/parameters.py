"""clap.params: the library's table of parameters, and the values that an instance has."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.clap.abi import NAME_SIZE, PARAM_INFO, PATH_SIZE
from ronn_jack.export.clap.memory import copy_text, memset
from ronn_jack.export.clap.records import (
    HEART,
    INSTANCE,
    LIBRARY,
    PARAMETER,
    call_get_control,
)
from ronn_jack.export.clap.words import read_words, write_words
from ronn_jack.export.compiling import entry
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, int32, int64, uint32
from ronn_jack.realtime.compiler.memory import offset

_ROW = PARAMETER.itemsize
_INFO_BYTES = PARAM_INFO.itemsize
_NAME = offset(PARAM_INFO, "name")
_MODULE = offset(PARAM_INFO, "module")
_WORDS = offset(INSTANCE, "words")


@native(int64(int64, int64))
def _row(plugin: int, index: int) -> int:
    """Return the address of a PARAMETER by its place in the table; 0 beyond."""
    lib = carray(pointer(carray(pointer(plugin), (1,), INSTANCE)[0].library), (1,), LIBRARY)[0]
    return lib.parameters + index * _ROW if 0 <= index < lib.parameter_count else 0


@native(int64(int64, int64))
def index_of(plugin: int, identifier: int) -> int:
    """[any-thread] Return the place of a parameter, and of its control, by its id; or -1."""
    lib = carray(pointer(carray(pointer(plugin), (1,), INSTANCE)[0].library), (1,), LIBRARY)[0]
    for index in range(lib.parameter_count):
        row = carray(pointer(lib.parameters + index * _ROW), (1,), PARAMETER)[0]
        if int64(row.id) == identifier:
            return index
    return -1


@entry("uint32(int64)")
def count_parameters(plugin: int) -> int:
    """clap_plugin_params.count."""
    lib = carray(pointer(carray(pointer(plugin), (1,), INSTANCE)[0].library), (1,), LIBRARY)[0]
    return uint32(lib.parameter_count)


@entry("int32(int64, uint32, int64)")
def get_info(plugin: int, index: int, info: int) -> int:
    """clap_plugin_params.get_info."""
    row = _row(plugin, int64(index))
    if row == 0 or info == 0:
        return 0
    p = carray(pointer(row), (1,), PARAMETER)[0]
    memset(info, int32(0), _INFO_BYTES)
    written = carray(pointer(info), (1,), PARAM_INFO)[0]
    written.id = p.id
    written.flags = p.flags
    copy_text(info + _NAME, NAME_SIZE, p.name)
    copy_text(info + _MODULE, PATH_SIZE, p.module)
    written.min_value = p.minimum
    written.max_value = p.maximum
    written.default_value = p.default
    return 1


@entry("int32(int64, uint32, int64)")
def get_value(plugin: int, identifier: int, value: int) -> int:
    """clap_plugin_params.get_value."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    index = index_of(plugin, int64(identifier))
    if index < 0 or value == 0 or i.handle == 0:
        return 0
    get_control = carray(pointer(i.heart), (1,), HEART)[0].get_control
    carray(pointer(value), (1,), np.float64)[0] = call_get_control(get_control, (i.handle, index))
    return 1


@entry("int32(int64, uint32, float64, int64, uint32)")
def value_to_text(plugin: int, identifier: int, value: float, text: int, capacity: int) -> int:
    """clap_plugin_params.value_to_text."""
    row = _row(plugin, index_of(plugin, int64(identifier)))
    if row == 0 or text == 0:
        return 0
    return int32(write_words(row, value, plugin + _WORDS, text, int64(capacity)))


@entry("int32(int64, uint32, int64, int64)")
def text_to_value(plugin: int, identifier: int, text: int, value: int) -> int:
    """clap_plugin_params.text_to_value."""
    row = _row(plugin, index_of(plugin, int64(identifier)))
    if row == 0 or text == 0 or value == 0:
        return 0
    return int32(read_words(row, text, value))
