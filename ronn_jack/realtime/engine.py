"""[control-thread] The engine: the signal path's memory, and the only door to it.

The control thread speaks to the audio thread through single aligned stores (controls) and one-deep
slots: it puts the newest voice into `pending` and takes what the audio thread has finished with out
of `retired` and `dropped`. Nothing is allocated or freed on the audio thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.latent.equaliser import EqSettings
from ronn_jack.realtime.compiler.atomics import exchange
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import float64, int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, record
from ronn_jack.realtime.engine_readings import EngineReadings
from ronn_jack.realtime.engine_stages import EngineStages, Position
from ronn_jack.realtime.engine_state import (
    CONTROLS,
    DROPPED,
    ENGINE,
    LOOP_STATE,
    PENDING,
    RELEASE,
    RETIRED,
    Control,
)
from ronn_jack.realtime.freeze import (
    LONGEST_SECONDS,
    LOOP,
    PAD_ROWS,
    PAD_WAITS,
    SHORTEST_SECONDS,
)
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.meters.loudness import LoudnessMeter
from ronn_jack.realtime.retiming import prepare_engine, rest_engine
from ronn_jack.realtime.rings import from_ring, rows_of
from ronn_jack.realtime.signal_path import process_engine
from ronn_jack.realtime.stages.equaliser import GLIDE_SECONDS as EQUALISING_SECONDS
from ronn_jack.realtime.stages.stage import Stage
from ronn_jack.realtime.voice import MAX_CHANNELS, Voice

ANY_GAP = 2**62
"""Frames that no voice lags behind by: it may catch up as much as the audio thread allows."""

HISTORY_SECONDS = 75.0
"""Input kept for priming: the longest receptive field (60 s) and a margin to work in."""
DRY_SECONDS = 15.0
"""Raw input kept: what a level is found on (5 s) after a run-up of 8 s at most, and a margin."""
PANIC_FRAMES = 32
WET_SECONDS = 2.0
"""Output kept: the networks', to tell how alike and how loud they are, and the node's own."""

_WORK_SECONDS = 1.0
"""Part of the history that is left for priming to take its time in."""
_DRIVING = (Control.INPUT_GAIN, Control.DRIVE)
"""Controls that the networks' input passes."""
_AT_ONE = (*_DRIVING, Control.OUTPUT_GAIN, Control.MIX, Control.NETWORK)
"""Controls that begin at 1."""


