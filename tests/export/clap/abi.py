"""CLAP 1.2 by ctypes, as a host sees it, by include/clap/*.h of free-audio/clap.

Written for itself, so that a fault in the plugin's own tables is found.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int16,
    c_int32,
    c_int64,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

NAME_SIZE, PATH_SIZE, INVALID_ID = 256, 1024, 2**32 - 1
ERROR, CONTINUE, CONTINUE_IF_NOT_QUIET, TAIL, SLEEP = range(5)
STEPPED, BYPASS, AUTOMATABLE, ENUM = 1, 1 << 4, 1 << 5, 1 << 16
PARAM_VALUE, MIDI, TRANSPORT = 5, 10, 9


def structure(name: str, *fields: tuple[str, Any]) -> type[Structure]:
    return type(name, (Structure,), {"_fields_": fields})


Version = structure("Version", ("major", c_uint32), ("minor", c_uint32), ("revision", c_uint32))

Descriptor = structure(
    "Descriptor", ("version", Version),
    *((name, c_char_p) for name in ("id", "name", "vendor", "url", "manual_url", "support_url",
                                    "version_text", "description")),
    ("features", POINTER(c_char_p)),
)  # fmt: skip

Plugin = structure(
    "Plugin", ("descriptor", POINTER(Descriptor)), ("data", c_void_p),
    ("init", CFUNCTYPE(c_bool, c_void_p)),
    ("destroy", CFUNCTYPE(None, c_void_p)),
    ("activate", CFUNCTYPE(c_bool, c_void_p, c_double, c_uint32, c_uint32)),
    ("deactivate", CFUNCTYPE(None, c_void_p)),
    ("start_processing", CFUNCTYPE(c_bool, c_void_p)),
    ("stop_processing", CFUNCTYPE(None, c_void_p)),
    ("reset", CFUNCTYPE(None, c_void_p)),
    ("process", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
    ("get_extension", CFUNCTYPE(c_void_p, c_void_p, c_char_p)),
    ("on_main_thread", CFUNCTYPE(None, c_void_p)),
)  # fmt: skip

Factory = structure(
    "Factory",
    ("get_plugin_count", CFUNCTYPE(c_uint32, c_void_p)),
    ("get_plugin_descriptor", CFUNCTYPE(POINTER(Descriptor), c_void_p, c_uint32)),
    ("create_plugin", CFUNCTYPE(POINTER(Plugin), c_void_p, c_void_p, c_char_p)),
)

Entry = structure(
    "Entry", ("version", Version),
    ("init", CFUNCTYPE(c_bool, c_char_p)),
    ("deinit", CFUNCTYPE(None)),
    ("get_factory", CFUNCTYPE(POINTER(Factory), c_char_p)),
)  # fmt: skip

GetExtension = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
Request = CFUNCTYPE(None, c_void_p)

Host = structure(
    "Host", ("version", Version), ("data", c_void_p),
    *((name, c_char_p) for name in ("name", "vendor", "url", "version_text")),
    ("get_extension", GetExtension),
    ("request_restart", Request), ("request_process", Request), ("request_callback", Request),
)  # fmt: skip

AudioBuffer = structure(
    "AudioBuffer", ("data32", POINTER(POINTER(c_float))), ("data64", c_void_p),
    ("channel_count", c_uint32), ("latency", c_uint32), ("constant_mask", c_uint64),
)  # fmt: skip

EventHeader = structure(
    "EventHeader", ("size", c_uint32), ("time", c_uint32), ("space_id", c_uint16),
    ("type", c_uint16), ("flags", c_uint32),
)  # fmt: skip

ParamValue = structure(
    "ParamValue", ("header", EventHeader), ("param_id", c_uint32), ("cookie", c_void_p),
    ("note_id", c_int32), ("port_index", c_int16), ("channel", c_int16), ("key", c_int16),
    ("value", c_double),
)  # fmt: skip

EventCount = CFUNCTYPE(c_uint32, c_void_p)
EventAt = CFUNCTYPE(c_void_p, c_void_p, c_uint32)
TryPush = CFUNCTYPE(c_bool, c_void_p, c_void_p)
InputEvents = structure("InputEvents", ("ctx", c_void_p), ("size", EventCount), ("get", EventAt))
OutputEvents = structure("OutputEvents", ("ctx", c_void_p), ("try_push", TryPush))

Process = structure(
    "Process", ("steady_time", c_int64), ("frames_count", c_uint32), ("transport", c_void_p),
    ("audio_inputs", POINTER(AudioBuffer)), ("audio_outputs", POINTER(AudioBuffer)),
    ("audio_inputs_count", c_uint32), ("audio_outputs_count", c_uint32),
    ("in_events", POINTER(InputEvents)), ("out_events", POINTER(OutputEvents)),
)  # fmt: skip

AudioPortInfo = structure(
    "AudioPortInfo", ("id", c_uint32), ("name", c_char * NAME_SIZE), ("flags", c_uint32),
    ("channel_count", c_uint32), ("port_type", c_char_p), ("in_place_pair", c_uint32),
)  # fmt: skip
AudioPorts = structure(
    "AudioPorts", ("count", CFUNCTYPE(c_uint32, c_void_p, c_bool)),
    ("get", CFUNCTYPE(c_bool, c_void_p, c_uint32, c_bool, POINTER(AudioPortInfo))),
)  # fmt: skip

ParamInfo = structure(
    "ParamInfo", ("id", c_uint32), ("flags", c_uint32), ("cookie", c_void_p),
    ("name", c_char * NAME_SIZE), ("module", c_char * PATH_SIZE),
    ("min_value", c_double), ("max_value", c_double), ("default_value", c_double),
)  # fmt: skip
Params = structure(
    "Params", ("count", CFUNCTYPE(c_uint32, c_void_p)),
    ("get_info", CFUNCTYPE(c_bool, c_void_p, c_uint32, POINTER(ParamInfo))),
    ("get_value", CFUNCTYPE(c_bool, c_void_p, c_uint32, POINTER(c_double))),
    ("value_to_text", CFUNCTYPE(c_bool, c_void_p, c_uint32, c_double, c_void_p, c_uint32)),
    ("text_to_value", CFUNCTYPE(c_bool, c_void_p, c_uint32, c_char_p, POINTER(c_double))),
    ("flush", CFUNCTYPE(None, c_void_p, POINTER(InputEvents), POINTER(OutputEvents))),
)  # fmt: skip

Move = CFUNCTYPE(c_int64, c_void_p, c_void_p, c_uint64)
Stream = structure("Stream", ("ctx", c_void_p), ("move", Move))
State = structure(
    "State", ("save", CFUNCTYPE(c_bool, c_void_p, POINTER(Stream))),
    ("load", CFUNCTYPE(c_bool, c_void_p, POINTER(Stream))),
)  # fmt: skip
Count = structure("Count", ("get", CFUNCTYPE(c_uint32, c_void_p)))
"""clap.tail and clap.latency."""
Render = structure(
    "Render", ("has_hard_realtime_requirement", CFUNCTYPE(c_bool, c_void_p)),
    ("set", CFUNCTYPE(c_bool, c_void_p, c_int32)),
)  # fmt: skip

Check = CFUNCTYPE(c_bool, c_void_p)
Rescan = CFUNCTYPE(None, c_void_p, c_uint32)
Clear = CFUNCTYPE(None, c_void_p, c_uint32, c_uint32)
HostThreadCheck = structure("HostThreadCheck", ("is_main", Check), ("is_audio", Check))
HostParams = structure(
    "HostParams", ("rescan", Rescan), ("clear", Clear), ("request_flush", Request)
)

assert ctypes.sizeof(ParamValue) == 56
assert ctypes.sizeof(ParamInfo) == 1320
