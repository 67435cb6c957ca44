"""A network that can sound: with its own stages and its level.

Order of use: the control thread makes it, lets it catch up with the present (`Voice.prime`), and
publishes its address; from then on it belongs to the audio thread, until it is retired.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.realtime.compiler.atomics import load_acquire, pointer
from ronn_jack.realtime.compiler.clock import TIMESPEC_BYTES, thread_cpu_ns
from ronn_jack.realtime.compiler.compile import entry, native, shared
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray, float32, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import publish
from ronn_jack.realtime.compiler.memory import aligned_bytes, offset, record
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.level import LEVEL, LevelRecord, prepare_level, run_level
from ronn_jack.realtime.meters.comparison import run_comparison
from ronn_jack.realtime.meters.loudness import LoudnessMeter, run_loudness
from ronn_jack.realtime.mixing import BLEND, BlendRecord, prepare_blend, run_polarity
from ronn_jack.realtime.motion.moving_network import run_moving
from ronn_jack.realtime.output_stage import LARGEST_FLOAT32, widen_finite
from ronn_jack.realtime.playable import Playable
from ronn_jack.realtime.stages.chain import (
    CHAIN,
    prepare_chain,
    run_chain,
    settle_chain,
    stages_of,
)

MAX_CHANNELS = 2
_LARGEST = np.float32(LARGEST_FLOAT32)

VOICE = np.dtype(
    [
        ("process", "i8"),  # address of the network's kernel
        ("network", "i8"),
        ("scratch", "i8"),  # float32 rows of MAX_BLOCK for the network's output
        ("outputs", "i8"),  # rows that are heard
        ("position", "i8"),  # frames of input taken so far
        ("overflows", "i8"),  # non-finite samples that the network gave
        ("fade_frames", "i8"),  # length of the crossfade that brings it in; 0 is none
        ("correlation", "f8"),  # of its output with that of the voice it replaces, 0–1
        ("fade_step", "f8"),  # largest step between two samples in that fade; -1 until its end
        ("late", "i8"),  # set by the audio thread when it came too late to be let in
        ("heard_ns", "i8"),  # when the audio thread let it in, by the monotonic clock
        ("modulation", "i8"),  # address of a MODULATION, or 0
        ("motion", "i8"),  # address of a MOTION, or 0; may come while the voice sounds
        ("blend", BLEND),
        ("stages", CHAIN),
        ("level", LEVEL),  # by which it is as loud as its input
    ],
    align=True,
)
_STAGES = offset(VOICE, "stages")
_LEVEL = offset(VOICE, "level")
_BLEND = offset(VOICE, "blend")
_MOTION = offset(VOICE, "motion")


@shared(void(int64, int64, int64, int64))
def process_voice(voice: int, source: int, result: int, frames: int) -> None:
    """[audio-thread] network → non-finite samples to 0 → stages → level and polarity.

    Parameters
    ----------
    voice : int64
        Address of a VOICE.
    source : int64
        Address of float32 rows, MAX_BLOCK apart: the network's input.
    result : int64
        Address of float64 rows, MAX_BLOCK apart.
    frames : int64
        At most MAX_BLOCK.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    motion = load_acquire(voice + _MOTION)
    done = 0
    while done < frames:
        ahead = 4 * done
        done += run_moving(
            v.process, v.network, v.modulation, motion, v.position + done,
            source + ahead, v.scratch + ahead, frames - done,
        )  # fmt: skip
    v.overflows += widen_finite(v.outputs, v.scratch, result, frames)
    run_chain(voice + _STAGES, v.outputs, result, frames)
    run_level(voice + _LEVEL, motion, v.position, result, v.outputs, frames)
    run_polarity(voice + _BLEND, result, v.outputs, frames)
    v.position += frames


@shared(void(int64, int64, int64, int64, int64, int64, int64, int64))
def run_over_history(
    voice: int,
    history: int,
    capacity: int,
    channels: int,
    end: int,
    inputs: int,
    result: int,
    meter: int,
) -> None:
    """[any-thread] Let a voice take the recorded input from its position up to `end`.

    Parameters
    ----------
    history : int64
        Address of float32 rows of `capacity` frames, written in a ring.
    channels : int64
        Rows of the history.
    end : int64
        Position, in frames since the start, before which to stop.
    inputs, result : int64
        Addresses of scratch: `channels` float32 rows and MAX_CHANNELS float64 rows of MAX_BLOCK.
    meter : int64
        Address of a LOUDNESS that measures the output, or 0.
    """
    v = carray(pointer(voice), (1,), VOICE)[0]
    while v.position < end:
        place = v.position % capacity
        frames = min(MAX_BLOCK, end - v.position, capacity - place)
        for channel in range(channels):
            row = carray(pointer(inputs + channel * MAX_BLOCK * 4), (frames,), np.float32)
            past = carray(
                pointer(history + (channel * capacity + place) * 4), (frames,), np.float32
            )
            for t in range(frames):
                row[t] = past[t]
        process_voice(voice, inputs, result, frames)
        if meter != 0:
            run_loudness(meter, result, MAX_BLOCK, frames)
            run_comparison(meter, channels, inputs, result, MAX_BLOCK, frames)


