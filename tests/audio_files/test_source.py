"""Whatever libsndfile can write is read to its last frame, whole or cut off, from file or pipe."""

from __future__ import annotations

import os
import re
import signal
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.audio_files.source import PIPE_LIMITS, PipeLimits, opened, quiet_decoders
from ronn_jack.errors import AudioFileError
from tests.realtime.engine_driver import noise

pytestmark = pytest.mark.slow

RATE = 48_000
FRAMES = 3 * RATE
LEFT_OUT = {("CAF", "ALAC_20")}
"""libsndfile does not give back what it has written."""
NEEDS_MORE_FILES = {"SD2"}
HEADERLESS = {"RAW"}
REFUSED_WHEN_CUT = {"CAF", "HTK"}
"""libsndfile opens none of them that is not whole."""
CUT_UNSEEN = {"AVR", "IRCAM", "MAT5", "MPC2K", "NIST", "PAF", "PVF", "XI"}
"""Whose headers say nothing of the length, or libsndfile nothing of what they say."""


def stored(path: Path, form: str, subtype: str) -> bool:
    """Write a file in one of libsndfile's formats, stereo where it has that."""
    x = noise(FRAMES, 2, peak=0.3)
    for channels in (2, 1):
        try:
            soundfile.write(path, x[:channels].T, RATE, format=form, subtype=subtype)
        except (soundfile.SoundFileError, ValueError):
            continue
        return True
    return False


def read(path: Path, limits: PipeLimits = PIPE_LIMITS) -> tuple[NDArray[np.float32], str | None]:
    with quiet_decoders(), opened(path, limits) as audio:
        x = np.concatenate(list(audio.blocks()), axis=1)
        assert np.array_equal(np.concatenate(list(audio.blocks()), axis=1), x), "twice the same"
        return x, audio.shortfall()


FORMATS = [
    (form, subtype)
    for form in soundfile.available_formats()
    for subtype in soundfile.available_subtypes(form)
    if soundfile.check_format(form, subtype)
    and form not in HEADERLESS | NEEDS_MORE_FILES
    and (form, subtype) not in LEFT_OUT
]


@pytest.mark.parametrize(("form", "subtype"), FORMATS, ids=lambda value: str(value))
def test_every_format_is_read_to_its_last_frame_and_no_less_when_cut(
    tmp_path: Path, form: str, subtype: str
) -> None:
    path = tmp_path / "file"
    if not stored(path, form, subtype):
        pytest.skip("libsndfile only reads it")
    x, warning = read(path)
    assert warning is None
    assert x.shape[1] == pytest.approx(FRAMES, abs=4096)
    assert 0.01 < np.abs(x).max() < 0.9

    content = path.read_bytes()
    path.write_bytes(content[: int(0.6 * len(content))])
    if form in REFUSED_WHEN_CUT or (form, subtype) == ("VOC", "PCM_U8"):
        with pytest.raises(AudioFileError, match="can't be read"):
            read(path)
        return
    cut, warning = read(path)
    frames = int(0.3 * FRAMES)
    assert cut.shape[1] > frames
    assert np.array_equal(cut[:, :frames], x[:, :frames])
    if form not in CUT_UNSEEN:
        assert warning is not None
        assert "is cut off or damaged" in warning


def test_a_flac_file_that_does_not_know_its_length_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    x = noise(5000)
    soundfile.write(path, x.T, RATE)
    whole, _ = read(path)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the 36 bits of the total in STREAMINFO
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with opened(path) as audio:
        assert audio.frames == 5000
    unknown, warning = read(path)
    assert warning is None
    assert np.array_equal(unknown, whole)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFF0, 0x7FFFF000])
def test_a_wav_file_that_was_streamed_is_no_damaged_one(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, noise(1000).T, RATE, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = size.to_bytes(4, "little")
    path.write_bytes(content)
    x, warning = read(path)
    assert (x.shape[1], warning) == (1000, None)


def test_a_whole_file_with_a_byte_that_fills_up_is_no_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, noise(20000, 1)[0], 8000, subtype="GSM610")  # of 63 blocks of 65 bytes
    with opened(path) as source:
        assert sum(block.shape[1] for block in source.blocks()) >= 20000
        assert source.shortfall() is None


