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
from ronn_jack.hotswap.levels.curves import has_way
from ronn_jack.hotswap.levels.drift_way import DriftWay
from ronn_jack.hotswap.responses.room import begin_in_room
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.auto_level import Level, level_from, level_on_noise
from ronn_jack.loudness.excerpt import LONGEST_RUN_UP_SECONDS, Excerpt, typical_stretch
from ronn_jack.loudness.match import DryMeter, match_powers
from ronn_jack.loudness.match import gate as loudness_gate
from ronn_jack.model.architecture import model_of
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.realtime.convolver.response import longest_frames
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.gate import Gate
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.realtime.meters.loudness import STEP_SECONDS, LoudnessMeter
from ronn_jack.realtime.mixing import UNKNOWN, Blend
from ronn_jack.realtime.stages.equaliser import Curve, OfflineEqualiser
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import decibels_to_gain

QUIET = 10.0 ** (-90.0 / 20.0)
"""Amplitude of what is below -90 dBFS: a tail that stays there has ended."""
_EXCERPT_SECONDS = 1.0
"""Of the file, on which each point of drift's way is measured, eight points a cycle."""


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
    voice: Voice | None = None,
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
    voice : Voice, optional
        What sounds, where it is not to be made here.
    """
    engine = _still_engine(model, values, rate, history_seconds)
    begin_in_room(engine, values)
    engine.settle()
    voice = voice or make_voice(model, rate, Expression.of(values))
    voice.level.begin_with(LevelTable(level))
    voice.blend.begin_with(blend)
    engine.publish(voice)
    return engine


def _still_engine(
    model: Model, values: Mapping[str, Value], rate: float, history_seconds: float = 0.0
) -> Engine:
    """Return an engine without a network, with every control at rest."""
    engine = Engine(model.inputs, model.outputs, rate, history_seconds)
    aim(engine, values)
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    return engine


def render_file(
    source: Path,
    target: Path,
    values: Mapping[str, Value],
    tail_seconds: float | None = 0.0,
    subtype: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Rendering:
    """Render `source` (mono or stereo) to a stereo file of the same rate, frame by frame aligned.

    What a source that is cut off or damaged still has is rendered.

    Parameters
    ----------
    values : mapping
        Accepted parameter values.
    tail_seconds : float, optional
        Silence that is rendered after the source's end. None: until the sound of the source stays
        below QUIET, or nothing remembers it any more.
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
        voice = make_voice(model, float(audio.rate), Expression.of(values))
        tail = _tail_frames(tail_seconds, voice, values)
        form = form.holding(target, audio.rate, audio.frames + tail)
        total, gain, blend = audio.frames + tail, 1.0, UNKNOWN
        levels: list[Level] = []
        way = _drift_way(audio, model, values)
        runs = _levelling_runs(values)
        before = len(runs) * audio.frames
        for drive in runs:
            passed = len(levels) * audio.frames
            told = _Offset(progress, passed, before + total)
            levels.append(_matching_level(audio, model, {**values, "drive": drive}, told, way))
        if levels and values["auto_level"]:
            gain, blend = levels[0].gain, levels[0].blend
        elif levels:
            gain = levels[0].gain / levels[1].gain  # `drive` alone is made up for
        engine = offline_engine(model, values, audio.rate, level=gain, blend=blend, voice=voice)
        done, kept = 0, audio.frames if tail_seconds is None else total
        with written(target, form, audio.rate) as writer:
            ending = _Ending(writer.write, kept)
            for block in _with_tail(audio, tail):
                if way is not None:
                    way.level(voice, gain, done, block.shape[1])
                ending.write(engine.process(block).T)
                done += block.shape[1]
                progress(before + done, before + total)
        return Rendering(ending.written, audio.rate, form, audio.shortfall())


class _Ending:
    """Writes frames, but for those at the end that are quiet.

    Parameters
    ----------
    write : callable
        Takes frames [shape=(frames, channels)].
    least : int
        Frames that are written however quiet they are.

    Attributes
    ----------
    written : int
        Frames so far.
    """

    def __init__(self, write: Callable[[NDArray[np.float32]], None], least: int) -> None:
        self._write = write
        self._least = least
        self._held: list[NDArray[np.float32]] = []
        self.written = 0

    def write(self, frames: NDArray[np.float32]) -> None:
        """Write what is heard by the end of these frames, and hold the rest back."""
        loud = np.flatnonzero(np.abs(frames).max(axis=1) >= QUIET)
        held = sum(map(len, self._held))
        heard = held + int(loud[-1]) + 1 if loud.size else 0
        ready = max(heard, min(self._least - self.written, held + len(frames)))
        self._held.append(frames)
        if ready <= 0:
            return
        whole = np.concatenate(self._held)
        self._write(whole[:ready])
        self.written += ready
        self._held = [whole[ready:]] if ready < len(whole) else []


