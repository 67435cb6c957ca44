"""What of an engine and of a voice depends on the sample rate, in compiled code. [control-thread]

Memory that was made for one rate becomes, word for word, what it would be if it had been made for
another: that takes no Python, and no memory. A network whose delays are times is another one at
another rate, and takes memory of its own (`kernels.stretching`).

Where there is no Python, the order is: what was made is put in memory; the image of the network is
planned and built in some more, for the rate, and given to the voice; engine and voice are retimed;
the reverb opens its room (`stages.frozen_room`). None of it is for the audio thread.
"""

from __future__ import annotations

import numpy as np
from numba import carray, float64, int64, void

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.entry_call import call_at_rate
from ronn_jack.realtime.engine_state import CONTROLS, ENGINE, GATE_STATE, RAMPS, TARGETS, Control
from ronn_jack.realtime.freeze import SEAM_SECONDS
from ronn_jack.realtime.gate import prepare_gate, settle_gate
from ronn_jack.realtime.kernels.layout import FRAME, WORD
from ronn_jack.realtime.kernels.network import rest_network
from ronn_jack.realtime.kernels.vectors import store_int64
from ronn_jack.realtime.motion.modulation import prepare_modulation
from ronn_jack.realtime.motion.moving_weights import prepare_motion, rest_motion
from ronn_jack.realtime.motion.ramp import RAMP, settle_ramp
from ronn_jack.realtime.motion.stretching import modulate_stretched, move_stretched
from ronn_jack.realtime.voice import VOICE, prepare_voice, rest_voice

LOWEST_RATE = 8_000.0
HIGHEST_RATE = 384_000.0
"""Between which everything is made to work; others are to be refused."""
GLIDE_SECONDS = 0.02
"""Time in which a gain, the mix, bypass or the master reaches its target."""

_METER_SECONDS = 0.3
_RAMP_SIZE = RAMP.itemsize
_GATE = int(Control.GATE)
_DRIVE = int(Control.DRIVE)


@native(int64(float64))
def is_possible_rate(rate: float) -> int:
    """Return whether a sample rate in Hz is one that sounds can be played at."""
    return 1 if LOWEST_RATE <= rate <= HIGHEST_RATE else 0


@native(void(int64, float64))
def prepare_engine(engine: int, rate: float) -> None:
    """Write what of an ENGINE depends on the rate; its stages are as after endless silence."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    e.glide_frames = e.master_frames = int64(np.rint(GLIDE_SECONDS * rate))
    e.freeze_frames = int64(np.rint(SEAM_SECONDS * rate))
    e.meter_decay = -1.0 / (_METER_SECONDS * rate)
    prepare_gate(engine + GATE_STATE, rate)
    call_at_rate(e.begin_before, e.before, rate)
    call_at_rate(e.begin_stages, e.stages, rate)


@native(void(int64))
def rest_engine(engine: int) -> None:
    """Put every control of an ENGINE on its target, after silence."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    for control in range(CONTROLS):
        settle_ramp(engine + RAMPS + control * _RAMP_SIZE, engine + TARGETS + control * 8)
    settle_gate(engine + GATE_STATE, engine + TARGETS + _GATE * 8)
    e.held_drive = e.controls[_DRIVE]


@native(void(int64, float64))
def retime_engine(engine: int, rate: float) -> None:
    """Let an ENGINE that has not run yet be what it would be at another rate, in Hz."""
    prepare_engine(engine, rate)
    rest_engine(engine)


@native(void(int64, int64, int64, float64))
def give_network(voice: int, network: int, stretch: int, rate: float) -> None:
    """Let a VOICE that has not run yet play its network as it is at a rate; then retime it.

    Parameters
    ----------
    network : int64
        Address of the image that `build_network` has made for the rate, which has to stay.
    stretch, rate : int64, float64
        Address of the STRETCH that it was made of, and the sample rate in Hz.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    v.network = network
    if v.modulation != 0:
        modulate_stretched(v.modulation, network)
    if v.motion != 0:
        move_stretched(v.motion, network, stretch, rate)


@native(void(int64, int64, int64, float64))
def retime_voice(voice: int, inputs: int, channels: int, rate: float) -> None:
    """Let a VOICE of a `NetworkImage`, which has not run yet, be what it would be at another rate.

    Parameters
    ----------
    inputs, channels : int64
        Address of as many float32 rows of scratch, MAX_BLOCK long, as the network has inputs.
    rate : float64
        In Hz.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    prepare_voice(voice, rate)
    if v.modulation != 0:
        prepare_modulation(v.modulation, rate)
    if v.motion != 0:
        prepare_motion(v.motion, rate)
        rest_motion(v.motion, int64(0), 0.0)
    rest_network(v.network)
    # What runs for it is the last frame of the silence.
    store_int64(v.network + WORD * FRAME, int64(-1))
    rest_voice(voice, inputs, channels)
    store_int64(v.network + WORD * FRAME, int64(0))
