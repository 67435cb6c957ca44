"""Reading an audio file from its first frame to the last that is there, however it comes.

libsndfile is neither asked where it stands nor to go elsewhere: some of its formats can't, and a
header may promise more than there is, or say nothing of the length.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import soundfile
from numpy.typing import NDArray

from ronn_jack.errors import AudioFileError

BLOCK = 1024
LOWEST_RATE, HIGHEST_RATE = 8_000, 768_000
"""Hz, of what can be rendered."""

_MAXIMUM_CHANNELS = 2
_MOST_FRAMES = 1 << 48
"""A length beyond it stands for one that is not known."""
_STREAMED_BYTES = 0x7FFF0000
"""From here on a header's size is what programs write into a pipe, not knowing the length."""
_SHORT = re.compile(
    r"^\W*(?:data|SSND|BODY|riff|Data Size|Data length)\s*:?\s+(\d+) \(?should be (\d+)", re.M
)
_SHORT_IN_WORDS = re.compile(
    r"(?<!data chunk seems to be )truncated|short read|does not match value from 'ds64'", re.I
)
"""What libsndfile says of a data chunk is said of whole ones too, where a byte fills up to an even
length; of one that is cut, its size tells."""
_LOSSY_TOLERANCE = 0.01
"""Share by which a length that MP3 only estimates may be wrong."""
_LONGEST_OGG_PAGE = 65_307
_OGG_END = 4
_COPY_BYTES = 1 << 16


@dataclass(frozen=True)
class PipeLimits:
    """What a pipe may ask of a reader.

    Attributes
    ----------
    writer_seconds : float
        How long it may have nobody who writes to it.
    quiet_seconds : float
        How long its writer may send nothing.
    most_bytes : int
        What may come through it.
    """

    writer_seconds: float = 10.0
    quiet_seconds: float = 60.0
    most_bytes: int = 4 << 30


PIPE_LIMITS = PipeLimits()


