"""A folder of presets is followed without reading what has not changed."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from ronn_jack.errors import PresetError
from ronn_jack.presets.folder import PresetFolder
from ronn_jack.presets.preset import Preset, read_preset

MOST = 3
"""Presets that the folder lists."""
LONG_AGO = 1_000_000_000
"""Seconds since the epoch."""


class Reader:
    """Reads presets and remembers which."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> Preset:
        self.read.append(path.stem)
        return read_preset(path)


def write(path: Path, layers: int, index: int = 0) -> None:
    path.write_text(f"version = 1\nindex = {index}\n[parameters]\nlayers = {layers}\n")


@pytest.fixture
def now() -> list[float]:
    """A clock that stands still until it is moved."""
    return [100.0]


@pytest.fixture
def followed(tmp_path: Path, now: list[float]) -> tuple[PresetFolder, Reader, Path]:
    """A folder of two presets that has been looked through, as it was left long ago."""
    for name in ("one", "two"):
        write(tmp_path / f"{name}.toml", 1)
    os.utime(tmp_path, (LONG_AGO, LONG_AGO))
    reader = Reader()
    # The time of a file's last change can't be set; that of a folder's can.
    folder = PresetFolder(tmp_path, reader, MOST, lambda: now[0], tick_nanoseconds=-(10**18))
    assert [entry.name for entry in folder.entries()] == ["one", "two"]
    assert sorted(reader.read) == ["one", "two"]
    reader.read.clear()
    return folder, reader, tmp_path


def names(folder: PresetFolder) -> list[str]:
    return [entry.name for entry in folder.entries()]


def test_what_has_not_changed_is_not_even_looked_at(followed) -> None:
    folder, reader, path = followed
    # Whoever looked would find it.
    write(path / "three.toml", 3)
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert names(folder) == ["one", "two"]
    assert folder.load(path / "one.toml").values["layers"] == 1
    assert folder.find("two") == path / "two.toml"
    assert reader.read == []


def test_what_comes_is_noticed_at_once(followed) -> None:
    folder, reader, path = followed
    write(path / "three.toml", 3)
    assert names(folder) == ["one", "three", "two"]
    assert reader.read == ["three"]


def test_what_goes_is_noticed_at_once(followed) -> None:
    folder, reader, path = followed
    (path / "one.toml").unlink()
    assert names(folder) == ["two"]
    assert folder.find("one") is None
    assert reader.read == []


def test_what_is_replaced_is_read_anew(followed) -> None:
    folder, reader, path = followed
    write(path / ".new", 7, index=9)
    (path / ".new").rename(path / "one.toml")
    assert names(folder) == ["two", "one"]
    assert folder.load(path / "one.toml").values["layers"] == 7
    assert reader.read == ["one"]


def test_what_is_written_in_place_is_loaded_as_it_is_and_listed_in_time(followed, now) -> None:
    folder, reader, path = followed
    write(path / "one.toml", 12, index=10)
    assert folder.load(path / "one.toml").values["layers"] == 12
    assert names(folder) == ["one", "two"]
    now[0] += 2.0
    assert names(folder) == ["two", "one"]
    assert reader.read == ["one"]


def test_a_folder_that_has_just_changed_is_looked_at_again(tmp_path) -> None:
    write(tmp_path / "one.toml", 1)
    # However late this comes on a busy machine, it has just changed.
    folder = PresetFolder(tmp_path, read_preset, tick_nanoseconds=10**18)
    assert names(folder) == ["one"]
    # As if it were written in the same tick of the file system's clock.
    state = tmp_path.stat()
    write(tmp_path / "two.toml", 2)
    os.utime(tmp_path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert names(folder) == ["one", "two"]


def test_a_faulty_file_is_explained_each_time_and_read_once(followed) -> None:
    folder, reader, path = followed
    (path / "bad.toml").write_text("version = 1\nlayers = 99\n")
    assert "unknown key 'layers'" in folder.entries()[-1].description
    for _ in range(2):
        with pytest.raises(PresetError, match="unknown key 'layers'"):
            folder.load(path / "bad.toml")
    assert reader.read == ["bad"]


def test_only_so_many_are_listed_and_all_can_be_loaded(followed, caplog) -> None:
    folder, reader, path = followed
    for name in ("three", "four", "five"):
        write(path / f"{name}.toml", 5)
    assert names(folder) == names(folder) == ["five", "four", "one"]
    assert folder.load(folder.find("two")).values["layers"] == 1
    assert [record.message.count("more than 3") for record in caplog.records] == [1]
    assert sorted(reader.read) == ["five", "four"]


def test_what_a_killed_process_left_half_written_is_removed_unless_it_is_being_written(
    followed,
) -> None:
    folder, _, path = followed
    (path / ".one.toml.0badcafe.tmp").write_text("version")
    (path / ".notes.tmp").write_text("the user's own")
    with (path / ".two.toml.0123abcd.tmp").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert names(folder) == ["one", "two"]
        left = {each.name for each in path.iterdir()}
    assert left == {"one.toml", "two.toml", ".two.toml.0123abcd.tmp", ".notes.tmp"}


def test_a_file_that_has_gone_is_missed(followed) -> None:
    folder, _, path = followed
    (path / "one.toml").unlink()
    with pytest.raises(PresetError, match="no such file"):
        folder.load(path / "one.toml")
