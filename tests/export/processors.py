"""Kinds of processors: whether this one is such, and a process that computes as such a one.

Kinds differ in the last bits, as AVX-512 divides in its own way. So what is expected of a plugin is
made in a process of its own, one for all sounds.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack.export.machine.targets import TARGETS


def skip_unless_here(target: str) -> None:
    """Skip a test of what this machine can't run."""
    if target == "v4" and "avx512f" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this machine has no AVX-512")


def run_as(target: str, module: str, *arguments: str | Path) -> None:
    """Run a module in a process whose numba compiles for a target."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    subprocess.run(command, env=TARGETS[target].environment(), check=True, timeout=280)
