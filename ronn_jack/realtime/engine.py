"""The signal path of the node, from input ports to output ports, one block at a time.

input → non-finite samples to 0 → input gain → network → high-pass → level → output gain → mix with
the dry input → guard. The control thread speaks to it through single aligned stores (controls) and
two one-deep slots for voices: it puts the newest into `pending` and takes what the audio thread has
finished with out of `retired`. Nothing is allocated or freed on the audio thread.
"""

from __future__ import annotations

import enum
import math

import numpy as np
from numba import carray, int64, void
from numpy.typing import NDArray

from ronn_jack.realtime.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compile import entry, native
from ronn_jack.realtime.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.memory import CACHE_LINE, aligned_bytes, offset, record
from ronn_jack.realtime.network import MAX_BLOCK
from ronn_jack.realtime.output_stage import guard
from ronn_jack.realtime.ramp import RAMP, run_ramp, settle_ramp
from ronn_jack.realtime.voice import MAX_CHANNELS, VOICE, Voice, process_voice, run_over_history
from ronn_jack.units import gain_to_decibels

HISTORY_SECONDS = 75.0
"""Input kept for priming: the longest receptive field (60 s) and a margin to work in."""
GLIDE_SECONDS = 0.02
"""Time in which a gain, the mix, bypass or the master reaches its target."""
PANIC_FRAMES = 32
_METER_SECONDS = 0.3
_LATE_BLOCKS = 2
"""Blocks that the audio thread itself may catch up when it lets a voice in."""


class Control(enum.IntEnum):
    """The targets that glide, by their place in the engine's state."""

    INPUT_GAIN = 0
    OUTPUT_GAIN = 1
    MIX = 2
    BYPASS = 3
    MASTER = 4


_INPUT_GAIN, _OUTPUT_GAIN, _MIX, _BYPASS, _MASTER = (int(control) for control in Control)
_CONTROLS = len(Control)


def _line(name: str) -> list[tuple[str, str] | tuple[str, str, int]]:
    """Return an int64 field that has a cache line to itself, since two threads write around it."""
    return [(name, "i8"), (f"{name}_line", "u1", CACHE_LINE - 8)]


ENGINE = np.dtype(
    [
        *_line("pending"),
        *_line("retired"),
        *_line("position"),  # frames taken since the start
        ("controls", "f8", _CONTROLS),
        ("master_frames", "i8"),  # length of the next glide of MASTER
        ("freewheel", "i8"),  # no deadline holds: a voice may come in however late
        ("inputs", "i8"),
        ("outputs", "i8"),
        ("glide_frames", "i8"),
        ("meter_decay", "f8"),  # factor per frame, as a natural logarithm
        ("history", "i8"),
        ("capacity", "i8"),
        ("dry", "i8"),  # scratch rows of MAX_BLOCK: float32 input, non-finite samples zeroed
        ("driven", "i8"),  # float32 input of the network
        ("wet", "i8"),  # float64 output of the current voice
        ("leaving", "i8"),  # float64 output of the voice that fades out
        ("glides", "i8"),  # float64 values of the controls
        ("current", "i8"),
        ("previous", "i8"),  # the voice that fades out, or 0
        ("fade_left", "i8"),
        ("level_in", "f8"),
        ("level_out", "f8"),
        ("ramps", "u1", _CONTROLS * RAMP.itemsize),
    ],
    align=True,
)
_PENDING = offset(ENGINE, "pending")
_RETIRED = offset(ENGINE, "retired")
_POSITION = offset(ENGINE, "position")
_TARGETS = offset(ENGINE, "controls")
_RAMPS = offset(ENGINE, "ramps")
_RAMP_SIZE = RAMP.itemsize


@native(void(int64, int64))
def _take_pending(engine: int, frames: int) -> None:
    """[audio-thread] Let the newest voice in, unless a fade is running or it came too late."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    if e.previous != 0 or load_acquire(engine + _RETIRED) != 0:
        return
    incoming = exchange(engine + _PENDING, 0)
    if incoming == 0:
        return
    v = carray(pointer(incoming), (1,), VOICE)[0]
    if e.position - v.position > _LATE_BLOCKS * frames and e.freewheel == 0:
        v.late = 1
        store_release(engine + _RETIRED, incoming)
        return
    run_over_history(incoming, e.history, e.capacity, e.inputs, e.position, e.driven, e.leaving)
    e.previous = e.current
    e.current = incoming
    e.fade_left = v.fade_frames if e.previous != 0 else 0


@native(void(int64, int64, int64, int64, int64))
def _take_input(engine: int, in_1: int, in_2: int, start: int, frames: int) -> None:
    """[audio-thread] Fill the dry and driven rows and the history from the ports."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    gain = carray(pointer(e.glides + _INPUT_GAIN * MAX_BLOCK * 8), (frames,), np.float64)
    place = e.position % e.capacity
    until_wrap = min(frames, e.capacity - place)
    peak = 0.0
    for channel in range(e.inputs):
        source = in_1 if channel == 0 else in_2
        x = carray(pointer(source + start * 4), (frames,), np.float32)
        dry = carray(pointer(e.dry + channel * MAX_BLOCK * 4), (frames,), np.float32)
        driven = carray(pointer(e.driven + channel * MAX_BLOCK * 4), (frames,), np.float32)
        row = e.history + channel * e.capacity * 4
        ahead = carray(pointer(row + place * 4), (until_wrap,), np.float32)
        wrapped = carray(pointer(row), (frames - until_wrap,), np.float32)
        for t in range(frames):
            v = x[t]
            if not abs(v) <= np.float32(3.4028235e38):
                v = np.float32(0.0)
            dry[t] = v
            driven[t] = np.float32(v * gain[t])
            peak = max(peak, abs(v))
        for t in range(until_wrap):
            ahead[t] = driven[t]
        for t in range(until_wrap, frames):
            wrapped[t - until_wrap] = driven[t]
    e.level_in = max(peak, e.level_in * math.exp(e.meter_decay * frames))


