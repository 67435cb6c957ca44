"""CLAP 1.2.10 in memory: its records, numbers and names, by include/clap/*.h of free-audio/clap.

Only what an effect without notes and without a window needs.
"""

from __future__ import annotations

import numpy as np

VERSION = (1, 2, 10)
COMPATIBLE_MAJOR = 1
"""A host of an earlier major version speaks another ABI."""

PLUGIN_FACTORY = "clap.plugin-factory"
NAME_SIZE = 256
PATH_SIZE = 1024
INVALID_ID = 0xFFFFFFFF
INFINITE_TAIL = 2**31 - 1

CORE_EVENT_SPACE = 0
EVENT_PARAM_VALUE = 5

PROCESS_ERROR = 0
PROCESS_CONTINUE = 1
PROCESS_TAIL = 3

PORT_IS_MAIN = 1 << 0

PARAM_IS_STEPPED = 1 << 0
PARAM_IS_BYPASS = 1 << 4
PARAM_IS_AUTOMATABLE = 1 << 5
PARAM_IS_ENUM = 1 << 16
PARAM_RESCAN_VALUES = 1 << 0

RENDER_REALTIME = 0
RENDER_OFFLINE = 1

PLUGIN = np.dtype(
    [
        ("descriptor", "i8"),
        ("data", "i8"),
        ("init", "i8"),
        ("destroy", "i8"),
        ("activate", "i8"),
        ("deactivate", "i8"),
        ("start_processing", "i8"),
        ("stop_processing", "i8"),
        ("reset", "i8"),
        ("process", "i8"),
        ("get_extension", "i8"),
        ("on_main_thread", "i8"),
    ]
)
"""plugin.h: clap_plugin."""

HOST = np.dtype(
    [
        ("version", "u4", 3),
        ("data", "i8"),
        ("name", "i8"),
        ("vendor", "i8"),
        ("url", "i8"),
        ("version_text", "i8"),
        ("get_extension", "i8"),
        ("request_restart", "i8"),
        ("request_process", "i8"),
        ("request_callback", "i8"),
    ],
    align=True,
)
"""host.h: clap_host."""

AUDIO_BUFFER = np.dtype(
    [
        ("data32", "i8"),
        ("data64", "i8"),
        ("channel_count", "u4"),
        ("latency", "u4"),
        ("constant_mask", "u8"),
    ]
)
"""audio-buffer.h: clap_audio_buffer."""

PROCESS = np.dtype(
    [
        ("steady_time", "i8"),
        ("frames_count", "u4"),
        ("transport", "i8"),
        ("audio_inputs", "i8"),
        ("audio_outputs", "i8"),
        ("audio_inputs_count", "u4"),
        ("audio_outputs_count", "u4"),
        ("in_events", "i8"),
        ("out_events", "i8"),
    ],
    align=True,
)
"""process.h: clap_process."""

INPUT_EVENTS = np.dtype([("context", "i8"), ("size", "i8"), ("get", "i8")])
"""events.h: clap_input_events."""

PARAM_VALUE = np.dtype(
    [
        ("size", "u4"),
        ("time", "u4"),
        ("space", "u2"),
        ("type", "u2"),
        ("flags", "u4"),
        ("param_id", "u4"),
        ("cookie", "i8"),
        ("note_id", "i4"),
        ("port_index", "i2"),
        ("channel", "i2"),
        ("key", "i2"),
        ("value", "f8"),
    ],
    align=True,
)
"""events.h: clap_event_param_value, which begins as every event with a clap_event_header."""
HEADER_BYTES = 16

PARAM_INFO = np.dtype(
    [
        ("id", "u4"),
        ("flags", "u4"),
        ("cookie", "i8"),
        ("name", "u1", NAME_SIZE),
        ("module", "u1", PATH_SIZE),
        ("min_value", "f8"),
        ("max_value", "f8"),
        ("default_value", "f8"),
    ],
    align=True,
)
"""ext/params.h: clap_param_info."""

AUDIO_PORT_INFO = np.dtype(
    [
        ("id", "u4"),
        ("name", "u1", NAME_SIZE),
        ("flags", "u4"),
        ("channel_count", "u4"),
        ("port_type", "i8"),
        ("in_place_pair", "u4"),
    ],
    align=True,
)
"""ext/audio-ports.h: clap_audio_port_info."""

STREAM = np.dtype([("context", "i8"), ("move", "i8")])
"""stream.h: clap_istream and clap_ostream; `move` is read or write."""

HOST_PARAMS = np.dtype([("rescan", "i8"), ("clear", "i8"), ("request_flush", "i8")])
"""ext/params.h: clap_host_params."""