class AudioSource:
    """A mono or stereo file that is read as often as it takes.

    Attributes
    ----------
    rate : int
        In Hz.
    channels : int
    frames : int
        As the header says, or counted where it doesn't.
    """

    def __init__(self, path: Path, file: bytes | IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._reason = ""
        with self._open() as reader:
            self.rate: int = reader.samplerate
            self.channels: int = reader.channels
            self.frames: int = reader.frames
            self._estimated = reader.format == "MP3"
            self._cut = _is_cut(reader.extra_info)
            if reader.format == "OGG":
                self._cut = not self._has_last_page()
        self._check()
        if self.frames > _MOST_FRAMES:
            self.frames = sum(block.shape[1] for block in self.blocks())
        self._found = self.frames

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield all that is there as (channels, frames), from the beginning."""
        done = 0
        with self._open() as reader:
            while True:
                try:
                    block = reader.read(BLOCK, dtype="float32", always_2d=True)
                except soundfile.SoundFileError as error:
                    if done == 0:
                        raise self._unreadable(error) from error
                    self._reason = reason_of(error)
                    break
                if len(block) == 0:
                    break
                yield np.ascontiguousarray(block.T)
                done += len(block)
            # Of a MIDI sample dump only reading tells; other decoders note a short read at any end.
            self._cut |= reader.format == "SDS" and _is_cut(reader.extra_info)
        if done == 0:
            raise AudioFileError(f"{self._path} is empty: it has no audio frames")
        self._found = done

    def shortfall(self) -> str | None:
        """Return what the last reading missed, in words; None if it was whole."""
        tolerance = _LOSSY_TOLERANCE * self.frames if self._estimated else 0
        missing = self.frames - self._found
        if missing <= tolerance and not self._cut and not self._reason:
            return None
        whole = f" of {self.frames / self.rate:.1f} s" if missing > 0 else ""
        reason = f" ({self._reason})" if self._reason else ""
        return (
            f"{self._path} is cut off or damaged{reason}: "
            f"{self._found / self.rate:.1f} s{whole} could be read"
        )

    def _open(self) -> soundfile.SoundFile:
        try:
            if isinstance(self._file, bytes):
                return _Reader(self._file)
            self._file.seek(0)
            return _Reader(self._file.fileno(), closefd=False)
        except TypeError as error:
            raise AudioFileError(
                f"{self._path} can't be read: it has no header; convert it to WAV"
            ) from error
        except (OSError, soundfile.SoundFileError) as error:
            raise self._unreadable(error) from error

    def _has_last_page(self) -> bool:
        """Say whether an Ogg file ends with the page that is marked so (RFC 3533, section 6)."""
        with contextlib.ExitStack() as undo:
            file = self._file
            if isinstance(file, bytes):
                file = undo.enter_context(Path(os.fsdecode(file)).open("rb"))
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST_OGG_PAGE))
            page = file.read().rpartition(b"OggS")[2]
        return len(page) > 1 and bool(page[1] & _OGG_END)

    def _unreadable(self, error: Exception) -> AudioFileError:
        return AudioFileError(f"{self._path} can't be read: {reason_of(error)}")

    def _check(self) -> None:
        if self.channels > _MAXIMUM_CHANNELS:
            raise AudioFileError(
                f"{self._path} has {self.channels} channels; give a mono or stereo file"
            )
        if not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            raise AudioFileError(
                f"{self._path} has a sample rate of {self.rate} Hz; give a file of {LOWEST_RATE} "
                f"to {HIGHEST_RATE} Hz"
            )
        if self.frames == 0:
            raise AudioFileError(f"{self._path} is empty: it has no audio frames")


class _Reader(soundfile.SoundFile):  # type: ignore[misc]
    """soundfile seeks after each reading unless the file can't, and some can without saying so."""

    def seekable(self) -> bool:
        return False


@contextmanager
def opened(path: Path, limits: PipeLimits = PIPE_LIMITS) -> Iterator[AudioSource]:
    """Open a file or a pipe for reading.

    Raises
    ------
    AudioFileError
        If it can't be read, is no mono or stereo file of a usual rate, or nothing comes from the
        pipe.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            path.open("rb").close()  # libsndfile would not say why it can't
    except OSError as error:
        raise AudioFileError(f"{path} can't be read: {reason_of(error)}") from error
    if stat.S_ISREG(mode):
        yield AudioSource(path, os.fsencode(path))
    elif stat.S_ISFIFO(mode):
        with tempfile.TemporaryFile() as spool:
            _drain(path, spool, limits)
            yield AudioSource(path, spool)
    else:
        kind = "a folder" if stat.S_ISDIR(mode) else "neither a file nor a pipe"
        raise AudioFileError(f"{path} can't be read: it is {kind}")


def _drain(path: Path, spool: IO[bytes], limits: PipeLimits) -> None:
    """Copy what is written to a pipe until it is closed, as a pipe can be read only once."""
    # Opening one to which nobody writes would wait for ever.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        waiting = select.poll()
        waiting.register(number, select.POLLIN)
        if not waiting.poll(limits.writer_seconds * 1000):
            raise AudioFileError(
                f"{path} can't be read: nobody wrote to this pipe for {limits.writer_seconds:g} s"
            )
        size = 0
        while True:
            if not waiting.poll(limits.quiet_seconds * 1000):
                raise AudioFileError(
                    f"{path} can't be read: nothing came through this pipe for "
                    f"{limits.quiet_seconds:g} s"
                )
            with contextlib.suppress(BlockingIOError):  # another reader was faster
                piece = os.read(number, _COPY_BYTES)
                if not piece:
                    break
                size += len(piece)
                if size > limits.most_bytes:
                    raise AudioFileError(
                        f"{path} can't be read: more than {limits.most_bytes >> 20} MiB came "
                        "through this pipe; write them to a file first"
                    )
                spool.write(piece)
        spool.flush()
    except OSError as error:
        raise AudioFileError(
            f"{path} can't be kept in {tempfile.gettempdir()}: {reason_of(error)}"
        ) from error
    finally:
        os.close(number)


def _is_cut(log: str) -> bool:
    """Say whether libsndfile met less than the header promised, by what it has noted."""
    claims = ((int(claimed), int(there)) for claimed, there in _SHORT.findall(log))
    return bool(_SHORT_IN_WORDS.search(log)) or any(
        there < claimed < _STREAMED_BYTES for claimed, there in claims
    )


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Keep away from stderr what decoders write there themselves, for the time of a with block."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def reason_of(error: Exception) -> str:
    """Return the last clause of libsndfile's or the system's words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.removeprefix("Error opening ").split(": ")[-1].rstrip(".")
