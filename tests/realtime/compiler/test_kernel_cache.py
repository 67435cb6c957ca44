"""A kernel comes from the disk whole or not at all, and no disk keeps one from being compiled."""

from __future__ import annotations

import ctypes
import logging
import os
import random
import resource
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ronn_jack.realtime.compiler.compile import entry, inlined, native
from ronn_jack.realtime.compiler.kernel_cache import SUFFIX, damaged

ABSOLUTE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(("abs", ctypes.CDLL(None)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache of its own, not yet made."""
    return tmp_path / "kernels"


def start(folder: Path) -> dict[str, int]:
    """Define two entries as at a start; return how often each came from the disk."""

    @entry("int64(int64)", folder)
    def twice(x: int) -> int:
        return 2 * x

    @entry("int64(int64)", folder)
    def thrice(x: int) -> int:
        return 3 * x

    assert (twice.ctypes(7), thrice.ctypes(7)) == (14, 21)
    return {"twice": int(twice.is_from_cache), "thrice": int(thrice.is_from_cache)}


def file_of(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"*{name}-*{SUFFIX}")
    return found


def in_place_of(path: Path, make: Callable[[Path], Any]) -> None:
    path.unlink()
    make(path)


def flip(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)  # as a socket's path is short
        made.bind(path.name)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "short": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "random": lambda path: path.write_bytes(random.Random(1).randbytes(path.stat().st_size)),
    "pickle": lambda path: path.write_bytes(b"cos\nabort\n(tR."),
    "identity flipped": lambda path: flip(path, 0.0),
    "digest flipped": lambda path: flip(path, 40 / path.stat().st_size),
    "code flipped": lambda path: flip(path, 0.5),
    "end flipped": lambda path: flip(path, 1.0),
    "folder": lambda path: in_place_of(path, lambda p: (p / "inner").mkdir(parents=True)),
    "fifo": lambda path: in_place_of(path, os.mkfifo),
    "socket": lambda path: in_place_of(path, make_socket),
    "endless": lambda path: in_place_of(path, lambda p: p.symlink_to("/dev/zero")),
    "nowhere": lambda path: in_place_of(path, lambda p: p.symlink_to("no such file")),
    "huge": lambda path: os.truncate(path, 1 << 40),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_kernel_alone_is_compiled_anew_and_kept(
    folder: Path, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert start(folder) == {"twice": 0, "thrice": 0}
    assert start(folder) == {"twice": 1, "thrice": 1}
    path = file_of(folder, "twice")
    DAMAGES[damage](path)
    assert damaged(folder) == [path]
    assert start(folder) == {"twice": 0, "thrice": 1}
    assert damaged(folder) == []
    assert start(folder) == {"twice": 1, "thrice": 1}
    assert len(list(folder.iterdir())) == 2


def test_kernels_that_have_changed_places_are_both_compiled_anew(folder: Path) -> None:
    start(folder)
    paths = [file_of(folder, name) for name in ("twice", "thrice")]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)
    assert damaged(folder) == sorted(paths)
    assert start(folder) == {"twice": 0, "thrice": 0}
    assert start(folder) == {"twice": 1, "thrice": 1}


def test_equal_names_with_other_constants_are_other_kernels(folder: Path) -> None:
    def adding(number: int) -> Any:
        @entry("int64(int64)", folder)
        def add(x: int) -> int:
            return x + number

        return add

    for number in (5, 9, 5):
        assert adding(number).ctypes(1) == 1 + number
    again = adding(9)
    assert again.ctypes(1) == 10
    assert again.is_from_cache


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("wrap", [native, inlined])
def test_a_kernel_that_closes_over_a_compiled_function_comes_from_the_disk(
    folder: Path, wrap: Callable[[Any], Any]
) -> None:
    def shifted(amount: int) -> Any:
        def shift(x: int) -> int:
            return x + amount

        compiled = native("int64(int64)")(shift) if wrap is native else inlined(shift)

        @entry("int64(int64)", folder)
        def twice_shifted(x: int) -> int:
            return 2 * compiled(x)

        return twice_shifted

    made = [shifted(n) for n in (1, 2, 1)]
    assert [each.ctypes(7) for each in made] == [16, 18, 16]
    assert [each.is_from_cache for each in made] == [False, False, True]


def test_a_write_that_fails_costs_a_line_and_nothing_else(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        assert start(folder) == {"twice": 0, "thrice": 0}
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    (line,) = told(caplog)
    assert f"can't be kept in {folder} (File too large)" in line
    assert "XDG_CACHE_HOME" in line
    assert not list(folder.iterdir()), "the part that was written is gone"
    start(folder)
    assert start(folder) == {"twice": 1, "thrice": 1}


def test_what_is_no_folder_costs_a_line_and_nothing_else(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("")
    assert start(folder) == {"twice": 0, "thrice": 0}
    assert start(folder) == {"twice": 0, "thrice": 0}
    (line,) = told(caplog)
    assert "can't be kept" in line
    assert folder.read_text() == ""


def test_a_file_left_by_a_killed_program_is_in_nobody_s_way(folder: Path) -> None:
    start(folder)
    shutil.copy(file_of(folder, "twice"), folder / f".x{SUFFIX}.0.tmp")
    assert damaged(folder) == []
    assert start(folder) == {"twice": 1, "thrice": 1}


def test_code_that_holds_an_address_of_this_process_is_not_kept(folder: Path) -> None:
    @entry("int32(int32)")
    def distance(x: int) -> int:
        return ABSOLUTE(x)

    assert distance.ctypes(-3) == 3
    assert not folder.exists()