@pytest.mark.parametrize("name", ["x.flac", "x.mp3", "x.ogg"])
def test_damage_in_the_middle_leaves_what_comes_before_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    soundfile.write(path, noise(FRAMES, peak=0.3).T, RATE)
    whole, _ = read(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    x, warning = read(path)
    assert FRAMES // 4 < x.shape[1] <= FRAMES
    quarter = FRAMES // 4
    assert np.array_equal(x[:, :quarter], whole[:, :quarter])
    assert x.shape[1] == FRAMES or warning is not None


def test_the_loss_is_told_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    soundfile.write(path, noise(FRAMES).T, RATE)
    content = path.read_bytes()
    path.write_bytes(content[: int(0.6 * len(content))])
    _, warning = read(path)
    assert warning is not None
    assert re.search(r"x\.flac is cut off or damaged \(.+\): 1\.[78] s of 3\.0 s could", warning)


@pytest.mark.parametrize("rate", [8, 1000, 7999, 768_001, 2_000_000_000])
def test_rates_that_no_network_is_for_are_refused(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, noise(10).T, rate)
    with pytest.raises(AudioFileError, match=f"of {rate} Hz; give a file of 8000 to 768000 Hz"):
        read(path)


def test_what_has_no_header_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.raw").write_bytes(bytes(100))
    with pytest.raises(AudioFileError, match="has no header; convert it to WAV"):
        read(tmp_path / "x.raw")


def test_what_is_neither_file_nor_pipe_is_refused_in_words(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "it is a folder"), (Path("/dev/zero"), "neither a file nor")):
        with pytest.raises(AudioFileError, match=words):
            read(path)


def test_a_file_of_others_is_refused_with_the_system_s_reason() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.wav"
        soundfile.write(path, noise(100).T, RATE)
        path.chmod(0)
        Path(folder).chmod(0o755)
        before = os.geteuid()
        if before == 0:
            os.seteuid(65534)  # root may read everything
        try:
            with pytest.raises(AudioFileError, match="can't be read: Permission denied"):
                read(path)
        finally:
            os.seteuid(before)


def test_a_name_of_any_bytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9 \xff.wav")
    soundfile.write(tmp_path / "x.wav", noise(100).T, RATE)
    (tmp_path / "x.wav").rename(path)
    assert read(path)[0].shape[1] == 100


def test_decoders_say_nothing_themselves(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.mp3"
    soundfile.write(path, noise(FRAMES).T, RATE)
    content = bytearray(path.read_bytes())
    content[9000:12000] = np.random.default_rng(1).bytes(3000)
    path.write_bytes(content)
    read(path)
    assert capfd.readouterr() == ("", "")
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


class TestPipes:
    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        path = tmp_path / "pipe"
        os.mkfifo(path)
        return path

    @pytest.mark.parametrize("name", ["x.wav", "x.flac", "x.ogg", "x.mp3"])
    def test_what_a_writer_sends_is_read_as_its_file_is(
        self, tmp_path: Path, pipe: Path, name: str
    ) -> None:
        soundfile.write(tmp_path / name, noise(RATE, peak=0.3).T, RATE)
        content = (tmp_path / name).read_bytes()
        writer = threading.Thread(target=pipe.write_bytes, args=(content,))
        writer.start()
        try:
            x, warning = read(pipe)
        finally:
            writer.join()
        assert warning is None
        assert np.array_equal(x, read(tmp_path / name)[0])

    def test_one_that_nobody_writes_to_is_refused(self, pipe: Path) -> None:
        with pytest.raises(AudioFileError, match="nobody wrote to this pipe for"):
            read(pipe, PipeLimits(writer_seconds=0.05))

    def test_one_whose_writer_is_quiet_is_refused(self, pipe: Path) -> None:
        both = os.open(pipe, os.O_RDWR)
        try:
            os.write(both, b"RIFF")
            with pytest.raises(AudioFileError, match="nothing came through this pipe for"):
                read(pipe, PipeLimits(quiet_seconds=0.05))
        finally:
            os.close(both)

    def test_one_without_an_end_is_refused(self, pipe: Path) -> None:
        both = os.open(pipe, os.O_RDWR)
        try:
            os.write(both, bytes(2000))
            with pytest.raises(AudioFileError, match="write them to a file first"):
                read(pipe, PipeLimits(most_bytes=1000))
        finally:
            os.close(both)

    def test_waiting_for_a_writer_ends_by_a_signal(self, pipe: Path) -> None:
        main = threading.main_thread().ident
        assert main is not None
        timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT))
        # Else it would be refused in the end.
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            read(pipe)
        timer.join()
