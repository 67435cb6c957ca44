"""libjack is found wherever the loader would find it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_LOAD = """
import ctypes.util
ctypes.util.find_library = lambda name: None  # as where only LD_LIBRARY_PATH leads to it
from ronn_jack.drivers import jack_library
from ronn_jack.errors import JackError
try:
    print(jack_library.load().version_string())
except JackError as error:
    print(error)
"""


def loaded(**environment: str) -> str:
    """What a process says that has nothing but the loader to find libjack by."""
    command = [sys.executable, "-c", _LOAD]
    return subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout


def test_a_library_that_only_the_loader_finds_is_loaded():
    assert loaded()[0].isdigit()


def test_a_library_that_is_nowhere_is_named_with_the_remedy(tmp_path):
    (tmp_path / "libjack.so.0").write_text("no library")
    text = loaded(LD_LIBRARY_PATH=str(tmp_path))
    assert text.startswith("the JACK library is not installed: install it")
