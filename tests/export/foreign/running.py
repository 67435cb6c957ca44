"""Plugins for processors and systems other than this one's, in a host that an emulator runs."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

_SOURCE = Path(__file__).with_name("host.c")
_COMPILER, _EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64-static"
_ROOT = Path("/usr/aarch64-linux-gnu")
"""Where the cross compiler's C library lies, with its loader."""

needs_emulator = pytest.mark.skipif(
    not (shutil.which(_COMPILER) and shutil.which(_EMULATOR) and _ROOT.is_dir()),
    reason=f"{_COMPILER} and {_EMULATOR} are not installed",
)
needs_zig = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed"
)


@functools.cache
def _host() -> Path:
    path = Path(tempfile.mkdtemp(prefix="ronn-jack-test-")) / "host"
    subprocess.run([_COMPILER, "-O1", "-Werror", "-o", path, _SOURCE, "-ldl"], check=True)
    return path


def played(
    form: str, library: Path, x: NDArray[np.float32], block: int, controls: Sequence[float] = (),
    rate: float = 48000.0, offline: bool = False,
) -> NDArray[np.float32]:  # fmt: skip
    """Return what a plugin for aarch64 gives.

    Parameters
    ----------
    form : {"lv2", "clap"}
    controls : sequence of float
        Of each control port of LV2; for CLAP the id, value and frame of a change, or none.
    offline : bool
        Whether CLAP is told of a render.
    """
    command = [_EMULATOR, "-L", _ROOT, _host(), form, library]
    return _output(command, x, block, controls, rate, offline)


@functools.cache
def _host_of_windows() -> Path:
    path = Path(tempfile.mkdtemp(prefix="ronn-jack-test-")) / "host.exe"
    zig = [sys.executable, "-m", "ziglang", "cc", "-O1", "-target", "x86_64-windows-gnu"]
    subprocess.run([*zig, "-o", path, _SOURCE], check=True, timeout=600)
    return path


def played_in_wine(
    library: Path, x: NDArray[np.float32], block: int, change: Sequence[float], offline: bool
) -> NDArray[np.float32]:
    """Return what a CLAP plugin for Windows gives; `played` tells of the arguments."""
    command = ["wine", _host_of_windows(), "clap", library]
    return _output(command, x, block, change, 48000.0, offline)


def _output(
    command: Sequence[str | Path], x: NDArray[np.float32], block: int, controls: Sequence[float],
    rate: float, offline: bool,
) -> NDArray[np.float32]:  # fmt: skip
    numbers = ",".join(repr(float(number)) for number in controls)
    result = subprocess.run(
        [*command, repr(rate), str(block), str(len(x)), numbers, *(["offline"] if offline else [])],
        input=x.tobytes(), capture_output=True, check=False, timeout=280,
        env={**os.environ, "WINEDEBUG": "-all"},
    )  # fmt: skip
    assert result.returncode == 0, (result.returncode, result.stderr)
    return np.frombuffer(result.stdout, np.float32).reshape(2, -1)