@entry(void(int64, int64, int64, int64, int64, int64))
def process_block(engine: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """[audio-thread] As `process_engine`, with denormals flushed."""
    mode = set_flush_to_zero()
    process_engine(engine, in_1, in_2, out_1, out_2, frames)
    restore_float_mode(mode)


@entry(int64(int64, int64))
def _swap_slot(slot: int, voice: int) -> int:
    waiting: int = exchange(slot, voice)
    return waiting


@entry(void(int64))
def settle_controls(engine: int) -> None:
    """[any-thread] Put every control on its target at once, after silence."""
    rest_engine(engine)


@entry(void(int64, float64))
def _prepare(engine: int, rate: float) -> None:
    prepare_engine(engine, rate)


class Engine(EngineStages, EngineReadings):
    """The node's signal path with its memory.

    Parameters
    ----------
    inputs, outputs : int
        Channels, 1 or 2 each.
    rate : float
        Sample rate in Hz.
    history_seconds : float
        How much recent input is kept for priming voices.
    output_seconds : float
        How much recent output is kept for those who measure it or show it.
    stages : sequence of Stage
        What the wet signal passes whichever network sounds, after its level and the equaliser.

    Attributes
    ----------
    driven_since : int
        Position from which on the networks' input has passed its gains and the equaliser as they
        are now, or as what is frozen has passed them.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rate: float,
        history_seconds: float = HISTORY_SECONDS,
        output_seconds: float = WET_SECONDS,
        stages: Sequence[Stage] = (),
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.driven_since = 0
        self._driven_anew = False  # once what is frozen is let go
        self._reverb_mix = 0.0
        self.rate = rate
        self._record, self.address = record(ENGINE)
        self._history = rows_of(inputs, max(MAX_BLOCK, math.ceil(history_seconds * rate)))
        dry_seconds = min(DRY_SECONDS, history_seconds)
        self._dry_history = rows_of(inputs, max(MAX_BLOCK, math.ceil(dry_seconds * rate)))
        wet_frames = max(MAX_BLOCK, math.ceil(output_seconds * rate))
        self._wet_history = rows_of(MAX_CHANNELS, wet_frames)
        self._output_history = rows_of(MAX_CHANNELS, wet_frames)
        rows = {"dry": 4, "held": 4, "driven": 4, "wet": 8, "leaving": 8}
        self._scratch = {
            name: aligned_bytes(MAX_CHANNELS * MAX_BLOCK * size) for name, size in rows.items()
        }
        self._scratch["glides"] = aligned_bytes(CONTROLS * MAX_BLOCK * 8)
        self._scratch["history"] = self._history.view(np.uint8)
        self._scratch["dry_history"] = self._dry_history.view(np.uint8)
        self._scratch["wet_history"] = self._wet_history.view(np.uint8)
        self._scratch["output_history"] = self._output_history.view(np.uint8)
        fields = self._record
        for name, block in self._scratch.items():
            fields[name] = block.ctypes.data
        fields.inputs = inputs
        fields.outputs = outputs
        fields.capacity = self._history.shape[1]
        fields.dry_capacity = self._dry_history.shape[1]
        fields.wet_capacity = self._wet_history.shape[1]
        for control in _AT_ONE:
            self.set(control, 1.0)
        fields.held_drive = 1.0
        self._voices: dict[int, Voice] = {}
        self._pads: list[NDArray[np.uint8]] = []
        super().__init__(stages, rate, self._scratch["glides"].ctypes.data)
        fields.run_before, fields.before = self.chain_before.run, self.chain_before.address
        fields.run_stages, fields.stages = self.chain.run, self.chain.address
        fields.begin_before, fields.begin_stages = self.chain_before.begin, self.chain.begin
        _prepare.ctypes(self.address, rate)

    def set(self, control: Control, target: float) -> None:
        """Let a control glide to `target`: gains and the gate as amplitudes, the others 0–1."""
        if control in _DRIVING and self.target(control) != target:
            self._drive_anew(int(self._record.glide_frames[0]))
        self._record.controls[0, control] = target
        if control is Control.REVERB:
            self._reverb.on = target > 0.0

    def equalise(
        self, settings: EqSettings | None, makeup_db: float = 0.0, position: Position | None = None
    ) -> None:
        """Let the equaliser glide to settings at its place; `EngineStages` says more."""
        before = self.curve_before
        super().equalise(settings, makeup_db, position)
        if self.curve_before != before:
            self._drive_anew(math.ceil(EQUALISING_SECONDS * self.rate))

    def mix_reverb(self, mix: float) -> None:
        """Let the reverb's share in its mixture glide, once it is on."""
        self._reverb_mix = mix
        self.set(Control.REVERB_MIX, mix)

    def cut_tail(self) -> None:
        """[any-thread] Let the tail of a reverb that is off fade out soon, and not ring out."""
        if not self.ringing_stages:
            return
        self.set(Control.REVERB_MIX, 0.0)
        if not self.ringing_stages:  # as it was turned on at this moment, or is over
            self.set(Control.REVERB_MIX, self._reverb_mix)

    @property
    def cuts_tail(self) -> bool:
        """[any-thread] Whether such a tail is still fading out."""
        return bool(self.ringing_stages) and not self.target(Control.REVERB_MIX)

    def set_master(self, target: float, frames: int | None = None) -> None:
        """Let the master gain glide to `target` (0–1) within `frames`."""
        self._record.master_frames = frames or self._record.glide_frames
        self.set(Control.MASTER, target)

    def set_freeze(
        self, on: bool, memory_frames: int, pad: NDArray[np.float32] | None = None
    ) -> None:
        """Hold the recent input as a pad or a loop, or let it go.

        Parameters
        ----------
        memory_frames : int
            Receptive field of the network; the loop is as long, within 1 to 8 s.
        pad : ndarray [shape=(2 * inputs, frames), float32], optional
            What is held, over and over, instead of the loop: the network's input, and what that
            was before the gate and all gains.
        """
        seconds = min(LONGEST_SECONDS, max(SHORTEST_SECONDS, memory_frames / self.rate))
        frames = min(round(seconds * self.rate), int(self._history.shape[1]) - MAX_BLOCK)
        # With hardly any history, as in a render, there is nothing to hold.
        self._record.loop[0].view(LOOP)["wanted"] = frames if frames >= MAX_BLOCK else 0
        self._offer_pad(pad if on else None)
        if self._driven_anew and not on:
            self._driven_anew = False
            self.driven_since = self.position + int(self._record.freeze_frames[0])
        self.set(Control.FREEZE, float(on))

    @property
    def held_pads(self) -> int:
        """Pads that are kept alive because the audio thread may still play them."""
        return len(self._pads)

    @property
    def frozen(self) -> bool:
        """Whether the recent input is to be held."""
        return self.target(Control.FREEZE) != 0.0

    def settle(self) -> None:
        """Put every control on its target at once, after silence; only while no audio runs."""
        settle_controls.ctypes(self.address)
        self.settle_stages()
        self.driven_since = self.position

    def publish(self, voice: Voice, gap_frames: int = ANY_GAP) -> Voice | None:
        """Hand a voice to the audio thread; return the one it replaces unheard, if any.

        Parameters
        ----------
        gap_frames : int
            Input that the thread may let it catch up in the block in which it comes in, within
            LATE_BLOCKS; a voice that is farther behind is turned away.
        """
        self._voices[voice.address] = voice
        voice.begin_levels(self._scratch["glides"].ctypes.data + Control.DRIVE * MAX_BLOCK * 8)
        self._record.gap_frames = gap_frames
        return self._voices.pop(_swap_slot.ctypes(self.address + PENDING, voice.address), None)

    def withdraw(self) -> Voice | None:
        """Take back the voice that waits to be let in, if it still does."""
        return self._taken(PENDING)

    def release(self, frames: int) -> None:
        """Let the current voice fade out within `frames`, with nothing in its place."""
        self._record.release_frames = frames
        _swap_slot.ctypes(self.address + RELEASE, 1)

    def go_dry(self) -> None:
        """Let the dry signal take the wet one's place until a voice is let in."""
        self.set(Control.DRY, 1.0)

    def collect(self) -> Voice | None:
        """Take back a voice that the audio thread has faded out, or turned away as late."""
        return self._taken(RETIRED)

    def collect_dropped(self) -> Voice | None:
        """Take back a voice that was dropped because it overloaded the audio thread."""
        return self._taken(DROPPED)

    def is_current(self, voice: Voice) -> bool:
        """Whether the audio thread has let this voice in and no later one."""
        return int(self._record.current[0]) == voice.address

    def keeps(self, voice: Voice) -> bool:
        """Whether the audio thread may still read a voice."""
        return voice.address in self._voices

    def prime(self, voice: Voice, end: int, meter: LoudnessMeter | None = None) -> bool:
        """Let a voice take the recorded input up to `end`, measured by `meter`.

        Returns
        -------
        bool
            False if the recording was overwritten while it was read; the voice is spoilt then.
        """
        start = voice.position
        voice.prime(self._history, end, meter)
        return self.position - start <= int(self._history.shape[1]) - MAX_BLOCK

    def recent_input(self, end: int, frames: int) -> NDArray[np.float32]:
        """Return a copy of the network's input before `end` [shape=(inputs, frames)]."""
        return from_ring(self._history, end, frames)

    def recent_dry(self, end: int, frames: int) -> NDArray[np.float32]:
        """Return a copy of the raw input before `end` [shape=(inputs, frames)].

        While the network's input is frozen, it is what the loop was before all gains.
        """
        return from_ring(self._dry_history, end, frames)

    @property
    def recorded_dry_frames(self) -> int:
        """Frames of recent raw input that may be copied."""
        return max(0, int(self._dry_history.shape[1]) - math.ceil(_WORK_SECONDS * self.rate))

    def recent_wet(self, end: int, frames: int) -> NDArray[np.float32]:
        """Return a copy of what the networks gave before `end` [shape=(outputs, frames)]."""
        return from_ring(self._wet_history[: self.outputs], end, frames)

    def recent_output(self, end: int, frames: int) -> NDArray[np.float32]:
        """Return a copy of what went to the ports before `end` [shape=(outputs, frames)]."""
        return from_ring(self._output_history[: self.outputs], end, frames)

    @property
    def held_voices(self) -> int:
        """Voices that are kept alive because the audio thread may still read them."""
        return len(self._voices)

    @property
    def recorded_frames(self) -> int:
        """Frames of recent input that a voice may be primed with."""
        return max(0, int(self._history.shape[1]) - math.ceil(_WORK_SECONDS * self.rate))

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
        process_block.ctypes(
            self.address,
            x[0].ctypes.data,
            x[-1].ctypes.data,
            y[0].ctypes.data,
            y[-1].ctypes.data,
            frames,
        )
        return y

    def _drive_anew(self, frames: int) -> None:
        """Note that the networks' input is given otherwise once so many frames are over."""
        if self.frozen:
            self._driven_anew = True
        else:
            self.driven_since = self.position + frames

    def _offer_pad(self, pad: NDArray[np.float32] | None) -> None:
        """Let a pad, or none, wait for the next freeze, and free those that nobody plays."""
        memory = None
        if pad is not None:
            assert pad.shape[0] == 2 * self.inputs
            memory = aligned_bytes(PAD_ROWS + pad.nbytes)
            memory[:8].view(np.int64)[0] = pad.shape[1]
            memory[PAD_ROWS:] = np.ascontiguousarray(pad, np.float32).view(np.uint8).ravel()
        address = memory.ctypes.data if memory is not None else 0
        waited = _swap_slot.ctypes(self.address + LOOP_STATE + PAD_WAITS, address)
        # Of those that were taken, the last alone may still be played.
        self._pads = [kept for kept in self._pads if kept.ctypes.data != waited][-1:]
        if memory is not None:
            self._pads.append(memory)

    def _taken(self, slot: int) -> Voice | None:
        return self._voices.pop(_swap_slot.ctypes(self.address + slot, 0), None)
