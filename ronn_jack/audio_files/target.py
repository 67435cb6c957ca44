"""Writing an audio file so that its name stands for the old or the whole new one."""

from __future__ import annotations

import io
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import soundfile

from ronn_jack.audio_files.source import reason_of
from ronn_jack.errors import AudioFileError, UsageError

OUTPUTS = 2
MOST_WAV_BYTES = (1 << 32) - (1 << 16)
"""Of a WAV file's samples, as its sizes have 32 bits; more go into its successor, RF64."""

_FORMATS = ("WAV", "FLAC", "OGG", "MP3")
_SAMPLE_BYTES = {
    "PCM_U8": 1, "ULAW": 1, "ALAW": 1, "PCM_16": 2, "PCM_24": 3, "PCM_32": 4, "FLOAT": 4,
    "DOUBLE": 8,
}  # fmt: skip
"""Of the subtypes that both WAV and RF64 have."""
_RATES: dict[str, tuple[str, Sequence[int]]] = {
    # libvorbis refuses more, and libsndfile 1.2 crashes for that.
    "VORBIS": ("Vorbis", range(1, 200_001)),
    "OPUS": ("Opus", (8000, 12_000, 16_000, 24_000, 48_000)),
    "FLAC": ("FLAC", range(1, 655_351)),
    "MP3": ("MP3", (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)),
}
"""Names and rates in Hz of the formats and subtypes that have not all."""

_SYSTEM_ERROR = 2
"""libsndfile's SF_ERR_SYSTEM."""
_TRIAL_BYTES = 1 << 16


@dataclass(frozen=True)
class TargetFormat:
    """How a file is written, in soundfile's words."""

    container: str
    subtype: str

    @classmethod
    def of(cls, target: Path, subtype: str | None) -> TargetFormat:
        """Return the format that a file's name stands for.

        Parameters
        ----------
        subtype : str, optional
            Without it, 32-bit float in WAV and the format's own default in others.

        Raises
        ------
        UsageError
            If nothing can write it.
        """
        container = target.suffix[1:].upper()
        if container not in _FORMATS:
            raise UsageError(
                f"output format '{target.suffix or target.name}' is unknown: end the name in .wav, "
                ".flac, .ogg or .mp3"
            )
        if subtype is None:
            subtype = "FLOAT" if container == "WAV" else soundfile.default_subtype(container)
        if not _is_writable(container, subtype.upper()):
            known = soundfile.available_subtypes(container)
            choices = ", ".join(choice for choice in known if _is_writable(container, choice))
            raise UsageError(f"{container} has no subtype '{subtype}': use one of {choices}")
        return cls(container, subtype.upper())

    def holding(self, target: Path, rate: int, frames: int) -> TargetFormat:
        """Return the format in which a file holds so many frames.

        Raises
        ------
        AudioFileError
            If it has not the rate, or can't become so long.
        """
        for key in {self.container, self.subtype} & _RATES.keys():
            name, rates = _RATES[key]
            if rate not in rates:
                listed = ", ".join(map(str, rates)) if isinstance(rates, tuple) else ""
                held = f"only {listed}" if listed else f"at most {rates[-1]}"
                raise AudioFileError(
                    f"{target} can't be written: {name} holds {held} Hz, not {rate}; end the name "
                    "in .wav"
                )
        samples = frames * OUTPUTS
        if self.container != "WAV" or samples * _SAMPLE_BYTES.get(self.subtype, 1) < MOST_WAV_BYTES:
            return self
        if self.subtype not in _SAMPLE_BYTES:
            raise AudioFileError(
                f"{target} can't be written: {frames} frames are more than WAV holds as "
                f"{self.subtype}; use another --subtype"
            )
        return TargetFormat("RF64", self.subtype)


def check_target(target: Path, source: Path | None = None) -> None:
    """Refuse what must not be written over, or can't be.

    Raises
    ------
    AudioFileError
        If something else than a file stands there, or its folder can't be written.
    UsageError
        If it is the source itself.
    """
    try:
        place = target.resolve()
        if place.exists() and not place.is_file():
            raise AudioFileError(
                f"{target} can't be written: it is there, and is no file; name a new one, as none "
                "is written to a pipe, a folder or a device"
            )
        if not place.parent.is_dir():
            raise AudioFileError(f"{target} can't be written: there is no folder {place.parent}")
        if not os.access(place.parent, os.W_OK | os.X_OK):
            raise AudioFileError(
                f"{target} can't be written: nothing may be written to {place.parent}"
            )
    except (OSError, RuntimeError) as error:  # of links that lead in a circle
        raise AudioFileError(f"{target} can't be written: {reason_of(error)}") from error
    with suppress(OSError):
        if source is not None and source.samefile(target):
            raise UsageError(f"{target} is the input itself; choose another output")


@contextmanager
def written(
    target: Path, form: TargetFormat, rate: int, channels: int = OUTPUTS
) -> Iterator[soundfile.SoundFile]:
    """Write a file, which takes the target's place when the with block ends well.

    It is written through a symbolic link, and keeps the mode of what it replaces.

    Raises
    ------
    AudioFileError
        If it can't be written; the older file is then intact.
    """
    partial: Path | None = None
    try:
        place = target.resolve()
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
        # A name of its own: neither a file of the user's nor what another program writes.
        partial = place.with_name(f".ronn-{secrets.token_hex(8)}.part")
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600))
        with soundfile.SoundFile(
            os.fsencode(partial), "w", rate, channels, format=form.container, subtype=form.subtype
        ) as writer:
            yield writer
        if mode is not None:
            partial.chmod(mode)
        partial.replace(place)
    except (OSError, RuntimeError) as error:
        # RuntimeError is soundfile's, and Python's for links that lead in a circle.
        raise AudioFileError(f"{target} can't be written: {_reason(error, partial)}") from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _reason(error: Exception, partial: Path | None) -> str:
    """Return why a file can't be written; of the system's reasons libsndfile names none."""
    code = error.code if isinstance(error, soundfile.LibsndfileError) else None
    if code == _SYSTEM_ERROR and partial is not None:
        try:
            with partial.open("ab") as stream:
                stream.write(bytes(_TRIAL_BYTES))
        except OSError as cause:
            return reason_of(cause)
    return reason_of(error)


def _is_writable(container: str, subtype: str) -> bool:
    """Say whether libsndfile writes this in stereo; it lists also what it only reads."""
    try:
        soundfile.SoundFile(io.BytesIO(), "w", 48_000, OUTPUTS, subtype, format=container).close()
    except (soundfile.SoundFileError, ValueError):
        return False
    return True
