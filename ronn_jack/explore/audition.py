"""Candidates heard offline: a network's character on some recent input."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronn_jack.explore.character import Character, describe
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.model.protocol import Model
from ronn_jack.realtime.kernels.layout import MAX_BLOCK

PLAYED_SECONDS = 2.0
SILENT_SECONDS = 0.5
"""Silence after it, in which a tail is heard."""
_LONGEST_RUN_UP_SECONDS = 5.0
"""Input that a network hears before it is described, at most: two turns of the passage."""
_STEP_SECONDS = 0.1
_AUDIBLE = 1e-3
"""RMS of −60 dBFS from which a step of the input counts as played."""
_LEAST_PLAYED = 0.5
"""Share of the passage's steps that have to be played."""
_RAMP_SECONDS = 0.01

Signal = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Passage:
    """Some input and silence after it, heard again and again.

    Attributes
    ----------
    signal : ndarray [shape=(inputs, frames), float32]
    rate : float
        In Hz.
    sounding_frames : int
        Where the silence begins.
    recorded : bool
        Whether somebody has played it.
    """

    signal: Signal
    rate: float
    sounding_frames: int
    recorded: bool


def recent_passage(recent: Signal, rate: float) -> Passage | None:
    """Return the latest stretch of an input in which is played; None where there is none.

    Parameters
    ----------
    recent : ndarray [shape=(inputs, frames), float32]
    rate : float
        Sample rate in Hz.
    """
    step, played = round(_STEP_SECONDS * rate), round(PLAYED_SECONDS / _STEP_SECONDS)
    steps = recent.shape[1] // step
    kept = recent[:, recent.shape[1] - steps * step :]
    power = np.square(kept.reshape(kept.shape[0], steps, step), dtype=np.float64).mean(axis=(0, 2))
    audible = np.sqrt(power) >= _AUDIBLE
    if not audible.any():
        return None
    end = max(played, int(np.flatnonzero(audible)[-1]) + 1)
    begin = end - played
    if end > steps or audible[begin:end].mean() < _LEAST_PLAYED:
        return None
    return _passage(kept[:, begin * step : end * step], rate, recorded=True)


def phrase_passage(inputs: int, rate: float) -> Passage:
    """Return the beginning of the built-in phrase."""
    phrase = pluck_phrase(rate)[:inputs, : round(PLAYED_SECONDS * rate)]
    return _passage(phrase, rate, recorded=False)


def audition(
    model: Model,
    passage: Passage,
    pause: Callable[[], None] = lambda: None,
    gain: float = 1.0,
    piece_seconds: float = 0.1,
) -> Character:
    """Return a network's character on a passage.

    Parameters
    ----------
    pause : callable
        Called between pieces of work; it may wait, or raise to give up.
    gain : float
        Amplitude ratio before the network.
    piece_seconds : float
        Input that is heard in a piece.
    """
    rate, dry = passage.rate, passage.signal
    ring, turn = np.ascontiguousarray(dry * np.float32(gain)), dry.shape[1]
    voice = make_voice(model, rate)
    pause()
    run_up = min(voice.run_up_frames, round(_LONGEST_RUN_UP_SECONDS * rate))
    begin = turn * math.ceil(run_up / turn)
    voice.start_at(begin - run_up)
    wet = np.empty((model.outputs, turn), np.float32)
    piece = round(piece_seconds * rate)
    while voice.position < begin:
        voice.prime(ring, min(begin, voice.position + piece))
        pause()
    for start in range(0, turn, piece):
        for at in range(start, min(turn, start + piece), MAX_BLOCK):
            frames = min(MAX_BLOCK, start + piece - at, turn - at)
            voice.prime(ring, begin + at + frames)
            wet[:, at : at + frames] = voice.last_block[: model.outputs, :frames]
        pause()
    if voice.overflows:
        return Character(silent=True)
    character = describe(dry, wet, rate, passage.sounding_frames)
    pause()
    return character


def _passage(played: Signal, rate: float, recorded: bool) -> Passage:
    frames = played.shape[1]
    ramp = np.linspace(0.0, 1.0, round(_RAMP_SECONDS * rate), dtype=np.float32)
    signal = np.zeros((played.shape[0], frames + round(SILENT_SECONDS * rate)), np.float32)
    signal[:, :frames] = played
    signal[:, : ramp.size] *= ramp
    signal[:, frames - ramp.size : frames] *= ramp[::-1]
    return Passage(signal, rate, frames, recorded)
