"""Render an audio file offline, through the very engine that runs live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronn_jack.audio_files.source import BLOCK, AudioSource, opened, quiet_decoders
from ronn_jack.audio_files.target import OUTPUTS, TargetFormat, check_target, written
from ronn_jack.hotswap.engine_controls import aim, gate_threshold
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.auto_level import Level, level_from, level_on_noise
from ronn_jack.loudness.match import gate as loudness_gate
from ronn_jack.loudness.match import match_powers
from ronn_jack.model.architecture import model_of
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.gate import Gate
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.realtime.meters.loudness import LoudnessMeter
from ronn_jack.realtime.mixing import UNKNOWN, Blend
from ronn_jack.units import decibels_to_gain


@dataclass(frozen=True)
class Rendering:
    """What was written.

    Attributes
    ----------
    frames : int
    rate : int
        In Hz.
    form : TargetFormat
    warning : str or None
        What the source lacked.
    """

    frames: int
    rate: int
    form: TargetFormat
    warning: str | None


def offline_engine(
    model: Model,
    values: Mapping[str, Value],
    rate: float,
    history_seconds: float = 0.0,
    level: float = 1.0,
    blend: Blend = UNKNOWN,
) -> Engine:
    """Return an engine that sounds from its first frame, with every control at rest.

    Parameters
    ----------
    values : mapping
        Accepted parameter values; what concerns the network is taken from `model`.
    rate : float
        Sample rate in Hz.
    history_seconds : float
        Input kept for priming later voices.
    level : float
        Gain of the network, as an amplitude ratio.
    blend : Blend
        How the levelled network mixes with the dry signal.
    """
    engine = Engine(model.inputs, model.outputs, rate, history_seconds)
    aim(engine, values)
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    voice = make_voice(model, rate, Expression.of(values))
    voice.set_level(level)
    voice.blend.begin_with(blend)
    engine.publish(voice)
    return engine


def render_file(
    source: Path,
    target: Path,
    values: Mapping[str, Value],
    tail_seconds: float = 0.0,
    subtype: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Rendering:
    """Render `source` (mono or stereo) to a stereo file of the same rate, frame by frame aligned.

    What a source that is cut off or damaged still has is rendered.

    Parameters
    ----------
    values : mapping
        Accepted parameter values.
    tail_seconds : float
        Silence that is rendered after the source's end.
    subtype : str, optional
        Of soundfile's, such as "PCM_24"; None is 32-bit float in WAV and the format's own default
        in others.
    progress : callable
        Told (frames done, frames in all).

    Raises
    ------
    AudioFileError
        If a file can't be read or written.
    UsageError
        If the target's format or subtype is unknown, or it is the source itself.
    SpecError
        If the network is too long at the file's rate.
    """
    check_target(target, source)
    form = TargetFormat.of(target, subtype)
    with quiet_decoders(), opened(source) as audio:
        model = model_of(values, audio.channels, OUTPUTS, audio.rate)
        tail = round(tail_seconds * audio.rate)
        form = form.holding(target, audio.rate, audio.frames + tail)
        total, before, level = audio.frames + tail, 0, Level(1.0, on_noise=False, silent=False)
        if values["auto_level"]:
            before = audio.frames
            level = _matching_level(
                audio, model, values, lambda done: progress(done, before + total)
            )
        engine = offline_engine(model, values, audio.rate, level=level.gain, blend=level.blend)
        done = 0
        with written(target, form, audio.rate) as writer:
            for block in _with_tail(audio, tail):
                writer.write(engine.process(block).T)
                done += block.shape[1]
                progress(before + done, before + total)
        return Rendering(done, audio.rate, form, audio.shortfall())


def _matching_level(
    audio: AudioSource,
    model: Model,
    values: Mapping[str, Value],
    progress: Callable[[int], None],
) -> Level:
    """Return the level that makes a network as loud as the whole file."""
    rate = float(audio.rate)
    gain = decibels_to_gain(float(values["input_gain"]))
    gate = Gate(gate_threshold(values["gate"]), rate)
    voice = make_voice(model, rate, Expression.of(values))
    dry, wet = LoudnessMeter(model.inputs, rate), ComparingMeter(model.outputs, rate)
    done = 0
    for block in audio.blocks():
        clean = np.where(np.isfinite(block), block, np.float32(0.0))
        dry.add(clean)
        voice.rejoin_at(0)
        driven = gate.process(clean) * np.float32(gain)
        voice.prime(np.ascontiguousarray(driven), block.shape[1], wet)
        done += block.shape[1]
        progress(done)
    # One channel is heard at both outputs.
    powers = dry.powers * (model.outputs / model.inputs)
    match = match_powers(powers, wet.powers)
    if match is None:
        return level_on_noise(voice, gain)
    return level_from(match, on_noise=False, correlation=wet.correlation(loudness_gate(powers)))


def _with_tail(audio: AudioSource, frames: int) -> Iterator[NDArray[np.float32]]:
    """Yield a source's blocks and then so much silence."""
    yield from audio.blocks()
    for start in range(0, frames, BLOCK):
        yield np.zeros((audio.channels, min(BLOCK, frames - start)), np.float32)
