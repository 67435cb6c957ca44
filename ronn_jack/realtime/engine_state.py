"""The memory that the audio thread and the control thread share."""

from __future__ import annotations

import enum

import numpy as np

from ronn_jack.realtime.compiler.memory import CACHE_LINE, offset
from ronn_jack.realtime.freeze import LOOP
from ronn_jack.realtime.gate import GATE
from ronn_jack.realtime.meters.true_peak import TRUE_PEAK
from ronn_jack.realtime.motion.ramp import RAMP
from ronn_jack.realtime.voice import MAX_CHANNELS


class Control(enum.IntEnum):
    """The targets that glide, by their place in the engine's state."""

    INPUT_GAIN = 0
    OUTPUT_GAIN = 1
    MIX = 2
    BYPASS = 3
    MASTER = 4
    FREEZE = 5
    DRY = 6
    """Set by the audio thread alone: 1 while it has dropped an overloading voice."""
    GATE = 7
    CORRELATION = 8
    """Of the current voice with the dry signal; set by the audio thread alone, as the next."""
    KNOWN = 9
    DRIVE = 10
    NETWORK = 11
    """How far the networks are heard, and not what they are given."""
    REVERB = 12
    REVERB_MIX = 13


CONTROLS = len(Control)


def _line(name: str) -> list[tuple[str, str] | tuple[str, str, int]]:
    """Return an int64 field that has a cache line to itself, since two threads write around it."""
    return [(name, "i8"), (f"{name}_line", "u1", CACHE_LINE - 8)]


ENGINE = np.dtype(
    [
        *_line("pending"),  # a voice that waits to be let in
        *_line("retired"),  # a voice that has faded out, or came too late
        *_line("dropped"),  # a voice that overloaded the thread
        *_line("release"),  # set to ask that the current voice fade out
        *_line("position"),  # frames taken since the start
        ("controls", "f8", CONTROLS),
        ("master_frames", "i8"),  # length of the next glide of MASTER
        ("release_frames", "i8"),  # length of the fade that `release` asks for
        ("freewheel", "i8"),  # no deadline holds: a voice may come in however late
        ("gap_frames", "i8"),  # input that the thread may let the pending voice catch up
        ("inputs", "i8"),
        ("outputs", "i8"),
        ("glide_frames", "i8"),
        ("freeze_frames", "i8"),  # length of a glide of FREEZE
        ("meter_decay", "f8"),  # factor per frame, as a natural logarithm
        ("history", "i8"),  # float32 rows: the network's recent input
        ("capacity", "i8"),
        ("dry_history", "i8"),  # float32 rows: the raw input, held as the network's is
        ("dry_capacity", "i8"),
        ("held", "i8"),  # scratch row for it
        ("held_drive", "f8"),  # gain of DRIVE that what is frozen has passed
        ("wet_history", "i8"),  # float32 rows: what the networks gave recently, faded and levelled
        ("output_history", "i8"),  # float32 rows as long: what went to the output ports
        ("wet_capacity", "i8"),
        ("dry", "i8"),  # scratch rows of MAX_BLOCK: float32 input, non-finite samples zeroed
        ("driven", "i8"),  # float32 input of the network
        ("wet", "i8"),  # float64 output of the current voice
        ("leaving", "i8"),  # float64 output of the voice that fades out
        ("glides", "i8"),  # float64 values of the controls
        ("run_before", "i8"),  # address of the run through the stages before the networks
        ("begin_before", "i8"),  # address of what makes them ready for a sample rate
        ("before", "i8"),  # address of their states
        ("run_stages", "i8"),  # address of the run through the engine's own stages, or 0
        ("begin_stages", "i8"),  # address of what makes those ready
        ("stages", "i8"),  # address of their states
        ("heard", "f8"),  # where NETWORK goes: a voice that has rested is to catch up first
        ("resting", "i8"),  # whether no voice runs, since none is heard
        ("current", "i8"),
        ("previous", "i8"),  # the voice that fades out, or 0
        ("fade_frames", "i8"),
        ("fade_left", "i8"),
        ("fade_correlation", "f8"),
        ("fade_step", "f8"),  # largest step between two wet samples in the fade under way
        ("last_wet", "f8", MAX_CHANNELS),
        ("blended", "i8"),  # whether a voice has told how it mixes with the dry signal
        ("busy_blocks", "i8"),  # consecutive blocks that took more than their period
        ("overloads", "i8"),
        ("level_in", "f8"),
        ("level_out", "f8"),
        ("true_peak", "f8"),
        ("timespec", "i8", 2),
        ("loop", "u1", LOOP.itemsize),
        ("gate", GATE),
        ("peaks", "u1", MAX_CHANNELS * TRUE_PEAK.itemsize),
        ("ramps", "u1", CONTROLS * RAMP.itemsize),
    ],
    align=True,
)

PENDING = offset(ENGINE, "pending")
RETIRED = offset(ENGINE, "retired")
DROPPED = offset(ENGINE, "dropped")
RELEASE = offset(ENGINE, "release")
POSITION = offset(ENGINE, "position")
TARGETS = offset(ENGINE, "controls")
HEARD = offset(ENGINE, "heard")
TIMESPEC = offset(ENGINE, "timespec")
LOOP_STATE = offset(ENGINE, "loop")
GATE_STATE = offset(ENGINE, "gate")
PEAKS = offset(ENGINE, "peaks")
RAMPS = offset(ENGINE, "ramps")
