"""What can't be rendered is refused in one line, and leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ronn_jack.errors import AudioFileError, SpecError, UsageError
from ronn_jack.parameters import defaults
from ronn_jack.render import render_file
from tests.realtime.engine_driver import noise
from tests.support.full_disk import room_for
from tests.support.rendering import written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


class TestRefusals:
    def refused(
        self, error: type[Exception], source: Path, target: Path, *arguments: Any, **values: Any
    ) -> str:
        with pytest.raises(error) as caught:
            render_file(source, target, {**defaults(), **values}, *arguments)
        text = str(caught.value)
        assert "\n" not in text
        assert not list(target.parent.glob(".*")) if target.parent.is_dir() else True
        return text

    def test_files_that_are_no_audio(self, folder: Path) -> None:
        (folder / "text.wav").write_text("no audio at all\n")
        (folder / "nothing.wav").write_bytes(b"")
        for name in ("missing.wav", "text.wav", "nothing.wav", "."):
            assert "can't be read" in self.refused(AudioFileError, folder / name, folder / "o.wav")

    def test_a_file_without_frames(self, folder: Path) -> None:
        source = written(folder, np.zeros((2, 0), np.float32))
        assert "is empty" in self.refused(AudioFileError, source, folder / "o.wav")

    def test_too_many_channels(self, folder: Path) -> None:
        source = written(folder, noise(100, 3))
        reason = self.refused(AudioFileError, source, folder / "o.wav")
        assert "has 3 channels; give a mono or stereo file" in reason

    def test_a_rate_that_vorbis_has_not(self, folder: Path) -> None:
        source = written(folder, noise(100), 384_000)
        reason = self.refused(AudioFileError, source, folder / "o.ogg")
        assert "Vorbis holds at most 200000 Hz, not 384000; end the name in .wav" in reason

    @pytest.mark.parametrize("name", ["o.xyz", "o", "o.raw", "wav"])
    def test_formats_that_nobody_knows(self, folder: Path, name: str) -> None:
        source = written(folder, noise(100))
        assert ".flac, .ogg or .mp3" in self.refused(UsageError, source, folder / name)

    @pytest.mark.parametrize("name", ["pipe", "pipe.wav"])
    def test_pipes(self, folder: Path, name: str) -> None:
        os.mkfifo(folder / name)
        source = written(folder, noise(10))
        reason = self.refused(AudioFileError, source, folder / name)
        assert "is no file; name a new one, as none is written to a pipe" in reason

    def test_subtypes_that_the_format_has_not(self, folder: Path) -> None:
        source = written(folder, noise(100))
        reason = self.refused(UsageError, source, folder / "o.flac", 0.0, "FLOAT")
        assert "FLAC has no subtype 'FLOAT': use one of" in reason

    def test_folders_that_can_t_be_written_to(self, folder: Path) -> None:
        source = written(folder, noise(100))
        for target in (folder / "missing" / "o.wav", Path("/proc/o.wav")):
            assert "can't be written" in self.refused(AudioFileError, source, target)

    def test_a_full_disk(self, folder: Path) -> None:
        source = written(folder, noise(100_000))
        with room_for(100_000):
            assert "can't be written" in self.refused(AudioFileError, source, folder / "o.wav")
        assert not (folder / "o.wav").exists()

    def test_a_folder_in_the_target_s_place(self, folder: Path) -> None:
        source = written(folder, noise(100))
        (folder / "o.wav").mkdir()
        assert "can't be written" in self.refused(AudioFileError, source, folder / "o.wav")

    def test_the_input_as_output(self, folder: Path) -> None:
        source = written(folder, noise(100))
        before = source.read_bytes()
        assert "is the input itself" in self.refused(UsageError, source, source)
        (folder / "link.wav").symlink_to(source)
        assert "is the input itself" in self.refused(UsageError, source, folder / "link.wav")
        assert source.read_bytes() == before

    def test_a_network_that_is_too_long_at_the_file_s_rate(self, folder: Path) -> None:
        values = {"layers": 16, "kernel": 9, "dilation": 2}
        at_192 = written(folder, noise(100), 192_000)
        render_file(at_192, folder / "o.wav", {**defaults(), **values})
        at_8 = written(folder, noise(100), 8000)
        reason = self.refused(SpecError, at_8, folder / "p.wav", **values)
        assert "60 s at 8000 Hz: lower dilation to 1 or layers to 15 or kernel to 8" in reason
