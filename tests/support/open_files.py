"""What a process has open."""

from __future__ import annotations

import contextlib
from pathlib import Path


def open_files(process: int) -> list[str]:
    """Return the targets of a process' file descriptors; files have their path."""
    targets = []
    for path in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            targets.append(str(path.readlink()))
    return targets
