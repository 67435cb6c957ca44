"""The memory of a plugin: what all instances read, and what each has of its own.

A TEMPLATE tells of the sound: its controls, the engine's memory, what the network is laid out of at
a sample rate, and its room. It is a constant in the library. An INSTANCE lies in memory that the
host's thread allocates.
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
    SEED = 6
    """Which network of a bank is wanted."""
    EQ_SWITCH = 7
    EQ_ASKED = 8
    """What the equaliser's model is asked, as it is."""
    EQ_ROW = 9
    """A number of its bands."""
    EQ_LOGARITHM = 10
    """A number of its bands that they have by its logarithm."""
    NOTHING = 11


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
NETWORK = np.dtype(
    [
        ("runs", "i8"),  # address of int32 triples: place, place in the pool, bytes
        ("run_count", "i8"),
        ("pointers", "i8"),  # address of int32: places of words that are the memory's addresses
        ("pointer_count", "i8"),
        ("functions", "i8"),  # address of int32 pairs: place of a word, one of KERNELS
        ("function_count", "i8"),
        ("stretch", "i8"),  # address of a STRETCH, of which it is laid out
    ]
)
"""The engine's memory with one of a bank's networks."""
TEMPLATE = np.dtype(
    [
        ("inputs", "i8"),
        ("controls", "i8"),  # address of CONTROLs
        ("control_count", "i8"),
        ("bank", "i8"),  # address of NETWORKs
        ("networks", "i8"),  # how many there are
        ("size", "i8"),  # bytes of the engine's memory
        ("own", "i8"),  # place from which on all belongs to the network, and not to the engine
        ("pool", "i8"),  # address of what runs are taken from
        ("engine", "i8"),  # places of records, the first of which is at 0
        ("voice", "i8"),
        ("motion", "i8"),
        ("modulation", "i8"),  # or -1
        ("film", "i8"),  # scales and shifts at both ends of morph, or -1
        ("reverb", "i8"),
        ("equalising", "i8"),  # or -1
        ("words_bytes", "i8"),  # of a network's words
        ("room", "i8"),  # address of a response's float32 [shape=(2, room_frames)], or 0
        ("room_frames", "i8"),
        ("room_rate", "f8"),  # Hz
        ("settling_seconds", "f8"),  # in which the stages forget
    ]
)
INSTANCE = np.dtype(
    [
        ("template", "i8"),
        ("kernels", "i8"),  # address of the addresses of KERNELS
        ("words", "i8"),  # address of the network's words, with places for addresses
        ("memory", "i8"),  # address to be freed
        ("bytes", "i8"),  # of it
        ("base", "i8"),  # address of the engine's memory
        ("images", "i8"),  # of the first slot's image of a network
        ("image_bytes", "i8"),  # of each, in whole cache lines
        ("convolver", "i8"),  # that the reverb's room has
        ("rate", "f8"),
        ("fresh", "i8"),  # whether nothing has been played since the memory was made
        ("moved", "i8"),  # whether a network or the equaliser has been moved since
        ("film_rows", "i8", 2),  # of each slot's mailbox of scales and shifts: the next to write
        ("numbers", "i8", 2),  # of the networks in the slots
        ("slot_bytes", "i8"),  # of a bank: distance between the memories of two networks
        ("wanted", "i8"),  # number of the network that a control asks for
        ("made", "i8"),  # of the one that was made last, and sounds or is about to
        ("slot", "i8"),  # 0 or 1: where that lies
        ("free", "i8"),  # whether the other slot is
        ("beside", "i8"),  # whether a network runs there beside the other, without a worker
        ("begun", "i8"),  # the frame from which on it does
        ("working", "i8"),  # whether a worker is at the other slot
        ("leave", "i8"),  # whether it is to leave it
        ("values", "f8", MOST_CONTROLS),
        ("ports", "i8", MOST_PORTS),  # addresses that a format keeps
        ("schedule", "i8"),  # of LV2's worker: the host's function, or 0
        ("schedule_handle", "i8"),  # and what that is called with
        ("asked", "i8"),  # whether it was asked for work that has not begun
    ],
    align=True,
)
