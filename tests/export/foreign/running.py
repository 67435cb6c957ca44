"""Plugins for processors and systems other than this one's, in a host that an emulator runs."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
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
    numbers = ",".join(repr(float(number)) for number in controls)
    command = [_EMULATOR, "-L", _ROOT, _host(), form, library, repr(rate), str(block), str(len(x))]
    result = subprocess.run(
        [*command, numbers, *(["offline"] if offline else [])],
        input=x.tobytes(), capture_output=True, check=False, timeout=250,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert result.returncode == 0, (result.returncode, result.stderr)
    return np.frombuffer(result.stdout, np.float32).reshape(2, -1)