@entry(void(int64, int64, int64, int64, int64, int64, int64, int64))
def _prime(
    voice: int,
    history: int,
    capacity: int,
    channels: int,
    end: int,
    inputs: int,
    result: int,
    meter: int,
) -> None:
    mode = set_flush_to_zero()
    run_over_history(voice, history, capacity, channels, end, inputs, result, meter)
    restore_float_mode(mode)


@entry(int64(int64, int64, int64, int64, int64, int64, int64, int64))
def _time_blocks(
    voice: int,
    noise: int,
    length: int,
    channels: int,
    block: int,
    inputs: int,
    result: int,
    timespec: int,
) -> int:
    """Return the processor time, in ns, that a voice takes for `length` frames in blocks."""
    mode = set_flush_to_zero()
    v = carray(pointer(voice), (1,), VOICE)[0]
    begin = thread_cpu_ns(timespec)
    done = 0
    while done < length:
        end = v.position + min(block, length - done)
        run_over_history(voice, noise, length, channels, end, inputs, result, 0)
        done += block
    spent: int = thread_cpu_ns(timespec) - begin
    restore_float_mode(mode)
    return spent


@native(void(int64, float64))
def prepare_voice(voice: int, rate: float) -> None:
    """[control-thread] Write what of a VOICE depends on the sample rate; then settle it."""
    prepare_chain(voice + _STAGES, rate)
    prepare_level(voice + _LEVEL, rate)
    prepare_blend(voice + _BLEND, rate)


@entry(void(int64, float64))
def _prepare(voice: int, rate: float) -> None:
    prepare_voice(voice, rate)


@native(void(int64, int64, int64))
def rest_voice(voice: int, inputs: int, channels: int) -> None:
    """[control-thread] Put the stages where the network's response to endless silence leaves them.

    Parameters
    ----------
    inputs : int64
        Address of scratch: as many float32 rows of MAX_BLOCK as the network has inputs.
    channels : int64
        How many those are.
    """
    mode = set_flush_to_zero()
    v = carray(pointer(voice), (1,), VOICE)[0]
    for channel in range(channels):
        carray(pointer(inputs + channel * MAX_BLOCK * 4), (1,), np.float32)[0] = 0.0
    call_entry(v.process, v.network, inputs, MAX_BLOCK, v.scratch, MAX_BLOCK, 1)
    for channel in range(v.outputs):
        rest = carray(pointer(v.scratch + channel * MAX_BLOCK * 4), (1,), np.float32)[0]
        if not abs(rest) <= _LARGEST:
            rest = float32(0.0)
        settle_chain(voice + _STAGES, channel, float64(rest))
    restore_float_mode(mode)


@entry(void(int64, int64, int64))
def settle_voice(voice: int, inputs: int, channels: int) -> None:
    """[control-thread] As `rest_voice`."""
    rest_voice(voice, inputs, channels)


