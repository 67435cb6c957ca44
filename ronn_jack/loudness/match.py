"""Loudness after ITU-R BS.1770-5, and the gain that makes a network as loud as its input."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.meters.loudness import (
    STEP_SECONDS,
    STEPS_PER_BLOCK,
    LoudnessMeter,
    powers_of_steps,
)

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
SILENT_LUFS = -90.0
"""A network that is quieter than this counts as silent; no gain would be of use."""
MAXIMUM_GAIN_DB = 60.0
"""Beyond this a gain would lift little but rounding noise. Attenuation has no limit: a few layers
of normal weights are louder than their input by 100 dB and more, and must not be heard so."""
TOLERANCE_DB = 2.0
"""A network that stays as much below its input, even with the largest gain, counts as silent."""

_OFFSET = -0.691
"""dB; makes a 997 Hz sine at 0 dBFS in one channel −3.01 LUFS."""

Powers = NDArray[np.float64]
"""K-weighted power [shape=(blocks,)] of 400 ms blocks, one every 100 ms, channels summed."""


@dataclass(frozen=True)
class Match:
    """How a network's loudness compares with that of its input.

    Attributes
    ----------
    gain_db : float
        What makes it as loud, at most 60 dB; 0 if it is silent or overflows.
    dry_lufs, wet_lufs : float
        Over the same blocks; −inf for digital silence, inf where it overflows.
    gated_blocks : int
        Blocks that counted.
    silent : bool
        Whether the network stays below −90 LUFS, or so low that 60 dB don't lift it to its input.
    overflows : bool
        Whether it gave a sample that is not finite.
    """

    gain_db: float
    dry_lufs: float
    wet_lufs: float
    gated_blocks: int
    silent: bool = False
    overflows: bool = False


def block_powers(x: NDArray[np.float32], rate: float) -> Powers:
    """Return the powers of `x` [shape=(1 or 2, frames), float32] at `rate` Hz."""
    meter = LoudnessMeter(x.shape[0], rate)
    meter.add(x)
    return meter.powers


class DryMeter:
    """Measures an input as it would be heard at the outputs, piece by piece.

    One channel is copied to both outputs, two are averaged to one: so a network that only passes
    its input on is as loud as its input.

    Parameters
    ----------
    inputs, outputs : int
        Channels, 1 or 2 each.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, inputs: int, outputs: int, rate: float) -> None:
        self._averaged = inputs > outputs
        self._copies = max(1, outputs // inputs)
        self._meter = LoudnessMeter(min(inputs, outputs), rate)

    def add(self, dry: NDArray[np.float32]) -> None:
        """Measure the next frames `dry` [shape=(inputs, frames)]."""
        if self._averaged:
            dry = dry.mean(axis=0, keepdims=True, dtype=np.float32)
        self._meter.add(dry)

    def take_steps(self) -> NDArray[np.float64]:
        """Return the mean power of the steps that are complete, and count from there."""
        return self._meter.take_steps() * self._copies


def dry_powers(dry: NDArray[np.float32], outputs: int, rate: float) -> Powers:
    """Return the powers of an input as it would be heard at the outputs, as by `DryMeter`."""
    meter = DryMeter(dry.shape[0], outputs, rate)
    meter.add(dry)
    return powers_of_steps(meter.take_steps())


def gate(powers: Powers) -> NDArray[np.bool_]:
    """Return which blocks count [shape=(blocks,)]: above −70 LUFS and the relative gate."""
    audible = powers > _power(ABSOLUTE_GATE_LUFS)
    if not audible.any():
        return audible
    relative = lufs(float(powers[audible].mean())) + RELATIVE_GATE_LU
    return audible & (powers > _power(relative))


def loudness(powers: Powers) -> float:
    """Return the integrated loudness in LUFS; −inf if no block passes the gates."""
    gated = powers[gate(powers)]
    return lufs(float(gated.mean())) if gated.size else -math.inf


def lufs(power: float) -> float:
    """Return the loudness of a K-weighted power."""
    return _OFFSET + 10.0 * math.log10(power) if power > 0.0 else -math.inf


def audible_seconds(powers: Powers) -> float:
    """Return how much of a signal lies in blocks above −70 LUFS."""
    audible = powers > _power(ABSOLUTE_GATE_LUFS)
    covered = np.convolve(audible, np.ones(STEPS_PER_BLOCK)) > 0.0 if audible.size else audible
    return int(covered.sum()) * STEP_SECONDS


def match_powers(dry: Powers, wet: Powers) -> Match | None:
    """Return the match of two signals over the blocks in which the dry one counts.

    Parameters
    ----------
    dry, wet : ndarray [shape=(blocks,)]
        Powers of the same frames, the dry ones as by `dry_powers`.

    Returns
    -------
    Match or None
        None where no block of the dry signal, thus less than 400 ms, is above −70 LUFS.
    """
    gated = gate(dry)
    blocks = int(gated.sum())
    if blocks == 0:
        return None
    dry_lufs = lufs(float(dry[gated].mean()))
    if not np.isfinite(wet).all():
        return Match(0.0, dry_lufs, math.inf, blocks, overflows=True)
    wet_lufs = lufs(float(wet[gated].mean()))
    if wet_lufs < SILENT_LUFS:
        return Match(0.0, dry_lufs, wet_lufs, blocks, silent=True)
    wanted_db = dry_lufs - wet_lufs
    gain_db = min(MAXIMUM_GAIN_DB, wanted_db)
    out_of_reach = wanted_db - gain_db > TOLERANCE_DB
    return Match(gain_db, dry_lufs, wet_lufs, blocks, silent=out_of_reach)


def matched_gain(dry: NDArray[np.float32], wet: NDArray[np.float32], rate: float) -> Match | None:
    """Return the match of a network's output with its input; None as for `match_powers`.

    Parameters
    ----------
    dry, wet : ndarray [shape=(1 or 2, frames), float32]
        The same frames of input and output.
    rate : float
        Sample rate in Hz.
    """
    return match_powers(dry_powers(dry, wet.shape[0], rate), block_powers(wet, rate))


def _power(level_lufs: float) -> float:
    return float(10.0 ** ((level_lufs - _OFFSET) / 10.0))
