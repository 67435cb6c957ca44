"""A written file is whole, in a format that holds it, and costs no other one."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.audio_files import target as audio_target
from ronn_jack.audio_files.target import MOST_WAV_BYTES, TargetFormat, check_target, written
from ronn_jack.errors import AudioFileError, UsageError
from tests.realtime.engine_driver import noise

FLOAT = TargetFormat("WAV", "FLOAT")
RATE = 48_000


def write(target: Path, frames: int = 100) -> None:
    with written(target, FLOAT, RATE) as writer:
        writer.write(noise(frames).T)


@pytest.mark.parametrize(
    ("subtype", "frame_bytes"), [("FLOAT", 8), ("PCM_24", 6), ("DOUBLE", 16), ("PCM_U8", 2)]
)
def test_more_than_wav_holds_becomes_rf64(subtype: str, frame_bytes: int) -> None:
    form = TargetFormat("WAV", subtype)
    limit = MOST_WAV_BYTES // frame_bytes
    assert form.holding(Path("o.wav"), RATE, limit - 1) == form
    assert form.holding(Path("o.wav"), RATE, limit + 1) == TargetFormat("RF64", subtype)


def test_a_header_of_more_than_4_gib_names_all_of_its_frames(tmp_path: Path) -> None:
    frames = MOST_WAV_BYTES // 8 + 1_000_000
    form = FLOAT.holding(Path("o.wav"), RATE, frames)
    path = tmp_path / "o.wav"
    with written(path, form, RATE) as writer:
        writer.write(np.zeros((1, 2), np.float32))
        writer.seek(frames - 1)  # the rest is a hole
        writer.write(np.full((1, 2), 0.5, np.float32))
    assert path.stat().st_blocks * 512 < 1 << 20
    with soundfile.SoundFile(path) as reader:
        assert (reader.format, reader.frames) == ("RF64", frames)
        reader.seek(frames - 1)
        assert np.array_equal(reader.read(10, dtype="float32"), [[0.5, 0.5]])


def test_what_neither_wav_nor_rf64_holds_is_refused_before_it_is_made() -> None:
    form = TargetFormat("WAV", "IMA_ADPCM")
    assert form.holding(Path("o.wav"), RATE, 1 << 30) == form
    with pytest.raises(AudioFileError, match="more than WAV holds as IMA_ADPCM; use another"):
        form.holding(Path("o.wav"), RATE, 1 << 31)


@pytest.mark.parametrize(
    ("name", "subtype", "rate", "words"),
    [
        ("o.mp3", None, 96_000, "MP3 holds only 8000, 11025"),
        ("o.ogg", "OPUS", 44_100, "Opus holds only 8000, 12000, 16000, 24000, 48000 Hz, not 44100"),
        ("o.flac", None, 768_000, "FLAC holds at most 655350 Hz, not 768000; end the name in"),
    ],
)
def test_rates_that_a_format_has_not_are_refused(
    name: str, subtype: str | None, rate: int, words: str
) -> None:
    form = TargetFormat.of(Path(name), subtype)
    assert form.holding(Path(name), 48_000, 100) == form
    with pytest.raises(AudioFileError, match=words):
        form.holding(Path(name), rate, 100)


@pytest.mark.parametrize("name", ["o.wav", "o.flac", "o.ogg", "o.mp3"])
def test_only_subtypes_that_can_be_written_in_stereo_are_offered(name: str) -> None:
    with pytest.raises(UsageError, match="use one of") as caught:
        TargetFormat.of(Path(name), "nonsense")
    offered = str(caught.value).rpartition("use one of ")[2].split(", ")
    assert offered
    for subtype in soundfile.available_subtypes(name[2:].upper()):
        if subtype in offered:
            TargetFormat.of(Path(name), subtype)
        else:
            with pytest.raises(UsageError, match="has no subtype"):
                TargetFormat.of(Path(name), subtype)
    assert not set(offered) & {"GSM610", "G721_32", "MPEG_LAYER_I", "MPEG_LAYER_II"}


def test_a_link_is_written_through_and_modes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far" / "real.wav", tmp_path / "link.wav"
    link.symlink_to(real)
    write(link)
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~umask()
    real.chmod(0o640)
    write(link, 200)
    assert link.readlink() == real
    assert soundfile.info(real).frames == 200
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["real.wav"]


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_links_in_a_circle_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to("b.wav")
    (tmp_path / "b.wav").symlink_to("a.wav")
    for attempt in (write, check_target):
        with pytest.raises(AudioFileError, match="can't be written"):
            attempt(tmp_path / "a.wav")


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "o.wav"
    {
        "fifo": lambda: os.mkfifo(target),
        "folder": target.mkdir,
        "device": lambda: target.symlink_to("/dev/null"),
    }[kind]()
    with pytest.raises(AudioFileError, match="it is there, and is no file"):
        check_target(target)


@pytest.mark.parametrize("length", [250, 255])
def test_names_as_long_as_the_system_allows_are_written(tmp_path: Path, length: int) -> None:
    target = tmp_path / ("x" * (length - 4) + ".wav")
    write(target)
    assert soundfile.info(target).frames == 100


def test_a_name_of_any_bytes_is_written(tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"caf\xe9 \xff.wav")
    write(target)
    assert target.stat().st_size > 800
    assert len(list(tmp_path.iterdir())) == 1


def test_two_that_write_one_target_leave_a_whole_one(tmp_path: Path) -> None:
    target = tmp_path / "o.wav"
    mine = tmp_path / ".o.wav.part"
    mine.write_text("the user's own")
    with written(target, FLOAT, RATE) as one:
        one.write(noise(100).T)
        with written(target, FLOAT, RATE) as other:
            other.write(noise(300).T)
        assert soundfile.info(target).frames == 300
        one.write(noise(100).T)
    assert soundfile.info(target).frames == 200
    assert mine.read_text() == "the user's own"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_fault_of_the_input_is_not_told_as_the_output_s(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError) as caught, written(tmp_path / "o.wav", FLOAT, RATE):
        raise AudioFileError("in can't be read")
    assert str(caught.value) == "in can't be read"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["o.wav", "o.flac", "o.ogg", "o.mp3"])
def test_a_disk_that_takes_no_more_is_named_and_keeps_the_older_file(
    tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    target.write_bytes(b"older")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with (
            pytest.raises(AudioFileError, match=f"{name} can't be written: File too large"),
            written(target, TargetFormat.of(target, None), RATE) as writer,
        ):
            writer.write(noise(5 * RATE).T)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [target]


def test_the_limit_is_below_what_a_wav_header_can_say() -> None:
    assert audio_target.MOST_WAV_BYTES + 4096 < 1 << 32