class Voice:
    """[control-thread] A network with its output stage, ready to be published to an engine.

    Parameters
    ----------
    model : Model
        What the network is.
    network : Playable
        The network in memory, which is the voice's from now on.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, model: Model, network: Playable, rate: float) -> None:
        self.model = model
        self.network = network
        self.rate = rate
        self._scratch = aligned_bytes(network.outputs * MAX_BLOCK * 4)
        self._inputs = aligned_bytes(model.inputs * MAX_BLOCK * 4)
        self._result = aligned_bytes(MAX_CHANNELS * MAX_BLOCK * 8)
        self._timespec = aligned_bytes(TIMESPEC_BYTES)
        self._record, self.address = record(VOICE)
        fields = self._record
        fields.process = network.process
        fields.network = network.address
        fields.modulation = network.modulation
        fields.motion = network.motion
        fields.scratch = self._scratch.ctypes.data
        fields.outputs = model.outputs
        self.level = LevelRecord(fields.level, self.address + _LEVEL, rate)
        """By which it is as loud as its input."""
        self.blend = BlendRecord(fields.blend)
        """How it mixes with the dry signal."""
        self._stages = stages_of(model.rules)
        for stage in self._stages:
            for name, value in stage.fields().items():
                fields.stages[0][stage.name][name] = value
        _prepare.ctypes(self.address, rate)
        self._settle()

    @property
    def run_up_frames(self) -> int:
        """Frames of input after which it is as if it had always run."""
        memory = sum(stage.memory_frames(self.rate) for stage in self._stages)
        return self.model.receptive_field + memory

    @property
    def position(self) -> int:
        """Frames of input taken so far."""
        return int(self._record.position[0])

    @property
    def late(self) -> bool:
        """Whether the audio thread turned it away because the present had moved on."""
        return bool(self._record.late[0])

    @property
    def heard_at(self) -> float:
        """When the audio thread let it in, as `time.monotonic()`; 0 before."""
        return int(self._record.heard_ns[0]) * 1e-9

    @property
    def fade_step(self) -> float | None:
        """Largest step between two wet samples in the fade that brought it in, once it is over."""
        step = float(self._record.fade_step[0])
        return step if step >= 0.0 else None

    @property
    def overflows(self) -> bool:
        """Whether the network has given a sample that is not finite."""
        return bool(self._record.overflows[0])

    def set_fade(self, frames: int, correlation: float) -> None:
        """Set how it comes in: the crossfade's length, and how alike the two outputs are."""
        self._record.fade_frames = frames
        self._record.correlation = correlation
        self._record.fade_step = -1.0 if frames else 0.0

    def begin_levels(self, drives: int) -> None:
        """Begin at the level of where the controls are, drive in each frame at `drives`."""
        self._record.level[0]["drives"] = drives
        self._record.level[0]["fresh"] = 1

    @property
    def moves(self) -> bool:
        """Whether the network's weights can move by now."""
        return self.network.motion != 0

    def let_move(self, expression: Expression) -> None:
        """Let the weights move from now on, beginning there; the voice may sound already."""
        self.network.let_move(expression)
        publish(self.address + _MOTION, self.network.motion)

    def follow(self, expression: Expression) -> None:
        """[any-thread] Glide to an expression; one caller at a time."""
        self.network.follow(expression)
        self.aim_level(expression)

    def aim_level(self, expression: Expression) -> None:
        """[any-thread] Let the level glide to that of an expression."""
        self.level.aim(expression.morph, *expression.point)

    def pin(self, expression: Expression, cycles: float = 0.0) -> None:
        """Be where an expression is, drift after so many cycles, and rest; before it runs."""
        self.network.pin(expression, cycles)
        self._settle()

    def start_at(self, position: int) -> None:
        """Take what comes before `position` (frames since the start) for silence."""
        self.network.start_at(position)
        self._settle()
        self.rejoin_at(position, silent=True)

    def rejoin_at(self, position: int, silent: bool = False) -> None:
        """Go on from `position` with the state that it has, which may be that of silence."""
        self.network.rejoin_at(position, silent)
        self._record.position = position
        self._record.late = 0

    def prime(
        self, history: NDArray[np.float32], end: int, meter: LoudnessMeter | None = None
    ) -> None:
        """Take the input recorded in the ring `history` [shape=(inputs, capacity)] up to `end`.

        Where there is a `meter`, it measures the output.
        """
        if meter is not None:
            meter.reserve(end - self.position)
        _prime.ctypes(
            self.address,
            history.ctypes.data,
            *history.shape[::-1],
            end,
            self._inputs.ctypes.data,
            self._result.ctypes.data,
            meter.address if meter is not None else 0,
        )

    def time_block(self, noise: NDArray[np.float32], block: int) -> float:
        """Return the processor time in s that a block of `block` frames takes.

        Where the weights can move, they do. Runs the voice over `noise` [shape=(inputs, frames)],
        so `start_at` has to follow.
        """
        self.rejoin_at(0, silent=True)
        self.network.set_restless(True)
        spent = _time_blocks.ctypes(
            self.address,
            noise.ctypes.data,
            *noise.shape[::-1],
            block,
            self._inputs.ctypes.data,
            self._result.ctypes.data,
            self._timespec.ctypes.data,
        )
        self.network.set_restless(False)
        return float(spent * 1e-9 * block / noise.shape[1])

    @property
    def last_block(self) -> NDArray[np.float64]:
        """Scratch [shape=(2, MAX_BLOCK)] that holds the output of what it was run over last."""
        return self._result.view(np.float64).reshape(MAX_CHANNELS, MAX_BLOCK)

    def _settle(self) -> None:
        self._record.overflows = 0
        # What runs for it is the last frame of the silence, and nothing of the signal's.
        self.rejoin_at(-1, silent=True)
        settle_voice.ctypes(self.address, self._inputs.ctypes.data, self.model.inputs)
        self.rejoin_at(0, silent=True)
