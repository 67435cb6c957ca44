"""A piece of input on which the gain that a network needs is compared at several places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.auto_level import Level, level_from, noise
from ronn_jack.loudness.match import (
    ABSOLUTE_GATE_LUFS,
    MAXIMUM_GAIN_DB,
    SILENT_LUFS,
    DryMeter,
    Powers,
    gate,
    lufs,
    match_powers,
)
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.realtime.meters.loudness import STEPS_PER_BLOCK, LoudnessMeter, powers_of_steps
from ronn_jack.realtime.stages.equaliser import Curve, OfflineEqualiser
from ronn_jack.realtime.voice import Voice

LONGEST_RUN_UP_SECONDS = 8.0
"""Input that a network hears before it is measured, at most."""
_EXPONENTS = (1.0, 0.5, 0.1)
"""Of power, whose means are compared: what a linear, a bent and a saturated network keeps of it."""
_PIECE_SECONDS = 0.1
_NOISE_RUN_UP_SECONDS = 1.0


def typical_stretch(steps: Powers, count: int) -> int:
    """Return the first step of the stretch that is most like all that counts.

    A saturated network is as loud whatever comes in, so that its level follows from the input's
    mean power, a loud stretch's being too high by some dB; and what is as loud in the mean, but of
    one note and a rest, gives another level than notes that go on.

    Parameters
    ----------
    steps : ndarray [shape=(steps,)]
        Powers.
    count : int
        Steps of the stretch; at most all.
    """
    loud = gate(powers_of_steps(steps))
    if not loud.any():
        sums = np.convolve(steps, np.ones(count), "valid")
        return int(np.flatnonzero(sums == sums.max())[-1])
    blocks = np.convolve(loud, np.ones(STEPS_PER_BLOCK))  # those that each step belongs to
    distance = np.zeros(steps.size - count + 1)
    for exponent in _EXPONENTS:
        bent = steps**exponent
        means = np.convolve(bent, np.full(count, 1.0 / count), "valid")
        ratio = np.maximum(means, 1e-300) / np.average(bent, weights=blocks)
        distance += np.abs(np.log10(ratio)) / exponent
    return int(np.flatnonzero(distance <= distance.min() + 1e-9)[-1])


@dataclass(frozen=True)
class Excerpt:
    """Input, and how loud it is before anything has changed it.

    Attributes
    ----------
    samples : ndarray [shape=(inputs, frames), float32]
        Raw, but for the equaliser before the networks.
    begin : int
        Frames that a network only hears before what it is measured on.
    steps : ndarray [shape=(steps,)]
        K-weighted power of the rest, a step of 100 ms each.
    """

    samples: NDArray[np.float32]
    begin: int
    steps: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        samples: NDArray[np.float32],
        begin: int,
        outputs: int,
        rate: float,
        curve: Curve | None = None,
    ) -> Excerpt | None:
        """Return an excerpt; None if it is too quiet to compare anything with.

        Parameters
        ----------
        samples : ndarray [shape=(inputs, frames), float32]
            Raw.
        begin : int
            Frames of them that are not measured.
        curve : Curve, optional
            Of the equaliser before the networks.
        """
        meter = DryMeter(samples.shape[0], outputs, rate)
        meter.add(samples[:, begin:])
        equalised = OfflineEqualiser(curve, rate).process(samples)
        excerpt = cls(equalised, begin, meter.take_steps())
        return excerpt if excerpt.dry_lufs > ABSOLUTE_GATE_LUFS else None

    @classmethod
    def of_noise(
        cls, inputs: int, outputs: int, rate: float, seconds: float, curve: Curve | None = None
    ) -> Excerpt:
        """Return pink noise, where there is no input."""
        begin = round(_NOISE_RUN_UP_SECONDS * rate)
        samples = noise(inputs, rate, begin + round(seconds * rate))
        made = cls.of(samples, begin, outputs, rate, curve)
        assert made is not None, "noise is loud enough to be measured"
        return made

    @property
    def dry_lufs(self) -> float:
        """Loudness of all that is measured on."""
        return lufs(float(self.steps.mean())) if self.steps.size else -np.inf

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
            None where it gives what is no number, or is too quiet for any gain.
        """
        meter = LoudnessMeter(voice.model.outputs, voice.rate)
        self._run(voice, gain, meter, check)
        wet_lufs = lufs(float(meter.take_steps().mean()))
        if not SILENT_LUFS <= wet_lufs < np.inf:
            return None
        return min(MAXIMUM_GAIN_DB, self.dry_lufs - wet_lufs)

    def level(
        self, voice: Voice, gain: float, check: Callable[[], None] = lambda: None
    ) -> Level | None:
        """Return the level of a voice that is run from its start, with arguments as for `gain_db`.

        None where no block of 400 ms is loud enough to compare anything with.
        """
        meter, dry = ComparingMeter(voice.model.outputs, voice.rate), powers_of_steps(self.steps)
        self._run(voice, gain, meter, check)
        match = match_powers(dry, meter.powers)
        if match is None:
            return None
        return level_from(match, on_noise=False, correlation=meter.correlation(gate(dry)))

    def _run(
        self, voice: Voice, gain: float, meter: LoudnessMeter, check: Callable[[], None]
    ) -> None:
        driven = np.ascontiguousarray(self.samples * np.float32(gain))
        piece = round(_PIECE_SECONDS * voice.rate)
        for end, listening in ((self.begin, None), (driven.shape[1], meter)):
            while voice.position < end:
                check()
                voice.prime(driven, min(end, voice.position + piece), listening)
