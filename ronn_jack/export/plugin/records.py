"""The memory of a plugin: what all instances read, and what each has of its own.

A TEMPLATE tells of the sound: its controls, the engine's memory, what the network is laid out of at
a sample rate, and its room. It is a constant in the library. An INSTANCE lies in memory that the
host's thread allocates.
"""

from __future__ import annotations

import enum

import numpy as np

from ronn_jack.realtime.compiler.mailbox import ROWS

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
        ("defaults", "i8"),  # address of float64: where it has the controls
        ("voice", "i8"),  # places of records
        ("motion", "i8"),
        ("modulation", "i8"),  # or -1
        ("film", "i8"),  # scales and shifts at both ends of morph, or -1
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
        ("size", "i8"),  # bytes of the engine's memory with the largest of the networks
        ("own", "i8"),  # place from which on all belongs to the network, and not to the engine
        ("pool", "i8"),  # address of what runs are taken from
        ("engine", "i8"),  # places of records, the first of which is at 0
        ("reverb", "i8"),
        ("equalising", "i8"),  # or -1
        ("words_bytes", "i8"),  # of the words of the network that has most of them
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
        ("words", "i8"),  # address of the first slot's words, with places for addresses
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
        ("made", "i8"),  # of the one that sounds or is about to
        ("slot", "i8"),  # 0 or 1: where that lies
        ("free", "i8"),  # whether the engine has left the other slot
        ("late", "i8"),  # whether the network there is right but for the last input
        ("beside", "i8"),  # whether a network runs there beside the other, without a worker
        ("begun", "i8"),  # the frame from which on it does
        ("given", "i8"),  # whether a worker has the other slot
        ("unmoved", "i8"),  # whether controls have been moved since that move networks
        ("number", "i8"),  # of the network that it is to make
        ("job", "i8"),  # 1 until a worker begins
        ("answer", "i8"),  # 0 until it has done
        ("outdated", "i8"),  # whether the answer is to be forgotten
        ("leave", "i8"),  # whether workers are to leave what they do
        ("longest", "i8"),  # frames of input that a network may remember
        ("history", "i8"),  # as the engine has them
        ("capacity", "i8"),
        ("wet_history", "i8"),
        ("wet_capacity", "i8"),
        ("compared", "i8"),  # frames of the two networks of which there are these sums:
        ("alike", "f8"),  # of products of the one with the other
        ("power", "f8"),  # of squares of the next one
        ("past_power", "f8"),  # of squares of what sounded
        ("values", "f8", MOST_CONTROLS),
        ("loads", "i8"),  # states that the host has loaded
        ("heeded", "i8"),  # the last of them that the audio thread has gone to
        ("waiting", "i8"),  # a mailbox's slot: which row of states waits for it
        ("written", "i8"),  # the row that was written last, and
        ("writes", "i8"),  # the one to write next
        ("reads", "i8"),  # the one that was read last
        ("load_numbers", "i8", ROWS),  # which of the loads each row is of
        ("load_values", "f8", ROWS * MOST_CONTROLS),  # no number where a control is to stay
        ("ports", "i8", MOST_PORTS),  # addresses that a format keeps
        ("schedule", "i8"),  # of LV2's worker: the host's function, or 0
        ("schedule_handle", "i8"),  # and what that is called with
        ("asked", "i8"),  # whether it was asked for work that has not begun
    ],
    align=True,
)
