"""Render an audio file offline, through the very engine that runs live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ronn_jack.control.architecture import network_spec
from ronn_jack.control.auto_level import level_from, level_on_noise
from ronn_jack.control.controls import aim
from ronn_jack.control.expression import Expression, make_voice
from ronn_jack.control.loudness import match_powers
from ronn_jack.control.preparation import run_up_frames
from ronn_jack.errors import AudioFileError, UsageError
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.meters.loudness import LoudnessMeter
from ronn_jack.units import decibels_to_gain

OUTPUTS = 2
_FORMATS = ("WAV", "FLAC", "OGG")
_MAXIMUM_VORBIS_RATE = 200_000
"""Hz; beyond it libvorbis refuses, and libsndfile 1.2 crashes for that."""
_BLOCK = 1024
_MAXIMUM_INPUTS = 2


def offline_engine(
    spec: NetworkSpec,
    values: Mapping[str, Value],
    rate: float,
    history_seconds: float = 0.0,
    level: float = 1.0,
) -> Engine:
    """Return an engine that sounds from its first frame, with every control at rest.

    Parameters
    ----------
    values : mapping
        Accepted parameter values; what concerns the network is taken from `spec`.
    rate : float
        Sample rate in Hz.
    history_seconds : float
        Input kept for priming later voices.
    level : float
        Gain of the network, as an amplitude ratio.
    """
    engine = Engine(spec.inputs, spec.outputs, rate, history_seconds)
    aim(engine, values)
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    voice = make_voice(spec, rate, Expression.of(values))
    voice.set_level(level)
    engine.publish(voice)
    return engine


def render_file(
    source: Path,
    target: Path,
    values: Mapping[str, Value],
    tail_seconds: float = 0.0,
    subtype: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Render `source` (mono or stereo) to a stereo file of the same rate, frame by frame aligned.

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
    form = _target_format(target, subtype)
    if target.exists() and source.exists() and source.samefile(target):
        raise UsageError(f"{target} is the input itself; choose another output")
    with _opened(source) as reader:
        if form[1] == "VORBIS" and reader.samplerate > _MAXIMUM_VORBIS_RATE:
            raise AudioFileError(
                f"{target} can't be written: Vorbis holds at most {_MAXIMUM_VORBIS_RATE} Hz, not "
                f"{reader.samplerate}; end the name in .wav"
            )
        spec = network_spec(values, reader.channels, OUTPUTS, reader.samplerate)
        total = reader.frames + round(tail_seconds * reader.samplerate)
        level, passes = 1.0, 1
        if values["auto_level"]:
            passes = 2
            level = _matching_level(
                reader, spec, values, lambda done: progress(done, reader.frames + total)
            )
        engine = offline_engine(spec, values, reader.samplerate, level=level)
        before = reader.frames * (passes - 1)
        partial = target.with_name(f".{target.name}.part")
        try:
            with soundfile.SoundFile(
                partial, "w", reader.samplerate, OUTPUTS, format=form[0], subtype=form[1]
            ) as writer:
                done = 0
                for block in _blocks(reader, total):
                    writer.write(engine.process(block).T)
                    done += block.shape[1]
                    progress(before + done, before + total)
            partial.replace(target)
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioFileError(f"{target} can't be written: {_reason(error)}") from error
        finally:
            partial.unlink(missing_ok=True)


def _matching_level(
    reader: soundfile.SoundFile,
    spec: NetworkSpec,
    values: Mapping[str, Value],
    progress: Callable[[int], None],
) -> float:
    """Return the gain that makes a network as loud as the whole file, and rewind the file."""
    rate = float(reader.samplerate)
    gain = decibels_to_gain(float(values["input_gain"]))
    voice = make_voice(spec, rate, Expression.of(values))
    dry, wet = LoudnessMeter(spec.inputs, rate), LoudnessMeter(spec.outputs, rate)
    done = 0
    for block in _blocks(reader, reader.frames):
        clean = np.where(np.isfinite(block), block, np.float32(0.0))
        dry.add(clean)
        voice.rejoin_at(0)
        voice.prime(np.ascontiguousarray(clean * np.float32(gain)), block.shape[1], wet)
        done += block.shape[1]
        progress(done)
    reader.seek(0)
    # One channel is heard at both outputs.
    match = match_powers(dry.powers * (spec.outputs / spec.inputs), wet.powers)
    if match is None:
        return level_on_noise(voice, gain, run_up_frames(spec, rate)).gain
    return level_from(match, on_noise=False).gain


def _target_format(target: Path, subtype: str | None) -> tuple[str, str]:
    form = target.suffix[1:].upper()
    if form not in _FORMATS:
        raise UsageError(
            f"output format '{target.suffix or target.name}' is unknown: end the name in .wav, "
            ".flac or .ogg"
        )
    if subtype is None:
        subtype = "FLOAT" if form == "WAV" else soundfile.default_subtype(form)
    if not soundfile.check_format(form, subtype.upper()):
        choices = ", ".join(soundfile.available_subtypes(form))
        raise UsageError(f"{form} has no subtype '{subtype}': use one of {choices}")
    return form, subtype.upper()


@contextmanager
def _opened(source: Path) -> Iterator[soundfile.SoundFile]:
    try:
        reader = soundfile.SoundFile(source)
    except (OSError, soundfile.SoundFileError, TypeError) as error:
        raise AudioFileError(f"{source} can't be read: {_reason(error)}") from error
    with reader:
        if reader.channels > _MAXIMUM_INPUTS:
            raise AudioFileError(
                f"{source} has {reader.channels} channels; give a mono or stereo file"
            )
        if reader.frames == 0:
            raise AudioFileError(f"{source} is empty: it has no audio frames")
        yield reader


def _blocks(reader: soundfile.SoundFile, total: int) -> Iterator[NDArray[np.float32]]:
    """Yield the file as (channels, frames) blocks, and silence from its end up to `total`."""
    done = 0
    while done < total:
        frames = min(_BLOCK, total - done)
        block = reader.read(frames, dtype="float32", always_2d=True, fill_value=0.0)
        yield np.ascontiguousarray(block.T)
        done += frames


def _reason(error: Exception) -> str:
    """Return the last clause of libsndfile's or the system's words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.removeprefix("Error opening ").split(": ")[-1].rstrip(".")