@native(void(int64, int64))
def _run_voices(engine: int, frames: int) -> None:
    """[audio-thread] Fill the wet rows: the current voice, crossfaded with the one that leaves."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    if e.current == 0:
        wet[: e.outputs, :frames] = 0.0
        return
    process_voice(e.current, e.driven, e.wet, frames)
    if e.previous == 0:
        return
    process_voice(e.previous, e.driven, e.leaving, frames)
    leaving = carray(pointer(e.leaving), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    length = carray(pointer(e.current), (1,), VOICE)[0].fade_frames
    fading = min(frames, e.fade_left)
    done = length - e.fade_left
    for channel in range(e.outputs):
        for t in range(fading):
            share = (done + t + 1) / length
            wet[channel, t] = share * wet[channel, t] + (1.0 - share) * leaving[channel, t]
    e.fade_left -= fading
    if e.fade_left == 0:
        store_release(engine + _RETIRED, e.previous)
        e.previous = 0


@native(void(int64, int64, int64, int64, int64))
def _give_output(engine: int, out_1: int, out_2: int, start: int, frames: int) -> None:
    """[audio-thread] Mix wet and dry, guard, bypass and master, into the ports."""
    e = carray(pointer(engine), (1,), ENGINE)[0]
    wet = carray(pointer(e.wet), (MAX_CHANNELS, MAX_BLOCK), np.float64)
    dry = carray(pointer(e.dry), (MAX_CHANNELS, MAX_BLOCK), np.float32)
    glides = carray(pointer(e.glides), (_CONTROLS, MAX_BLOCK), np.float64)
    peak = 0.0
    for channel in range(e.outputs):
        target = out_1 if channel == 0 else out_2
        out = carray(pointer(target + start * 4), (frames,), np.float32)
        for t in range(frames):
            if e.inputs == 1:
                d = float(dry[0, t])
            elif e.outputs == 1:
                d = 0.5 * (float(dry[0, t]) + float(dry[1, t]))
            else:
                d = float(dry[channel, t])
            mix = glides[_MIX, t]
            y = guard(mix * glides[_OUTPUT_GAIN, t] * wet[channel, t] + (1.0 - mix) * d)
            bypass = glides[_BYPASS, t]
            if bypass > 0.0:
                y = (1.0 - bypass) * y + bypass * min(1.0, max(-1.0, d))
            y *= glides[_MASTER, t]
            out[t] = np.float32(y)
            peak = max(peak, abs(y))
    e.level_out = max(peak, e.level_out * math.exp(e.meter_decay * frames))


@native(void(int64, int64, int64, int64, int64, int64))
def process_engine(engine: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """[audio-thread] Process one block of any length.

    Parameters
    ----------
    engine : int64
        Address of an ENGINE.
    in_1, in_2, out_1, out_2 : int64
        Addresses of float32 [shape=(frames,)]; those of channels that the engine does not have
        are ignored.
    """
    e = carray(pointer(engine), (1,), ENGINE)[0]
    _take_pending(engine, frames)
    done = 0
    while done < frames:
        step = min(MAX_BLOCK, frames - done)
        for control in range(_CONTROLS):
            run_ramp(
                engine + _RAMPS + control * _RAMP_SIZE,
                engine + _TARGETS + control * 8,
                e.master_frames if control == _MASTER else e.glide_frames,
                e.glides + control * MAX_BLOCK * 8,
                step,
            )
        _take_input(engine, in_1, in_2, done, step)
        _run_voices(engine, step)
        _give_output(engine, out_1, out_2, done, step)
        store_release(engine + _POSITION, e.position + step)
        done += step


@entry(void(int64, int64, int64, int64, int64, int64))
def _process_block(engine: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    mode = set_flush_to_zero()
    process_engine(engine, in_1, in_2, out_1, out_2, frames)
    restore_float_mode(mode)


@entry(int64(int64, int64))
def _swap_slot(slot: int, voice: int) -> int:
    waiting: int = exchange(slot, voice)
    return waiting


@entry(void(int64))
def _settle_ramps(engine: int) -> None:
    for control in range(_CONTROLS):
        settle_ramp(engine + _RAMPS + control * _RAMP_SIZE, engine + _TARGETS + control * 8)


class Engine:
    """[control-thread] The engine's memory, and the only door to it.

    Parameters
    ----------
    inputs, outputs : int
        Channels, 1 or 2 each.
    rate : float
        Sample rate in Hz.
    history_seconds : float
        How much recent input is kept for priming voices.
    """

    def __init__(
        self, inputs: int, outputs: int, rate: float, history_seconds: float = HISTORY_SECONDS
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.rate = rate
        self._record, self.address = record(ENGINE)
        capacity = max(MAX_BLOCK, math.ceil(history_seconds * rate))
        memory = aligned_bytes(inputs * capacity * 4).view(np.float32)
        self._history: NDArray[np.float32] = memory.reshape(inputs, capacity)
        rows = {"dry": 4, "driven": 4, "wet": 8, "leaving": 8}
        self._scratch = {
            name: aligned_bytes(MAX_CHANNELS * MAX_BLOCK * size) for name, size in rows.items()
        }
        self._scratch["glides"] = aligned_bytes(_CONTROLS * MAX_BLOCK * 8)
        fields = self._record
        for name, block in self._scratch.items():
            fields[name] = block.ctypes.data
        fields.inputs = inputs
        fields.outputs = outputs
        fields.history = self._history.ctypes.data
        fields.capacity = capacity
        fields.glide_frames = fields.master_frames = round(GLIDE_SECONDS * rate)
        fields.meter_decay = -1.0 / (_METER_SECONDS * rate)
        for control in (Control.INPUT_GAIN, Control.OUTPUT_GAIN, Control.MIX):
            self.set(control, 1.0)
        self._voices: dict[int, Voice] = {}

    def set(self, control: Control, target: float) -> None:
        """Let a control glide to `target`: a gain as an amplitude ratio, mix and bypass 0–1."""
        self._record.controls[0, control] = target

    def set_master(self, target: float, frames: int | None = None) -> None:
        """Let the master gain glide to `target` (0–1) within `frames`."""
        self._record.master_frames = frames or round(GLIDE_SECONDS * self.rate)
        self.set(Control.MASTER, target)

    def settle(self) -> None:
        """Put every control on its target at once; only while no audio runs."""
        _settle_ramps.ctypes(self.address)

    def publish(self, voice: Voice) -> Voice | None:
        """Hand a voice to the audio thread; return the one it replaces unheard, if any."""
        self._voices[voice.address] = voice
        return self._voices.pop(_swap_slot.ctypes(self.address + _PENDING, voice.address), None)

    def collect(self) -> Voice | None:
        """Take back a voice that the audio thread has finished with, or turned away as late."""
        return self._voices.pop(_swap_slot.ctypes(self.address + _RETIRED, 0), None)

    def is_current(self, voice: Voice) -> bool:
        """Whether the audio thread has let this voice in and no later one."""
        return int(self._record.current[0]) == voice.address

    def prime(self, voice: Voice, end: int) -> bool:
        """Let a voice take the recorded input up to `end`.

        Returns
        -------
        bool
            False if the recording was overwritten while it was read; the voice is spoilt then.
        """
        start = voice.position
        voice.prime(self._history, end)
        return self.position - start <= int(self._history.shape[1]) - MAX_BLOCK

    @property
    def fading(self) -> bool:
        """Whether a crossfade is running."""
        return int(self._record.previous[0]) != 0

    @property
    def recorded_frames(self) -> int:
        """Frames of recent input that a voice may be primed with, with a second to work in."""
        return max(0, int(self._history.shape[1]) - math.ceil(self.rate))

    @property
    def position(self) -> int:
        """Frames processed since the start."""
        return int(self._record.position[0])

    @property
    def level_in(self) -> float:
        """Peak level of the input in dBFS, falling back with a time constant of 0.3 s."""
        return gain_to_decibels(float(self._record.level_in[0]))

    @property
    def level_out(self) -> float:
        """Peak level of the output in dBFS, falling back with a time constant of 0.3 s."""
        return gain_to_decibels(float(self._record.level_out[0]))

    def process(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Process a block offline, on the calling thread and without the GIL.

        Parameters
        ----------
        x : ndarray [shape=(inputs, frames), float32]

        Returns
        -------
        ndarray [shape=(outputs, frames), float32]
        """
        x = np.ascontiguousarray(x, np.float32)
        frames = x.shape[1]
        y = np.empty((self.outputs, frames), np.float32)
        _process_block.ctypes(
            self.address,
            x[0].ctypes.data,
            x[-1].ctypes.data,
            y[0].ctypes.data,
            y[-1].ctypes.data,
            frames,
        )
        return y
