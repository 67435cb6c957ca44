"""What the CLAP functions find in memory: the library's constants and an instance."""

from __future__ import annotations

import numpy as np

from ronn_jack.export.calls import through_pointer
from ronn_jack.export.clap.abi import PLUGIN

HEART = np.dtype(
    [
        (name, "i8")
        for name in (
            "create",
            "destroy",
            "activate",
            "reset",
            "set_control",
            "get_control",
            "play",
            "tail_frames",
            "save",
            "load",
            "attend",
            "work",
            "halt",
        )
    ]
)
"""Addresses of the plugin's native functions; `create` knows what instances are made of."""

call_create = through_pointer("int64(float64)")
call_activate = through_pointer("int64(int64, float64)")
call_handle = through_pointer("void(int64)")
call_set_control = through_pointer("void(int64, int64, float64)")
call_get_control = through_pointer("float64(int64, int64)")
call_play = through_pointer("void(int64, int64, int64, int64, int64, int64)")
call_tail_frames = through_pointer("int64(int64)")
call_attend = through_pointer("int64(int64, int64)")
call_halt = through_pointer("void(int64, int64)")
call_state = through_pointer("int64(int64, int64, int64)")

PARAMETER = np.dtype(
    [
        ("id", "u4"),
        ("flags", "u4"),
        ("minimum", "f8"),
        ("maximum", "f8"),
        ("default", "f8"),
        ("least", "f8"),  # of one whose minimum means off: the smallest that does not
        ("name", "i8"),
        ("module", "i8"),
        ("unit", "i8"),
        ("off", "i8"),  # how the minimum is shown then
        ("choices", "i8"),  # address of the addresses of an enum's names
        ("choice_count", "i8"),
    ]
)
"""A row of the library's table of parameters; texts end with 0."""

EXTENSION = np.dtype([("name", "i8"), ("table", "i8")])

LIBRARY = np.dtype(
    [
        ("get_plugin_count", "i8"),
        ("get_plugin_descriptor", "i8"),
        ("create_plugin", "i8"),
        ("factory_name", "i8"),
        ("descriptor", "i8"),
        ("heart", "i8"),  # address of a HEART
        ("params_name", "i8"),  # of the extension by which a host is told of values
        ("functions", "i8"),  # the functions of a clap_plugin, in its order
        ("extensions", "i8"),
        ("extension_count", "i8"),
        ("parameters", "i8"),
        ("parameter_count", "i8"),
        ("inputs", "i8"),
        ("outputs", "i8"),
        ("port_types", "i8"),  # addresses of the names of a port of no, one and two channels
        ("main", "i8"),  # name of a port
        ("run_worker", "i8"),  # what a thread of a bank runs; 0 where there is no bank
    ]
)
"""The library's constants; they begin as a clap_plugin_factory (factory/plugin-factory.h)."""

INSTANCE = np.dtype(
    [
        ("plugin", PLUGIN),
        ("library", "i8"),
        ("host", "i8"),
        ("heart", "i8"),  # as the library has it
        ("handle", "i8"),
        ("active", "i8"),
        ("offline", "i8"),
        ("inputs", "i8", 2),  # addresses of the rows of the block under way
        ("outputs", "i8", 2),
        ("words", "u1", 64),  # scratch for a number
        ("thread", "i8"),  # of a bank, or 0
        ("asked", "i8"),  # whether it was woken for what there is to do
        ("stop", "i8"),  # whether it is to end
        ("semaphore", "u1", 64),  # by which it is woken
    ]
)
"""One plugin of a host's; it begins as the host knows it, so that both have one address."""
