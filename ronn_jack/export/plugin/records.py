"""The memory of a plugin: what all instances read, and what each has of its own.

A TEMPLATE tells of the sound; its VARIANTs hold the engine's memory for a network at one sample
rate, since delays that keep their times are other numbers of frames at each. All of them are
constants in the library. An INSTANCE lies in memory that the host's thread allocates.
"""

from __future__ import annotations

import enum

import numpy as np

MOST_CONTROLS = 64
MOST_PORTS = 80

KERNELS = (
    "process_signal", "settle", "run_before", "run_stages", "begin_before", "begin_stages",
)  # fmt: skip
"""What is called through addresses that lie in memory, in the order of a table."""
OF_NETWORK = KERNELS[:2]
"""Those that each processor has of its own."""


class Action(enum.IntEnum):
    """What a control does."""

    AMPLITUDE = 0
    """Moves one of the engine's controls: dB to an amplitude."""
    SHARE = 1
    """Moves one of the engine's controls as it is."""
    THRESHOLD = 2
    """Moves one of the engine's controls: dB to an amplitude, and the least of all to 0."""
    MORPH = 3
    DRIFT_RATE = 4
    DRIFT_DEPTH = 5
    NOTHING = 6


CONTROL = np.dtype(
    [
        ("identity", "i8"),  # by which a saved state knows it
        ("action", "i8"),
        ("place", "i8"),  # of the engine's control
        ("minimum", "f8"),
        ("maximum", "f8"),
        ("default", "f8"),
        ("whole", "i8"),  # whether it goes in steps of 1
    ]
)
VARIANT = np.dtype(
    [
        ("rate", "f8"),  # Hz
        ("size", "i8"),  # bytes of the engine's memory
        ("runs", "i8"),  # address of int32 triples: place, place in the pool, bytes
        ("run_count", "i8"),
        ("pointers", "i8"),  # address of int32: places of words that are the memory's addresses
        ("pointer_count", "i8"),
        ("functions", "i8"),  # address of int32 pairs: place of a word, one of KERNELS
        ("function_count", "i8"),
        ("engine", "i8"),  # places of records, the first of which is at 0
        ("voice", "i8"),
        ("network", "i8"),
        ("motion", "i8"),  # or -1
        ("modulation", "i8"),  # or -1
        ("film", "i8"),  # scales and shifts at both ends of morph, or -1
        ("equaliser_before", "i8"),
        ("equaliser", "i8"),
        ("tail_frames", "i8"),
    ]
)
TEMPLATE = np.dtype(
    [
        ("inputs", "i8"),
        ("controls", "i8"),  # address of CONTROLs
        ("control_count", "i8"),
        ("variants", "i8"),  # address of VARIANTs
        ("variant_count", "i8"),
        ("pool", "i8"),  # address of what runs are taken from
    ]
)
INSTANCE = np.dtype(
    [
        ("template", "i8"),
        ("kernels", "i8"),  # address of the addresses of KERNELS
        ("variant", "i8"),  # address of the one that runs
        ("memory", "i8"),  # address to be freed
        ("room", "i8"),  # bytes of it
        ("base", "i8"),  # address of the engine's memory
        ("rate", "f8"),
        ("film_row", "i8"),  # of the mailbox of scales and shifts, to be written next
        ("fresh", "i8"),  # whether nothing has been played since the memory was made
        ("values", "f8", MOST_CONTROLS),
        ("ports", "i8", MOST_PORTS),  # addresses that a format keeps
    ],
    align=True,
)
