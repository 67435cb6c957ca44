"""The gain that makes a network as loud as its input, found off the audio thread."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.loudness.match import Match, Powers, dry_powers, gate, match_powers
from ronn_jack.loudness.noise import pink_noise
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.realtime.mixing import UNKNOWN, Blend
from ronn_jack.realtime.stages.equaliser import Curve, OfflineEqualiser
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import decibels_to_gain

NOISE_SECONDS = 1.0
_LONGEST_RUN_UP_SECONDS = 8.0
"""Noise that a network hears before it is measured on it, at most."""
_NOISE_RING_SECONDS = 4.0
_PIECE_SECONDS = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Level:
    """A gain and what it was found on; immutable, so any thread may hold it.

    Attributes
    ----------
    gain : float
        Amplitude ratio.
    on_noise : bool
        Whether it was found on noise, for want of input.
    silent : bool
        Whether the network is too quiet for any gain.
    blend : Blend
        How the levelled output mixes with the input.
    quick : bool
        Whether it was found on little input, so that the network could be heard soon.
    """

    gain: float
    on_noise: bool
    silent: bool
    blend: Blend = UNKNOWN
    quick: bool = False


def level_from(match: Match, on_noise: bool, correlation: float) -> Level:
    """Return the level that a comparison calls for, by how alike output and input are."""
    alike = not (match.silent or match.overflows)
    blend = Blend.of(correlation) if alike else UNKNOWN
    return Level(decibels_to_gain(match.gain_db), on_noise, match.silent, blend)


def level_on_noise(
    voice: Voice,
    input_gain: float,
    check: Callable[[], None] = lambda: None,
    piece_seconds: float = _PIECE_SECONDS,
    curve: Curve | None = None,
) -> Level:
    """Return the level of a network for pink noise at −18 dBFS; spoils the voice's state.

    Parameters
    ----------
    input_gain : float
        Amplitude ratio of the gain before the network.
    check : callable
        Called before each piece of work; it may raise to give up.
    piece_seconds : float
        Noise that it hears in a piece.
    curve : Curve, optional
        Of the equaliser before the networks.
    """
    rate, model = voice.rate, voice.model
    ring = _equalised_ring(model.inputs, rate, curve)
    start = min(voice.run_up_frames, round(_LONGEST_RUN_UP_SECONDS * rate))
    frames = round(NOISE_SECONDS * rate)
    driven = ring if input_gain == 1.0 else np.ascontiguousarray(ring * np.float32(input_gain))
    meter = ComparingMeter(model.outputs, rate)
    voice.start_at(0)
    piece = round(piece_seconds * rate)
    for end, listening in ((start, None), (start + frames, meter)):
        while voice.position < end:
            check()
            voice.prime(driven, min(end, voice.position + piece), listening)
    dry = _noise_powers(model.inputs, model.outputs, rate, start % ring.shape[1], frames)
    match = match_powers(dry, meter.powers)
    assert match is not None, "noise is loud enough to be measured"
    return level_from(match, on_noise=True, correlation=meter.correlation(gate(dry)))


def warm_up(inputs: int, rate: float) -> None:
    """Make the noise now, so that the first network does not have to wait for it."""
    _noise_ring(inputs, rate)


def noise(inputs: int, rate: float, frames: int) -> NDArray[np.float32]:
    """Return pink noise at −18 dBFS [shape=(inputs, frames)] to try a network on."""
    return np.ascontiguousarray(_noise_ring(inputs, rate)[:, :frames])


@functools.lru_cache(maxsize=256)
def _noise_powers(inputs: int, outputs: int, rate: float, start: int, frames: int) -> Powers:
    ring = _noise_ring(inputs, rate)
    return dry_powers(np.roll(ring, -start, axis=1)[:, :frames], outputs, rate)


@functools.lru_cache(maxsize=2)
def _equalised_ring(inputs: int, rate: float, curve: Curve | None) -> NDArray[np.float32]:
    """Return the noise as it has passed a curve again and again, without a seam."""
    ring, equaliser = _noise_ring(inputs, rate), OfflineEqualiser(curve, rate)
    equaliser.process(ring)
    return equaliser.process(ring)


@functools.lru_cache(maxsize=4)
def _noise_ring(inputs: int, rate: float) -> NDArray[np.float32]:
    return np.ascontiguousarray(pink_noise(round(_NOISE_RING_SECONDS * rate), inputs, rate))
