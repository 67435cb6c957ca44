"""[any-thread] What there is to read of a running engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from ronn_jack.realtime.engine_state import RAMPS, Control
from ronn_jack.realtime.freeze import LOOP
from ronn_jack.realtime.motion.ramp import RAMP
from ronn_jack.units import gain_to_decibels

_RAMP_SIZE = RAMP.itemsize


class EngineReadings:
    """Reads the memory that an engine shares with the audio thread."""

    _record: Any

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

    @property
    def true_peak(self) -> float:
        """True peak (4 times oversampled) of the output in dBTP, falling back likewise."""
        return gain_to_decibels(float(self._record.true_peak[0]))

    @property
    def overloads(self) -> int:
        """Times that a voice was dropped because it overloaded the audio thread."""
        return int(self._record.overloads[0])

    @property
    def sounds(self) -> bool:
        """Whether there is a voice."""
        return int(self._record.current[0]) != 0

    @property
    def fading(self) -> bool:
        """Whether a crossfade is running."""
        return int(self._record.fade_left[0]) > 0

    def target(self, control: Control) -> float:
        """Return what a control glides to, or rests at: gains and the gate as amplitudes."""
        return float(self._record.controls[0, control])

    @property
    def holds(self) -> bool:
        """Whether the input is frozen or passes by: what is heard is not played through it."""
        passes = any(self.target(each) != 0.0 for each in (Control.FREEZE, Control.BYPASS))
        return passes or self.network_rests or self.target(Control.NETWORK) == 0.0

    @property
    def network_rests(self) -> bool:
        """Whether no voice runs, since none is to be heard, or none has caught up yet."""
        return int(self._record.resting[0]) != 0

    @property
    def awaits_network(self) -> bool:
        """Whether the networks are to be heard again, and rest until one has caught up."""
        return self.network_rests and self.target(Control.NETWORK) != 0.0

    @property
    def dry(self) -> bool:
        """Whether the dry signal is to take the wet one's place."""
        return self.target(Control.DRY) != 0.0

    @property
    def loop_frames(self) -> int:
        """Length of the pad or loop that freeze holds or has held last."""
        return int(self._record.loop[0].view(LOOP)["length"][0])

    @property
    def muted(self) -> bool:
        """Whether the master gain has come down to 0."""
        start = RAMPS + int(Control.MASTER) * _RAMP_SIZE
        ramp = self._record.view(np.uint8)[start : start + _RAMP_SIZE].view(RAMP)
        return float(ramp["value"][0]) == 0.0
