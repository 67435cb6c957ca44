"""What compiled functions and files need of the system."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.elf.objects import read_object


def lacked_by(entries: Iterable[Any]) -> set[str]:
    """Return the symbols of other libraries that entries lead to, whatever they do."""
    emission, names = Emission("test"), []
    for number, entry in enumerate(entries):
        names.append(f"entry_{number}")
        emission.c_function(entry, names[-1])
    symbols = read_object(emission.object_file(names)).symbols
    return {symbol.name for symbol in symbols if symbol.section is None and symbol.name}


def dynamic(path: Path, which: str) -> set[str]:
    """Return the dynamic symbols of a file that are "undefined" or "defined"."""
    nm = ["nm", "-D", f"--{which}-only", "--format=just-symbols", str(path)]
    return set(subprocess.run(nm, capture_output=True, text=True, check=True).stdout.split())
