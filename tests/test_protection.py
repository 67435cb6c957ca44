"""The tests' own protection: from hangs, and of whatever else uses JACK here."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import shared_memory

ROOT = Path(__file__).parents[1]
HANGING = """\
import ctypes

def test_that_waits_for_a_lock_of_its_own():
    lock = ctypes.create_string_buffer(64)
    ctypes.CDLL(None).pthread_mutex_lock(lock)
    ctypes.CDLL(None).pthread_mutex_lock(lock)
"""


@pytest.mark.slow
def test_one_that_hangs_inside_a_library_is_ended_by_force_and_named(tmp_path):
    (tmp_path / "test_hanging.py").write_text(HANGING)
    settings = ["-o", "timeout=1", "-o", "hang_grace=1", "-o", "addopts="]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.watchdog", *settings, tmp_path],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "test_that_waits_for_a_lock_of_its_own hangs, and is ended by force" in run.stderr
    assert "line 6 in test_that_waits" in run.stderr


def test_a_private_shared_memory_is_seen_by_those_that_are_started_and_nobody_else(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    seen = subprocess.run(
        shared_memory.private(["ls", "/dev/shm"], folder),
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "no private /dev/shm" in seen.stderr:
        pytest.skip(seen.stderr)
    assert seen.stdout.split() == ["given"]
    assert not (shared_memory.SHARED_MEMORY / "given").exists()
    assert shared_memory.is_private()
