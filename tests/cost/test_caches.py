"""What a core's caches still hold."""

from __future__ import annotations

from pathlib import Path

from ronn_jack.cost.caches import Caches, caches


def describe(folder: Path, index: int, kind: str, level: int, size: str) -> None:
    place = folder / f"index{index}"
    place.mkdir()
    for name, text in (("type", kind), ("level", str(level)), ("size", size)):
        (place / name).write_text(f"{text}\n")


def test_sizes_come_from_the_system_without_the_instruction_cache(tmp_path: Path) -> None:
    describe(tmp_path, 0, "Data", 1, "48K")
    describe(tmp_path, 1, "Instruction", 1, "64K")
    describe(tmp_path, 2, "Unified", 2, "2048K")
    assert caches(tmp_path) == Caches(48 << 10, 2 << 20, last=2 << 20)
    describe(tmp_path, 3, "Unified", 3, "32768K")
    caches.cache_clear()
    assert caches(tmp_path) == Caches(48 << 10, 2 << 20, 32 << 20)


def test_what_the_system_does_not_tell_is_of_usual_size(tmp_path: Path) -> None:
    describe(tmp_path, 0, "Data", 1, "some")
    describe(tmp_path, 1, "Unified", 2, "512K")
    assert caches(tmp_path) == Caches(second=512 << 10, last=512 << 10)
    assert caches(tmp_path / "nowhere") == Caches()


def test_nothing_near_is_lost_and_everything_distant_is() -> None:
    sizes = Caches(32 << 10, 1 << 20, 16 << 20)
    assert sizes.missing_first(16 << 10) == 0.0
    assert 0.0 < sizes.missing_first(32 << 10) < 1.0
    assert sizes.missing_first(1 << 20) == 1.0
    assert sizes.beyond_second(0) == sizes.beyond_second(512 << 10) == 0.0
    assert sizes.beyond_second(2 << 20) == 2.0
    assert sizes.missing_last(0) == sizes.missing_last(4 << 20) == 0.0
    assert sizes.missing_last(8 << 20) == 0.5
    assert sizes.missing_last(16 << 20) == sizes.missing_last(1 << 30) == 1.0


def test_beyond_the_last_level_there_is_memory_alone() -> None:
    sizes = Caches(32 << 10, 1 << 20, 16 << 20)
    assert sizes.beyond_second(16 << 20) == sizes.beyond_second(1 << 30) == 5.0
