"""A piece of input on which the gain that a network needs is compared at several places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.auto_level import noise
from ronn_jack.loudness.match import ABSOLUTE_GATE_LUFS, MAXIMUM_GAIN_DB, DryMeter, lufs
from ronn_jack.realtime.meters.loudness import LoudnessMeter
from ronn_jack.realtime.voice import Voice

LONGEST_RUN_UP_SECONDS = 8.0
"""Input that a network hears before it is measured, at most."""
_PIECE_SECONDS = 0.1
_NOISE_RUN_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Excerpt:
    """Raw input, and how loud it is.

    Attributes
    ----------
    samples : ndarray [shape=(inputs, frames), float32]
    begin : int
        Frames that a network only hears before what it is measured on.
    dry_lufs : float
        Of the rest.
    """

    samples: NDArray[np.float32]
    begin: int
    dry_lufs: float

    @classmethod
    def of(
        cls, samples: NDArray[np.float32], begin: int, outputs: int, rate: float
    ) -> Excerpt | None:
        """Return an excerpt; None if it is too quiet to compare anything with."""
        meter = DryMeter(samples.shape[0], outputs, rate)
        meter.add(samples[:, begin:])
        steps = meter.take_steps()
        dry = lufs(float(steps.mean())) if steps.size else -np.inf
        return cls(samples, begin, dry) if dry > ABSOLUTE_GATE_LUFS else None

    @classmethod
    def of_noise(cls, inputs: int, outputs: int, rate: float, seconds: float) -> Excerpt:
        """Return pink noise, where there is no input."""
        begin = round(_NOISE_RUN_UP_SECONDS * rate)
        made = cls.of(noise(inputs, rate, begin + round(seconds * rate)), begin, outputs, rate)
        assert made is not None, "noise is loud enough to be measured"
        return made

    def gain_db(
        self, voice: Voice, gain: float, check: Callable[[], None] = lambda: None
    ) -> float | None:
        """Return what makes a voice, at no level, as loud; it is run from its start.

        Parameters
        ----------
        gain : float
            Amplitude ratio before the network.
        check : callable
            Called before each piece of work; it may raise to give up.

        Returns
        -------
        float or None
            None where it gives what is no number.
        """
        driven = np.ascontiguousarray(self.samples * np.float32(gain))
        meter = LoudnessMeter(voice.model.outputs, voice.rate)
        piece = round(_PIECE_SECONDS * voice.rate)
        for end, listening in ((self.begin, None), (driven.shape[1], meter)):
            while voice.position < end:
                check()
                voice.prime(driven, min(end, voice.position + piece), listening)
        wet = float(meter.take_steps().mean())
        if not np.isfinite(wet):
            return None
        return min(MAXIMUM_GAIN_DB, self.dry_lufs - lufs(wet))
