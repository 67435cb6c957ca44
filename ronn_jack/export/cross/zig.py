"""Links objects for other systems by zig, with C that does there what they want of POSIX."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from ronn_jack.errors import MachineError
from ronn_jack.export.machine.targets import SYSTEMS, Target

_FOLDER = Path(__file__).parent
_WORDS = {"x86_64": "x86_64", "arm64": "aarch64"}
"""What zig calls a machine, by what LLVM does."""
_NAMES: Mapping[str, str] = {"windows": "windows-gnu", "macos": "macos.11.0"}
_SECONDS = 600
"""In which it compiles, the first time, what it links with."""


def check_zig(system: str) -> None:
    """Check that zig is there for a system.

    Raises
    ------
    MachineError
        If it is not.
    """
    if importlib.util.find_spec("ziglang") is None:
        raise MachineError(
            f"--os {system} needs ziglang: install it with pip install 'ronn-jack[cross]'"
        )


def shared_library(
    objects: Sequence[bytes], target: Target, entry: str, seconds: float = _SECONDS
) -> bytes:
    """Return a library of which only the entry is seen.

    Parameters
    ----------
    objects : sequence of bytes
        Object files of the target's system.
    entry : str
        Symbol of a constant.
    seconds : float
        How long each run of zig may take.

    Raises
    ------
    MachineError
        If zig is not there or can't link them.
    """
    check_zig(target.system)
    with tempfile.TemporaryDirectory(prefix="ronn-jack-") as place:
        folder = Path(place)
        names = [f"{number}.o" for number in range(len(objects))]
        for name, content in zip(names, objects, strict=True):
            (folder / name).write_bytes(content)
        if target.system == "windows":
            names.append("library.def")
            (folder / names[-1]).write_text(f"EXPORTS\n    {entry} DATA\n")
        source = str(_FOLDER / f"{target.system}.c")
        _run(target, folder, seconds, "-c", "-O2", "-o", "system.o", source)
        # Asked to optimise while it links for macOS, zig 0.15 to 0.17 crashes.
        _run(target, folder, seconds, "-shared", "-s", "-o", "library", "system.o", *names)
        return (folder / "library").read_bytes()


def _run(target: Target, folder: Path, seconds: float, *arguments: str) -> None:
    """Run zig's C compiler in a folder."""
    caches = str(Path(platformdirs.user_cache_dir("ronn_jack")) / "zig")
    try:
        result = subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", "-target", _name(target), *arguments],
            cwd=folder,
            env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": caches, "ZIG_LOCAL_CACHE_DIR": caches},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise MachineError(
            f"zig has not linked for {target.system} in {seconds:g} s: try again when less runs"
        ) from error
    if result.returncode:
        first = (result.stderr.strip() or str(result.returncode)).partition("\n")[0]
        raise MachineError(f"zig can't link for {target.system}: {first}")


def _name(target: Target) -> str:
    machine = SYSTEMS[target.system][target.machine].partition("-")[0]
    return f"{_WORDS[machine]}-{_NAMES[target.system]}"
