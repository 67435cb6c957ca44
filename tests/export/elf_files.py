"""What a shared library of ELF says of itself to a loader."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path


def programs(image: bytes) -> list[tuple[int, ...]]:
    """Return the rows of its program headers."""
    start, count = struct.unpack_from("<Q", image, 32)[0], struct.unpack_from("<H", image, 56)[0]
    return [struct.unpack_from("<IIQQQQQQ", image, start + 56 * i) for i in range(count)]


def readelf(option: str, path: Path) -> str:
    """Return what readelf says, which reads files for any machine."""
    command = ["readelf", "--wide", option, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
