"""What this machine is, and how to keep its scheduler out of a measurement."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy

from ronn_jack import __version__
from ronn_jack.realtime.compiler.host import VECTOR, processor

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment that keeps numpy's matrix products on the core they are called on."""


@dataclass(frozen=True)
class MachineFacts:
    """What figures depend on.

    Attributes
    ----------
    cores : int
        Cores that this process may use.
    vector_bits : int
        Width of the vectors that the kernels are compiled for.
    """

    processor: str
    cores: int
    vector_bits: int
    system: str
    python: str
    numba: str
    numpy: str
    torch: str | None
    ronn_jack: str


def machine_facts() -> MachineFacts:
    """Return the facts of this machine."""
    return MachineFacts(
        processor=processor(),
        cores=len(usable_cores()) or os.cpu_count() or 1,
        vector_bits=32 * VECTOR.lanes,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        numba=numba.__version__,
        numpy=numpy.__version__,
        torch=version_of("torch"),
        ronn_jack=__version__,
    )


def usable_cores() -> list[int]:
    """Return the cores that this process may use; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def stay_on_one_core() -> None:
    """Keep this thread on the last core it may use, where the system lets it choose.

    The last, as interrupts and other programs are served mostly by the first.
    """
    cores = usable_cores()
    if cores:
        os.sched_setaffinity(0, cores[-1:])


def resident_bytes(process: int) -> int | None:
    """Return the memory that a process has in RAM; None where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def version_of(package: str) -> str | None:
    """Return the version of a package; None if it is not installed."""
    import importlib.metadata

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