def _tail_frames(seconds: float | None, voice: Voice, values: Mapping[str, Value]) -> int:
    """Return the silence to render after a source, at most."""
    if seconds is not None:
        return round(seconds * voice.rate)
    return voice.run_up_frames + (longest_frames(voice.rate) if values["reverb"] else 0)


@dataclass(frozen=True)
class _Offset:
    """Tells the progress of a part as that of the whole."""

    progress: Callable[[int, int], None]
    before: int
    total: int

    def __call__(self, done: int) -> None:
        self.progress(self.before + done, self.total)


def _levelling_runs(values: Mapping[str, Value]) -> list[float]:
    """Return with what `drive` in dB a network is to be matched to the file, if it is heard."""
    if not values["network"]:
        return []
    drive = float(values["drive"])
    if values["auto_level"]:
        return [drive]
    return [drive, 0.0] if drive else []


def _matching_level(
    audio: AudioSource,
    model: Model,
    values: Mapping[str, Value],
    progress: Callable[[int], None],
    way: DriftWay | None,
) -> Level:
    """Return the level that makes a network as loud as the whole file, levelled along a way."""
    rate = float(audio.rate)
    gain = decibels_to_gain(float(values["input_gain"])) * decibels_to_gain(float(values["drive"]))
    gate = Gate(gate_threshold(values["gate"]), rate)
    curve = _still_engine(model, values, rate).curve_before
    equaliser = OfflineEqualiser(curve, rate)
    voice = make_voice(model, rate, Expression.of(values))
    dry, wet = LoudnessMeter(model.inputs, rate), ComparingMeter(model.outputs, rate)
    heard = np.zeros((model.inputs, BLOCK), np.float32)  # a ring, as drift goes by the position
    done = 0
    for block in _finite(audio):
        dry.add(block)
        end = done + block.shape[1]
        heard[:, np.arange(done, end) % BLOCK] = equaliser.process(
            gate.process(block) * np.float32(gain)
        )
        if way is not None:
            way.level(voice, 1.0, done, block.shape[1])
        voice.prime(heard, end, wet)
        done = end
        progress(done)
    # One channel is heard at both outputs.
    powers = dry.powers * (model.outputs / model.inputs)
    match = match_powers(powers, wet.powers)
    if match is None:
        return level_on_noise(make_voice(model, rate, Expression.of(values)), gain, curve=curve)
    return level_from(match, on_noise=False, correlation=wet.correlation(loudness_gate(powers)))


def _drift_way(audio: AudioSource, model: Model, values: Mapping[str, Value]) -> DriftWay | None:
    """Return how a network is levelled along drift; None if nothing drifts or all is quiet."""
    expression, rate = Expression.of(values), float(audio.rate)
    levelled = values["auto_level"] and values["network"]
    if not levelled or not has_way(expression):
        return None
    voice = make_voice(model, rate, expression)
    run_up = min(voice.run_up_frames, round(LONGEST_RUN_UP_SECONDS * rate))
    excerpt = _typical(audio, model, run_up, _still_engine(model, values, rate).curve_before)
    gain = decibels_to_gain(float(values["input_gain"])) * decibels_to_gain(expression.drive)
    return DriftWay(voice, expression, excerpt, gain) if excerpt else None


def _typical(audio: AudioSource, model: Model, run_up: int, curve: Curve | None) -> Excerpt | None:
    """Return a typical stretch of a file, after a run-up; None if all is quiet."""
    rate = float(audio.rate)
    meter = DryMeter(model.inputs, model.outputs, rate)
    for block in _finite(audio):
        meter.add(block)
    steps = meter.take_steps()
    if not steps.size:
        return None
    count = min(steps.size, round(_EXCERPT_SECONDS / STEP_SECONDS))
    first = typical_stretch(steps, count)
    step = round(STEP_SECONDS * rate)
    begin = max(0, first * step - run_up)
    end = (first + count) * step
    parts, done = [], 0
    for block in _finite(audio):
        parts.append(block[:, max(0, begin - done) : max(0, end - done)])
        done += block.shape[1]
    samples = np.concatenate(parts, axis=1)
    return Excerpt.of(samples, first * step - begin, model.outputs, rate, curve)


def _finite(audio: AudioSource) -> Iterator[NDArray[np.float32]]:
    """Yield a source's blocks as the engine hears them."""
    for block in audio.blocks():
        yield np.where(np.isfinite(block), block, np.float32(0.0))


def _with_tail(audio: AudioSource, frames: int) -> Iterator[NDArray[np.float32]]:
    """Yield a source's blocks and then so much silence."""
    yield from audio.blocks()
    for start in range(0, frames, BLOCK):
        yield np.zeros((audio.channels, min(BLOCK, frames - start)), np.float32)
