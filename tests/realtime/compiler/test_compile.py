"""A kernel in the cache is used only if it is the very one that would be compiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ronn_jack.realtime.compiler import compile as compilation
from ronn_jack.realtime.compiler.compile import (
    KEPT_SECONDS,
    cache_key,
    entry,
    native,
    prune,
)
from ronn_jack.realtime.compiler.host import WIDTH_VARIABLE

pytestmark = pytest.mark.slow

PACKAGE = Path(compilation.__file__).parents[2]

PROBE = """
import sys
from ronn_jack.realtime.compiler.compile import cache_folder, entry, when_compiling
from ronn_jack.realtime.kernels.layout import CHUNK

told = []
when_compiling(lambda: told.append(True))

@entry("int64()")
def chunk():
    return CHUNK

value, hits = chunk.ctypes(), int(chunk.is_from_cache)
assert len(told) == 1 - hits, "the compiler's work is told of once, and nothing else"
assert ("numba" in sys.modules) == ("llvmlite.binding" in sys.modules) == (not hits)
print(value, hits, cache_folder())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A package of its own, whose sources may be edited, with a script that compiles from it."""
    shutil.copytree(PACKAGE / "realtime", tmp_path / "ronn_jack" / "realtime")
    (tmp_path / "ronn_jack" / "__init__.py").write_text("")
    shutil.copy(PACKAGE / "errors.py", tmp_path / "ronn_jack")
    (tmp_path / "probe.py").write_text(PROBE)
    return tmp_path


def probe(folder: Path, **environment: str) -> tuple[int, int, Path]:
    """Run the script; return the constant compiled into it, cache hits, and the cache's folder."""
    constant, hits, where = run(folder, **environment).stdout.split()
    return int(constant), int(hits), Path(where)


def run(folder: Path, *before: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k != WIDTH_VARIABLE}
    settings = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(folder)}
    return subprocess.run(
        [*before, sys.executable, "probe.py"],
        cwd=folder,
        env=inherited | settings | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_the_same_kernel_is_loaded_and_an_edited_import_is_compiled_anew(copy: Path) -> None:
    constant, hits, folder = probe(copy)
    assert (constant, hits) == (64, 0)
    assert probe(copy) == (64, 1, folder)
    layout = copy / "ronn_jack" / "realtime" / "kernels" / "layout.py"
    layout.write_text(layout.read_text().replace("CHUNK = 64", "CHUNK = 48"))
    constant, hits, other = probe(copy)
    assert (constant, hits) == (48, 0), "numba alone would have run the kernel from before"
    assert other != folder


@pytest.mark.slow
def test_another_width_and_another_host_have_other_folders(copy: Path) -> None:
    _, _, folder = probe(copy)
    _, hits, narrow = probe(copy, **{WIDTH_VARIABLE: "128"})
    assert hits == 0
    _, hits, generic = probe(copy, NUMBA_CPU_NAME="generic")
    assert hits == 0
    assert len({folder, narrow, generic}) == 3


def mounted(setup: str, folder: Path) -> tuple[str, ...]:
    """Return a command that runs what follows it where `setup` has mounted something at $0."""
    command = ("unshare", "-m", "sh", "-c", f'{setup} && exec "$@"', str(folder))
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount anything")
    return command


def test_a_warm_cache_that_can_only_be_read_is_used_and_nothing_said(copy: Path) -> None:
    (copy / "cache").mkdir()
    read_only = mounted('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"', copy / "cache")
    assert probe(copy)[:2] == (64, 0)
    begun = run(copy, *read_only)
    assert begun.stdout.split()[1] == "1", "it was compiled anew"
    assert begun.stderr == ""


def test_a_full_disk_and_a_cold_cache_that_can_only_be_read_are_named_once(copy: Path) -> None:
    (copy / "cache").mkdir()
    for setup, reason in (
        ('mount -t tmpfs -o size=4k,nr_inodes=8 none "$0"', "No space left on device"),
        ('mount -t tmpfs -o ro none "$0"', "Read-only file system"),
    ):
        begun = run(copy, *mounted(setup, copy / "cache"))
        assert begun.stdout.split()[:2] == ["64", "0"]
        assert len(begun.stderr.splitlines()) == 1
        assert f"can't be kept in {copy / 'cache'}" in begun.stderr
        assert reason in begun.stderr


def test_the_key_follows_every_source_of_every_sub_package(copy: Path) -> None:
    package = copy / "ronn_jack" / "realtime"
    deep = package / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "deep.py").write_text("")
    keys = {cache_key(package)}
    assert cache_key(package) in keys
    sources = sorted(package.rglob("*.py"))
    for path in sources:
        path.write_bytes(path.read_bytes() + b"# edited\n")
        keys.add(cache_key(package))
    assert len(keys) == 1 + len(sources)


def test_the_key_follows_a_source_s_place(tmp_path: Path) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    (tmp_path / "here" / "kernel.py").write_text("")
    before = cache_key(tmp_path)
    (tmp_path / "here" / "kernel.py").rename(tmp_path / "there" / "kernel.py")
    assert cache_key(tmp_path) != before


def test_the_least_recently_used_folders_go_unless_used_today(tmp_path: Path) -> None:
    now = time.time()
    ages = {"now": 0, "hour": 3600, "hours": 7200, "month": 30 * KEPT_SECONDS, "year": 1e7}
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "kernel").write_text("")
        os.utime(tmp_path / name, (now - age, now - age))
    prune(tmp_path, 4)
    assert {f.name for f in tmp_path.iterdir()} == {"now", "hour", "hours", "month"}
    prune(tmp_path, 1)
    assert {f.name for f in tmp_path.iterdir()} == {"now", "hour", "hours"}
    prune(tmp_path / "missing", 2)


def test_a_native_function_has_one_signature_whatever_it_is_called_with(tmp_path: Path) -> None:
    @native("float64(float64)")
    def half(x: float) -> float:
        return x / 2

    @entry("float64(int64)", tmp_path)
    def caller(x: int) -> float:
        result: float = half(x)
        return result

    assert caller.ctypes(3) == 1.5
    assert [str(s) for s in half.resolve().signatures] == ["(float64,)"]
